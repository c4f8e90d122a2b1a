/* require.c - `--require 'ttft_p99_s<=0.5,mfu_frac>0.4'`: exit 4 unless every result meets it. */
#include <string.h>

#include "base/require.h"
#include "cli/cli.h"

static f2f_status test_all(const struct f2f_results *results, const struct f2f_test *test, f2f_error *err) {
    bool found = false;
    for (size_t i = 0; i < results->n_items; i++) {
        const struct f2f_record *r = results->items[i];
        const struct f2f_value *value = f2f_record_find(r, test->key);
        if (f2f_record_get(r, "feasible") <= 0) return f2f_fail(err, F2F_EINFEASIBLE, "%s is infeasible", r->title);
        if (!value) continue; /* another kind of job */
        found = true;
        if (value->kind == F2F_VALUE_TEXT || value->kind == F2F_VALUE_RECORD)
            return f2f_fail(err, F2F_EUSAGE, "--require: '%s' is no number", test->key);
        if (!f2f_test_holds(test, f2f_value_number(value)))
            return f2f_fail(err, F2F_EINFEASIBLE, "%s: %s is %g, %s is required", r->title, test->key,
                            f2f_value_number(value), test->text);
    }
    return found ? F2F_OK : f2f_fail(err, F2F_EUSAGE, "--require: no result has a key '%s'", test->key);
}

f2f_status cli_require(const struct f2f_results *results, const char *requirement, f2f_error *err) {
    struct f2f_test test;
    f2f_error reason;
    for (char *at = f2f_arena_strdup(results->arena, requirement), *next; at; at = next) {
        next = strchr(at, ',');
        if (next) *next++ = '\0';
        if (f2f_test_parse(&test, at, &reason) != F2F_OK)
            return f2f_fail(err, F2F_EUSAGE, "--require %s", reason.message);
        F2F_TRY(test_all(results, &test, err));
    }
    return F2F_OK;
}
