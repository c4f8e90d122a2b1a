/* across.c - a collective over several nodes: one after the other, round one ring, or up and down a tree.
 *
 * In phases (Thakur et al., 2005): an all-reduce is reduce-scatter in the node, all-reduce of each share between
 * nodes on that chip's own NIC, all-gather in the node; few steps, but links and NICs take turns. As one pipeline
 * (NCCL's rings and double trees over as many channels as there are NICs): links and NICs work at the same time, so
 * that the slower of them is all that counts, but a ring has as many steps as chips. The fastest is taken. Left
 * out: rings whose nodes reach different levels of the network. */
#include <math.h>

#include "net/path.h"

/* One phase: which operation on which bytes. Phases share one start. */
struct phase {
    const struct f2f_net_path *path;
    enum f2f_collective_kind op;
    double bytes_B;
};

static struct f2f_collective_cost phases_cost(const struct phase *phases, int n, double launch_s) {
    struct f2f_collective_cost sum = {.time_s = launch_s, .algorithm = "hierarchical"};
    for (int i = 0; i < n; i++) {
        if (phases[i].path->chips < 2 && phases[i].op != F2F_SEND) continue;
        struct f2f_collective_cost c =
            f2f_net_best(phases[i].path, phases[i].op, phases[i].bytes_B, F2F_COLLECTIVE_GENERAL);
        sum.time_s += c.time_s - launch_s;
        sum.sent_B += c.sent_B;
    }
    return sum;
}

static struct f2f_collective_cost in_phases(const struct f2f_net_group *g, enum f2f_collective_kind op,
                                            double bytes_B) {
    const struct f2f_net_path *in = &g->local, *out = &g->across;
    double n = (double)in->chips * out->chips, share_B = bytes_B / in->chips;
    const struct phase all_reduce[] = {
        {in, F2F_REDUCE_SCATTER, bytes_B}, {out, F2F_ALL_REDUCE, share_B}, {in, F2F_ALL_GATHER, bytes_B}};
    const struct phase all_gather[] = {{out, F2F_ALL_GATHER, share_B}, {in, F2F_ALL_GATHER, bytes_B}};
    const struct phase reduce_scatter[] = {{in, F2F_REDUCE_SCATTER, bytes_B}, {out, F2F_REDUCE_SCATTER, share_B}};
    /* What stays in the node goes over its links, the rest over the NIC. */
    const struct phase all_to_all[] = {{in, F2F_ALL_TO_ALL, bytes_B * in->chips / n}, {out, F2F_ALL_TO_ALL, bytes_B}};
    const struct phase send[] = {{out, F2F_SEND, bytes_B}};
    static const int counts[F2F_COLLECTIVE_N] = {3, 2, 2, 2, 1};
    const struct phase *const phases[F2F_COLLECTIVE_N] = {all_reduce, all_gather, reduce_scatter, all_to_all, send};
    return phases_cost(phases[op], counts[op], f2f_net_start_s(in, false));
}

/* Two limits at once: the longer, and where both are alike a little more, as waits of both kinds meet. */
static double both_s(double a_s, double b_s) {
    double most_s = fmax(a_s, b_s);
    return most_s > 0 ? most_s * pow(1 + pow(fmin(a_s, b_s) / most_s, 5), 1.0 / 5) : 0;
}

/* What a chain of steps takes, all channels together: as long as the wires need for all bytes, or as the steps of one
 * channel follow each other. Of a chip's channels one leaves the node. */
static double chain_s(const struct f2f_net_group *g, double hops_s, double passed_B, double share) {
    const struct f2f_net_path *in = &g->local, *out = &g->across;
    double link_B = passed_B * (in->chips - 1) / in->chips / share, nic_B = passed_B / in->chips / share;
    double link_s = link_B / in->bandwidth_Bps, nic_s = nic_B / out->bandwidth_Bps;
    return both_s(hops_s + (link_s + nic_s) / in->chips, fmax(link_s, nic_s) + out->hop_s);
}

/* Steps through the node and between nodes, and the bytes each chip passes on; every chip's NIC is one channel. Bulk,
 * or flagged words that take half of the wire, whichever is faster. */
static struct f2f_collective_cost pipelined(const struct f2f_net_group *g, const char *name, double local_steps,
                                            double across_steps, double passed_B) {
    const struct f2f_net_path *in = &g->local, *out = &g->across;
    double hops_s = local_steps * in->hop_s + across_steps * out->hop_s;
    double set_up_s = f2f_net_set_up_s(in, (double)in->chips * out->chips, passed_B);
    double bulk_s = set_up_s + chain_s(g, hops_s + across_steps * out->bulk_hop_s, passed_B, 1.0);
    double flagged_s = chain_s(g, hops_s, passed_B, F2F_NET_FLAGGED_SHARE);
    return (struct f2f_collective_cost){f2f_net_start_s(in, false) + fmin(bulk_s, flagged_s), passed_B, name};
}

/* Once or twice round all chips: a node's channels leave it once each. */
static struct f2f_collective_cost ring(const struct f2f_net_group *g, enum f2f_collective_kind op, double bytes_B) {
    double nodes = g->across.chips, n = nodes * g->local.chips, rounds = op == F2F_ALL_REDUCE ? 2 : 1;
    return pipelined(g, "ring", rounds * (n - nodes), rounds * (nodes - 1), rounds * (n - 1) / n * bytes_B);
}

/* A chain in each node, a double binary tree between nodes (Sanders, Speck and Traeff, 2009). */
static struct f2f_collective_cost tree(const struct f2f_net_group *g, double bytes_B) {
    return pipelined(g, "tree", 2.0 * (g->local.chips - 1), 2.0 * ceil(log2(g->across.chips)), 2.0 * bytes_B);
}

static void take_faster(struct f2f_collective_cost *best, struct f2f_collective_cost other) {
    if (other.time_s < best->time_s) *best = other;
}

struct f2f_collective_cost f2f_net_across(const struct f2f_net_group *g, enum f2f_collective_kind op, double bytes_B) {
    struct f2f_collective_cost best = in_phases(g, op, bytes_B);
    if (g->local.chips < 2 || op == F2F_SEND || op == F2F_ALL_TO_ALL) return best;
    take_faster(&best, ring(g, op, bytes_B));
    if (op == F2F_ALL_REDUCE) take_faster(&best, tree(g, bytes_B));
    return best;
}
