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

/* NCCL's sends and receives (src/enqueue.cc, src/init.cc, src/graph/paths.cc, 2.30): all peers share 32 channels; a
 * channel takes parts of 64 KiB and more, in chunks of 512 KiB. */
static const double channels = 32.0, part_least_B = 64.0 * 1024.0, chunk_B = 512.0 * 1024.0;

/* The sender's channel copies a chunk into the receiver's buffer, the receiver's copies it out while the next comes.
 * Peers take turns: log2 n latencies. */
static double moved_s(const struct f2f_net_path *path, double peers, double bytes_B, double stream_s) {
    double channel_Bps = path->cls->coll_channel_B_per_ck * path->clock_Hz, peer_B = bytes_B / peers;
    double part_B = fmax(fmin(peer_B, part_least_B), peer_B * (peers + 1.0) / channels);
    double fill_s = fmin(part_B, chunk_B) / channel_Bps;
    return ceil(log2(peers + 1.0)) * path->hop_s + fill_s + fmax(part_B / channel_Bps, stream_s);
}

static double time_s(const struct f2f_net_path *path, enum f2f_collective_kind op, double bytes_B) {
    bool send = op == F2F_SEND;
    double rate_Bps = send ? path->bandwidth_Bps : path->all_to_all_Bps, peers = send ? 1.0 : path->chips - 1;
    double out_B = sent_B(path, op, bytes_B), kept_s = f2f_net_copy_s(path, send ? 0.0 : bytes_B / path->chips);
    if (path->in_node) return moved_s(path, peers, out_B, out_B / rate_Bps + kept_s);
    return f2f_net_steps_s(path, 1.0, out_B, rate_Bps) + kept_s;
}

const struct f2f_net_algorithm f2f_net_direct = {"direct", false, legal, time_s, sent_B, NULL};
