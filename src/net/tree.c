/* tree.c - all-reduce over two complementary binary trees: up to reduce, down to broadcast.
 *
 * Each chip is a leaf of one tree and inside the other, and so sends the message about twice in all
 * (Sanders, Speck and Traeff, 2009); the latency grows with log2 n. Chunks are pipelined. Between nodes only, where
 * hops are dear: measured latencies within a node grow with n. */
#include <math.h>

#include "net/collective.h"

static bool legal(const struct f2f_net_path *path, enum f2f_collective_kind op) {
    return op == F2F_ALL_REDUCE && path->chips > 2 && !path->direct;
}

static double sent_B(const struct f2f_net_path *path, enum f2f_collective_kind op, double bytes_B) {
    (void)path, (void)op;
    return 2.0 * bytes_B;
}

static double time_s(const struct f2f_net_path *path, enum f2f_collective_kind op, double bytes_B) {
    return f2f_net_steps_s(path, 2.0 * ceil(log2(path->chips)), sent_B(path, op, bytes_B), path->bandwidth_Bps);
}

const struct f2f_net_algorithm f2f_net_tree = {"tree", false, legal, time_s, sent_B, NULL};
