/* test_scales.c - products in formats whose short blocks of elements have scales of their own: tiles, k, casts. */
#include "chip_rig.h"

/* A chip for which 4 bit is twice as fast as 8, and whose memory nothing waits for. */
static void rig_make_fp4(struct rig *r, enum f2f_operands operands) {
    rig_describe(r);
    r->chip.peak_flops[F2F_DTYPE_FP4] = 4.0 * r->chip.peak_flops[F2F_DTYPE_BF16];
    r->chip.operands = (int)operands;
    r->chip.compute_capability = operands == F2F_OPERANDS_REGISTERS ? 12.0 : 10.0;
    r->chip.tdp_W = 50000.0;
    rig_build(r);
    r->machine.mem.read_Bps *= 100.0, r->machine.mem.mixed_Bps *= 100.0;
}

/* Scales of blocks lie in pieces of 128, and are found by the kernel that casts. */
static void block_scales_come_in_pieces(void **state) {
    (void)state;
    struct rig r;
    rig_make_fp4(&r, F2F_OPERANDS_REGISTERS);
    struct f2f_op few = gemm(8.0, 65536.0, 8192.0, F2F_DTYPE_FP4), more = few;
    more.m = 128.0;
    near(time_of(&r, &few), time_of(&r, &more), 0.05);
    r.chip.compute_capability = 0.0; /* another vendor's kernels have smaller ones */
    assert_true(time_of(&r, &few) < 0.8 * time_of(&r, &more));
    r.chip.compute_capability = 12.0;
    struct f2f_op narrow = gemm(8.0, 1024.0, 512.0, F2F_DTYPE_FP4), fp8 = gemm(8.0, 1024.0, 512.0, F2F_DTYPE_FP8);
    struct f2f_op narrow_cast = narrow, fp8_cast = fp8;
    narrow_cast.cast = fp8_cast.cast = true;
    narrow_cast.kernels = fp8_cast.kernels = F2F_KERNELS_TRTLLM; /* 9 us to look for the largest, and cast */
    near(time_of(&r, &fp8_cast) - time_of(&r, &fp8), 9e-6, 0.1);
    near(time_of(&r, &narrow_cast) - time_of(&r, &narrow), 4000.0 / 1.83e9, 0.1);
}

/* Few tiles over a long k: each unit walks through all of it and fetches both operands in full, of a pair half of what
 * both need, through a port of its own. */
static void k_is_walked_in_full(void **state) {
    (void)state;
    struct rig r;
    rig_make_fp4(&r, F2F_OPERANDS_PAIRED);
    r.cls.unit_B_per_ck = 48.0; /* its way from the cache binds */
    struct f2f_op op = gemm(1.0, 512.0, 65536.0, F2F_DTYPE_FP4), fp8 = gemm(1.0, 512.0, 65536.0, F2F_DTYPE_FP8);
    double fetch_s = 65536.0 * 192.0 * f2f_dtype_B(F2F_DTYPE_FP4) / (r.cls.unit_B_per_ck * r.chip.clock_Hz);
    assert_true(time_of(&r, &op) > fetch_s && time_of(&r, &op) < 1.2 * fetch_s);
    assert_true(time_of(&r, &fp8) < 0.5 * time_of(&r, &op)); /* k is split */
    double paired_s = time_of(&r, &op);
    r.chip.operands = F2F_OPERANDS_SCRATCHPAD;
    near(time_of(&r, &op), 256.0 / 192.0 * paired_s, 0.05);
    r.chip.operands = F2F_OPERANDS_PAIRED;
    r.cls.unit_B_per_ck = 1000.0; /* more than the port takes */
    r.chip.peak_flops[F2F_DTYPE_FP4] *= 4.0;
    near(time_of(&r, &op), 48.0 / 64.0 * paired_s, 0.05);
}

/* A chip that knows 4 bit multiplies mxfp4 as it comes: it has fewer scales than nvfp4, and nothing is widened. */
static void mxfp4_is_multiplied_as_it_is(void **state) {
    (void)state;
    struct rig r;
    rig_make_fp4(&r, F2F_OPERANDS_PAIRED);
    for (double m = 1.0; m <= 4096.0; m *= 4.0) {
        struct f2f_op nvfp4 = gemm(m, 8192.0, 8192.0, F2F_DTYPE_FP4), mxfp4 = gemm(m, 8192.0, 8192.0, F2F_DTYPE_MXFP4);
        assert_true(time_of(&r, &mxfp4) <= time_of(&r, &nvfp4));
        near(time_of(&r, &mxfp4), time_of(&r, &nvfp4), 0.06);
    }
    struct f2f_op weights = gemm(4096.0, 8192.0, 8192.0, F2F_DTYPE_BF16), plain = weights;
    weights.weight = F2F_DTYPE_MXFP4; /* these are widened */
    assert_true(time_of(&r, &weights) > time_of(&r, &plain));
}

/* vLLM's kernels: up to 256 rows 128 x 128, beyond 128 x 256 of a pair or 256 x 128. */
static void vllm_has_tiles_for_nvfp4(void **state) {
    (void)state;
    const enum f2f_operands kinds[] = {F2F_OPERANDS_PAIRED, F2F_OPERANDS_REGISTERS};
    for (int i = 0; i < 2; i++) {
        struct rig r;
        rig_make_fp4(&r, kinds[i]);
        r.cls.unit_B_per_ck = 1e4, r.cls.step_ck = 0.0;
        struct f2f_op few = gemm(256.0, 512.0, 65536.0, F2F_DTYPE_FP4), more = few, any;
        more.m = 257.0;
        few.kernels = more.kernels = F2F_KERNELS_VLLM;
        any = more, any.kernels = F2F_KERNELS_ANY;
        near(time_of(&r, &more) / time_of(&r, &few), 2.0, 0.1); /* tiles are twice as large, in one wave all */
        near(time_of(&r, &any), time_of(&r, &few), 0.05);
    }
}

/* Casts with scales of blocks take one pass, eight elements at once, but for vLLM's own. */
static void casts_take_several_elements(void **state) {
    (void)state;
    struct rig r;
    rig_describe(&r);
    r.chip.peak_flops[F2F_DTYPE_FP4] = 4.0 * r.chip.peak_flops[F2F_DTYPE_BF16];
    r.chip.tdp_W = 50000.0;
    rig_build(&r);
    struct f2f_op as_is = gemm(65536.0, 1024.0, 16384.0, F2F_DTYPE_FP4), cast = as_is, vllm = as_is;
    cast.cast = vllm.cast = true;
    vllm.kernels = F2F_KERNELS_VLLM;
    double elements = 65536.0 * 16384.0, bytes = f2f_dtype_B(F2F_DTYPE_BF16) + f2f_dtype_B(F2F_DTYPE_FP4);
    double bytes_s = elements * bytes / (r.machine.mem.mixed_Bps * r.cls.stream_frac);
    double ops_s = 3.0 * elements / (132.0 * r.cls.elements_per_ck * r.chip.clock_Hz);
    near(time_of(&r, &cast) - time_of(&r, &as_is), bytes_s + ops_s / 8.0, 0.02);
    as_is.kernels = F2F_KERNELS_VLLM;
    near(time_of(&r, &vllm) - time_of(&r, &as_is), bytes_s + ops_s, 0.02);
}

/* DeepSeek's scales belong to rows of the input: Hopper's tiles have 64 of them, k is walked in full, and vLLM's own
 * tiles for fp8 are not taken. */
static void scales_of_rows_keep_operands(void **state) {
    (void)state;
    struct rig r;
    rig_describe(&r);
    r.chip.operands = F2F_OPERANDS_SCRATCHPAD;
    r.chip.compute_capability = 9.0;
    r.chip.peak_flops[F2F_DTYPE_FP8] *= 0.05; /* products bind, as on an H20 */
    rig_build(&r);
    struct f2f_op few = gemm(16.0, 65536.0, 8192.0, F2F_DTYPE_FP8_BLOCK), more = few, fp8 = few;
    more.m = 64.0;
    fp8.compute = fp8.weight = fp8.act = F2F_DTYPE_FP8;
    near(time_of(&r, &few), time_of(&r, &more), 0.02);
    assert_true(time_of(&r, &fp8) < 0.5 * time_of(&r, &few));
    struct f2f_op long_k = gemm(64.0, 512.0, 65536.0, F2F_DTYPE_FP8_BLOCK), split = long_k, vllm = more;
    split.compute = split.weight = split.act = F2F_DTYPE_FP8;
    assert_true(time_of(&r, &split) < 0.5 * time_of(&r, &long_k));
    vllm.kernels = F2F_KERNELS_VLLM;
    near(time_of(&r, &vllm), time_of(&r, &more), 1e-9);
}

/* A rate of its own for mxfp8 is taken where a chip has one; else it runs as fp8, scales and all. */
static void mxfp8_may_have_its_own_rate(void **state) {
    (void)state;
    struct rig r;
    rig_make_fp4(&r, F2F_OPERANDS_REGISTERS);
    struct f2f_op op = gemm(8192.0, 8192.0, 8192.0, F2F_DTYPE_MXFP8), fp8 = gemm(8192.0, 8192.0, 8192.0, F2F_DTYPE_FP8);
    double as_fp8_s = time_of(&r, &fp8);
    near(time_of(&r, &op), as_fp8_s, 0.05);
    struct f2f_op cast = op, cast_fp8 = fp8; /* a scale for each 32 is found as they are cast, in one pass */
    cast.cast = cast_fp8.cast = true, cast.act = cast_fp8.act = F2F_DTYPE_BF16;
    assert_true(f2f_machine_cast_s(&r.machine, &cast) < 0.7 * f2f_machine_cast_s(&r.machine, &cast_fp8));
    r.chip.peak_flops[F2F_DTYPE_MXFP8] = 2.0 * r.chip.peak_flops[F2F_DTYPE_FP8];
    assert_true(time_of(&r, &op) < 0.6 * as_fp8_s);
    struct f2f_op narrow = op; /* mxfp4 weights are multiplied as they come */
    narrow.weight = F2F_DTYPE_MXFP4;
    near(time_of(&r, &narrow), time_of(&r, &op), 0.03);
}

/* A small array on a chip that says it is a Blackwell: its tiles are its own, and no product is done at once. */
static void arrays_are_no_smaller_than_scales(void **state) {
    (void)state;
    struct rig r;
    rig_make_fp4(&r, F2F_OPERANDS_PAIRED);
    r.chip.compute_capability = 10.0;
    r.chip.array = (struct f2f_array){.rows = 32, .columns = 32};
    struct f2f_op op = gemm(8192.0, 8192.0, 8192.0, F2F_DTYPE_FP4);
    r.chip.tdp_W = 1e5;
    assert_true(time_of(&r, &op) > f2f_op_flop(&op) / r.chip.peak_flops[F2F_DTYPE_FP4]);
}

/* A scale that is known spares the search: one kernel, one pass, vectors. */
static void known_scales_are_not_looked_for(void **state) {
    (void)state;
    struct rig r;
    rig_make(&r);
    const enum f2f_kernels all[] = {F2F_KERNELS_ANY, F2F_KERNELS_TRTLLM, F2F_KERNELS_VLLM};
    for (int i = 0; i < 3; i++) {
        struct f2f_op as_is = gemm(16384.0, 4096.0, 8192.0, F2F_DTYPE_FP8), found = as_is, known = as_is;
        as_is.kernels = found.kernels = known.kernels = all[i];
        as_is.act = F2F_DTYPE_FP8;
        found.act = known.act = F2F_DTYPE_BF16;
        found.cast = known.cast = known.known_scale = true;
        assert_true(f2f_machine_cast_s(&r.machine, &known) < 0.5 * f2f_machine_cast_s(&r.machine, &found));
        assert_true(time_of(&r, &known) > time_of(&r, &as_is));
    }
}

/* Blackwell's 4-bit instructions add up more at once, so that a FLOP costs less beside one in 8 bit. */
static void wide_dot_products_cost_less(void **state) {
    (void)state;
    double ratio[2], capability[] = {8.9, 12.0};
    for (int i = 0; i < 2; i++) {
        struct rig r;
        rig_make_fp4(&r, F2F_OPERANDS_REGISTERS);
        r.chip.compute_capability = capability[i];
        struct f2f_op fp4 = gemm(8192.0, 8192.0, 8192.0, F2F_DTYPE_FP4),
                      fp8 = gemm(8192.0, 8192.0, 8192.0, F2F_DTYPE_FP8);
        struct f2f_op_cost narrow = f2f_machine_op(&r.machine, &fp4), wide = f2f_machine_op(&r.machine, &fp8);
        ratio[i] = narrow.energy_J / wide.energy_J;
    }
    assert_true(ratio[1] < 0.95 * ratio[0]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(block_scales_come_in_pieces),       cmocka_unit_test(k_is_walked_in_full),
        cmocka_unit_test(mxfp4_is_multiplied_as_it_is),      cmocka_unit_test(vllm_has_tiles_for_nvfp4),
        cmocka_unit_test(casts_take_several_elements),       cmocka_unit_test(scales_of_rows_keep_operands),
        cmocka_unit_test(mxfp8_may_have_its_own_rate),       cmocka_unit_test(known_scales_are_not_looked_for),
        cmocka_unit_test(arrays_are_no_smaller_than_scales), cmocka_unit_test(wide_dot_products_cost_less)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
