/* require.c - `--require 'ttft_p99_s<=0.5,mfu_frac>0.4'`: exit 4 unless every result meets it. */
#include <math.h>
#include <string.h>

#include "base/units.h"
#include "cli/cli.h"

enum { LESS = 1, EQUAL = 2, MORE = 4 }; /* what an operator allows */

static const struct {
    const char *text;
    int allowed;
} operators[] = {{"<=", LESS | EQUAL}, {">=", MORE | EQUAL}, {"==", EQUAL}, {"<", LESS}, {">", MORE}, {"=", EQUAL}};
#define N_OPERATORS (sizeof operators / sizeof operators[0])

struct test {
    const char *text; /* as written */
    char key[64];
    int allowed;
    double value;
};

static f2f_status parse_test(struct test *test, const char *text, f2f_error *err) {
    size_t key = strcspn(text, "<>="), op = 0;
    while (op < N_OPERATORS && strncmp(text + key, operators[op].text, strlen(operators[op].text)) != 0) op++;
    *test = (struct test){.text = text};
    if (op == N_OPERATORS || !key || key >= sizeof test->key ||
        !f2f_number_parse(&test->value, text + key + strlen(operators[op].text)))
        return f2f_fail(err, F2F_EUSAGE,
                        "--require '%.80s': KEY<=NUMBER is wanted (or <, >, >=, =), e.g. 'ttft_p99_s<=0.5'", text);
    memcpy(test->key, text, key);
    test->allowed = operators[op].allowed;
    return F2F_OK;
}

static bool holds(const struct test *test, double value) {
    if (value < test->value) return test->allowed & LESS;
    if (value > test->value) return test->allowed & MORE;
    return !isnan(value) && (test->allowed & EQUAL);
}

static f2f_status test_all(const struct f2f_results *results, const struct test *test, f2f_error *err) {
    bool found = false;
    for (size_t i = 0; i < results->n_items; i++) {
        const struct f2f_record *r = results->items[i];
        const struct f2f_value *value = f2f_record_find(r, test->key);
        if (f2f_record_get(r, "feasible") <= 0) return f2f_fail(err, F2F_EINFEASIBLE, "%s is infeasible", r->title);
        if (!value) continue; /* another kind of job */
        found = true;
        if (value->kind == F2F_VALUE_TEXT || value->kind == F2F_VALUE_RECORD)
            return f2f_fail(err, F2F_EUSAGE, "--require: '%s' is no number", test->key);
        if (!holds(test, f2f_value_number(value)))
            return f2f_fail(err, F2F_EINFEASIBLE, "%s: %s is %g, %s is required", r->title, test->key,
                            f2f_value_number(value), test->text);
    }
    return found ? F2F_OK : f2f_fail(err, F2F_EUSAGE, "--require: no result has a key '%s'", test->key);
}

f2f_status cli_require(const struct f2f_results *results, const char *requirement, f2f_error *err) {
    struct test test;
    for (char *at = f2f_arena_strdup(results->arena, requirement), *next; at; at = next) {
        next = strchr(at, ',');
        if (next) *next++ = '\0';
        F2F_TRY(parse_test(&test, at, err));
        F2F_TRY(test_all(results, &test, err));
    }
    return F2F_OK;
}
