/* require.c - `--require 'ttft_p99_s<=0.5,mfu_frac>0.4'`: exit 4 unless every result meets it. */
#include <math.h>
#include <string.h>

#include "base/units.h"
#include "cli/cli.h"

struct test {
    char key[64];
    char op[3];
    double value;
};

static f2f_status parse_test(struct test *test, const char *text, size_t length, f2f_error *err) {
    char copy[128];
    if (length >= sizeof copy) return f2f_fail(err, F2F_EUSAGE, "--require: '%.40s...' is too long", text);
    memcpy(copy, text, length);
    copy[length] = '\0';
    size_t key = strcspn(copy, "<>=");
    size_t op = strspn(copy + key, "<>=");
    if (!key || !op || op > 2 || key >= sizeof test->key || !f2f_number_parse(&test->value, copy + key + op))
        return f2f_fail(err, F2F_EUSAGE, "--require '%s': KEY<=NUMBER is wanted (or <, >, >=), e.g. 'ttft_p99_s<=0.5'",
                        copy);
    memcpy(test->key, copy, key);
    test->key[key] = '\0';
    memcpy(test->op, copy + key, op);
    test->op[op] = '\0';
    return F2F_OK;
}

static bool holds(const struct test *test, double value) {
    bool equal_counts = strchr(test->op, '=') != NULL;
    if (test->op[0] == '<') return equal_counts ? value <= test->value : value < test->value;
    if (test->op[0] == '>') return equal_counts ? value >= test->value : value > test->value;
    return !(value < test->value || value > test->value);
}

static f2f_status test_all(const struct f2f_results *results, const struct test *test, f2f_error *err) {
    bool found = false;
    for (size_t i = 0; i < results->n_items; i++) {
        double value = f2f_record_get(results->items[i], test->key);
        double feasible = f2f_record_get(results->items[i], "feasible");
        found = found || f2f_record_find(results->items[i], test->key) != NULL;
        if (feasible <= 0) return f2f_fail(err, F2F_EINFEASIBLE, "%s is infeasible", results->items[i]->title);
        if (!isnan(value) && !holds(test, value))
            return f2f_fail(err, F2F_EINFEASIBLE, "%s: %s is %g, %s %g is required", results->items[i]->title,
                            test->key, value, test->op, test->value);
    }
    return found ? F2F_OK : f2f_fail(err, F2F_EUSAGE, "--require: no result has a key '%s'", test->key);
}

f2f_status cli_require(const struct f2f_results *results, const char *requirement, f2f_error *err) {
    for (const char *at = requirement; *at;) {
        struct test test;
        size_t length = strcspn(at, ",");
        F2F_TRY(parse_test(&test, at, length, err));
        F2F_TRY(test_all(results, &test, err));
        at += length + (at[length] == ',');
    }
    return F2F_OK;
}
