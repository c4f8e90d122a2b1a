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

/* Peer buffers of engines' kernels; more is left to the library: 8 MiB with vLLM, 16 and 8 million bytes with
 * TensorRT-LLM (cpp/tensorrt_llm/common/customAllReduceUtils.h). */
static double engine_most_B(int chips, enum f2f_collective_library library) {
    if (library == F2F_COLLECTIVE_VLLM) return 8.0 * 1024.0 * 1024.0;
    return chips == 2 ? 16e6 : 8e6;
}

/* Start of the general library's collectives and of the engines' kernels. */
double f2f_net_start_s(const struct f2f_net_path *path, bool engine) {
    return (engine ? path->cls->coll_engine_ck : path->cls->coll_launch_ck) / path->clock_Hz;
}

/* From here on vLLM's kernel takes two shots between more chips than two (csrc/custom_all_reduce.cuh). So that more
 * bytes take longer, less takes one shot only where that is not slower: over slow links it is. */
static double two_shots_from_B(int chips) {
    if (chips == 2) return HUGE_VAL;
    return chips <= 4 ? 512.0 * 1024.0 : 256.0 * 1024.0;
}

static bool engine_has(const struct f2f_net_algorithm *a, const struct f2f_net_path *path, double bytes_B,
                       enum f2f_collective_library library) {
    bool one_shot = a == &f2f_net_one_shot, fetched_one_shot = a == &f2f_net_fetched_one_shot;
    bool fetched = fetched_one_shot || a == &f2f_net_fetched_two_shot, vllm = library == F2F_COLLECTIVE_VLLM;
    if (library == F2F_COLLECTIVE_GENERAL || bytes_B >= engine_most_B(path->chips, library)) return false;
    if (vllm) return fetched && !(fetched_one_shot && bytes_B >= two_shots_from_B(path->chips));
    return !fetched && (library != F2F_COLLECTIVE_ONE_SHOT || one_shot);
}

/* vLLM turns NCCL's cuMem off (NCCL_CUMEM_ENABLE=0 in its env_override.py), and with it reduction in the switch. */
static bool library_has(const struct f2f_net_algorithm *a, const struct f2f_net_path *path, double bytes_B,
                        enum f2f_collective_library library) {
    if (a == &f2f_net_in_switch && library == F2F_COLLECTIVE_VLLM) return false;
    return !a->engine || engine_has(a, path, bytes_B, library);
}

static const struct f2f_net_algorithm *guess(const struct f2f_net_path *path, enum f2f_collective_kind op,
                                             double bytes_B, enum f2f_collective_library library) {
    for (int i = 0; i < N_ALGORITHMS; i++) {
        const struct f2f_net_algorithm *a = algorithms[i];
        if (library_has(a, path, bytes_B, library) && a->guessed && a->guessed(path, op, bytes_B)) return a;
    }
    return NULL;
}

/* Fastest legal algorithm on one path, start included. An engine that is not named meets once more at its kernel's end,
 * before buffers are used again: a fence. */
struct f2f_collective_cost f2f_net_best(const struct f2f_net_path *path, enum f2f_collective_kind op, double bytes_B,
                                        enum f2f_collective_library library) {
    const struct f2f_net_algorithm *guessed = guess(path, op, bytes_B, library);
    struct f2f_collective_cost cost = {.time_s = HUGE_VAL, .algorithm = "none"};
    for (int i = 0; i < N_ALGORITHMS; i++) {
        const struct f2f_net_algorithm *a = algorithms[i];
        if (!library_has(a, path, bytes_B, library) || !a->legal(path, op)) continue;
        if (guessed && guessed != a && !a->engine) continue;
        double time_s = f2f_net_start_s(path, a->engine) + a->time_s(path, op, bytes_B);
        if (a->engine && library == F2F_COLLECTIVE_ANY) time_s += path->fetch_s;
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
