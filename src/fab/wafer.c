/* wafer.c - whole dies on a round wafer.
 *
 * Dies stand in a grid with streets between them; a die counts when its four corners lie within the usable radius.
 * The grid is shifted by eighths of a step each way and the best place is taken, as a fab would. Leaves out notch,
 * alignment marks and fields of several dies. */
#include <math.h>

#include "fab2fleet/fab.h"

enum { SHIFTS = 8, MOST_ROWS = 4096 };

/* Dies whose left edges are at shift + i * step, between -half and half; w: width without the street. */
static double dies_in_chord(double half, double shift, double step, double w) {
    double first = ceil((-half - shift) / step), last = floor((half - w - shift) / step);
    return last < first ? 0 : last - first + 1;
}

static double count_at(double radius, double w, double h, double scribe, double shift_x, double shift_y) {
    double step_x = w + scribe, step_y = h + scribe, count = 0;
    double first = ceil((-radius - shift_y) / step_y);
    for (int row = 0; row < MOST_ROWS; row++) {
        double bottom = shift_y + (first + row) * step_y, top = bottom + h;
        if (top > radius) break;
        double furthest = fmax(fabs(bottom), fabs(top));
        count += dies_in_chord(sqrt(radius * radius - furthest * furthest), shift_x, step_x, w);
    }
    return count;
}

int f2f_fab_dies_per_wafer(const struct f2f_foundry *f, double w, double h) {
    double radius = 0.5 * f->wafer_mm - f->edge_mm, best = 0;
    for (int x = 0; x < SHIFTS; x++)
        for (int y = 0; y < SHIFTS; y++)
            best = fmax(best, count_at(radius, w, h, f->scribe_mm, (w + f->scribe_mm) * x / SHIFTS,
                                       (h + f->scribe_mm) * y / SHIFTS));
    return (int)best;
}
