/* require.c - see require.h. */
#include "base/require.h"

#include <math.h>
#include <string.h>

#include "base/units.h"

enum { LESS = 1, EQUAL = 2, MORE = 4 }; /* what an operator allows */

static const struct {
    const char *text;
    int allowed;
} operators[] = {{"<=", LESS | EQUAL}, {">=", MORE | EQUAL}, {"==", EQUAL}, {"<", LESS}, {">", MORE}, {"=", EQUAL}};
#define N_OPERATORS (sizeof operators / sizeof operators[0])

f2f_status f2f_test_parse(struct f2f_test *test, const char *text, f2f_error *err) {
    size_t key = strcspn(text, "<>="), op = 0;
    while (op < N_OPERATORS && strncmp(text + key, operators[op].text, strlen(operators[op].text)) != 0) op++;
    *test = (struct f2f_test){.text = text};
    if (op == N_OPERATORS || !key || key >= sizeof test->key ||
        !f2f_number_parse(&test->value, text + key + strlen(operators[op].text)))
        return f2f_fail(err, F2F_EUSAGE, "'%.80s': KEY<=NUMBER is wanted (or <, >, >=, =), e.g. 'ttft_p99_s<=0.5'",
                        text);
    memcpy(test->key, text, key);
    test->allowed = operators[op].allowed;
    return F2F_OK;
}

bool f2f_test_holds(const struct f2f_test *test, double value) {
    if (value < test->value) return test->allowed & LESS;
    if (value > test->value) return test->allowed & MORE;
    return !isnan(value) && (test->allowed & EQUAL);
}
