/* slo.c - service level objectives: parsed from text, tested against statistics.
 *
 * Goodput after DistServe (Zhong et al., OSDI 2024): the share of requests that meet every objective. */
#include "serve/slo.h"

#include <ctype.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum kind { TTFT, TPOT, E2E, N_KINDS };

static const struct objective {
    const char *key;
    enum kind kind;
    size_t limit, stat; /* offsets in struct f2f_slo and struct f2f_serve_stat */
} objectives[] = {
#define OBJECTIVE(key, kind, stat) \
    { #key, kind, offsetof(struct f2f_slo, key), offsetof(struct f2f_serve_stat, stat) }
    OBJECTIVE(ttft_mean_s, TTFT, mean_s), OBJECTIVE(ttft_p50_s, TTFT, p50_s),   OBJECTIVE(ttft_p90_s, TTFT, p90_s),
    OBJECTIVE(ttft_p99_s, TTFT, p99_s),   OBJECTIVE(tpot_mean_s, TPOT, mean_s), OBJECTIVE(tpot_p50_s, TPOT, p50_s),
    OBJECTIVE(tpot_p90_s, TPOT, p90_s),   OBJECTIVE(tpot_p99_s, TPOT, p99_s),   OBJECTIVE(e2e_p99_s, E2E, p99_s),
};
enum { N_OBJECTIVES = sizeof objectives / sizeof objectives[0] };

static double *limit_of(struct f2f_slo *slo, const struct objective *o) {
    return (double *)(void *)((char *)slo + o->limit);
}

static double limit(const struct f2f_slo *slo, const struct objective *o) {
    return *(const double *)(const void *)((const char *)slo + o->limit);
}

static double stat(const struct f2f_serve_stat *s, const struct objective *o) {
    return *(const double *)(const void *)((const char *)s + o->stat);
}

static const char *skip_space(const char *text) {
    while (isspace((unsigned char)*text)) text++;
    return text;
}

static const struct objective *find(const char *key, size_t length) {
    for (int i = 0; i < N_OBJECTIVES; i++)
        if (strncmp(objectives[i].key, key, length) == 0 && objectives[i].key[length] == '\0') return &objectives[i];
    return NULL;
}

/* One `key<=seconds`; *text moves behind it. */
static f2f_status parse_one(struct f2f_slo *out, const char **text, f2f_error *err) {
    const char *key = skip_space(*text);
    size_t length = strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789_");
    const struct objective *o = find(key, length);
    size_t whole = strcspn(key, "<>=, \t"); /* also what no key has: a dash, capitals */
    if (!o)
        return f2f_fail(
            err, F2F_EUSAGE,
            "unknown objective '%.*s': ttft_ and tpot_ with mean_s, p50_s, p90_s, p99_s and e2e_p99_s are known",
            (int)(whole < 60 ? whole : 60), key);
    const char *number = skip_space(key + length);
    if (strncmp(number, "<=", 2) != 0)
        return f2f_fail(err, F2F_EUSAGE, "objective %s needs a limit: write '%s<=0.5'", o->key, o->key);
    char *end;
    double value = strtod(number + 2, &end);
    if (end == number + 2 || !(value > 0.0) || !isfinite(value))
        return f2f_fail(err, F2F_EUSAGE, "objective %s<=%.20s: a number of seconds above 0 is wanted", o->key,
                        number + 2);
    *limit_of(out, o) = value;
    *text = skip_space(end);
    return F2F_OK;
}

f2f_status f2f_slo_parse(struct f2f_slo *out, const char *text, f2f_error *err) {
    *out = (struct f2f_slo){0};
    for (;;) {
        F2F_TRY(parse_one(out, &text, err));
        if (*text == '\0') return F2F_OK;
        if (*text != ',')
            return f2f_fail(err, F2F_EUSAGE,
                            "objectives: '%.40s' is left over: limits are bare numbers of seconds (0.5 for 500 ms), "
                            "separated by commas",
                            text);
        text++;
    }
}

bool f2f_slo_given(const struct f2f_slo *slo) {
    for (int i = 0; i < N_OBJECTIVES; i++)
        if (limit(slo, &objectives[i]) > 0.0) return true;
    return false;
}

bool f2f_slo_met(const struct f2f_slo *slo, const struct f2f_serve_stat *ttft, const struct f2f_serve_stat *tpot,
                 const struct f2f_serve_stat *e2e) {
    const struct f2f_serve_stat *stats[N_KINDS] = {ttft, tpot, e2e};
    for (int i = 0; i < N_OBJECTIVES; i++) {
        double most = limit(slo, &objectives[i]);
        if (most > 0.0 && stat(stats[objectives[i].kind], &objectives[i]) > most) return false;
    }
    return true;
}

bool f2f_slo_met_by(const struct f2f_slo *slo, double ttft_s, double tpot_s, double e2e_s) {
    const double values[N_KINDS] = {ttft_s, tpot_s, e2e_s};
    for (int i = 0; i < N_OBJECTIVES; i++) {
        double most = limit(slo, &objectives[i]);
        if (most > 0.0 && values[objectives[i].kind] > most) return false;
    }
    return true;
}
