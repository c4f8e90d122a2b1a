/* one_shot.c - all-reduce as one kernel over peer memory, as inference engines have it for small messages.
 *
 * Every chip adds the whole messages of all, n-1 of which cross the wires. TensorRT-LLM's kernel pushes them and waits
 * for no answer; vLLM's fetches them, after one barrier and before another. */
#include "net/collective.h"

static bool legal(const struct f2f_net_path *path, enum f2f_collective_kind op) {
    return op == F2F_ALL_REDUCE && path->maps_peers;
}

static double sent_B(const struct f2f_net_path *path, enum f2f_collective_kind op, double bytes_B) {
    (void)op;
    return bytes_B * (path->chips - 1);
}

static double pushed_s(const struct f2f_net_path *path, enum f2f_collective_kind op, double bytes_B) {
    return path->barrier_s + sent_B(path, op, bytes_B) / path->push_Bps;
}

static double fetched_s(const struct f2f_net_path *path, enum f2f_collective_kind op, double bytes_B) {
    double fetches_s = f2f_net_fetches_s(path, f2f_net_waves(path, bytes_B), sent_B(path, op, bytes_B));
    return path->barrier_s + fetches_s + path->barrier_s;
}

const struct f2f_net_algorithm f2f_net_one_shot = {"one-shot", true, legal, pushed_s, sent_B, NULL};
const struct f2f_net_algorithm f2f_net_fetched_one_shot = {"one-shot", true, legal, fetched_s, sent_B, NULL};
