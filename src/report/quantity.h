/* quantity.h - numbers for people: the unit is in the key, the prefix follows from the value. */
#ifndef F2F_REPORT_QUANTITY_H
#define F2F_REPORT_QUANTITY_H

#include <stdbool.h>
#include <stddef.h>

#include "fab2fleet/arena.h"

/* How a set of numbers is written: `before`, number * factor with so many decimals, prefix, unit. */
struct f2f_scale {
    const char *before, *space, *prefix, *unit;
    double factor;
    int decimals; /* -1: with an exponent */
    bool ascii; /* "us" and "x" for what has its own sign in UTF-8 */
};

/* One scale for all finite numbers of the set, by the largest: four significant digits of it (three
 * of a percentage or ratio) and one less of the smallest or of what is below 1; fewer if no number
 * needs them. key: its last word is the unit, or the one
 * before `_per_` or a percentile. */
struct f2f_scale f2f_scale_find(const char *key, const double *numbers, size_t n, bool ascii);
/* "312.5 ms"; NaN is "-", infinity "inf". */
const char *f2f_scale_text(f2f_arena *arena, const struct f2f_scale *scale, double number);
/* One number on a scale of its own. */
const char *f2f_quantity_text_of(f2f_arena *arena, const char *key, double number, bool ascii);

/* The key in words, without its unit: "ttft_p99_s" -> "TTFT p99". */
const char *f2f_key_label(f2f_arena *arena, const char *key);

#endif
