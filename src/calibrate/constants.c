/* constants.c - the fields of a class as a table that a fit can walk. */
#include <stddef.h>
#include <string.h>

#include "calibrate/calibration.h"

const struct f2f_constant f2f_constants[] = {
#define X(key, member, quantity, least, most, fit, help) \
    {key, offsetof(struct f2f_chip_class, member), F2F_QUANTITY_##quantity, least, most, F2F_FIT_##fit},
    F2F_CHIP_CLASS_FIELDS(X)
#undef X
};
const size_t f2f_n_constants = sizeof f2f_constants / sizeof f2f_constants[0];

double *f2f_constant_value(struct f2f_chip_class *cls, const struct f2f_constant *constant) {
    return (double *)(void *)((char *)cls + constant->offset);
}

static const char *const tables[F2F_FIT_N] = {
#define X(id, table, member) table,
    F2F_FIT_LIST(X)
#undef X
};

const char *f2f_fit_table(enum f2f_fit fit) { return tables[fit]; }

enum f2f_fit f2f_fit_of_table(const char *table) {
    for (int fit = 0; fit < F2F_FIT_N; fit++)
        if (strcmp(tables[fit], table) == 0) return (enum f2f_fit)fit;
    return F2F_FIT_N;
}
