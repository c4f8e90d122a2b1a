/* direct.c - what needs no relay: all-to-all, and a send. One step, each chip to its peers. */
#include "net/collective.h"

static bool legal(const struct f2f_net_path *path, enum f2f_collective_kind op) {
    (void)path;
    return op == F2F_ALL_TO_ALL || op == F2F_SEND;
}

static double sent_B(const struct f2f_net_path *path, enum f2f_collective_kind op, double bytes_B) {
    return op == F2F_SEND ? bytes_B : bytes_B * (path->chips - 1) / path->chips;
}

static double time_s(const struct f2f_net_path *path, enum f2f_collective_kind op, double bytes_B) {
    double rate_Bps = op == F2F_SEND ? path->bandwidth_Bps : path->all_to_all_Bps;
    return f2f_net_steps_s(path, 1.0, sent_B(path, op, bytes_B), rate_Bps);
}

const struct f2f_net_algorithm f2f_net_direct = {"direct", false, legal, time_s, sent_B};
