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
static const double channels = 32.0, part_least_B = F2F_NET_CHUNK_B / 8.0;

/* The kernel sorts out its sends and receives first, with barriers between (src/device/sendrecv.h): about a step. The
 * sender's channel copies a chunk into the receiver's buffer, the receiver's copies it out while the next comes. Peers
 * take turns: log2 n latencies. */
static double moved_s(const struct f2f_net_path *path, double peers, double bytes_B, double channel_Bps,
                      double stream_s) {
    double peer_B = bytes_B / peers;
    double part_B = fmax(fmin(peer_B, part_least_B), peer_B * (peers + 1.0) / channels);
    double fill_s = fmin(part_B, F2F_NET_CHUNK_B) / channel_Bps;
    double used = fmin(peer_B * (peers + 1.0) / part_least_B, channels);
    return f2f_net_latency_s(path, 1.0 + ceil(log2(peers + 1.0)), used) + fill_s + fmax(part_B / channel_Bps, stream_s);
}

/* One way, with all threads of a channel. */
static double send_s(const struct f2f_net_path *path, double bytes_B) {
    double rate_Bps = path->bandwidth_Bps;
    if (!path->in_node) return f2f_net_steps_s(path, 1.0, bytes_B, rate_Bps);
    return moved_s(path, 1.0, bytes_B, 2.0 * f2f_net_channel_Bps(path), bytes_B / rate_Bps);
}

static double all_to_all_s(const struct f2f_net_path *path, double bytes_B) {
    double out_B = sent_B(path, F2F_ALL_TO_ALL, bytes_B), rate_Bps = path->all_to_all_Bps;
    double kept_s = f2f_net_copy_s(path, bytes_B / path->chips);
    if (!path->in_node) return f2f_net_steps_s(path, 1.0, out_B, rate_Bps) + kept_s;
    return moved_s(path, path->chips - 1, out_B, f2f_net_channel_Bps(path), out_B / rate_Bps + kept_s);
}

static double time_s(const struct f2f_net_path *path, enum f2f_collective_kind op, double bytes_B) {
    return op == F2F_SEND ? send_s(path, bytes_B) : all_to_all_s(path, bytes_B);
}

const struct f2f_net_algorithm f2f_net_direct = {"direct", false, legal, time_s, sent_B, NULL};
