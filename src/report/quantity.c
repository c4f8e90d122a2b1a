/* quantity.c - see quantity.h. Prefixes after the SI Brochure, 9th edition, table 7; GB is 1e9 bytes. */
#include <math.h>
#include <string.h>

#include "base/buffer.h"
#include "report/quantity.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])
#define MAX_DECIMALS 9

/* Steps from above: the first one that the largest number reaches is taken. */
struct step {
    double least, divisor;
    const char *prefix;
};

static const struct step si[] = {{1e15, 1e15, "P"}, {1e12, 1e12, "T"}, {1e9, 1e9, "G"},   {1e6, 1e6, "M"},
                                 {1e3, 1e3, "k"},   {1, 1, ""},        {1e-3, 1e-3, "m"}, {1e-6, 1e-6, "µ"},
                                 {1e-9, 1e-9, "n"}, {0, 1e-12, "p"}};
static const struct step size[] = {{1e18, 1e18, "E"}, {1e15, 1e15, "P"}, {1e12, 1e12, "T"}, {1e9, 1e9, "G"},
                                   {1e6, 1e6, "M"},   {1e3, 1e3, "k"},   {0, 1, ""}};
static const struct step count[] = {{1e12, 1e12, "T"}, {1e9, 1e9, "G"}, {1e6, 1e6, "M"}, {1e5, 1e3, "k"}, {0, 1, ""}};
static const struct step money[] = {{1e9, 1e9, "B"}, {1e6, 1e6, "M"}, {1e5, 1e3, "k"}, {0, 1, ""}};
static const struct step duration[] = {{2 * 86400, 86400, "d"}, {2 * 3600, 3600, "h"}, {600, 60, "min"}, {1, 1, "s"},
                                       {1e-3, 1e-3, "ms"},      {1e-6, 1e-6, "µs"},    {0, 1e-9, "ns"}};
static const struct step frequency[] = {{1e9, 1e9, "G"}, {1e6, 1e6, "M"}, {1e3, 1e3, "k"}, {0, 1, ""}};
static const struct step mass[] = {{1e7, 1e6, "kt"}, {1e4, 1e3, "t"}, {0, 1, "kg"}};
static const struct step none[] = {{0, 1, ""}};

static const struct unit {
    const char *word, *before, *space, *text;
    double factor;
    int digits;
    const struct step *steps;
} units[] = {
    {"s", "", " ", "", 1, 4, duration},
    {"B", "", " ", "B", 1, 4, size},
    {"Bps", "", " ", "B/s", 1, 4, size},
    {"flop", "", " ", "FLOP", 1, 4, size},
    {"flops", "", " ", "FLOP/s", 1, 4, size},
    {"Hz", "", " ", "Hz", 1, 4, frequency},
    {"W", "", " ", "W", 1, 4, si},
    {"J", "", " ", "J", 1, 4, si},
    {"usd", "$", "", "", 1, 4, money},
    {"tok", "", " ", "tok", 1, 4, count},
    {"tokps", "", " ", "tok/s", 1, 4, count},
    {"ck", "", " ", "cycles", 1, 4, count},
    {"frac", "", "", "%", 100, 3, none},
    {"ratio", "", "", "×", 1, 3, none},
    {"mm2", "", " ", "mm²", 1, 4, none},
    {"kg", "", " ", "", 1, 4, mass},
    {"kgCO2e", "", " ", " CO2e", 1, 4, mass},
    {"days", "", " ", "d", 1, 4, none},
    {"C", "", " ", "°C", 1, 4, none},
};
static const struct unit plain = {"", "", "", "", 1, 4, none};

/* Words of keys that are written otherwise. */
static const struct {
    const char *word, *label;
} labels[] = {{"ttft", "TTFT"},      {"tpot", "TPOT"},    {"itl", "ITL"},    {"kv", "KV"},   {"hbm", "HBM"},
              {"mfu", "MFU"},        {"slo", "SLO"},      {"isl", "ISL"},    {"osl", "OSL"}, {"tp", "TP"},
              {"pp", "PP"},          {"dp", "DP"},        {"cp", "CP"},      {"ep", "EP"},   {"vp", "VP"},
              {"tokps", "tokens/s"}, {"flops", "FLOP/s"}, {"usd", "USD"},    {"tco", "TCO"}, {"npv", "NPV"},
              {"e2e", "end-to-end"}, {"n", "count"},      {"kgCO2e", "CO2e"}};

static bool is_word(const char *word, size_t length, const char *text) {
    return strlen(text) == length && strncmp(word, text, length) == 0;
}

static const struct unit *unit_of_word(const char *word, size_t length) {
    for (size_t i = 0; i < COUNT(units); i++)
        if (is_word(word, length, units[i].word)) return &units[i];
    return NULL;
}

static bool ends_unit(const char *rest) {
    return !*rest || strncmp(rest, "_per_", 5) == 0 ||
           (strncmp(rest, "_p", 2) == 0 && strspn(rest + 2, "0123456789") == strlen(rest + 2));
}

/* The part of a path that names the figure: after the last point. */
static const char *leaf(const char *key) {
    const char *point = strrchr(key, '.');
    return point ? point + 1 : key;
}

/* *at: where the unit's word stands in the key. */
static const struct unit *find_unit(const char *key, const char **at) {
    const struct unit *found = NULL;
    for (const char *word = leaf(key); *word;) {
        size_t length = strcspn(word, "_");
        const struct unit *unit = ends_unit(word + length) ? unit_of_word(word, length) : NULL;
        if (unit) *at = word;
        found = unit ? unit : found;
        word += length + (word[length] == '_');
    }
    return found;
}

/* Decimals so that value has so many significant digits; -1 if that needs an exponent. */
static int find_decimals(double value, int digits) {
    if (!(value > 0) || isinf(value)) return 0;
    int before = (int)floor(log10(value)) + 1;
    int decimals = digits > before ? digits - before : 0;
    return decimals > MAX_DECIMALS || before > 15 ? -1 : decimals;
}

/* Drops last digits that are 0 in every number. */
static int trim_decimals(int decimals, double factor, const double *numbers, size_t n) {
    for (; decimals > 0; decimals--) {
        for (size_t i = 0; i < n; i++)
            if (isfinite(numbers[i]) && fmod(round(numbers[i] * factor * pow(10, decimals)), 10) != 0) return decimals;
    }
    return decimals;
}

struct f2f_scale f2f_scale_find(const char *key, const double *numbers, size_t n, bool ascii) {
    const char *at;
    const struct unit *unit = find_unit(key, &at);
    if (!unit) unit = &plain;
    double most = 0, smallest = HUGE_VAL;
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(numbers[i]) || fpclassify(numbers[i]) == FP_ZERO) continue;
        most = fmax(most, fabs(numbers[i]));
        smallest = fmin(smallest, fabs(numbers[i]));
    }
    const struct step *step = unit->steps;
    /* What rounds up to the next step belongs there; zero takes the plain one. */
    double least = most > 0 ? most * (1 + 5e-5) : 1;
    while (least < step->least) step++;
    struct f2f_scale scale = {unit->before, unit->space, step->prefix, unit->text, unit->factor / step->divisor, 0,
                              ascii};
    most *= scale.factor;
    int for_most = find_decimals(most, most < 1 ? unit->digits - 1 : unit->digits);
    int for_smallest = find_decimals(smallest * scale.factor, unit->digits - 1);
    int decimals = for_most < 0 || for_smallest < 0 ? -1 : for_most > for_smallest ? for_most : for_smallest;
    scale.decimals = trim_decimals(decimals, scale.factor, numbers, n);
    return scale;
}

/* Signs outside of ASCII that units use. */
static const char *to_ascii(f2f_arena *arena, const char *text) {
    static const struct { const char *sign, *ascii; } signs[] = {{"µ", "u"}, {"×", "x"}, {"²", "2"}, {"°", ""}};
    for (size_t i = 0; i < COUNT(signs); i++) {
        const char *at = strstr(text, signs[i].sign);
        if (at)
            return f2f_arena_printf(arena, "%.*s%s%s", (int)(at - text), text, signs[i].ascii,
                                    at + strlen(signs[i].sign));
    }
    return text;
}

const char *f2f_scale_text(f2f_arena *arena, const struct f2f_scale *scale, double number) {
    if (!isfinite(number)) return isnan(number) ? "-" : number > 0 ? "inf" : "-inf";
    char text[F2F_NUMBER_MAX];
    double scaled = fabs(number) * scale->factor;
    if (scale->decimals < 0) f2f_number_short(text, scaled, 4);
    else f2f_number_fixed(text, scaled, scale->decimals);
    bool unit = *scale->prefix || *scale->unit;
    const char *all = f2f_arena_printf(arena, "%s%s%s%s%s%s", number < 0 ? "-" : "", scale->before, text,
                                       unit ? scale->space : "", scale->prefix, scale->unit);
    return scale->ascii ? to_ascii(arena, all) : all;
}

const char *f2f_quantity_text_of(f2f_arena *arena, const char *key, double number, bool ascii) {
    struct f2f_scale scale = f2f_scale_find(key, &number, 1, ascii);
    return f2f_scale_text(arena, &scale, number);
}

static void put_word(struct f2f_buffer *out, const char *word, size_t length) {
    for (size_t i = 0; i < COUNT(labels); i++) {
        if (!is_word(word, length, labels[i].word)) continue;
        f2f_buffer_text(out, labels[i].label);
        return;
    }
    f2f_buffer_bytes(out, word, length);
}

const char *f2f_key_label(f2f_arena *arena, const char *key) {
    struct f2f_buffer out = {.arena = arena};
    const char *start = leaf(key), *unit = NULL;
    /* The unit stays when it says what the figure is: "usd_per_Mtok", "tokps". */
    if (find_unit(key, &unit) && unit == start) unit = NULL;
    for (const char *word = start; *word;) {
        size_t length = strcspn(word, "_");
        if (word != unit) {
            if (out.length) f2f_buffer_text(&out, " ");
            put_word(&out, word, length);
        }
        word += length + (word[length] == '_');
    }
    return f2f_buffer_str(&out);
}
