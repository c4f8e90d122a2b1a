/* kind_class.c - field table of a class of chips: the calibrated constants of chip_class.h. */
#include "desc/table.h"
#include "fab2fleet/chip_class.h"

#define T struct f2f_chip_class
#define X(KEY, MEMBER, QUANTITY, LEAST, MOST, HELP) F2F_QTY(T, KEY, MEMBER, QUANTITY, LEAST, MOST, HELP),
static const struct f2f_field fields[] = {F2F_CHIP_CLASS_FIELDS(X)};
#undef X

const struct f2f_table f2f_class_table = F2F_TABLE("class", T, fields, true, NULL);
