/* kind_class.c - field tables of a class of chips: the calibrated constants of chip_class.h and their errors. */
#include "desc/table.h"
#include "fab2fleet/chip_class.h"

#define Q struct f2f_residuals
static const struct f2f_field quantile_fields[] = {
    F2F_QTY(Q, "p10", p10, NUMBER, 0.01, 100.0, "a tenth of the rows is below"),
    F2F_QTY(Q, "p90", p90, NUMBER, 0.01, 100.0, "a tenth of the rows is above"),
};
static const struct f2f_table quantile_table = F2F_TABLE(NULL, Q, quantile_fields, true, NULL);

#define E struct f2f_class_errors
#define X(ID, TABLE, MEMBER) F2F_STRUCT(E, TABLE, MEMBER, false, &quantile_table, "measured over predicted"),
static const struct f2f_field error_fields[] = {F2F_FIT_LIST(X)};
#undef X
static const struct f2f_table error_table = F2F_TABLE(NULL, E, error_fields, true, NULL);

#define T struct f2f_chip_class
#define X(KEY, MEMBER, QUANTITY, LEAST, MOST, FIT, HELP) F2F_QTY(T, KEY, MEMBER, QUANTITY, LEAST, MOST, HELP),
static const struct f2f_field fields[] = {
    F2F_CHIP_CLASS_FIELDS(X)
        F2F_STRUCT(T, "errors", errors, false, &error_table, "quantiles of the errors of chips left out of the fit"),
    F2F_MANY(T, TEXTS, "fit", fit, n_fit, false, "statistics of the fit"),
};
#undef X

const struct f2f_table f2f_class_table = F2F_TABLE("class", T, fields, true, NULL);
