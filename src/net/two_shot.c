/* two_shot.c - the engines' all-reduce kernel for larger messages: reduce-scatter, barrier, all-gather,
 * both directly from peer memory. The bytes of a ring in two steps. */
#include "net/collective.h"

static bool legal(const struct f2f_net_path *path, enum f2f_collective_kind op) {
    return op == F2F_ALL_REDUCE && path->direct;
}

static double sent_B(const struct f2f_net_path *path, enum f2f_collective_kind op, double bytes_B) {
    (void)op;
    return 2.0 * bytes_B * (path->chips - 1) / path->chips;
}

static double time_s(const struct f2f_net_path *path, enum f2f_collective_kind op, double bytes_B) {
    return 2.0 * path->barrier_s + sent_B(path, op, bytes_B) / path->all_to_all_Bps;
}

const struct f2f_net_algorithm f2f_net_two_shot = {"two-shot", true, legal, time_s, sent_B};
