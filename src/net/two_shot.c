/* two_shot.c - the engines' all-reduce kernel for larger messages: reduce-scatter, barrier, all-gather,
 * both directly from peer memory. The bytes of a ring in two steps. Each phase ends when all blocks of all chips
 * have seen each other's writes, which takes about as long as to start a kernel. vLLM's fetches: of the first phase all
 * peers' parts together; of the second one after the other, as each is stored before the next is asked for
 * (csrc/custom_all_reduce.cuh), with fences between. */
#include "net/collective.h"

static bool legal(const struct f2f_net_path *path, enum f2f_collective_kind op) {
    return op == F2F_ALL_REDUCE && path->maps_peers;
}

static double sent_B(const struct f2f_net_path *path, enum f2f_collective_kind op, double bytes_B) {
    (void)op;
    return 2.0 * bytes_B * (path->chips - 1) / path->chips;
}

static double pushed_s(const struct f2f_net_path *path, enum f2f_collective_kind op, double bytes_B) {
    double phase_s = path->barrier_s + path->cls->coll_engine_ck / path->clock_Hz;
    return 2.0 * phase_s + sent_B(path, op, bytes_B) / path->push_Bps;
}

static double fetched_s(const struct f2f_net_path *path, enum f2f_collective_kind op, double bytes_B) {
    double waves = f2f_net_waves(path, bytes_B / path->chips), phase_B = sent_B(path, op, bytes_B) / 2.0;
    double together_s = f2f_net_fetches_s(path, waves, phase_B);
    double in_turn_s = f2f_net_fetches_s(path, waves * (path->chips - 1), phase_B);
    double seen_s = path->fetch_s + path->cls->coll_engine_ck / path->clock_Hz;
    return path->barrier_s + together_s + seen_s + in_turn_s + path->barrier_s;
}

const struct f2f_net_algorithm f2f_net_two_shot = {"two-shot", true, legal, pushed_s, sent_B, NULL};
const struct f2f_net_algorithm f2f_net_fetched_two_shot = {"two-shot", true, legal, fetched_s, sent_B, NULL};
