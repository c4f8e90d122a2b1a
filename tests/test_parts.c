/* test_parts.c - chips of the catalog with better parts: attention of one token and elementwise work are no slower. */
#include "chip_rig.h"
#include "each_chip.h"

static const enum f2f_kernels engines[] = {F2F_KERNELS_ANY, F2F_KERNELS_TRTLLM, F2F_KERNELS_VLLM};
enum { N_ENGINES = 3, OPS_MAX = 128 };

static size_t add_attention(struct f2f_op *ops, size_t n) {
    for (int engine = 0; engine < N_ENGINES; engine++)
        for (int narrow = 0; narrow < 2; narrow++)
            for (double batch = 1.0; batch <= 256.0; batch *= 16.0) {
                struct f2f_op op = attention(F2F_OP_ATTN_DECODE, batch, 1.0, 2048.0);
                op.kernels = engines[engine];
                op.kv = narrow ? F2F_DTYPE_FP8 : F2F_DTYPE_BF16;
                ops[n++] = op;
                op.q_heads = op.kv_heads;
                ops[n++] = op;
            }
    return n;
}

static size_t add_elementwise(struct f2f_op *ops, size_t n) {
    const enum f2f_op_kind kinds[] = {F2F_OP_VECTOR, F2F_OP_EMBED, F2F_OP_SAMPLE};
    for (int kind = 0; kind < 3; kind++)
        for (double rows = 1.0; rows <= 16384.0; rows *= 8.0) {
            struct f2f_op op = vector(rows);
            op.kind = kinds[kind];
            ops[n++] = op;
            op.wide_elems = 4.0;
            if (op.kind == F2F_OP_VECTOR) ops[n++] = op;
        }
    return n;
}

struct parts {
    struct f2f_chip chip;
    struct f2f_mem_port port;
};

static void more_bandwidth(struct parts *p) {
    p->port.kv_Bps *= 1.3, p->port.mixed_Bps *= 1.3, p->port.read_Bps *= 1.3;
}
static void more_cache(struct parts *p) { p->chip.cache_B *= 4.0; }
static void faster_cache(struct parts *p) { p->chip.cache_Bps *= 1.5; }
static void more_units(struct parts *p) {
    p->chip.units *= 2;
    p->chip.vector_flops *= 2.0;
    for (int format = 0; format < F2F_DTYPE_N; format++) p->chip.peak_flops[format] *= 2.0;
}
static void higher_clock(struct parts *p) {
    p->chip.boost_Hz = 1.2 * (p->chip.boost_Hz > 0.0 ? p->chip.boost_Hz : p->chip.clock_Hz);
}

static void times_with(double *time_s, const struct f2f_op *ops, size_t n, const struct f2f_system *system,
                       void (*change)(struct parts *)) {
    struct parts p = {.chip = *system->node->chip};
    if (system->mem) p.port = *system->mem; /* else it is the chip's cache */
    struct f2f_system changed = *system;
    struct f2f_node node = *system->node;
    struct f2f_machine machine;
    if (change) change(&p);
    node.chip = &p.chip;
    changed.node = &node;
    changed.mem = &p.port;
    assert_int_equal(f2f_machine_make(&machine, &changed, NULL), F2F_OK);
    for (size_t i = 0; i < n; i++) time_s[i] = f2f_machine_op(&machine, &ops[i]).time_s;
}

static void check_parts(const struct f2f_system *system) {
    void (*const changes[])(struct parts *) = {more_bandwidth, more_cache, faster_cache, more_units, higher_clock};
    struct f2f_op ops[OPS_MAX];
    double before_s[OPS_MAX], after_s[OPS_MAX];
    size_t n = add_elementwise(ops, add_attention(ops, 0));
    times_with(before_s, ops, n, system, NULL);
    for (int change = 0; change < 5; change++) {
        times_with(after_s, ops, n, system, changes[change]);
        for (size_t i = 0; i < n; i++)
            if (after_s[i] > before_s[i] * (1.0 + 1e-6))
                fail_msg("%s: operator %d, change %d: %g s after %g s", system->node->chip->id.name, (int)i, change,
                         after_s[i], before_s[i]);
    }
}

/* Another row, sequence or token never saves time. */
static void check_work(const struct f2f_system *system) {
    double time_s[2], before_s[3][2] = {{0.0}};
    struct f2f_op ops[2];
    for (double rows = 1.0; rows <= 512.0; rows += 1.0)
        for (int engine = 0; engine < N_ENGINES; engine++) {
            ops[0] = vector(rows), ops[1] = attention(F2F_OP_ATTN_DECODE, rows, 1.0, 512.0);
            ops[0].kind = F2F_OP_EMBED;
            ops[0].kernels = ops[1].kernels = engines[engine];
            times_with(time_s, ops, 2, system, NULL);
            for (int i = 0; i < 2; i++) {
                if (time_s[i] < before_s[engine][i] * (1.0 - 1e-6))
                    fail_msg("%s, engine %d, operator %d: %g s for %g rows after %g s", system->node->chip->id.name,
                             engine, i, time_s[i], rows, before_s[engine][i]);
                before_s[engine][i] = time_s[i];
            }
        }
}

/* Nor does another token that is cached already. */
static void check_context(const struct f2f_system *system) {
    for (double queries = 16.0; queries <= 1024.0; queries *= 4.0) {
        double time_s, before_s = 0.0;
        for (double keys = queries; keys <= 8192.0; keys += keys < 64.0 ? 1.0 : 31.0) {
            struct f2f_op op = attention(F2F_OP_ATTN_PREFILL, 1.0, queries, keys);
            times_with(&time_s, &op, 1, system, NULL);
            if (time_s < before_s * (1.0 - 1e-6))
                fail_msg("%s: %g s for %g queries on %g keys, %g on fewer", system->node->chip->id.name, time_s,
                         queries, keys, before_s);
            before_s = time_s;
        }
    }
}

/* Nor does another row or column of a product. (Some chips gain by another step of k: only long ones are split.) */
static void check_products(const struct f2f_system *system) {
    static const enum f2f_dtype formats[] = {F2F_DTYPE_BF16, F2F_DTYPE_FP8, F2F_DTYPE_FP4};
    for (int format = 0; format < 3; format++)
        for (int columns = 0; columns < 2; columns++)
            for (double other = 1.0; other <= 2048.0; other *= 2048.0) {
                double time_s, before_s = 0.0;
                for (double size = 1.0; size <= 600.0; size += 1.0) {
                    struct f2f_op op = gemm(size, other, 4096.0, formats[format]);
                    if (columns) op.m = other, op.n = size;
                    times_with(&time_s, &op, 1, system, NULL);
                    if (time_s < before_s * (1.0 - 1e-6))
                        fail_msg("%s, format %d: %g s for %g x %g, %g for one less", system->node->chip->id.name,
                                 (int)formats[format], time_s, op.m, op.n, before_s);
                    before_s = time_s;
                }
            }
}

static void check(const struct f2f_system *system) {
    check_parts(system);
    check_work(system);
    check_context(system);
    check_products(system);
}

static void better_parts_and_more_work(void **state) {
    (void)state;
    each_chip(check);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(better_parts_and_more_work)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
