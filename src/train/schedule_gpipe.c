/* schedule_gpipe.c - all forwards, then all backwards (Huang et al. 2018, arXiv 1811.06965): holds every
 * micro-batch. */
#include "train/schedule.h"

static bool legal(const struct f2f_schedule_shape *x) { return x->chunks == 1; }

static int ahead(const struct f2f_schedule_shape *x, int stage) {
    (void)stage;
    return x->micro;
}

static int held(const struct f2f_schedule_shape *x, int stage) {
    (void)stage;
    return x->micro;
}

const struct f2f_schedule f2f_schedule_gpipe = {
    "gpipe", "all forwards, then all backwards", false, legal, ahead, f2f_schedule_alternate, held};
