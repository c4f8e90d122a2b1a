/* in_switch.c - all-reduce in the switch: it adds what the chips send and multicasts the sum.
 *
 * Each chip sends its message once and its 1/n share of the result once more (NVLink SHARP; Klenk et al.,
 * ISCA 2020); two steps whatever n is. Both directions are busy at once: what counts is the message, of which 8 and 72
 * chips of the Blackwell generation are published with the same rate. */
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

/* Up, add, down; chunks of a MiB or so in 16 channels (NCCL's NVLS), chosen after eight H100. */
static const double stages = 3.0, pipeline_B = 16.0 * 1024.0 * 1024.0;

static double time_s(const struct f2f_net_path *path, enum f2f_collective_kind op, double bytes_B) {
    (void)op;
    /* A message is as long as the pipeline when it fills it: then the set-up of the later stages shows too. */
    double set_up_s = path->bulk_s * (1.0 + (stages - 1.0) * bytes_B / (bytes_B + pipeline_B));
    return 2.0 * path->hop_s + set_up_s + bytes_B / (path->line_Bps * path->cls->coll_switch_frac);
}

const struct f2f_net_algorithm f2f_net_in_switch = {"in-switch", false, legal, time_s, sent_B};
