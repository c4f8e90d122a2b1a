/* html_axis.h - inside of this folder: the axes of a small chart, and where a value lies on them. */
#ifndef F2F_REPORT_HTML_AXIS_H
#define F2F_REPORT_HTML_AXIS_H

#include "report/html.h"

#define F2F_AXES_TICKS 6

struct f2f_axes {
    const char *key; /* of the figure: its unit */
    bool log; /* of the vertical axis */
    double least, most, ticks[F2F_AXES_TICKS];
    size_t n_ticks;
    double left; /* where the vertical axis stands, in pixels */
    const char *const *xs;
    double *places; /* of the xs, from 0 to 1 */
    size_t n_xs;
    bool even; /* equal steps between the xs */
};

/* Vertical: from 0, or powers of ten where values span much. Horizontal: by the numbers in xs (a
 * logarithm of them where they span much), or in equal steps when they are no rising numbers. */
struct f2f_axes f2f_axes_make(f2f_arena *arena, const char *key, double least, double most, const char *const *xs,
                              size_t n_xs, bool by_number);
double f2f_axes_x(const struct f2f_axes *a, size_t x);
double f2f_axes_y(const struct f2f_axes *a, double value);
/* Pixels from one x to the next, where they are even. */
double f2f_axes_step(const struct f2f_axes *a);
/* Opens the svg and draws the axes; name: of the panel, drawn only if `named`. */
void f2f_axes_open(struct f2f_buffer *out, const struct f2f_axes *a, const char *name, bool named);

#endif
