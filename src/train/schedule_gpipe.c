/* schedule_gpipe.c - all forwards, then all backwards (Huang et al. 2018, arXiv 1811.06965): holds every
 * micro-batch. */
#include "train/schedule.h"

static bool legal(const struct f2f_schedule_shape *x) { return x->chunks == 1; }

static struct f2f_action at(const struct f2f_schedule_shape *x, int stage, int i) {
    (void)stage;
    return f2f_schedule_alternate(x, x->micro, i);
}

static int held(const struct f2f_schedule_shape *x, int stage) {
    (void)stage;
    return x->micro;
}

const struct f2f_schedule f2f_schedule_gpipe = {"gpipe", "all forwards, then all backwards", false, legal, at, held};
