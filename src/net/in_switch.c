/* in_switch.c - all-reduce in the switch: it adds what the chips send and multicasts the sum.
 *
 * Each chip sends its message once and its 1/n share of the result once more (NVLink SHARP; Klenk et al.,
 * ISCA 2020); two steps whatever n is. Both directions are busy at once. Beside the wire it costs the chips' own copy
 * of the message into buffers that the switch reaches, and of the sum out of them. */
#include "net/collective.h"

/* NCCL takes the switch for 0.85 (n-1)/n of the wire and a ring for n / (2 (n-1)) (src/graph/tuning.cc): up to four
 * chips of a node keep to the ring. */
static bool legal(const struct f2f_net_path *path, enum f2f_collective_kind op) {
    double others = path->chips - 1, n = path->chips;
    bool faster = !path->guessed || 0.85 * others / n > n / (2.0 * others);
    return op == F2F_ALL_REDUCE && path->reduces && faster;
}

static double sent_B(const struct f2f_net_path *path, enum f2f_collective_kind op, double bytes_B) {
    (void)op;
    return bytes_B * (1.0 + 1.0 / path->chips);
}

/* NCCL's NVLS: 16 channels (24 on B200), in each a chunk of 64 KiB below 64 rounds (src/transport/nvls.cc,
 * src/enqueue.cc) for each chip in turn. The first round fills the pipeline. */
static const double chunks_B = 16.0 * 64.0 * 1024.0;

static double time_s(const struct f2f_net_path *path, enum f2f_collective_kind op, double bytes_B) {
    double copy_s = bytes_B / (path->cls->coll_switch_B_per_ck * path->clock_Hz);
    double stream_s = sent_B(path, op, bytes_B) / path->bandwidth_Bps + copy_s, round_B = chunks_B * path->chips;
    return 2.0 * path->hop_s + path->bulk_s + stream_s * (1.0 + round_B / (bytes_B + round_B));
}

const struct f2f_net_algorithm f2f_net_in_switch = {"in-switch", false, legal, time_s, sent_B};
