/* one_shot.c - all-reduce as one kernel over peer memory, as inference engines have it for small messages.
 *
 * Every chip reads the whole message of every other and adds: n-1 messages, one barrier. */
#include "net/collective.h"

static bool legal(const struct f2f_net_path *path, enum f2f_collective_kind op) {
    return op == F2F_ALL_REDUCE && path->maps_peers;
}

static double sent_B(const struct f2f_net_path *path, enum f2f_collective_kind op, double bytes_B) {
    (void)op;
    return bytes_B * (path->chips - 1);
}

static double time_s(const struct f2f_net_path *path, enum f2f_collective_kind op, double bytes_B) {
    return path->barrier_s + sent_B(path, op, bytes_B) / path->engine_Bps;
}

const struct f2f_net_algorithm f2f_net_one_shot = {"one-shot", true, legal, time_s, sent_B, NULL};
