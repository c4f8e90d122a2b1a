/* range.h - inputs that are known only within a range, and how they are drawn.
 *
 * In a description any quantity may be {value: 0.1 /cm2, low: 0.07 /cm2, high: 0.2 /cm2, shape: triangular} or
 * `13..20 kUSD` (uniform, the middle is the value). Structs hold the value; the ranges of all that was read since
 * f2f_catalog_ranges_start are listed beside them. What stands at one place of one file is one input, however often
 * it is referred to. */
#ifndef F2F_RANGE_H
#define F2F_RANGE_H

#include <stddef.h>

#include "fab2fleet/arena.h"

#ifdef __cplusplus
extern "C" {
#endif

/* triangular: from low over value to high. uniform: from low to high. normal and lognormal: low and high are the
 * 10 % and 90 % quantiles, value is the median. */
#define F2F_SHAPE_LIST(X) \
    X(TRIANGULAR, "triangular") X(UNIFORM, "uniform") X(NORMAL, "normal") X(LOGNORMAL, "lognormal")
enum f2f_shape {
#define X(id, name) F2F_SHAPE_##id,
    F2F_SHAPE_LIST(X)
#undef X
        F2F_SHAPE_N
};

struct f2f_range {
    const char *path; /* "node.chip.process.foundry.wafer_price" */
    const char *source, *file; /* file, line, col: where it is written */
    int line, col;
    enum f2f_shape shape;
    const char *unit; /* of value, low and high: SI, "" for a plain number */
    double value, low, high;
    double min, max; /* what the field allows; draws are kept within */
    double **targets; /* members of structs that hold the value */
    size_t n_targets;
};

struct f2f_ranges {
    struct f2f_range *item;
    size_t n;
};

/* The value below which a draw falls with probability p, 0 < p < 1. */
double f2f_range_quantile(const struct f2f_range *range, double p);
/* "h100-sxm: margin": the file and the end of the path. */
const char *f2f_range_label(f2f_arena *arena, const struct f2f_range *range);
/* The unit people write it in ("USD/GB"), and in which a value of the range is that many times as large. */
double f2f_range_written(const char **unit, const struct f2f_range *range);
/* Writes a value into every struct that holds the input. */
void f2f_range_put(const struct f2f_range *range, double value);

#ifdef __cplusplus
}
#endif
#endif
