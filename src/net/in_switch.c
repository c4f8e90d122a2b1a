/* in_switch.c - all-reduce in the switch: it adds what the chips send and multicasts the sum.
 *
 * Each chip sends its message once and its 1/n share of the result once more (NVLink SHARP; Klenk et al.,
 * ISCA 2020); two steps whatever n is. In a node after NCCL's NVLS (src/device/all_reduce.h, src/transport/nvls.cc,
 * src/enqueue.cc, 2.30): few channels copy the message through buffers that the switch reaches, and are the limit where
 * links are faster. Left out: buffers that the user registers, which need no copies. */
#include <math.h>

#include "net/collective.h"

/* Shares of the wire NCCL takes the switch and a ring in bulk for, counted in the message (src/graph/tuning.cc). */
static double switch_share(double n) { return 0.85 * (n - 1.0) / n; }
static double ring_share(double n) { return n / (2.0 * (n - 1.0)); }

/* By that table up to four chips of a node keep to the ring. */
static bool legal(const struct f2f_net_path *path, enum f2f_collective_kind op) {
    bool faster = !path->in_node || switch_share(path->chips) > ring_share(path->chips);
    return op == F2F_ALL_REDUCE && path->reduces && faster;
}

static double sent_B(const struct f2f_net_path *path, enum f2f_collective_kind op, double bytes_B) {
    (void)op;
    return bytes_B * (1.0 + 1.0 / path->chips);
}

/* 16 channels on Hopper, 24 on Blackwell. */
static double channels(const struct f2f_net_path *path) { return f2f_net_fast_links(path) ? 24.0 : 16.0; }

/* A channel's chunk for each chip, and how many rounds of such chunks a message must fill before NCCL takes them. */
static const struct chunk {
    double bytes_B, least_rounds;
} chunks[] = {{16384.0, 0.0}, {32768.0, 2.0}, {65536.0, 8.0}, {131072.0, 64.0}};
enum { N_CHUNKS = sizeof chunks / sizeof chunks[0] };

/* Each channel scatters a chunk for one chip after the other, a round of n turns, adds those it is the place of, and
 * gathers in n turns again; the three follow each other, so that two rounds pass beside the turns the message fills. A
 * turn is a step of software and a copy, and takes no less than the wire and than a fence, there and back; a step where
 * there is nothing to move. */
static double turns_s(const struct f2f_net_path *path, const struct chunk *chunk, double bytes_B) {
    double turn_B = channels(path) * chunk->bytes_B, turns = fmax(bytes_B / turn_B, 1.0);
    double copy_s = path->software_s + chunk->bytes_B / f2f_net_channel_Bps(path);
    double wire_s = sent_B(path, F2F_ALL_REDUCE, turn_B) / path->bandwidth_Bps;
    double filled = fmin(turns, path->chips), empty_s = (path->chips - filled) * path->hop_s;
    return (turns + 2.0 * filled) * fmax(fmax(copy_s, path->fetch_s), wire_s) + 2.0 * empty_s;
}

static double least_B(const struct f2f_net_path *path, const struct chunk *chunk) {
    return chunk->least_rounds * channels(path) * path->chips * chunk->bytes_B;
}

/* The largest chunks the message fills; so that more bytes never take less, no less than the most bytes of smaller
 * chunks: where a fence is all that counts, 8 MiB in chunks of 16 KiB take as long as 16 MiB in chunks of 32. */
static double node_s(const struct f2f_net_path *path, double bytes_B) {
    double time_s = 0.0;
    for (int i = 0; i < N_CHUNKS && bytes_B >= least_B(path, &chunks[i]); i++) {
        double next_B = i + 1 < N_CHUNKS ? least_B(path, &chunks[i + 1]) : HUGE_VAL;
        time_s = fmax(time_s, turns_s(path, &chunks[i], fmin(bytes_B, next_B)));
    }
    return time_s;
}

static double time_s(const struct f2f_net_path *path, enum f2f_collective_kind op, double bytes_B) {
    double sent_s = sent_B(path, op, bytes_B) / path->bandwidth_Bps;
    return 2.0 * path->hop_s + (path->in_node ? node_s(path, bytes_B) : path->bulk_s + sent_s);
}

/* NCCL's table has 25 us for the switch. From where that pays beside a ring of flagged words the switch is taken, be
 * it the faster or not. */
static bool guessed(const struct f2f_net_path *path, enum f2f_collective_kind op, double bytes_B) {
    double n = path->chips, steps = 2.0 * (n - 1.0);
    if (!path->in_node || !legal(path, op)) return false;
    double stream_s = bytes_B / path->bandwidth_Bps;
    return f2f_net_words_guess_s(path, steps, stream_s / ring_share(n)) >= 25e-6 + stream_s / switch_share(n);
}

const struct f2f_net_algorithm f2f_net_in_switch = {"in-switch", false, legal, time_s, sent_B, guessed};
