/* test_vendors.c - fields of a chip that say what its vendor's runtime and libraries do. */
#include "chip_rig.h"

/* A chip whose operands pass through registers. */
static void make(struct rig *r) {
    rig_make(r);
    r->chip.operands = F2F_OPERANDS_REGISTERS;
}

/* A kernel start of the chip's own takes the place of the class's, in each kernel once. */
static void a_kernel_starts_in_the_chips_time(void **state) {
    (void)state;
    struct rig r;
    make(&r);
    struct f2f_op product = gemm(1.0, 1024.0, 1024.0, F2F_DTYPE_BF16);
    struct f2f_op prompt = attention(F2F_OP_ATTN_PREFILL, 1.0, 1024.0, 1024.0);
    prompt.no_cache = true;
    double class_s = 4000.0 / 1.83e9, product_s = time_of(&r, &product), prompt_s = time_of(&r, &prompt);
    r.chip.kernel_start_s = 7e-6;
    near(time_of(&r, &product) - product_s, 7e-6 - class_s, 1e-6);
    near(time_of(&r, &prompt) - prompt_s, 7e-6 - class_s, 1e-6);
}

/* Blocks of twice as many queries: half as many, so that few prompts wait longer for the longest; long ones do not. */
static void larger_blocks_of_queries_wait_longer(void **state) {
    (void)state;
    struct rig r;
    make(&r);
    struct f2f_op few = attention(F2F_OP_ATTN_PREFILL, 1.0, 1024.0, 1024.0);
    struct f2f_op many = attention(F2F_OP_ATTN_PREFILL, 1.0, 65536.0, 65536.0);
    few.no_cache = many.no_cache = true;
    double few_s = time_of(&r, &few), many_s = time_of(&r, &many);
    r.chip.attention_rows = 128;
    near(time_of(&r, &few), few_s, 1e-12);
    r.chip.attention_rows = 256;
    assert_true(time_of(&r, &few) > 1.3 * few_s);
    near(time_of(&r, &many), many_s, 0.01);
}

/* Registers for 256 x 256 sums: operands are read less often, by the units and from memory. */
static void larger_registers_hold_larger_tiles(void **state) {
    (void)state;
    struct rig r;
    make(&r);
    r.cls.unit_B_per_ck = 24.0; /* the way to the units binds */
    struct f2f_op op = gemm(8192.0, 8192.0, 8192.0, F2F_DTYPE_BF16);
    double half_s = time_of(&r, &op), half_B = f2f_machine_op(&r.machine, &op).mem_B;
    r.chip.unit_registers_B = 256 * 1024;
    near(time_of(&r, &op), half_s, 1e-12);
    r.chip.unit_registers_B = 512 * 1024;
    assert_true(time_of(&r, &op) < 0.8 * half_s);
    assert_true(f2f_machine_op(&r.machine, &op).mem_B < 0.8 * half_B);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_kernel_starts_in_the_chips_time),
                                       cmocka_unit_test(larger_blocks_of_queries_wait_longer),
                                       cmocka_unit_test(larger_registers_hold_larger_tiles)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
