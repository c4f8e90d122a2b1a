/* require.h - 'ttft_p99_s<=0.5': a figure, and what it must be. */
#ifndef F2F_BASE_REQUIRE_H
#define F2F_BASE_REQUIRE_H

#include <stdbool.h>

#include "fab2fleet/status.h"

struct f2f_test {
    const char *text; /* as written, lent */
    char key[64];
    int allowed; /* of less, equal, more */
    double value;
};

/* <, <=, >, >=, = and ==. F2F_EUSAGE: KEY<=NUMBER is wanted. */
f2f_status f2f_test_parse(struct f2f_test *out, const char *text, f2f_error *err);
/* NaN never holds. */
bool f2f_test_holds(const struct f2f_test *test, double value);

#endif
