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

/* NCCL's tuning table (src/graph/tuning.cc, 2.30): latency of a ring over NVLink, of each of its steps, share of the
 * wire. It takes flagged words for 88 GB/s on A100, 141 on H100 and 282 on B200: 0.37 to 0.39 of bulk. */
struct protocol {
    double base_s, step_s, share;
};
static const struct protocol words = {6.6e-6, 0.6e-6, 0.39}, lines = {14e-6, 1.9e-6, 0.92},
                             bulk = {8.4e-6, 3.4e-6, 1.0};

double f2f_net_words_guess_s(double steps, double stream_s) {
    return words.base_s + steps * words.step_s + stream_s / words.share;
}

/* The stream, in seconds of bulk, from which NCCL believes the protocol with the larger share to be the faster one. */
static double switch_s(const struct protocol *from, const struct protocol *to, double steps) {
    return (to->base_s - from->base_s + steps * (to->step_s - from->step_s)) / (1.0 / from->share - 1.0 / to->share);
}

/* A channel for every 4 KiB (16 KiB of traffic, of which flagged words count four times: src/enqueue.cc), up to 24. */
static const double channel_B = 4096.0, channels_most = 24.0;

double f2f_net_spread_s(const struct f2f_net_path *path, double bytes_B) {
    double channels = fmin(fmax(bytes_B / channel_B, 1.0), channels_most);
    return path->in_node ? path->cls->coll_straggling * log(channels) * f2f_net_start_s(path, false) : 0.0;
}

/* A step of NCCL's buffers (4 MiB in eight steps); less than that for each chip is handed on sooner. */
static const double buffer_step_B = 512.0 * 1024.0;

double f2f_net_set_up_s(const struct f2f_net_path *path, double chips, double bytes_B) {
    return path->bulk_s * bytes_B / (bytes_B + buffer_step_B * chips);
}

/* Half of the wire, or what kernels can hand on. */
static double words_s(const struct f2f_net_path *path, double bytes_B, double stream_s) {
    return fmax(stream_s / F2F_NET_FLAGGED_SHARE, bytes_B / (path->cls->coll_word_B_per_ck * path->clock_Hz));
}

static double lines_s(double steps, double stream_s) {
    return steps * (lines.step_s - words.step_s) + stream_s / lines.share;
}

/* Over NVLink the protocol NCCL guesses, be it the fastest or not. So that more bytes take longer and faster wires less
 * whatever the guess, words take no longer than lines where it turns to them, and words or lines no longer than bulk:
 * who has chips or groups that NCCL has no table for tunes it. Over PCIe, whose trees differ, the fastest. */
double f2f_net_steps_s(const struct f2f_net_path *path, double steps, double bytes_B, double bulk_Bps) {
    double stream_s = bytes_B / bulk_Bps, flagged_s = words_s(path, bytes_B, stream_s);
    double bulk_s = f2f_net_set_up_s(path, path->chips, bytes_B) + steps * path->bulk_hop_s + stream_s;
    double to_lines_s = switch_s(&words, &lines, steps);
    double to_bulk_s = fmax(switch_s(&words, &bulk, steps), switch_s(&lines, &bulk, steps));
    if (path->lines && stream_s >= to_lines_s) flagged_s = lines_s(steps, stream_s);
    if (path->lines && stream_s < to_lines_s) flagged_s = fmin(flagged_s, lines_s(steps, to_lines_s));
    if (!path->lines || stream_s < to_bulk_s) bulk_s = fmin(bulk_s, flagged_s);
    return steps * path->hop_s + f2f_net_spread_s(path, bytes_B) + bulk_s;
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

static const struct f2f_net_algorithm *guess(const struct f2f_net_path *path, enum f2f_collective_kind op,
                                             double bytes_B, enum f2f_collective_library library) {
    for (int i = 0; i < N_ALGORITHMS; i++) {
        const struct f2f_net_algorithm *a = algorithms[i];
        if (library_has(a, bytes_B, library) && a->guessed && a->guessed(path, op, bytes_B)) return a;
    }
    return NULL;
}

/* Fastest legal algorithm on one path, start included. Engines' kernels of vLLM's kind meet once more at their end,
 * before buffers are used again: a fence, there and back. */
struct f2f_collective_cost f2f_net_best(const struct f2f_net_path *path, enum f2f_collective_kind op, double bytes_B,
                                        enum f2f_collective_library library) {
    const struct f2f_net_algorithm *guessed = guess(path, op, bytes_B, library);
    struct f2f_collective_cost cost = {.time_s = HUGE_VAL, .algorithm = "none"};
    for (int i = 0; i < N_ALGORITHMS; i++) {
        const struct f2f_net_algorithm *a = algorithms[i];
        if (!library_has(a, bytes_B, library) || !a->legal(path, op)) continue;
        if (guessed && guessed != a && !a->engine) continue;
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
