/* ring.c - ring collectives: each chip passes on 1/n of the message a step.
 *
 * All-reduce takes 2(n-1) steps and 2(n-1)/n of the message per chip, reduce-scatter and all-gather half
 * of each (Patarasuk and Yuan, 2009); bandwidth-optimal, latency grows with n. */
#include "net/collective.h"

static bool legal(const struct f2f_net_path *path, enum f2f_collective_kind op) {
    (void)path;
    return op == F2F_ALL_REDUCE || op == F2F_ALL_GATHER || op == F2F_REDUCE_SCATTER;
}

static double passes(enum f2f_collective_kind op) { return op == F2F_ALL_REDUCE ? 2.0 : 1.0; }

static double sent_B(const struct f2f_net_path *path, enum f2f_collective_kind op, double bytes_B) {
    return passes(op) * (path->chips - 1) / path->chips * bytes_B;
}

static double time_s(const struct f2f_net_path *path, enum f2f_collective_kind op, double bytes_B) {
    double steps_s =
        f2f_net_steps_s(path, passes(op) * (path->chips - 1), sent_B(path, op, bytes_B), path->bandwidth_Bps);
    return steps_s + f2f_net_copy_s(path, bytes_B / path->chips);
}

const struct f2f_net_algorithm f2f_net_ring = {"ring", false, legal, time_s, sent_B, NULL};
