/* chip_rig.h - a made-up chip that tests may change part by part, and operators to run on it. */
#ifndef F2F_TESTS_CHIP_RIG_H
#define F2F_TESTS_CHIP_RIG_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fab2fleet/chip_class.h"
#include "fab2fleet/machine.h"

/* A chip like an H100, with room to change any part of it; its memory is a given port. */
struct rig {
    struct f2f_chip_class cls;
    struct f2f_process process;
    struct f2f_mem_port port;
    struct f2f_chip chip;
    struct f2f_node node;
    struct f2f_system system;
    struct f2f_machine machine;
};

static inline struct f2f_chip_class rig_class(void) {
    return (struct f2f_chip_class){.launch_ck = 4000.0,
                                   .tile_ck = 3000.0,
                                   .stream_frac = 0.87,
                                   .step_ck = 1.5,
                                   .narrow_frac = 0.85,
                                   .unit_B_per_ck = 96.0,
                                   .overlap_frac = 0.7,
                                   .weight_only_s = 8e-6,
                                   .nominal_clock_Hz = 1.83e9,
                                   .excursion = 1.2,
                                   .limit_delay_s = 5e-3,
                                   .register_energy = 1.0,
                                   .elements_per_ck = 8.0,
                                   .profiled_frac = 1.0,
                                   .element_waits = 1.0,
                                   .resident_rows = 2.0,
                                   .unshared_frac = 0.33,
                                   .mixed_frac = 1.0,
                                   .query_rows = 16.0,
                                   .gather_per_ck = 0.5,
                                   .gather_ck = 1000.0,
                                   .attention_frac = 0.56,
                                   .softmax_flop = 8.0,
                                   .widen_flop = 16.0,
                                   .block_B_per_ck = 6.4,
                                   .attention_energy = 1.5,
                                   .prefill_s = 10e-6,
                                   .decode_ck = 25000.0,
                                   .trtllm_cast_s = 9e-6,
                                   .vllm_attention = 1.1,
                                   .coll_launch_ck = 14000.0,
                                   .coll_step_ck = 400.0,
                                   .coll_push_frac = 0.6,
                                   .coll_fetch_frac = 0.7,
                                   .coll_bulk_ck = 51000.0,
                                   .coll_frac = 0.7,
                                   .coll_channel_B_per_ck = 10.0,
                                   .coll_straggling = 0.1,
                                   .coll_engine_ck = 6800.0};
}

static inline void rig_describe(struct rig *r) {
    *r = (struct rig){.cls = rig_class(),
                      .process = {.flop_energy_J = 0.68e-12, .sram_energy_J_per_B = 7.8e-12},
                      .port = {.capacity_B = 80e9, /* five stacks of HBM3 at 5.234 Gb/s a pin */
                               .peak_Bps = 3350e9,
                               .read_Bps = 3180e9,
                               .kv_Bps = 3150e9,
                               .mixed_Bps = 2970e9,
                               .latency_s = 32e-9,
                               .energy_J_per_B = 28.8e-12},
                      .chip = {.id = {.name = "test"},
                               .clock_Hz = 1.83e9,
                               .units = 132,
                               .vector_flops = 67e12,
                               .cache_B = 50e6,
                               .tdp_W = 600.0,
                               .idle_W = 117.0},
                      .node = {.chips = 8,
                               .link = {.topology = F2F_TOPO_SWITCH,
                                        .bandwidth_Bps = 450e9,
                                        .latency_s = 0.5e-6,
                                        .energy_J_per_b = 5e-12}},
                      .system = {.nodes = 1}};
    r->chip.peak_flops[F2F_DTYPE_BF16] = 989.4e12;
    r->chip.peak_flops[F2F_DTYPE_FP8] = 1979e12;
}

static inline void rig_build(struct rig *r) {
    f2f_error err = {0};
    r->chip.cls = &r->cls;
    r->chip.process = &r->process;
    r->node.chip = &r->chip;
    r->system.node = &r->node;
    r->system.mem = &r->port;
    if (f2f_machine_make(&r->machine, &r->system, &err) != F2F_OK) fail_msg("%s", err.message);
}

static inline void rig_make(struct rig *r) {
    rig_describe(r);
    rig_build(r);
}

static inline struct f2f_op gemm(double m, double n, double k, enum f2f_dtype format) {
    return (struct f2f_op){.kind = F2F_OP_GEMM,
                           .name = "gemm",
                           .count = 1.0,
                           .compute = format,
                           .weight = format,
                           .act = F2F_DTYPE_BF16,
                           .kv = F2F_DTYPE_BF16,
                           .m = m,
                           .n = n,
                           .k = k,
                           .groups = 1.0};
}

static inline struct f2f_op attention(enum f2f_op_kind kind, double batch, double q, double kv) {
    return (struct f2f_op){.kind = kind,
                           .name = "attention",
                           .count = 1.0,
                           .compute = F2F_DTYPE_BF16,
                           .weight = F2F_DTYPE_BF16,
                           .act = F2F_DTYPE_BF16,
                           .kv = F2F_DTYPE_BF16,
                           .batch = batch,
                           .q_len = q,
                           .kv_len = kv,
                           .q_heads = 32.0,
                           .kv_heads = 8.0,
                           .head_dim = 128.0};
}

static inline struct f2f_op vector(double rows) {
    return (struct f2f_op){.kind = F2F_OP_VECTOR,
                           .name = "norm",
                           .count = 1.0,
                           .act = F2F_DTYPE_BF16,
                           .rows = rows,
                           .read_elems = 8192.0,
                           .write_elems = 8192.0,
                           .flop_per_elem = 2.5};
}

enum { N_SAMPLES = 12 };
/* One operator of each kind, small and large. */
static inline void samples(struct f2f_op *ops) {
    struct f2f_op embed = vector(4096.0), sample = vector(64.0);
    embed.kind = F2F_OP_EMBED;
    sample.kind = F2F_OP_SAMPLE;
    struct f2f_op list[N_SAMPLES] = {gemm(1.0, 4096.0, 4096.0, F2F_DTYPE_BF16),
                                     gemm(4096.0, 8192.0, 8192.0, F2F_DTYPE_BF16),
                                     gemm(64.0, 4096.0, 512.0, F2F_DTYPE_FP8),
                                     gemm(8192.0, 8192.0, 8192.0, F2F_DTYPE_FP8),
                                     attention(F2F_OP_ATTN_PREFILL, 1.0, 64.0, 64.0),
                                     attention(F2F_OP_ATTN_PREFILL, 4.0, 8192.0, 8192.0),
                                     attention(F2F_OP_ATTN_DECODE, 1.0, 1.0, 512.0),
                                     attention(F2F_OP_ATTN_DECODE, 64.0, 1.0, 8192.0),
                                     vector(1.0),
                                     vector(16384.0),
                                     embed,
                                     sample};
    memcpy(ops, list, sizeof list);
}

static inline double time_of(const struct rig *r, const struct f2f_op *op) {
    return f2f_machine_op(&r->machine, op).time_s;
}

static inline void near(double got, double want, double tolerance_frac) {
    if (!(fabs(got - want) <= tolerance_frac * fabs(want)))
        fail_msg("got %g, wanted %g within %g %%", got, want, 100.0 * tolerance_frac);
}

#endif
