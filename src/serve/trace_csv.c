/* trace_csv.c - request logs as CSV, told apart by the names of their columns.
 *
 * Azure LLM inference traces 2023 and 2024 (date and time, tokens), BurstGPT (Wang et al. 2024: seconds; an answer of 0
 * tokens is a request that failed), logs of serving benchmarks (arrival_s, input_toks, output_toks; what they measured,
 * ttft_s and tpot_ms, is read along for comparison).
 * Leaves out: quoted commas, which none of them has. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "serve/trace.h"

enum { TIME, IN, OUT, N_COLUMNS };

static const struct dialect {
    const char *columns[N_COLUMNS];
    bool zero_is_failure;
    bool inside; /* times are the engine's own, not a client's */
} dialects[] = {
    {{"TIMESTAMP", "ContextTokens", "GeneratedTokens"}, false, false},
    {{"Timestamp", "Request tokens", "Response tokens"}, true, false},
    {{"arrival_s", "input_toks", "output_toks"}, false, true},
    {{"at_s", "isl", "osl"}, false, false},
};
enum { N_DIALECTS = sizeof dialects / sizeof dialects[0] };

struct layout {
    const struct dialect *dialect;
    int at[N_COLUMNS]; /* number of the column; -1: missing */
    int ttft_s, tpot_ms; /* the same */
};

/* Column of that name in a header, or -1. */
static int column_of(const char *header, const char *name) {
    size_t wanted = strlen(name);
    for (int i = 0;; i++) {
        size_t length = strcspn(header, ",");
        if (length == wanted && strncmp(header, name, length) == 0) return i;
        if (header[length] == '\0') return -1;
        header += length + 1;
    }
}

static bool recognise(void **state, f2f_arena *arena, const char *first_line) {
    struct layout *layout = f2f_arena_alloc(arena, sizeof *layout);
    int best = 0;
    if (strncmp(first_line, "\xef\xbb\xbf", 3) == 0) first_line += 3;
    for (int d = 0; d < N_DIALECTS; d++) {
        struct layout found = {.dialect = &dialects[d]};
        int n = 0;
        for (int c = 0; c < N_COLUMNS; c++) n += (found.at[c] = column_of(first_line, dialects[d].columns[c])) >= 0;
        if (n <= best) continue;
        best = n;
        *layout = found;
    }
    layout->ttft_s = column_of(first_line, "ttft_s");
    layout->tpot_ms = column_of(first_line, "tpot_ms");
    *state = layout;
    return best > 0;
}

static bool inside(void *state) { return ((const struct layout *)state)->dialect->inside; }

static f2f_status check(void *state, const struct f2f_lines *lines, f2f_error *err) {
    const struct layout *layout = state;
    const char *const *columns = layout->dialect->columns;
    for (int c = 0; c < N_COLUMNS; c++)
        if (layout->at[c] < 0)
            return f2f_lines_fail(lines, 1, err, "the header has no column '%s': %s, %s and %s are wanted", columns[c],
                                  columns[TIME], columns[IN], columns[OUT]);
    return F2F_OK;
}

/* Days since 1970-01-01 (Hinnant, "chrono-compatible low-level date algorithms"). */
static long long days_of(int year, int month, int day) {
    year -= month <= 2;
    long long era = (year >= 0 ? year : year - 399) / 400, of_era = year - era * 400;
    long long of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

/* `digits` digits, a separator behind them (0: none wanted). */
static bool take(const char **text, int digits, char separator, int *out) {
    *out = 0;
    for (int i = 0; i < digits; i++, ++*text) {
        if (**text < '0' || **text > '9') return false;
        *out = *out * 10 + (**text - '0');
    }
    if (separator && *(*text)++ != separator) return false;
    return true;
}

/* "2023-11-16 18:15:46.6805900", also with a T and an offset from UTC, which is neglected: all lines share it. */
static bool date_parse(double *out, const char *text) {
    int year, month, day, hour, minute;
    char *end;
    if (!take(&text, 4, '-', &year) || !take(&text, 2, '-', &month) || !take(&text, 2, 0, &day)) return false;
    if (*text != ' ' && *text != 'T') return false;
    text++;
    if (!take(&text, 2, ':', &hour) || !take(&text, 2, ':', &minute)) return false;
    if (text[0] < '0' || text[0] > '9' || text[1] < '0' || text[1] > '9' || month < 1 || month > 12 || day < 1)
        return false;
    double second = (text[0] - '0') * 10 + (text[1] - '0'), place = 0.1;
    text += 2;
    if (*text == '.')
        for (text++; *text >= '0' && *text <= '9'; text++, place *= 0.1) second += place * (*text - '0');
    end = (char *)text + strspn(text, "+-:Z0123456789");
    *out = (double)(days_of(year, month, day) * 86400 + hour * 3600 + minute * 60) + second;
    return *end == '\0' && day <= 31 && hour < 24 && minute < 60 && second < 61.0;
}

static bool whole(long long *out, const char *text) {
    double value;
    if (!f2f_number_parse(&value, text) || value != floor(value) || fabs(value) > 1e15) return false;
    *out = (long long)value;
    return true;
}

static f2f_status read(struct f2f_arrival *out, bool *failed, void *state, const struct f2f_lines *lines, char *line,
                       f2f_error *err) {
    const struct layout *layout = state;
    char *cells[N_COLUMNS] = {NULL};
    int n = 0;
    for (char *at = line, *comma; at; at = comma, n++) {
        comma = strchr(at, ',');
        if (comma) *comma++ = '\0';
        for (int c = 0; c < N_COLUMNS; c++)
            if (layout->at[c] == n) cells[c] = at;
        if (layout->ttft_s == n) (void)f2f_number_parse(&out->ttft_s, at);
        if (layout->tpot_ms == n && f2f_number_parse(&out->tpot_s, at)) out->tpot_s *= 1e-3;
    }
    for (int c = 0; c < N_COLUMNS; c++)
        if (!cells[c])
            return f2f_lines_fail(lines, 1, err, "%d cells, but '%s' is column %d", n, layout->dialect->columns[c],
                                  layout->at[c] + 1);
    if (!f2f_number_parse(&out->at_s, cells[TIME]) && !date_parse(&out->at_s, cells[TIME]))
        return f2f_lines_fail(lines, (size_t)(cells[TIME] - line) + 1, err,
                              "'%.40s' is no time: seconds or 2023-11-16 18:15:46.68 are wanted", cells[TIME]);
    long long *const lengths[] = {[IN] = &out->isl, [OUT] = &out->osl};
    for (int c = IN; c < N_COLUMNS; c++)
        if (!whole(lengths[c], cells[c]))
            return f2f_lines_fail(lines, (size_t)(cells[c] - line) + 1, err, "'%.40s' is no whole number of tokens",
                                  cells[c]);
    *failed = layout->dialect->zero_is_failure && out->osl == 0;
    return F2F_OK;
}

const struct f2f_trace_format f2f_trace_csv = {
    .name = "CSV",
    .wanted = "TIMESTAMP,ContextTokens,GeneratedTokens (Azure), Timestamp,Request tokens,Response tokens (BurstGPT), "
              "arrival_s,input_toks,output_toks or at_s,isl,osl",
    .header = true,
    .recognise = recognise,
    .inside = inside,
    .check = check,
    .read = read};
