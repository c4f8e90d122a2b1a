/* decode_timing.c - a DRAM timing as JEDEC tables write it: a time, a number of clocks (nCK), or the
 * longer of both. The clock is not known here: src/memory/spec.c turns both into clocks. */
#include <math.h>
#include <string.h>

#include "desc/table.h"

static f2f_status parse_one(struct f2f_dram_timing *out, const char *text, f2f_error *err) {
    char number[64];
    const char *unit = strstr(text, "nCK");
    double value;
    if (!unit) {
        F2F_TRY(f2f_quantity_parse(&value, F2F_QUANTITY_TIME, text, err));
        if (value < 0 || value > 1e-3) return f2f_fail(err, F2F_EINPUT, "%.40s is out of its range 0 to 1 ms", text);
        if (value > out->s) out->s = value;
        return F2F_OK;
    }
    size_t length = (size_t)(unit - text);
    while (length && text[length - 1] == ' ') length--;
    if (length >= sizeof number || unit[3]) length = 0;
    memcpy(number, text, length);
    number[length] = '\0';
    if (!f2f_number_parse(&value, number) || value < 0 || value > 1e6 || value != floor(value))
        return f2f_fail(err, F2F_EINPUT, "'%.40s' is no whole number of clocks from 0 to 1e6 (e.g. 4 nCK)", text);
    if (value > out->ck) out->ck = value;
    return F2F_OK;
}

/* A copy without the blanks around it. */
static bool trimmed(char *out, size_t size, const char *from, size_t length) {
    while (length && *from == ' ') from++, length--;
    while (length && from[length - 1] == ' ') length--;
    if (!length || length >= size) return false;
    memcpy(out, from, length);
    out[length] = '\0';
    return true;
}

f2f_status f2f_desc_timing_parse(struct f2f_dram_timing *out, const char *text, f2f_error *err) {
    char first[64], second[64];
    size_t length = strlen(text);
    *out = (struct f2f_dram_timing){0};
    if (strncmp(text, "max(", 4) != 0) return parse_one(out, text, err);
    const char *comma = strchr(text, ',');
    if (!comma || text[length - 1] != ')' || !trimmed(first, sizeof first, text + 4, (size_t)(comma - text) - 4) ||
        !trimmed(second, sizeof second, comma + 1, (size_t)(text + length - 1 - (comma + 1))))
        return f2f_fail(err, F2F_EINPUT, "'%.40s' is no longer-of-two (e.g. max(4 nCK, 2.5 ns))", text);
    F2F_TRY(parse_one(out, first, err));
    return parse_one(out, second, err);
}
