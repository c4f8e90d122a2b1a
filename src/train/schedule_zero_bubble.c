/* schedule_zero_bubble.c - ZB-H1 (Qi et al. 2023, arXiv 2401.10241): 1F1B whose weight gradients wait, so that
 * they fill the bubble at the end; no stage holds more micro-batches than the first does in 1F1B. Stage i keeps up to
 * i weight gradients back. Leaves out: ZB-H2 and ZB-V, which hold more or need two chunks. */
#include "train/schedule.h"

static bool legal(const struct f2f_schedule_shape *x) { return x->chunks == 1; }

static int least(int a, int b) { return a < b ? a : b; }

static int ahead(const struct f2f_schedule_shape *x, int stage) { return least(x->stages - 1 - stage, x->micro); }

/* Backward j is followed by the weight gradients of micro-batch j - back: after `ahead` forwards, `back` pairs of
 * forward and backward, then triples, then backward and weight gradient in turn, then what was kept back. */
static struct f2f_action at(const struct f2f_schedule_shape *x, int stage, int a, int i) {
    int m = x->micro, back = least(stage, m);
    if (i < a) return (struct f2f_action){F2F_ACT_FORWARD, i};
    i -= a;
    int paired = m - a; /* backwards that have a forward before them */
    for (int phase = 0, j = 0; phase < 4; phase++) {
        /* 0: forward, backward; 1: with a weight gradient; 2: backward alone; 3: backward and weight gradient */
        int forward = phase < 2, weight = phase == 1 || phase == 3, width = 1 + forward + weight;
        int end = phase == 0 ? least(paired, back) : phase == 1 ? paired : phase == 2 ? back : m;
        int n = end > j ? end - j : 0;
        if (i < n * width) {
            int k = i % width;
            j += i / width;
            if (forward && k == 0) return (struct f2f_action){F2F_ACT_FORWARD, a + j};
            return k == forward ? (struct f2f_action){F2F_ACT_BACKWARD, j}
                                : (struct f2f_action){F2F_ACT_WEIGHT, j - back};
        }
        i -= n * width;
        j += n;
    }
    return (struct f2f_action){F2F_ACT_WEIGHT, m - back + i};
}

static int held(const struct f2f_schedule_shape *x, int stage) {
    return least(ahead(x, stage) + 1 + least(stage, x->micro), x->micro);
}

const struct f2f_schedule f2f_schedule_zero_bubble = {
    "zero-bubble", "1F1B with weight gradients kept for the bubble (ZB-H1)", true, legal, ahead, at, held};
