/* Arena, status, number formats, UTF-8, diagnostics. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "fab2fleet/diag.h"
#include "fab2fleet/dtype.h"

static void arena_memory_is_zero_and_apart(void **state) {
    (void)state;
    f2f_arena *arena = f2f_arena_new();
    char *blocks[200];
    for (size_t i = 0; i < 200; i++) {
        blocks[i] = f2f_arena_alloc(arena, i * 37);
        for (size_t k = 0; k < i * 37; k++) assert_int_equal(blocks[i][k], 0);
        assert_int_equal((uintptr_t)blocks[i] % _Alignof(max_align_t), 0);
        memset(blocks[i], (int)i, i * 37);
    }
    for (size_t i = 0; i < 200; i++)
        for (size_t k = 0; k < i * 37; k++) assert_int_equal((unsigned char)blocks[i][k], i);
    assert_true(f2f_arena_used_B(arena) >= 37 * 199 * 200 / 2);
    f2f_arena_adopt(arena, f2f_arena_new()); /* freed with it: the leak checker tells */
    f2f_arena_free(arena);
}

static void failures_hold_one_line(void **state) {
    (void)state;
    f2f_error err;
    assert_int_equal(f2f_fail(&err, F2F_EINFEASIBLE, "%d of %d", 3, 2), F2F_EINFEASIBLE);
    assert_string_equal(err.message, "3 of 2");
    assert_int_equal(f2f_fail(NULL, F2F_EUSAGE, "x"), F2F_EUSAGE);
    assert_string_equal(f2f_status_text(F2F_EINTERRUPTED), "interrupted");
}

static void formats_have_names_and_sizes(void **state) {
    (void)state;
    enum f2f_dtype d;
    struct f2f_precision p;
    f2f_error err;
    assert_int_equal(f2f_dtype_parse(&d, "BFloat16", &err), F2F_OK);
    assert_int_equal(d, F2F_DTYPE_BF16);
    assert_int_equal(f2f_dtype_parse(&d, "bf17", &err), F2F_EUSAGE);
    assert_true(f2f_dtype_B(F2F_DTYPE_FP8) == 1.0 && f2f_dtype_B(F2F_DTYPE_FP4) > 0.5);
    assert_int_equal(f2f_precision_parse(&p, "fp8", "bf16", &err), F2F_OK);
    assert_int_equal(p.weight, F2F_DTYPE_FP8);
    assert_int_equal(p.kv, F2F_DTYPE_BF16);
    assert_int_equal(f2f_precision_parse(&p, "int4_wo", NULL, &err), F2F_OK);
    assert_int_equal(p.compute, F2F_DTYPE_BF16);
    assert_int_equal(f2f_precision_parse(&p, "8da4w", NULL, &err), F2F_OK);
    assert_string_equal(p.name, "w4a8");
    assert_int_equal(f2f_precision_parse(&p, "w4afp8", NULL, &err), F2F_OK);
    assert_int_equal(p.compute, F2F_DTYPE_FP8);
    assert_int_equal(p.weight, F2F_DTYPE_INT4);
    static const char *const same[][2] = {
        {"half", "fp16"}, {"fp8_ootb", "fp8"}, {"fp8_blockwise", "fp8_block"}, {"sq", "int8"}, {"int4_awq", "int4_wo"}};
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        assert_int_equal(f2f_precision_parse(&p, same[i][0], NULL, &err), F2F_OK);
        assert_string_equal(p.name, same[i][1]);
    }
    assert_int_equal(f2f_precision_parse(&p, "w4a8_mxfp4_mxfp8", NULL, &err), F2F_OK);
    assert_int_equal(p.compute, F2F_DTYPE_MXFP8);
    assert_int_equal(p.weight, F2F_DTYPE_MXFP4);
    assert_int_equal(f2f_precision_parse(&p, "fp8_static", NULL, &err), F2F_OK);
    assert_true(p.known_scale && p.compute == F2F_DTYPE_FP8);
    assert_int_equal(f2f_precision_parse(&p, "fp7", NULL, &err), F2F_EUSAGE);
}

static void utf8_is_checked(void **state) {
    (void)state;
    static const char good[] = "a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80";
    static const char *const bad[] = {"\xff", "\xc3", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe0\x80\x80"};
    assert_int_equal(f2f_utf8_check(good, sizeof good - 1), sizeof good - 1);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) assert_int_equal(f2f_utf8_check(bad[i], strlen(bad[i])), 0);
}

static void diagnostics_are_bounded(void **state) {
    (void)state;
    f2f_arena *arena = f2f_arena_new();
    struct f2f_diag *diag = f2f_diag_new(arena);
    for (int i = 0; i < 1000; i++) f2f_diag_add(diag, "f", i + 1, 2, "bad %d", i);
    assert_int_equal(diag->n + diag->dropped, 1000);
    assert_true(diag->n <= 100);
    assert_string_equal(diag->lines[0], "f:1:2: error: bad 0");
    assert_int_equal(f2f_diag_status(diag, 0, NULL), F2F_EINPUT);
    assert_int_equal(f2f_diag_status(diag, 1000, NULL), F2F_OK);
    f2f_arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(arena_memory_is_zero_and_apart),
                                       cmocka_unit_test(failures_hold_one_line),
                                       cmocka_unit_test(formats_have_names_and_sizes),
                                       cmocka_unit_test(utf8_is_checked), cmocka_unit_test(diagnostics_are_bounded)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
