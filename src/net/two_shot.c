/* two_shot.c - the engines' all-reduce kernel for larger messages: reduce-scatter, barrier, all-gather,
 * both directly from peer memory. The bytes of a ring in two steps. Each phase ends when all blocks of all chips
 * have seen each other's writes, which takes about as long as to start a kernel. */
#include "net/collective.h"

static bool legal(const struct f2f_net_path *path, enum f2f_collective_kind op) {
    return op == F2F_ALL_REDUCE && path->maps_peers;
}

static double sent_B(const struct f2f_net_path *path, enum f2f_collective_kind op, double bytes_B) {
    (void)op;
    return 2.0 * bytes_B * (path->chips - 1) / path->chips;
}

static double time_s(const struct f2f_net_path *path, enum f2f_collective_kind op, double bytes_B) {
    double phase_s = path->barrier_s + path->cls->coll_engine_ck / path->clock_Hz;
    return 2.0 * phase_s + sent_B(path, op, bytes_B) / path->engine_Bps;
}

const struct f2f_net_algorithm f2f_net_two_shot = {"two-shot", true, legal, time_s, sent_B, NULL};
