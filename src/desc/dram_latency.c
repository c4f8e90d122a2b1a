/* dram_latency.c - latencies of constraints as sums of timings: "nCWL + nBL + nWTRS", "2 nRP - 1". */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "desc/table.h"
#include "fab2fleet/doc.h"

static const char *const names[] = {
#define X(key, symbol, help) #symbol,
    F2F_DRAM_TIMINGS(X)
#undef X
        "nBL"};
static const char *const keys[] = {
#define X(key, symbol, help) #key,
    F2F_DRAM_TIMINGS(X)
#undef X
        "burst"};

const char *f2f_dram_symbol_name(enum f2f_dram_symbol symbol) { return names[symbol]; }
const char *f2f_dram_symbol_key(enum f2f_dram_symbol symbol) { return keys[symbol]; }

static const char *skip_blanks(const char *at) {
    while (*at == ' ') at++;
    return at;
}

/* A whole number below 10,000, if one stands there. */
static bool read_count(int *out, const char **at) {
    int value = 0, digits = 0;
    for (; isdigit((unsigned char)**at) && digits < 4; (*at)++, digits++) value = 10 * value + (**at - '0');
    if (digits) *out = value;
    return digits > 0;
}

static f2f_status add_symbol(struct f2f_dram_latency *out, int times, const char *word, size_t length, f2f_error *err) {
    char copy[24] = "";
    for (int i = 0; i < F2F_DRAM_SYMBOLS; i++) {
        if (strlen(names[i]) != length || strncmp(names[i], word, length) != 0) continue;
        out->times[i] += times;
        return F2F_OK;
    }
    memcpy(copy, word, length < sizeof copy ? length : sizeof copy - 1);
    return f2f_fail(err, F2F_EINPUT, "'%s' is no timing%s", copy, f2f_did_you_mean(copy, names, F2F_DRAM_SYMBOLS).text);
}

f2f_status f2f_dram_latency_parse(struct f2f_dram_latency *out, const char *text, f2f_error *err) {
    const char *at = skip_blanks(text);
    int sign = 1, terms = 0;
    *out = (struct f2f_dram_latency){0};
    while (*at && terms++ < 16) {
        int times = 1;
        bool counted = read_count(&times, &at);
        if (counted) at = skip_blanks(*at == '*' ? at + 1 : at);
        size_t length = 0;
        while (isalnum((unsigned char)at[length])) length++;
        if (length) F2F_TRY(add_symbol(out, sign * times, at, length, err));
        else if (counted) out->clocks += sign * times;
        else break;
        at = skip_blanks(at + length);
        if (!*at) return F2F_OK;
        if (*at != '+' && *at != '-') break;
        sign = *at == '-' ? -1 : 1;
        at = skip_blanks(at + 1);
    }
    return f2f_fail(err, F2F_EINPUT, "'%.60s' is no sum of timings (e.g. nCWL + nBL + nWTRS)", text);
}
