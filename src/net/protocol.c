/* protocol.c - how the general library moves the steps of a collective: as words, as lines or in bulk.
 *
 * NCCL's protocols LL (words of 8 bytes, each with its flag), LL128 (lines of 128 bytes with one flag, where wires keep
 * them in order) and Simple (bulk, flags apart), and its guess which of them is the fastest; after NCCL 2.30,
 * src/graph/tuning.cc, src/enqueue.cc and src/include/device.h. Left out: what users tune. */
#include <math.h>

#include "net/path.h"

/* What NCCL believes of a ring over NVLink: latency, latency of each step, share of the wire. */
struct belief {
    double base_s, step_s, share;
};
static const struct belief lines = {14e-6, 1.9e-6, 0.92}, bulk = {8.4e-6, 3.4e-6, 1.0};
static struct belief words(const struct f2f_net_path *path) {
    return (struct belief){6.6e-6, 0.6e-6, path->words_share};
}

double f2f_net_words_guess_s(const struct f2f_net_path *path, double steps, double stream_s) {
    struct belief w = words(path);
    return w.base_s + steps * w.step_s + stream_s / w.share;
}

/* The stream, in seconds of bulk, from which NCCL believes the protocol with the larger share to be the faster one. */
static double turn_s(const struct belief *from, const struct belief *to, double steps) {
    return (to->base_s - from->base_s + steps * (to->step_s - from->step_s)) / (1.0 / from->share - 1.0 / to->share);
}

/* A channel is a block of 640 threads. NCCL lays as many rings as links carry of the widest channels it looks for, and
 * doubles them twice (src/graph/search.cc, connect.cc): 24 on NVLink 3 and 4, 32 on links that are faster. */
static const double threads = 640.0;
static double channels_most(const struct f2f_net_path *path) { return f2f_net_fast_links(path) ? 32.0 : 24.0; }

double f2f_net_channel_Bps(const struct f2f_net_path *path) {
    return path->cls->coll_channel_B_per_ck * path->clock_Hz;
}

double f2f_net_copy_s(const struct f2f_net_path *path, double bytes_B) {
    return bytes_B / (channels_most(path) * 2.0 * f2f_net_channel_Bps(path));
}

double f2f_net_latency_s(const struct f2f_net_path *path, double steps, double channels) {
    double steps_s = steps * path->hop_s, late = path->in_node ? fmax(channels / path->cluster_blocks, 1.0) : 1.0;
    return steps_s + path->cls->coll_straggling * log(late) * (f2f_net_start_s(path, false) + steps_s);
}

/* One channel for every 4 KiB (16 KiB of traffic, of which words count four times). What they cost is known for 24, and
 * more of them, on faster links, shall not take longer. */
static double channels_used(double bytes_B) { return fmin(bytes_B / 4096.0, 24.0); }

/* A step of NCCL's buffers (4 MiB in eight steps); less than that for each chip is handed on sooner. */
double f2f_net_set_up_s(const struct f2f_net_path *path, double chips, double bytes_B) {
    return path->bulk_s * bytes_B / (bytes_B + F2F_NET_CHUNK_B * chips);
}

/* Half of what wires and kernels carry is flags; words have 512 threads of a channel. */
static double words_s(const struct f2f_net_path *path, double bytes_B, double stream_s) {
    double kernel_Bps = channels_most(path) * 512.0 / threads * f2f_net_channel_Bps(path);
    return fmax(stream_s, bytes_B / kernel_Bps) / F2F_NET_FLAGGED_SHARE;
}

/* Beside the hop a word takes, a line waits for the rest of itself. */
static double lines_s(const struct f2f_net_path *path, double steps, double bytes_B, double stream_s) {
    double kernel_Bps = channels_most(path) * f2f_net_channel_Bps(path);
    return steps * (lines.step_s - words(path).step_s) + fmax(stream_s, bytes_B / kernel_Bps) / lines.share;
}

static double in_bulk_s(const struct f2f_net_path *path, double steps, double bytes_B, double stream_s) {
    return f2f_net_set_up_s(path, path->chips, bytes_B) + steps * path->bulk_hop_s + stream_s;
}

/* Over NVLink NCCL's guess, be it the fastest or not. So that more bytes take longer and faster wires less whatever
 * the guess, words take no longer than lines would over wires so slow that it turns to them, and neither takes longer
 * than bulk: who has chips or groups that NCCL has no table for tunes it. */
static double guessed_s(const struct f2f_net_path *path, double steps, double bytes_B, double rate_Bps) {
    double stream_s = bytes_B / rate_Bps, bulk_s = in_bulk_s(path, steps, bytes_B, stream_s);
    struct belief w = words(path);
    double to_lines_s = turn_s(&w, &lines, steps);
    double to_bulk_s = fmax(turn_s(&w, &bulk, steps), turn_s(&lines, &bulk, steps));
    if (stream_s >= to_bulk_s) return bulk_s;
    if (stream_s >= to_lines_s) return fmin(bulk_s, lines_s(path, steps, bytes_B, stream_s));
    double first_lines_s = lines_s(path, steps, bytes_B, to_lines_s);
    return fmin(bulk_s, fmin(words_s(path, bytes_B, stream_s), first_lines_s));
}

/* Where trees of PCIe and networks differ too much for a table, the faster one. */
static double fastest_s(const struct f2f_net_path *path, double steps, double bytes_B, double rate_Bps) {
    double stream_s = bytes_B / rate_Bps;
    return fmin(words_s(path, bytes_B, stream_s), in_bulk_s(path, steps, bytes_B, stream_s));
}

double f2f_net_steps_s(const struct f2f_net_path *path, double steps, double bytes_B, double bulk_Bps) {
    double moved_s =
        path->lines ? guessed_s(path, steps, bytes_B, bulk_Bps) : fastest_s(path, steps, bytes_B, bulk_Bps);
    return f2f_net_latency_s(path, steps, channels_used(bytes_B)) + moved_s;
}
