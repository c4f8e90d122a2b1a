/* test_calibrate.c - calibration against tables whose constants are known: the model writes them, the fit finds them.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "fab2fleet/calibrate.h"
#include "fab2fleet/machine.h"

struct bench {
    struct f2f_catalog *catalog;
    f2f_arena *arena;
    char table[32];
    f2f_error err;
};

static FILE *temporary(char path[32]) {
    memcpy(path, "/tmp/.f2f-XXXXXX", 17);
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    FILE *file = fdopen(fd, "w");
    assert_non_null(file);
    return file;
}

/* A table of products as the model has them, times a factor. */
static void write_table(struct bench *b, const char *const *chips, int n_chips, double factor) {
    FILE *file = temporary(b->table);
    fprintf(file, "chip,framework,dtype,m,n,k,latency_us\n");
    for (int c = 0; c < n_chips; c++) {
        const struct f2f_system *system;
        struct f2f_machine machine;
        assert_int_equal(f2f_catalog_system(&system, b->catalog, chips[c], NULL, 0, &b->err), F2F_OK);
        assert_int_equal(f2f_machine_make(&machine, system, &b->err), F2F_OK);
        for (double m = 1; m <= 8192; m *= 8)
            for (double n = 1024; n <= 16384; n *= 4)
                for (double k = 1024; k <= 16384; k *= 4) {
                    struct f2f_op op = {.kind = F2F_OP_GEMM, .m = m, .n = n, .k = k, .groups = 1};
                    op.compute = op.weight = op.act = op.kv = F2F_DTYPE_BF16;
                    fprintf(file, "%s,vllm,bfloat16,%.0f,%.0f,%.0f,%.9g\n", chips[c], m, n, k,
                            f2f_machine_op(&machine, &op).time_s * 1e6 * factor);
                }
    }
    fclose(file);
}

static int setup(void **state) {
    static struct bench b;
    static const char *const dirs[] = {"catalog"};
    b = (struct bench){.arena = f2f_arena_new()};
    *state = &b;
    return f2f_catalog_new(&b.catalog, dirs, 1, &b.err) == F2F_OK ? 0 : -1;
}

static int teardown(void **state) {
    struct bench *b = *state;
    remove(b->table);
    f2f_catalog_free(b->catalog);
    f2f_arena_free(b->arena);
    return 0;
}

static struct f2f_results *calibrated(struct bench *b, const char **text, int evaluations, bool left_out) {
    const char *const files[] = {b->table};
    const struct f2f_calibrate_opts opts = {
        .class_name = "tensor-gpu", .files = files, .n_files = 1, .evaluations = evaluations, .left_out = left_out};
    struct f2f_results *results = f2f_results_new(b->arena, "calibrate");
    f2f_status status = f2f_calibrate(results, text, b->catalog, &opts, &b->err);
    if (status != F2F_OK) fail_msg("%s", b->err.message);
    return results;
}

static double mape(const struct f2f_results *results, size_t i) {
    return f2f_record_get(results->items[i], "mape_frac");
}

static void own_predictions_have_no_error(void **state) {
    struct bench *b = *state;
    static const char *const chips[] = {"h100-sxm"};
    write_table(b, chips, 1, 1.0);
    struct f2f_results *results = calibrated(b, NULL, 0, false);
    assert_int_equal(results->n_items, 2); /* constants, one group */
    assert_true(mape(results, 1) < 1e-6);
}

/* Everything 10 % slower: the fit must find most of it, and say so in the class's file. */
static void a_fit_lowers_the_error(void **state) {
    struct bench *b = *state;
    static const char *const chips[] = {"a100-sxm-80gb", "h100-sxm"};
    const char *text;
    write_table(b, chips, 2, 1.1);
    double before = mape(calibrated(b, NULL, 0, false), 1);
    struct f2f_results *results = calibrated(b, &text, 600, true);
    assert_true(before > 0.08);
    assert_true(mape(results, 1) < 0.5 * before);
    int left_out = 0;
    for (size_t i = 1; i < results->n_items; i++)
        left_out += f2f_value_number(f2f_record_find(results->items[i], "left_out")) > 0.0;
    assert_int_equal(left_out, 2);
    /* What is stated stays, what has no rows too, and the file reads again. */
    assert_non_null(strstr(text, "softmax_flop: {value: 12,"));
    assert_non_null(strstr(text, "\nfit:\n"));
    assert_non_null(strstr(text, "chips left out of the fit\""));
    assert_non_null(strstr(text, " / left out: "));
    char path[32];
    FILE *file = temporary(path);
    fputs(text, file);
    fclose(file);
    struct f2f_record *record;
    assert_int_equal(f2f_catalog_check(&record, b->catalog, path, &b->err), F2F_OK);
    remove(path);
    assert_string_equal(f2f_record_find(record, "kind")->text, "class");
}

static void the_same_fit_twice_is_the_same(void **state) {
    struct bench *b = *state;
    static const char *const chips[] = {"l40s"};
    const char *first, *second;
    write_table(b, chips, 1, 0.9);
    calibrated(b, &first, 200, false);
    calibrated(b, &second, 200, false);
    assert_string_equal(first, second);
    assert_non_null(strstr(first, "chips of the fit\"")); /* none was left out */
}

static void tables_of_other_chips_are_refused(void **state) {
    struct bench *b = *state;
    static const char *const chips[] = {"tpu-v5e"};
    write_table(b, chips, 1, 1.0);
    const char *const files[] = {b->table};
    const struct f2f_calibrate_opts opts = {.class_name = "tensor-gpu", .files = files, .n_files = 1};
    struct f2f_results *results = f2f_results_new(b->arena, "calibrate");
    assert_int_equal(f2f_calibrate(results, NULL, b->catalog, &opts, &b->err), F2F_EINPUT);
    assert_non_null(strstr(b->err.message, "tensor-gpu"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(own_predictions_have_no_error, setup, teardown),
        cmocka_unit_test_setup_teardown(a_fit_lowers_the_error, setup, teardown),
        cmocka_unit_test_setup_teardown(the_same_fit_twice_is_the_same, setup, teardown),
        cmocka_unit_test_setup_teardown(tables_of_other_chips_are_refused, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
