/* direct.c - what needs no relay: all-to-all, and a send. One step, each chip to its peers. */
#include <math.h>

#include "net/collective.h"

static bool legal(const struct f2f_net_path *path, enum f2f_collective_kind op) {
    (void)path;
    return op == F2F_ALL_TO_ALL || op == F2F_SEND;
}

static double sent_B(const struct f2f_net_path *path, enum f2f_collective_kind op, double bytes_B) {
    return op == F2F_SEND ? bytes_B : bytes_B * (path->chips - 1) / path->chips;
}

/* Peers take turns: log2 n latencies. */
static double moved_s(const struct f2f_net_path *path, double peers, double bytes_B, double rate_Bps) {
    if (!path->in_node) return f2f_net_steps_s(path, 1.0, bytes_B, rate_Bps);
    return ceil(log2(peers + 1.0)) * path->hop_s + f2f_net_spread_s(path, bytes_B) +
           f2f_net_set_up_s(path, peers + 1.0, bytes_B) + bytes_B / rate_Bps;
}

static double time_s(const struct f2f_net_path *path, enum f2f_collective_kind op, double bytes_B) {
    double rate_Bps = op == F2F_SEND ? path->bandwidth_Bps : path->all_to_all_Bps;
    double kept_B = op == F2F_SEND ? 0.0 : bytes_B / path->chips, peers = op == F2F_SEND ? 1.0 : path->chips - 1;
    return moved_s(path, peers, sent_B(path, op, bytes_B), rate_Bps) + f2f_net_copy_s(path, kept_B);
}

const struct f2f_net_algorithm f2f_net_direct = {"direct", false, legal, time_s, sent_B, NULL};
