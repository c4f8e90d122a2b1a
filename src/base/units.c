/* units.c - see units.h. A unit is a prefix and a base; "OP/s" is read as FLOP/s, "%" as a fraction. */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

static const struct {
    const char *unit, *text, *example;
} quantities[F2F_QUANTITY_N] = {
#define X(id, unit, text, example) {unit, text, example},
    F2F_QUANTITY_LIST(X)
#undef X
};

static const struct {
    const char *text;
    double factor;
} prefixes[] = {{"", 1},        {"p", 1e-12},      {"n", 1e-9},          {"u", 1e-6},
                {"m", 1e-3},    {"k", 1e3},        {"K", 1e3},           {"M", 1e6},
                {"G", 1e9},     {"T", 1e12},       {"P", 1e15},          {"E", 1e18},
                {"Ki", 1024.0}, {"Mi", 1048576.0}, {"Gi", 1073741824.0}, {"Ti", 1099511627776.0}};

/* Spellings that are no prefix and base of their own. */
static const struct {
    const char *text;
    enum f2f_quantity quantity;
    double factor;
} spellings[] = {{"min", F2F_QUANTITY_TIME, 60},
                 {"h", F2F_QUANTITY_TIME, 3600},
                 {"d", F2F_QUANTITY_TIME, 86400},
                 {"w", F2F_QUANTITY_TIME, 7 * 86400.0},
                 {"y", F2F_QUANTITY_TIME, 8766 * 3600.0}, /* 365.25 days */
                 {"Wh", F2F_QUANTITY_ENERGY, 3600},
                 {"kWh", F2F_QUANTITY_ENERGY, 3.6e6},
                 {"/cm2", F2F_QUANTITY_DENSITY, 0.01},
                 {"USD/GB", F2F_QUANTITY_MONEY_PER_BYTE, 1e-9},
                 {"USD/kWh", F2F_QUANTITY_MONEY_PER_ENERGY, 1 / 3.6e6},
                 {"USD/h", F2F_QUANTITY_MONEY_PER_TIME, 1 / 3600.0},
                 {"kWh/cm2", F2F_QUANTITY_ENERGY_PER_AREA, 3.6e4},
                 {"kgCO2e/cm2", F2F_QUANTITY_CARBON_PER_AREA, 0.01},
                 {"kgCO2e/GB", F2F_QUANTITY_CARBON_PER_BYTE, 1e-9},
                 {"gCO2e/kWh", F2F_QUANTITY_GRID_CARBON, 1e-3 / 3.6e6},
                 {"%", F2F_QUANTITY_FRACTION, 0.01}};

const char *f2f_quantity_unit(enum f2f_quantity q) { return quantities[q].unit; }
const char *f2f_quantity_text(enum f2f_quantity q) { return quantities[q].text; }
const char *f2f_quantity_example(enum f2f_quantity q) { return quantities[q].example; }

/* Length of the number at the start of text: digits, point, exponent; 0 if none. Keeps strtod away
 * from hexadecimal, "nan" and "inf". */
static size_t number_length(const char *text) {
    size_t i = 0, digits = 0;
    if (text[i] == '+' || text[i] == '-') i++;
    for (; isdigit((unsigned char)text[i]) || text[i] == '.'; i++) digits += text[i] != '.';
    if (!digits) return 0;
    if (text[i] == 'e' || text[i] == 'E') {
        size_t j = i + 1;
        if (text[j] == '+' || text[j] == '-') j++;
        if (isdigit((unsigned char)text[j])) {
            while (isdigit((unsigned char)text[j])) j++;
            i = j;
        }
    }
    return i;
}

/* strtod in the C locale: the library never calls setlocale, but its host may have. */
static int read_number(double *out, const char *text, size_t length) {
    char copy[64], *end;
    if (length == 0 || length >= sizeof copy) return 0;
    memcpy(copy, text, length);
    copy[length] = '\0';
    *out = strtod(copy, &end);
    if (*end == '.') { /* a locale with a decimal comma */
        *end = ',';
        *out = strtod(copy, &end);
    }
    return *end == '\0' && isfinite(*out);
}

int f2f_number_parse(double *out, const char *text) {
    size_t length = number_length(text);
    return length == strlen(text) && read_number(out, text, length);
}

/* Units that take no prefix. */
static int is_whole(enum f2f_quantity q) { return q == F2F_QUANTITY_AREA || q == F2F_QUANTITY_LENGTH; }

/* Finds quantity and factor of a unit text such as "TB/s". */
static int find_unit(enum f2f_quantity *quantity, double *factor, const char *unit) {
    for (size_t i = 0; i < COUNT(spellings); i++) {
        if (strcmp(unit, spellings[i].text) != 0) continue;
        *quantity = spellings[i].quantity;
        *factor = spellings[i].factor;
        return 1;
    }
    for (size_t p = 0; p < COUNT(prefixes); p++) {
        size_t length = strlen(prefixes[p].text);
        if (strncmp(unit, prefixes[p].text, length) != 0) continue;
        const char *base = unit + length;
        if (strcmp(base, "OP/s") == 0) base = "FLOP/s";
        for (int q = F2F_QUANTITY_SIZE; q < F2F_QUANTITY_N; q++) {
            if (strcmp(base, quantities[q].unit) != 0 || (length && is_whole((enum f2f_quantity)q))) continue;
            *quantity = (enum f2f_quantity)q;
            *factor = prefixes[p].factor;
            return 1;
        }
    }
    return 0;
}

f2f_status f2f_quantity_parse(double *out, enum f2f_quantity wanted, const char *text, f2f_error *err) {
    size_t length = number_length(text);
    double number, factor = 1;
    if (!length || !read_number(&number, text, length))
        return f2f_fail(err, F2F_EINPUT, "'%.60s' is not a number; %s is wanted (e.g. %s)", text,
                        quantities[wanted].text, quantities[wanted].example);
    const char *unit = text + length;
    while (*unit == ' ') unit++;
    enum f2f_quantity found = F2F_QUANTITY_NUMBER;
    if (*unit && !find_unit(&found, &factor, unit))
        return f2f_fail(err, F2F_EINPUT, "'%.60s': unit '%.20s' is not known; %s is wanted (e.g. %s)", text, unit,
                        quantities[wanted].text, quantities[wanted].example);
    if (found == F2F_QUANTITY_NUMBER && wanted == F2F_QUANTITY_FRACTION) found = wanted;
    if (found == F2F_QUANTITY_NUMBER && wanted != found)
        return f2f_fail(err, F2F_EINPUT, "'%.60s' has no unit; %s is wanted (e.g. %s)", text, quantities[wanted].text,
                        quantities[wanted].example);
    if (found != wanted)
        return f2f_fail(err, F2F_EINPUT, "'%.60s' is %s, but %s is wanted (e.g. %s)", text, quantities[found].text,
                        quantities[wanted].text, quantities[wanted].example);
    *out = number * factor;
    return F2F_OK;
}
