/* wafer.c - whole dies on a round wafer.
 *
 * Dies stand in a grid with streets between them; a die counts when its four corners lie within the usable radius.
 * The grid is shifted by eighths of a step each way and the best place is taken, as a fab would. Leaves out notch,
 * alignment marks and fields of several dies. */
#include <math.h>

#include "fab2fleet/fab.h"

enum { SHIFTS = 8, MOST_ROWS = 4096 };
static const double rounding_mm = 1e-9; /* a die that touches the circle is inside */

/* Dies of width w side by side between -half and half, for each shift. Left edges may stand on a length of 2 half - w:
 * it holds so many whole steps, and one edge more where the first stands early enough for the rest. */
static void count_row(double *count, double half, double step, double w) {
    double length = 2 * half - w, whole = floor(length / step), rest = length - whole * step;
    double first = half - floor(half / step) * step; /* edge after -half, not shifted */
    if (length < 0) return;
    for (int x = 0; x < SHIFTS; x++) {
        double edge = first + step * x / SHIFTS;
        count[x] += whole + ((edge < step - rounding_mm ? edge : edge - step) <= rest + rounding_mm);
    }
}

/* Dies for each horizontal shift, at one vertical one. */
static void count_rows(double *count, double radius, double w, double h, double scribe, double shift_y) {
    double step_x = w + scribe, step_y = h + scribe, first = ceil((-radius - shift_y) / step_y);
    for (int row = 0; row < MOST_ROWS; row++) {
        double bottom = shift_y + (first + row) * step_y, top = bottom + h;
        if (top > radius) break;
        double furthest = fmax(fabs(bottom), fabs(top)), half = sqrt(radius * radius - furthest * furthest);
        count_row(count, half, step_x, w);
    }
}

int f2f_fab_dies_per_wafer(const struct f2f_foundry *f, double w, double h) {
    double radius = 0.5 * f->wafer_mm - f->edge_mm, best = 0;
    for (int y = 0; y < SHIFTS; y++) {
        double count[SHIFTS] = {0};
        count_rows(count, radius, w, h, f->scribe_mm, (h + f->scribe_mm) * y / SHIFTS);
        for (int x = 0; x < SHIFTS; x++) best = fmax(best, count[x]);
    }
    return (int)best;
}
