/* schedule_one_f_one_b.c - one forward, one backward in turn (PipeDream-flush; Narayanan et al. 2021, arXiv
 * 2104.04473 section 2.2): a stage holds no more micro-batches than stages come after it, and one. */
#include "train/schedule.h"

static bool legal(const struct f2f_schedule_shape *x) { return x->chunks == 1; }

static int ahead(const struct f2f_schedule_shape *x, int stage) {
    int wanted = x->stages - 1 - stage;
    return wanted < x->micro ? wanted : x->micro;
}

static int held(const struct f2f_schedule_shape *x, int stage) {
    int n = ahead(x, stage) + 1;
    return n < x->micro ? n : x->micro;
}

const struct f2f_schedule f2f_schedule_one_f_one_b = {"1f1b", "forward and backward in turn", false, legal,
                                                      ahead,  f2f_schedule_alternate,         held};
