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

/* 16 channels on Hopper, 24 on Blackwell, that is on links faster than the 450 GB/s of NVLink 4. */
static double channels(const struct f2f_net_path *path) { return path->line_Bps > 450e9 ? 24.0 : 16.0; }

/* A channel's chunk for each chip, and how many rounds of such chunks a message must fill before NCCL takes them. */
static const struct chunk {
    double bytes_B, least_rounds;
} chunks[] = {{16384.0, 0.0}, {32768.0, 2.0}, {65536.0, 8.0}, {131072.0, 64.0}};
enum { N_CHUNKS = sizeof chunks / sizeof chunks[0] };

/* A round moves a chunk for each chip through each channel, one chip after the other: a step of software and a copy
 * each, no faster than the wire. Scattering into the buffers, adding and gathering follow each other, so that two more
 * rounds than the message fills pass. */
static double rounds_s(const struct f2f_net_path *path, const struct chunk *chunk, double bytes_B) {
    double n = path->chips, round_B = channels(path) * n * chunk->bytes_B;
    double turns_s = n * (path->software_s + chunk->bytes_B / f2f_net_channel_Bps(path));
    double wire_s = sent_B(path, F2F_ALL_REDUCE, round_B) / path->bandwidth_Bps;
    return (fmax(bytes_B / round_B, chunk->least_rounds) + 2.0) * fmax(turns_s, wire_s);
}

static bool fills(const struct f2f_net_path *path, const struct chunk *chunk, double bytes_B) {
    return bytes_B >= chunk->least_rounds * channels(path) * path->chips * chunk->bytes_B;
}

/* The largest chunks the message fills; it takes no longer than the least message for larger ones. */
static double node_s(const struct f2f_net_path *path, double bytes_B) {
    double best_s = HUGE_VAL;
    for (int i = 0; i < N_CHUNKS; i++) {
        bool outgrown = i + 1 < N_CHUNKS && fills(path, &chunks[i + 1], bytes_B);
        if (!outgrown) best_s = fmin(best_s, rounds_s(path, &chunks[i], bytes_B));
    }
    return best_s;
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
    return f2f_net_words_guess_s(steps, stream_s / ring_share(n)) >= 25e-6 + stream_s / switch_share(n);
}

const struct f2f_net_algorithm f2f_net_in_switch = {"in-switch", false, legal, time_s, sent_B, guessed};
