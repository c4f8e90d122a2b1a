/* in_switch.c - all-reduce in the switch: it adds what the chips send and multicasts the sum.
 *
 * Each chip sends its message once and its 1/n share of the result once more (NVLink SHARP; Klenk et al.,
 * ISCA 2020); two steps whatever n is. Both directions are busy at once: what counts is the message, of which 8 and 72
 * chips of the Blackwell generation are published with the same rate. */
#include "net/collective.h"

static bool legal(const struct f2f_net_path *path, enum f2f_collective_kind op) {
    return op == F2F_ALL_REDUCE && path->reduces;
}

static double sent_B(const struct f2f_net_path *path, enum f2f_collective_kind op, double bytes_B) {
    (void)op;
    return bytes_B * (1.0 + 1.0 / path->chips);
}

static double time_s(const struct f2f_net_path *path, enum f2f_collective_kind op, double bytes_B) {
    const struct f2f_chip_class *cls = path->cls;
    (void)op;
    double steps_s = 2.0 * path->hop_s + cls->coll_bulk_s;
    return steps_s + bytes_B / (path->line_Bps * cls->coll_switch_frac);
}

const struct f2f_net_algorithm f2f_net_in_switch = {"in-switch", false, legal, time_s, sent_B};
