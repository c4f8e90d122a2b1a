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

/* NCCL guesses from its tuning table (src/graph/tuning.cc: base latency, latency of a step of a ring over NVLink and
 * over PCIe, share of the wire): 6.6 and 0.6 or 1.0 us with flagged words, whose rate it takes for 88 GB/s on A100 and
 * 141 on H100, 0.38 of what bulk reaches there; 14 and 1.9 us, 0.92 with lines; 8.4 and 3.4 or 5.7 us in bulk. */
static double believed_s(double base_s, double step_s, double share, double steps, double bulk_s) {
    return base_s + steps * step_s + bulk_s / share;
}

static bool takes_bulk(const struct f2f_net_path *path, double steps, double bulk_s) {
    double words_s = believed_s(6.6e-6, path->lines ? 0.6e-6 : 1.0e-6, 0.38, steps, bulk_s);
    double lines_s = path->lines ? believed_s(14e-6, 1.9e-6, 0.92, steps, bulk_s) : words_s;
    return believed_s(8.4e-6, path->lines ? 3.4e-6 : 5.7e-6, 1.0, steps, bulk_s) < fmin(words_s, lines_s);
}

/* A channel for every 4 KiB (512 threads, 8 bytes each) up to 24; a step waits for the slowest of them: 0.07 chosen
 * after A100, H100 and L40S in aiconfigurator's tables, as the figures of lines and copies below. */
static const double channel_B = 4096.0, channels_most = 24.0, straggling = 0.07;

double f2f_net_spread_s(const struct f2f_net_path *path, double steps, double bytes_B) {
    double channels = fmin(fmax(bytes_B / channel_B, 1.0), channels_most);
    if (!path->guessed) return 0.0;
    return straggling * log(channels) * (f2f_net_start_s(path, false) + steps * path->hop_s);
}

/* A line takes a warp longer to hand on than words; of the wire it reaches less than the flag costs. */
static const double line_step_ck = 1000.0, line_share = 0.65;

double f2f_net_steps_s(const struct f2f_net_path *path, double steps, double bytes_B, double bulk_Bps) {
    double stream_s = bytes_B / bulk_Bps, flagged_s = stream_s / F2F_NET_FLAGGED_SHARE;
    double bulk_s = path->bulk_s + steps * path->bulk_hop_s + stream_s;
    if (path->lines) flagged_s = fmin(flagged_s, steps * line_step_ck / path->clock_Hz + stream_s / line_share);
    bool bulk = path->guessed ? takes_bulk(path, steps, stream_s) : bulk_s < flagged_s;
    return steps * path->hop_s + f2f_net_spread_s(path, steps, bytes_B) + (bulk ? bulk_s : flagged_s);
}

/* 24 to 32 channels that move 16 bytes a clock. */
static const double copy_B_per_ck = 28.0 * 16.0;

double f2f_net_copy_s(const struct f2f_net_path *path, double bytes_B) {
    return bytes_B / (copy_B_per_ck * path->clock_Hz);
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
 * before buffers are used again. */
struct f2f_collective_cost f2f_net_best(const struct f2f_net_path *path, enum f2f_collective_kind op, double bytes_B,
                                        enum f2f_collective_library library) {
    struct f2f_collective_cost cost = {.time_s = HUGE_VAL, .algorithm = "none"};
    for (int i = 0; i < N_ALGORITHMS; i++) {
        const struct f2f_net_algorithm *a = algorithms[i];
        if (!library_has(a, bytes_B, library) || !a->legal(path, op)) continue;
        double time_s = f2f_net_start_s(path, a->engine) + a->time_s(path, op, bytes_B);
        if (a->engine && library != F2F_COLLECTIVE_ONE_SHOT) time_s += path->barrier_s;
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
