/* collective.c - time of a collective: the fastest algorithm that is legal on the wires of the group.
 *
 * Alpha-beta model: a start, steps, bytes over bandwidth. Groups over several nodes: across.c. Left out: jitter
 * between chips. */
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

/* Engines register peer buffers of 8 MiB for their kernels (vLLM's custom all-reduce) and leave more to the library. */
static const double engine_most_B = 8.0 * 1024.0 * 1024.0;

/* Start of the general library's collectives and of the engines' kernels. */
double f2f_net_start_s(const struct f2f_net_path *path, bool engine) {
    return (engine ? path->cls->coll_engine_ck : path->cls->coll_launch_ck) / path->clock_Hz;
}

/* NCCL guesses from its tuning table (src/graph/tuning.cc, 2.30: base latency, latency of a step of a ring over NVLink
 * and over PCIe, share of the wire): 6.6 and 0.6 or 1.0 us with flagged words, whose rate it takes for 88 GB/s on A100,
 * 141 on H100 and 282 on B200, 0.37 to 0.39 of bulk's; 14 and 1.9 us, 0.92 with lines; 8.4 and 3.4 or 5.7 us in bulk.
 */
static const double line_hop_s = 1.9e-6 - 0.6e-6, line_share = 0.92;

static double believed_s(double base_s, double step_s, double share, double steps, double bulk_s) {
    return base_s + steps * step_s + bulk_s / share;
}

static bool takes_bulk(const struct f2f_net_path *path, double steps, double bulk_s) {
    double words_s = believed_s(6.6e-6, path->lines ? 0.6e-6 : 1.0e-6, 0.39, steps, bulk_s);
    double lines_s = path->lines ? believed_s(14e-6, 1.9e-6, line_share, steps, bulk_s) : words_s;
    return believed_s(8.4e-6, path->lines ? 3.4e-6 : 5.7e-6, 1.0, steps, bulk_s) < fmin(words_s, lines_s);
}

/* A channel for every 4 KiB (16 KiB of traffic, of which flagged words count four times: src/enqueue.cc), up to 24. */
static const double channel_B = 4096.0, channels_most = 24.0;

double f2f_net_spread_s(const struct f2f_net_path *path, double bytes_B) {
    double channels = fmin(fmax(bytes_B / channel_B, 1.0), channels_most);
    return path->guessed ? path->cls->coll_straggling * log(channels) * f2f_net_start_s(path, false) : 0.0;
}

/* A step of NCCL's buffers (4 MiB in eight steps); less than that for each chip is handed on sooner. */
static const double buffer_step_B = 512.0 * 1024.0;

double f2f_net_set_up_s(const struct f2f_net_path *path, double chips, double bytes_B) {
    return path->bulk_s * bytes_B / (bytes_B + buffer_step_B * chips);
}

/* Bulk where the library guesses so, be it slower or not; elsewhere the fastest of the three, as users tune libraries
 * for chips and groups their tables don't know. So more bytes take longer and faster wires less time: a guess turns to
 * bulk once, as the stream gets longer, and what was taken before is never slower than bulk. */
double f2f_net_steps_s(const struct f2f_net_path *path, double steps, double bytes_B, double bulk_Bps) {
    double stream_s = bytes_B / bulk_Bps, fastest_s = stream_s / F2F_NET_FLAGGED_SHARE;
    double bulk_s = f2f_net_set_up_s(path, path->chips, bytes_B) + steps * path->bulk_hop_s + stream_s;
    if (path->lines) fastest_s = fmin(fastest_s, steps * line_hop_s + stream_s / line_share);
    bool guess = path->guessed && takes_bulk(path, steps, stream_s);
    return steps * path->hop_s + f2f_net_spread_s(path, bytes_B) + (guess ? bulk_s : fmin(bulk_s, fastest_s));
}

double f2f_net_copy_s(const struct f2f_net_path *path, double bytes_B) {
    return bytes_B / (path->cls->coll_copy_B_per_ck * path->clock_Hz);
}

static bool engine_has(const struct f2f_net_algorithm *a, double bytes_B, enum f2f_collective_library library) {
    if (library == F2F_COLLECTIVE_GENERAL || bytes_B >= engine_most_B) return false;
    return library != F2F_COLLECTIVE_ONE_SHOT || a == &f2f_net_one_shot;
}

/* vLLM turns NCCL's cuMem off (NCCL_CUMEM_ENABLE=0 in its env_override.py), and with it reduction in the switch. */
static bool library_has(const struct f2f_net_algorithm *a, double bytes_B, enum f2f_collective_library library) {
    if (a == &f2f_net_in_switch && library == F2F_COLLECTIVE_VLLM) return false;
    return !a->engine || engine_has(a, bytes_B, library);
}

/* Fastest legal algorithm on one path, start included. Engines' kernels of vLLM's kind meet once more at their end,
 * before buffers are used again: a fence, there and back. */
struct f2f_collective_cost f2f_net_best(const struct f2f_net_path *path, enum f2f_collective_kind op, double bytes_B,
                                        enum f2f_collective_library library) {
    struct f2f_collective_cost cost = {.time_s = HUGE_VAL, .algorithm = "none"};
    for (int i = 0; i < N_ALGORITHMS; i++) {
        const struct f2f_net_algorithm *a = algorithms[i];
        if (!library_has(a, bytes_B, library) || !a->legal(path, op)) continue;
        double time_s = f2f_net_start_s(path, a->engine) + a->time_s(path, op, bytes_B);
        if (a->engine && library != F2F_COLLECTIVE_ONE_SHOT) time_s += 2.0 * path->barrier_s;
        if (time_s < cost.time_s) cost = (struct f2f_collective_cost){time_s, a->sent_B(path, op, bytes_B), a->name};
    }
    return cost;
}

struct f2f_collective_cost f2f_collective_with(const struct f2f_system *system, const struct f2f_chip_class *cls,
                                               enum f2f_collective_kind op, int chips, int stride, double bytes_B,
                                               enum f2f_collective_library library) {
    assert(op >= 0 && op < F2F_COLLECTIVE_N);
    if (op == F2F_SEND && chips < 2) chips = 2;
    if (chips < 2 || !(bytes_B > 0.0)) return (struct f2f_collective_cost){.algorithm = "none"};
    struct f2f_net_group g = f2f_net_group_make(system, cls, chips, stride);
    if (g.across.chips > 1) return f2f_net_across(&g, op, bytes_B);
    return f2f_net_best(&g.local, op, bytes_B, library);
}

struct f2f_collective_cost f2f_collective_time(const struct f2f_system *system, const struct f2f_chip_class *cls,
                                               enum f2f_collective_kind op, int chips, int stride, double bytes_B) {
    return f2f_collective_with(system, cls, op, chips, stride, bytes_B, F2F_COLLECTIVE_ANY);
}
