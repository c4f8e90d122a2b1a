/* test_blackwell.c - rules of products on Blackwell, with tensor memory and without. */
#include "chip_rig.h"

/* Memory and power that never bind, so that times are those of tiles. */
static void make(struct rig *r, enum f2f_operands operands) {
    rig_describe(r);
    r->chip.peak_flops[F2F_DTYPE_FP4] = 4.0 * r->chip.peak_flops[F2F_DTYPE_BF16];
    r->chip.operands = (int)operands;
    r->chip.compute_capability = operands == F2F_OPERANDS_REGISTERS ? 12.0 : 10.0;
    r->chip.tdp_W = 50000.0;
    rig_build(r);
    r->cls.launch_ck = r->cls.tile_ck = 1.0;
    r->machine.mem.read_Bps *= 1000.0, r->machine.mem.mixed_Bps *= 1000.0;
}

/* 132 tiles of 128 x 128 over a long k, of pairs that share 128 columns: 192 elements a step, 64 bytes a clock from
 * memory; from the cache at its own rate. */
static void weights_from_memory_come_more_slowly(void **state) {
    (void)state;
    struct rig r;
    make(&r, F2F_OPERANDS_PAIRED);
    r.cls.unit_B_per_ck = 1e4;
    r.chip.peak_flops[F2F_DTYPE_FP4] *= 10.0;
    r.chip.cache_B = 1e9;
    struct f2f_op far = gemm(128.0, 66.0 * 128.0, 65536.0, F2F_DTYPE_FP4), near_by = far;
    near_by.copies = 1.0;
    double fetch_s = 65536.0 * 192.0 * f2f_dtype_B(F2F_DTYPE_FP4) / (64.0 * r.chip.clock_Hz);
    near(time_of(&r, &far), fetch_s, 0.05);
    assert_true(time_of(&r, &near_by) < 0.3 * time_of(&r, &far));
    r.chip.operands = F2F_OPERANDS_SCRATCHPAD; /* not of Hopper */
    assert_true(time_of(&r, &far) < 0.3 * fetch_s);
}

/* 64 columns take as long as 128. */
static void instructions_fill_lanes(void **state) {
    (void)state;
    struct rig r;
    make(&r, F2F_OPERANDS_PAIRED);
    r.cls.unit_B_per_ck = 1e4, r.cls.overlap_frac = 1.0;
    struct f2f_op op = gemm(64.0, 64.0, 1048576.0, F2F_DTYPE_BF16); /* tiles of 64 columns at most, of parts of k */
    op.copies = 1.0;
    double filled_s = time_of(&r, &op);
    r.chip.operands = F2F_OPERANDS_SCRATCHPAD, r.chip.compute_capability = 9.0;
    assert_true(filled_s > 1.3 * time_of(&r, &op));
}

/* Scales of 128 by DeepGEMM: few rows are not fetched as 128, columns are. */
static void scales_of_128_have_tiles_of_few_rows(void **state) {
    (void)state;
    struct rig r;
    make(&r, F2F_OPERANDS_PAIRED);
    r.chip.peak_flops[F2F_DTYPE_FP8] *= 10.0;
    r.chip.peak_flops[F2F_DTYPE_MXFP8] = r.chip.peak_flops[F2F_DTYPE_FP8];
    struct f2f_op blocks = gemm(8.0, 8192.0, 65536.0, F2F_DTYPE_FP8_BLOCK), mx = blocks;
    blocks.weight = mx.weight = F2F_DTYPE_FP8;
    mx.compute = F2F_DTYPE_MXFP8, mx.weight = F2F_DTYPE_MXFP8;
    double few_s = 65536.0 * (128.0 + 16.0 / 2.0) / (64.0 * r.chip.clock_Hz); /* of the 16 each fetches half */
    near(time_of(&r, &blocks), few_s, 0.05);
    assert_true(time_of(&r, &mx) > 1.3 * few_s);
}

/* Without tensor memory 4 bit reaches its peak, 8 bit does not. */
static void four_bits_reach_their_peak(void **state) {
    (void)state;
    struct rig r;
    make(&r, F2F_OPERANDS_REGISTERS);
    r.cls.unit_B_per_ck = 1e4;
    struct f2f_op op = gemm(128.0, 512.0, 65536.0, F2F_DTYPE_FP4); /* four tiles of 128 x 128 */
    double peak_s = 65536.0 * 2.0 * 128.0 * 128.0 / (r.chip.peak_flops[F2F_DTYPE_FP4] / 132.0);
    near(time_of(&r, &op), peak_s, 0.02);
    r.chip.compute_capability = 0.0;
    assert_true(time_of(&r, &op) > 1.0 * peak_s / r.cls.narrow_frac || time_of(&r, &op) < 0.9 * peak_s);
}

/* vLLM's fp8 there: 64 x 64 up to 256 rows, so that 96 columns' worth of tiles take a wave more with each 64 rows. */
static void vllm_has_tiles_for_geforce(void **state) {
    (void)state;
    struct rig r;
    make(&r, F2F_OPERANDS_REGISTERS);
    r.cls.unit_B_per_ck = 1e4, r.cls.step_ck = 0.0;
    struct f2f_op one = gemm(64.0, 96.0 * 64.0, 65536.0, F2F_DTYPE_FP8), two = one, three = one;
    two.m = 128.0, three.m = 256.0;
    one.kernels = two.kernels = three.kernels = F2F_KERNELS_VLLM;
    double tile_s = 65536.0 * 2.0 * 64.0 * 64.0 / (r.chip.peak_flops[F2F_DTYPE_FP8] * r.cls.narrow_frac / 132.0);
    near(time_of(&r, &one), tile_s, 0.05);
    near(time_of(&r, &two), 2.0 * tile_s, 0.05);
    near(time_of(&r, &three), 3.0 * tile_s, 0.05);
    struct f2f_op blocks = gemm(8.0, 128.0 * 132.0, 65536.0, F2F_DTYPE_FP8_BLOCK); /* one wave of 64 x 128 */
    blocks.weight = F2F_DTYPE_FP8, blocks.kernels = F2F_KERNELS_TRTLLM;
    near(time_of(&r, &blocks), 2.0 * tile_s, 0.1); /* and not on the vector units */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weights_from_memory_come_more_slowly), cmocka_unit_test(instructions_fill_lanes),
        cmocka_unit_test(scales_of_128_have_tiles_of_few_rows), cmocka_unit_test(four_bits_reach_their_peak),
        cmocka_unit_test(vllm_has_tiles_for_geforce)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
