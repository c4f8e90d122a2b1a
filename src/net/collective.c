/* collective.c - time of a collective: the fastest algorithm that is legal on the wires of the group.
 *
 * Alpha-beta model: a start, steps, bytes over bandwidth. A group over several nodes works in phases
 * (Thakur et al., 2005): an all-reduce is reduce-scatter in the node, all-reduce of each share between
 * nodes on that chip's own NIC, all-gather in the node. Left out: jitter between chips. */
#include "net/collective_list.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "net/path.h"

#define X(name) extern const struct f2f_net_algorithm f2f_net_##name;
F2F_COLLECTIVE_LIST(X)
#undef X

#define X(name) &f2f_net_##name,
static const struct f2f_net_algorithm *const algorithms[] = {F2F_COLLECTIVE_LIST(X)};
#undef X
enum { N_ALGORITHMS = sizeof algorithms / sizeof algorithms[0] };

/* A word of data with a flag of the same size: half the wire is left (NCCL's LL protocol). */
static const double flagged_share = 0.5;
/* Engines register peer buffers of 8 MiB for their kernels (vLLM's custom all-reduce) and leave more to the library. */
static const double engine_most_B = 8.0 * 1024.0 * 1024.0;

double f2f_net_steps_s(const struct f2f_net_path *path, double steps, double bytes_B, double bulk_Bps) {
    double flagged_s = bytes_B / (bulk_Bps * flagged_share);
    double bulk_s = path->cls->coll_bulk_s + bytes_B / bulk_Bps;
    return steps * path->hop_s + fmin(flagged_s, bulk_s);
}

/* Start of the general library's collectives and of the engines' kernels. */
static double start_s(const struct f2f_net_path *path, bool engine) {
    return (engine ? path->cls->coll_engine_ck : path->cls->coll_launch_ck) / path->clock_Hz;
}

static bool engine_has(const struct f2f_net_algorithm *a, double bytes_B, enum f2f_collective_library library) {
    if (library == F2F_COLLECTIVE_GENERAL || bytes_B >= engine_most_B) return false;
    return library == F2F_COLLECTIVE_ANY || a == &f2f_net_one_shot;
}

/* Fastest legal algorithm on one path, start included. */
static struct f2f_collective_cost best(const struct f2f_net_path *path, enum f2f_collective_kind op, double bytes_B,
                                       enum f2f_collective_library library) {
    struct f2f_collective_cost cost = {.time_s = HUGE_VAL, .algorithm = "none"};
    for (int i = 0; i < N_ALGORITHMS; i++) {
        const struct f2f_net_algorithm *a = algorithms[i];
        if ((a->engine && !engine_has(a, bytes_B, library)) || !a->legal(path, op)) continue;
        double time_s = start_s(path, a->engine) + a->time_s(path, op, bytes_B);
        if (time_s < cost.time_s) cost = (struct f2f_collective_cost){time_s, a->sent_B(path, op, bytes_B), a->name};
    }
    return cost;
}

/* One phase of a collective that spans nodes: which operation on which bytes. Phases share one start. */
struct phase {
    const struct f2f_net_path *path;
    enum f2f_collective_kind op;
    double bytes_B;
};

static struct f2f_collective_cost phases_cost(const struct phase *phases, int n, double launch_s) {
    struct f2f_collective_cost sum = {.time_s = launch_s, .algorithm = "hierarchical"};
    for (int i = 0; i < n; i++) {
        if (phases[i].path->chips < 2 && phases[i].op != F2F_SEND) continue;
        struct f2f_collective_cost c = best(phases[i].path, phases[i].op, phases[i].bytes_B, F2F_COLLECTIVE_GENERAL);
        sum.time_s += c.time_s - launch_s;
        sum.sent_B += c.sent_B;
    }
    return sum;
}

static struct f2f_collective_cost across_nodes(const struct f2f_net_group *g, enum f2f_collective_kind op,
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
    return phases_cost(phases[op], counts[op], start_s(in, false));
}

struct f2f_collective_cost f2f_collective_with(const struct f2f_system *system, const struct f2f_chip_class *cls,
                                               enum f2f_collective_kind op, int chips, int stride, double bytes_B,
                                               enum f2f_collective_library library) {
    assert(op >= 0 && op < F2F_COLLECTIVE_N);
    if (op == F2F_SEND && chips < 2) chips = 2;
    if (chips < 2 || !(bytes_B > 0.0)) return (struct f2f_collective_cost){.algorithm = "none"};
    struct f2f_net_group g = f2f_net_group_make(system, cls, chips, stride);
    if (g.across.chips > 1) return across_nodes(&g, op, bytes_B);
    return best(&g.local, op, bytes_B, library);
}

struct f2f_collective_cost f2f_collective_time(const struct f2f_system *system, const struct f2f_chip_class *cls,
                                               enum f2f_collective_kind op, int chips, int stride, double bytes_B) {
    return f2f_collective_with(system, cls, op, chips, stride, bytes_B, F2F_COLLECTIVE_ANY);
}
