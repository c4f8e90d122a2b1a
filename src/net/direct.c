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

/* NCCL sends up to 16 KiB to a peer as flagged words (NCCL_P2P_LL_THRESHOLD), more in bulk. No peer waits for what
 * another has passed on, so that little bulk needs little of a ring's set-up. Peers take turns: log2 n latencies. */
static const double flagged_most_B = 16.0 * 1024.0, set_up_B = 2.0 * 1024.0 * 1024.0;

static double moved_s(const struct f2f_net_path *path, double peers, double bytes_B, double rate_Bps) {
    if (!path->guessed) return f2f_net_steps_s(path, 1.0, bytes_B, rate_Bps);
    double steps = ceil(log2(peers + 1.0)), stream_s = bytes_B / rate_Bps;
    double set_up_s = path->bulk_s * bytes_B / (bytes_B + set_up_B);
    bool flagged = bytes_B <= flagged_most_B * peers;
    return steps * path->hop_s + f2f_net_spread_s(path, steps, bytes_B) +
           (flagged ? stream_s / F2F_NET_FLAGGED_SHARE : set_up_s + stream_s);
}

static double time_s(const struct f2f_net_path *path, enum f2f_collective_kind op, double bytes_B) {
    double rate_Bps = op == F2F_SEND ? path->bandwidth_Bps : path->all_to_all_Bps;
    double kept_B = op == F2F_SEND ? 0.0 : bytes_B / path->chips, peers = op == F2F_SEND ? 1.0 : path->chips - 1;
    return moved_s(path, peers, sent_B(path, op, bytes_B), rate_Bps) + f2f_net_copy_s(path, kept_B);
}

const struct f2f_net_algorithm f2f_net_direct = {"direct", false, legal, time_s, sent_B};
