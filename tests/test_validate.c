/* Measured tables: the CSV reader, headers and cells, groups and their errors. */
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

#include "fab2fleet/machine.h"
#include "fab2fleet/validate.h"
#include "validate/aliases.h"
#include "validate/csv.h"

/* ---- the reader ---- */

/* What a reader handed over: cells joined with '|', rows with '\n'. */
struct heard {
    char text[4096];
    size_t used;
};

static bool hear(void *context, const struct f2f_csv_row *row) {
    struct heard *heard = context;
    for (size_t i = 0; i < row->n; i++)
        heard->used += (size_t)snprintf(heard->text + heard->used, sizeof heard->text - heard->used, "%s%s",
                                        row->cell[i].text, i + 1 < row->n ? "|" : "\n");
    return true;
}

static bool pass_over(void *context, const struct f2f_csv_row *row) {
    (void)context;
    return row->n > 0;
}

/* A temporary file; the caller removes it. */
static void temporary(char path[32], const char *text, size_t length) {
    memcpy(path, "/tmp/.f2f-XXXXXX", 17);
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    FILE *file = fdopen(fd, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, length, file), length);
    fclose(file);
}

struct reading {
    f2f_arena *arena;
    struct f2f_diag *diag;
    struct f2f_csv_count count;
    struct heard heard;
    f2f_error err;
};

static f2f_status read_bytes(struct reading *r, const char *text, size_t length, bool record) {
    char path[32];
    temporary(path, text, length);
    *r = (struct reading){.arena = f2f_arena_new()};
    r->diag = f2f_diag_new(r->arena);
    const struct f2f_csv_sink sink = {&r->heard, record ? hear : pass_over, record ? hear : pass_over};
    f2f_status status = f2f_csv_read(&r->count, r->arena, path, &sink, r->diag, &r->err);
    remove(path);
    return status;
}

static f2f_status read_text(struct reading *r, const char *text) { return read_bytes(r, text, strlen(text), true); }

static void reads_rfc_4180(void **state) {
    (void)state;
    static const char *const texts[] = {
        "a,b\n1,2\n",     "a,b\r\n1,2\r\n",       "a,b\n1,2",       "\357\273\277a,b\n1,2\n",
        "a,b\n\n1,2\n\n", "\"a\",b\n\"1\",\"2\"", "a,b\r\n\"1\",2", "a,b\n1,\"2\"\r\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct reading r;
        assert_int_equal(read_text(&r, texts[i]), F2F_OK);
        assert_string_equal(r.heard.text, "a|b\n1|2\n");
        assert_int_equal(r.count.rows, 1);
        f2f_arena_free(r.arena);
    }
}

static void quoted_cells_hold_anything(void **state) {
    (void)state;
    struct reading r;
    assert_int_equal(read_text(&r, "a,b\n\"x, \"\"y\"\"\r\nz\",\"\"\n,\n"), F2F_OK);
    assert_string_equal(r.heard.text, "a|b\nx, \"y\"\r\nz|\n|\n");
    f2f_arena_free(r.arena);
}

/* One fault spoils one row, is told with its place, and the rows around it are read. */
static void one_fault_one_row(void **state) {
    (void)state;
    static const struct {
        const char *row;
        size_t length;
        const char *where, *says;
    } faults[] = {
        {"1\n", 2, ":3:1: error: ", "1 cells, but the header has 2"},
        {"1,2,3\n", 6, ":3:1: error: ", "3 cells"},
        {"1\"5,2\n", 6, ":3:2: error: ", "a quote inside a cell"},
        {"\"1\"5,2\n", 7, ":3:4: error: ", "text after a closing quote"},
        {"1,\0\n", 4, ":3:3: error: ", "NUL"},
        {"1,\xff\n", 4, ":3:3: error: ", "UTF-8"},
        {"1\r,2\n", 5, ":3:2: error: ", "carriage return"},
    };
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        char text[64] = "a,b\n1,2\n";
        size_t length = strlen(text);
        struct reading r;
        memcpy(text + length, faults[i].row, faults[i].length);
        length += faults[i].length;
        memcpy(text + length, "3,4\n", 4);
        assert_int_equal(read_bytes(&r, text, length + 4, true), F2F_EINPUT);
        assert_string_equal(r.heard.text, "a|b\n1|2\n3|4\n");
        assert_int_equal(r.count.bad, 1);
        assert_int_equal(r.diag->n, 1);
        assert_non_null(strstr(r.diag->lines[0], faults[i].where));
        assert_non_null(strstr(r.diag->lines[0], faults[i].says));
        f2f_arena_free(r.arena);
    }
}

static void open_quote_is_found(void **state) {
    (void)state;
    struct reading r;
    assert_int_equal(read_text(&r, "a,b\n1,2\n3,\"4\n5,6\n"), F2F_EINPUT);
    assert_string_equal(r.heard.text, "a|b\n1|2\n");
    assert_non_null(strstr(r.diag->lines[0], ":3:3: error: a quote is opened here"));
    f2f_arena_free(r.arena);
}

static void bounds_hold(void **state) {
    (void)state;
    size_t size = (1u << 20) + 64, at = 0;
    char *text = malloc(size + 64);
    struct reading r;
    assert_non_null(text);
    at += (size_t)snprintf(text, 8, "a,b\n1,");
    memset(text + at, 'x', size - at);
    memcpy(text + size, "\n3,4\n", 5);
    assert_int_equal(read_bytes(&r, text, size + 5, false), F2F_EINPUT); /* a huge line */
    assert_int_equal(r.count.rows, 2);
    assert_int_equal(r.count.bad, 1);
    f2f_arena_free(r.arena);
    memset(text, ',', 64); /* 65 columns, and the line after them is not lost */
    text[64] = '\n';
    assert_int_equal(read_bytes(&r, text, 65, false), F2F_EINPUT);
    assert_non_null(strstr(r.diag->lines[0], ":1:65: error: more than 64 columns"));
    f2f_arena_free(r.arena);
    free(text);
    assert_int_equal(read_text(&r, ""), F2F_EINPUT);
    assert_non_null(strstr(r.diag->lines[0], "empty"));
    f2f_arena_free(r.arena);
}

static void gives_up_after_a_hundred(void **state) {
    (void)state;
    char text[1024] = "a,b\n";
    struct reading r;
    for (size_t i = 4; i < 4 + 2 * 200; i += 2) memcpy(text + i, "1\n", 3);
    assert_int_equal(read_text(&r, text), F2F_EINPUT);
    assert_int_equal(r.count.bad, F2F_CSV_BAD_MAX);
    assert_int_equal(r.count.rows, F2F_CSV_BAD_MAX);
    f2f_arena_free(r.arena);
}

static void memory_does_not_follow_the_file(void **state) {
    (void)state;
    enum { ROWS = 200000 };
    char *text = malloc(4 + 4 * ROWS);
    struct reading few, many;
    assert_non_null(text);
    for (size_t i = 0; i <= ROWS; i++) memcpy(text + 4 * i, "1,2\n", 4);
    assert_int_equal(read_bytes(&few, text, 40, false), F2F_OK);
    assert_int_equal(read_bytes(&many, text, 4 + 4 * ROWS, false), F2F_OK);
    assert_int_equal(many.count.rows, ROWS);
    assert_int_equal(f2f_arena_used_B(few.arena), f2f_arena_used_B(many.arena));
    f2f_arena_free(few.arena);
    f2f_arena_free(many.arena);
    free(text);
}

/* ---- tables ---- */

struct run {
    struct f2f_catalog *catalog;
    f2f_arena *arena;
    struct f2f_results *results;
    f2f_error err;
    f2f_status status;
};

static void open_run(struct run *run) {
    const char *dir = getenv("FAB2FLEET_DATA");
    assert_non_null(dir);
    *run = (struct run){.arena = f2f_arena_new()};
    assert_int_equal(f2f_catalog_new(&run->catalog, &dir, 1, NULL), F2F_OK);
    f2f_catalog_on_system(run->catalog, f2f_mem_ports_attach, f2f_mem_ports_new(f2f_catalog_arena(run->catalog)));
    run->results = f2f_results_new(run->arena, "validate");
}

static void close_run(struct run *run) {
    f2f_catalog_free(run->catalog);
    f2f_arena_free(run->arena);
}

static void validate_text(struct run *run, const char *text) {
    char path[32];
    open_run(run);
    temporary(path, text, strlen(text));
    run->status = f2f_validate_file(run->results, run->catalog, path,
                                    &(struct f2f_validate_options){.worst = 2, .uncertainty = true}, &run->err);
    remove(path);
}

static const struct f2f_record *item(const struct run *run, size_t i) {
    assert_true(i < run->results->n_items);
    return run->results->items[i];
}

static void is_text(const struct f2f_record *r, const char *key, const char *text) {
    const struct f2f_value *value = f2f_record_find(r, key);
    assert_non_null(value);
    assert_string_equal(value->text, text);
}

static void is_near(const struct f2f_record *r, const char *key, double wanted) {
    assert_true(fabs(f2f_record_get(r, key) - wanted) < 1e-6);
}

static const char *complaint(const struct run *run, size_t i) {
    const struct f2f_diag *diag = f2f_catalog_diag(run->catalog);
    assert_true(i < diag->n);
    return diag->lines[i];
}

static void unknown_header_names_the_nearest(void **state) {
    (void)state;
    struct run run;
    validate_text(&run, "chip,framework,dtype,m,n,k,latency\nh100-sxm,x,bf16,1,1,1,1\n");
    assert_int_equal(run.status, F2F_EINPUT);
    assert_int_equal(run.results->n_items, 0);
    assert_non_null(strstr(complaint(&run, 0), ":1:1: error: "));
    assert_non_null(
        strstr(complaint(&run, 0), "nearest is 'gemm': 'latency_us' is missing; 'latency' does not belong"));
    assert_non_null(strstr(complaint(&run, 0), "collective(chip,library,op,chips,message_B,latency_us)"));
    close_run(&run);
    validate_text(&run, "chip,framework,dtype,m,n,k,latency_us,m\n");
    assert_non_null(strstr(complaint(&run, 0), ":1:39: error: column 'm' twice"));
    close_run(&run);
}

static void bad_numbers_are_refused_in_place(void **state) {
    (void)state;
    static const char *const values[] = {"-5", "0", "nan", "inf", "0x10", "1e", " 1", "1 ", "", "1,"};
    for (size_t i = 0; i < 9; i++) {
        char text[256], says[64];
        struct run run;
        (void)snprintf(text, sizeof text, "chip,framework,dtype,m,n,k,latency_us\nh100-sxm,x,bf16,8,8,8,%s\n",
                       values[i]);
        (void)snprintf(says, sizeof says, ":2:23: error: latency_us is '%s': a number above 0 is wanted", values[i]);
        validate_text(&run, text);
        assert_int_equal(run.status, F2F_EINPUT);
        assert_non_null(strstr(complaint(&run, 0), says));
        close_run(&run);
    }
}

/* Seconds the model predicts for a product on one chip. */
static double gemm_s(struct f2f_catalog *catalog, const char *chip, double m) {
    const struct f2f_system *system;
    struct f2f_machine machine;
    struct f2f_precision p;
    assert_int_equal(f2f_catalog_host(&system, catalog, chip, 1, NULL, 0, NULL), F2F_OK);
    assert_int_equal(f2f_machine_make(&machine, system, NULL), F2F_OK);
    assert_int_equal(f2f_precision_parse(&p, "bfloat16", NULL, NULL), F2F_OK);
    const struct f2f_op op = {.kind = F2F_OP_GEMM,
                              .m = m,
                              .n = 4096,
                              .k = 8192,
                              .groups = 1,
                              .compute = p.compute,
                              .weight = p.weight,
                              .act = p.act,
                              .kv = p.kv};
    return f2f_machine_op(&machine, &op).time_s;
}

/* Microseconds of an fp8 product of an engine, in a graph of so many. */
static double graph_us(struct f2f_catalog *catalog, const char *engine, double m, double n, double copies,
                       double runs) {
    const struct f2f_system *system;
    struct f2f_machine machine;
    struct f2f_precision p;
    assert_int_equal(f2f_catalog_host(&system, catalog, "h100-sxm", 1, NULL, 0, NULL), F2F_OK);
    assert_int_equal(f2f_machine_make(&machine, system, NULL), F2F_OK);
    assert_int_equal(f2f_precision_parse(&p, "fp8", NULL, NULL), F2F_OK);
    const struct f2f_op op = {.kind = F2F_OP_GEMM,
                              .kernels = f2f_kernels_find(engine),
                              .m = m,
                              .n = n,
                              .k = 4096,
                              .groups = 1,
                              .copies = copies,
                              .runs = runs,
                              .cast = true,
                              .compute = p.compute,
                              .weight = p.weight,
                              .act = p.act,
                              .kv = p.kv};
    return f2f_machine_op(&machine, &op).time_s * 1e6;
}

/* How many products a source timed in one graph, nine times over, is in what is predicted of it: six, five, or as many
 * as exceed the cache (50 MiB of 16.8 MB are four; six of 8.4 MB fit in part). Few rows know how many weights share the
 * cache, many how soon the power limit acts. */
static void graphs_are_those_of_the_source(void **state) {
    (void)state;
    static const struct {
        const char *engine, *source;
        double few_n, n, copies, runs;
    } rows[] = {{"vllm", "aiconfigurator:h100_sxm/gemm/vllm/0.24.0", 2048, 4096, 6, 54},
                {"trtllm", "aiconfigurator:h100_sxm/gemm/trtllm/1.0.0", 4096, 4096, 5, 45},
                {"trtllm", "aiconfigurator:h100_sxm/gemm/trtllm/0.20.0", 4096, 4096, 5, 45},
                {"trtllm", "aiconfigurator:h100_sxm/gemm/trtllm/1.3.0", 4096, 4096, 4, 36},
                {"trtllm", "of another", 4096, 4096, 0, 0}};
    const double few = 16, many = 16384;
    struct run run, model;
    open_run(&model);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[512];
        const char *engine = rows[i].engine;
        double few_n = rows[i].few_n, n = rows[i].n, copies = rows[i].copies, runs = rows[i].runs;
        double few_us = graph_us(model.catalog, engine, few, few_n, copies, runs);
        double many_us = graph_us(model.catalog, engine, many, n, copies, runs);
        (void)snprintf(text, sizeof text,
                       "latency_us,k,n,m,dtype,framework,chip,source\n%.17g,4096,%g,%g,fp8,%s,h100-sxm,%s\n"
                       "%.17g,4096,%g,%g,fp8,%s,h100-sxm,%s\n",
                       few_us, few_n, few, engine, rows[i].source, many_us, n, many, engine, rows[i].source);
        validate_text(&run, text);
        is_near(item(&run, 0), "n", 2);
        is_near(item(&run, 0), "mape_frac", 0);
        close_run(&run);
        if (copies > 0) assert_true(graph_us(model.catalog, engine, few, few_n, 1, runs) < 0.99 * few_us);
        if (runs > 30) assert_true(graph_us(model.catalog, engine, many, n, copies, 9) < 0.999 * many_us);
        if (runs > 40) assert_true(graph_us(model.catalog, engine, many, n, copies, runs / 9) < 0.999 * many_us);
    }
    close_run(&model);
}

/* A row of an engine's bf16 or fp8 product on L40S as aiconfigurator would have it; off by how much, over predicted. */
static double off_by(const char *engine, const char *dtype, double m, double n, double k, double measured_us) {
    struct run run;
    char text[256];
    (void)snprintf(text, sizeof text,
                   "chip,framework,dtype,m,n,k,latency_us,source\n"
                   "l40s,%s,%s,%g,%g,%g,%.17g,aiconfigurator:l40s/gemm/%s/1.0.0\n",
                   engine, dtype, m, n, k, measured_us, engine);
    validate_text(&run, text);
    double bias = f2f_record_get(item(&run, 0), "bias_frac");
    close_run(&run);
    return bias;
}

static double predicted_us(const char *engine, const char *dtype, double m, double n, double k) {
    return 1.0 + off_by(engine, dtype, m, n, k, 1.0);
}

/* vLLM's collector times one product in 4 bit, whose weights of 75 MB stay in a B200's cache of 126; six would not. */
static void one_product_of_scaled_blocks_is_timed(void **state) {
    (void)state;
    static const char *const sources[] = {"aiconfigurator:b200_sxm/gemm/vllm/0.24.0", "of another"};
    double predicted[2];
    for (int i = 0; i < 2; i++) {
        struct run run;
        char text[256];
        (void)snprintf(text, sizeof text,
                       "chip,framework,dtype,m,n,k,latency_us,source\nb200-sxm,vllm,nvfp4,16,16384,8192,1,%s\n",
                       sources[i]);
        validate_text(&run, text);
        predicted[i] = 1.0 + f2f_record_get(item(&run, 0), "bias_frac");
        close_run(&run);
    }
    assert_true(predicted[0] < 0.97 * predicted[1]);
}

/* Weights of zeros, and fp8 inputs of zeros, draw less than random numbers do: where power binds vLLM's rows are
 * faster, but for weights that are no larger than the input. */
static void rows_draw_what_their_source_multiplied(void **state) {
    (void)state;
    const double n = 8192.0, k = 8192.0;
    double wide = predicted_us("vllm", "bfloat16", 2048.0, n, k) / predicted_us("trtllm", "bfloat16", 2048.0, n, k);
    double high = predicted_us("vllm", "bfloat16", n, n, k) / predicted_us("trtllm", "bfloat16", n, n, k);
    assert_true(wide < 0.95 && high > 0.98 && high < 1.02); /* six products in a row, or five */
    double fp8 = predicted_us("vllm", "fp8", 16384.0, 16384.0, 16384.0);
    assert_true(fp8 < 0.9 * predicted_us("trtllm", "fp8", 16384.0, 16384.0, 16384.0));
}

/* Five weights of 6 MB lie in an L40S's cache, but rows that took less than 864 GB/s allow are left out of the table.
 */
static void no_row_is_faster_than_memory(void **state) {
    (void)state;
    double streamed_us = 2.0 * (768.0 * 4096.0 + 768.0 + 4096.0) / 864e9 * 1e6;
    double one_us = predicted_us("trtllm", "bfloat16", 1.0, 768.0, 4096.0);
    assert_true(fabs(one_us / streamed_us - 1.0) < 1e-6);
    double more_us = 2.0 * (1536.0 * 4096.0 + 256.0 * (1536.0 + 4096.0)) / 864e9 * 1e6;
    assert_true(predicted_us("trtllm", "bfloat16", 256.0, 1536.0, 4096.0) > 1.02 * more_us); /* by its products */
}

/* A measurement 10 % below the prediction's 1.1 is an error of +10 %, one 10 % above it of -9.09 %. */
static void errors_are_those_of_the_hand(void **state) {
    (void)state;
    struct run run, model;
    char text[1024];
    open_run(&model);
    double one_us = gemm_s(model.catalog, "h100-sxm", 64) * 1e6,
           other_us = gemm_s(model.catalog, "a100-sxm-80gb", 64) * 1e6;
    (void)snprintf(text, sizeof text,
                   "latency_us,k,n,m,dtype,framework,chip,source\n%.17g,8192,4096,64,bfloat16,x,h100-sxm,s\n"
                   "%.17g,8192,4096,64,bfloat16,x,a100-sxm-80gb,s\n%.17g,8192,4096,64,bfloat16,x,h100-sxm,s\n"
                   "1,8192,4096,64,bfloat16,x,no-such-chip,s\n",
                   one_us / 1.1, other_us, one_us * 1.1);
    validate_text(&run, text);
    assert_int_equal(run.status, F2F_OK);
    assert_int_equal(run.results->n_items, 4);
    const struct f2f_record *r = item(&run, 0);
    is_text(r, "table", "gemm");
    is_text(r, "chip", "h100-sxm");
    is_text(r, "framework", "x");
    is_text(r, "dtype", "bfloat16");
    is_text(r, "metric", "latency_us");
    is_near(r, "n", 2);
    is_near(r, "skipped", 0);
    is_near(r, "mape_frac", (0.1 + 1 / 11.0) / 2);
    is_near(r, "median_ape_frac", (0.1 + 1 / 11.0) / 2);
    is_near(r, "p90_ape_frac", 1 / 11.0 + 0.9 * (0.1 - 1 / 11.0));
    is_near(r, "bias_frac", (0.1 - 1 / 11.0) / 2);
    is_text(item(&run, 1), "chip", "a100-sxm-80gb");
    is_near(item(&run, 1), "mape_frac", 0);
    is_near(item(&run, 2), "n", 0);
    is_near(item(&run, 2), "skipped", 1);
    assert_true(isnan(f2f_record_get(item(&run, 2), "mape_frac")));
    is_text(item(&run, 3), "chip", "all");
    is_near(item(&run, 3), "n", 3);
    is_near(item(&run, 3), "mape_frac", (0.1 + 1 / 11.0) / 3);
    assert_non_null(strstr(run.results->notes[0], "'no-such-chip' is not in the catalog"));
    close_run(&run);
    close_run(&model);
}

/* Words as sources write them, and rows with too little to run. */
static void training_words_are_mapped(void **state) {
    (void)state;
    struct run run;
    int n = -9;
    assert_string_equal(f2f_alias_precision("bf16 (assumed)"), "bf16");
    assert_string_equal(f2f_alias_precision("MXFP8"), "mxfp8");
    assert_string_equal(f2f_alias_precision("fp8_block"), "fp8_block");
    assert_null(f2f_alias_precision("int99"));
    assert_true(f2f_alias_zero(&n, "ZeRO-3") && n == 3);
    assert_false(f2f_alias_zero(&n, "ZeRO-9"));
    assert_true(f2f_alias_recompute(&n, "full, no seq-parallel") && n == 2);
    assert_false(f2f_alias_recompute(&n, "some"));
    assert_string_equal(f2f_alias_model("Meta Llama 3 70B"), "llama-3-70b");
    assert_true(f2f_alias_source("of nobody", "")->nic_Bps <= 0);
    static const char *const of_nvidia[] = {"NeMo 25.02", "NVIDIA-NeMo/Megatron-Bridge", "MLPerf Training 5.0",
                                            "dgxc-benchmarking", "MLPerf (tp_comm_overlap=False)"};
    for (size_t i = 0; i < sizeof of_nvidia / sizeof of_nvidia[0]; i++) {
        const struct f2f_source *source = f2f_alias_source(of_nvidia[i], "");
        assert_int_equal(source->context, F2F_CONTEXT_RING);
        assert_true(source->software.half_gradients && source->software.narrow_weights);
    }
    const struct f2f_source *of_amd = f2f_alias_source("MLPerf Training 5.1: AMD/results", "");
    assert_int_equal(of_amd->context, F2F_CONTEXT_GATHER);
    assert_false(of_amd->software.narrow_weights);
    assert_true(f2f_alias_source("torchtitan (FSDP, float8 gathers)", "")->software.narrow_weights);
    assert_true(f2f_alias_source("torchtitan (FSDP, float8 gathers)", "")->software.attention_unit_flop > 0);
    assert_false(f2f_alias_source("torchtitan (2D with AsyncTP)", "")->software.exposed_tensor);
    assert_true(f2f_alias_source("torchtitan (2D without AsyncTP)", "")->software.exposed_tensor);
    assert_true(f2f_alias_recompute(&n, "selective-op") && n == F2F_RECOMPUTE_SELECTIVE_OP);
    validate_text(&run,
                  "chip,chips,model,params_B,layers,hidden,heads,kv_heads,ffn,vocab,gated,seq,global_batch,micro_batch,"
                  "tp,cp,pp,vp,dp,zero,recompute,precision,step_s,tokps_per_chip,tflops_per_chip\n"
                  "h100-sxm,8,g,,24,2048,16,,,51200,no,2048,64,4,1,1,1,1,8,0,none,BF16,1.0,1,1\n"
                  "h100-sxm,8,g,,24,2048,16,,,51200,no,2048,64,4,1,1,1,1,8,0,none,bf16,,20000,1\n"
                  "h100-sxm,8,g,,24,2048,16,,,51200,no,2048,2M tokens,4,1,1,1,1,8,0,none,bf16,1.0,,\n"
                  "h100-sxm,8,g,,24,2048,16,,,51200,no,2048,64,4,1,1,1,1,8,0,some,bf16,1.0,,\n"
                  "h100-sxm,8,g,,24,2048,16,,,51200,no,2048,64,4,1,1,1,1,8,0,none,bf16,,,147 (up to)\n"
                  "h100-sxm,8,g,,24,2048,16,,,51200,no,2048,-64,4,1,1,1,1,8,0,none,bf16,1.0,,\n");
    assert_int_equal(run.status, F2F_EINPUT); /* the last row: a negative batch is no word */
    assert_non_null(strstr(complaint(&run, 0), ":7:42: error: global_batch is '-64'"));
    is_text(item(&run, 0), "metric", "step_s");
    is_text(item(&run, 0), "dtype", "bf16");
    is_near(item(&run, 0), "n", 1);
    is_near(item(&run, 0), "skipped", 3);
    is_text(item(&run, 1), "metric", "tokps_per_chip");
    is_near(item(&run, 1), "n", 1);
    assert_true(isfinite(f2f_record_get(item(&run, 1), "mape_frac")));
    close_run(&run);
}

/* A norm of one token on a chip, as PyTorch's module; off by how much, over measured. */
static double norm_us(const char *chip) {
    char text[256];
    struct run run;
    snprintf(text, sizeof text,
             "chip,method,model,dtype,tp,layer,tokens,latency_us\n"
             "%s,llmservingsim,Llama 3.1 8B,bf16 (assumed),1,input_layernorm,1,1\n",
             chip);
    validate_text(&run, text);
    double us = 1.0 + f2f_record_get(item(&run, 0), "bias_frac");
    close_run(&run);
    return us;
}

/* PyTorch runs eight kernels for a norm, a compiler for arrays makes one of them. */
static void compiled_programs_fuse_elementwise_work(void **state) {
    (void)state;
    assert_true(norm_us("h100-sxm") > 8.0);
    assert_true(norm_us("tpu-v6e") < 2.0);
}

/* Share of two decode steps between predicted p10 and p90, measured as so many times what is predicted. */
static double inside_frac(double first, double second) {
    char text[512];
    struct run run;
    const char *const head = "chip,framework,dtype,m,n,k,latency_us\n";
    double us[2];
    for (int i = 0; i < 2; i++) {
        snprintf(text, sizeof text, "%sh100-sxm,pytorch,bfloat16,%d,4096,4096,1\n", head, 64 << i);
        validate_text(&run, text);
        us[i] = 1.0 + f2f_record_get(item(&run, 0), "bias_frac");
        close_run(&run);
    }
    snprintf(text, sizeof text,
             "%sh100-sxm,pytorch,bfloat16,64,4096,4096,%.9g\nh100-sxm,pytorch,bfloat16,128,4096,4096,%.9g\n", head,
             first * us[0], second * us[1]);
    validate_text(&run, text);
    double share = f2f_record_get(item(&run, 0), "inside_frac");
    close_run(&run);
    return share;
}

/* The model says how sure it is, and how often that holds. */
static void measured_figures_lie_inside(void **state) {
    (void)state;
    assert_true(inside_frac(1.0, 1.0) > 0.99);
    assert_true(fabs(inside_frac(1.0, 2.0) - 0.5) < 0.01);
    assert_true(inside_frac(0.5, 2.0) < 0.01);
}

/* Each kind of table is recognised and predicts something finite. */
static void every_table_predicts(void **state) {
    (void)state;
    static const struct {
        const char *text, *metric;
    } tables[] = {
        {"chip,framework,dtype,kv_dtype,q_heads,kv_heads,head_dim,batch,seq_len,latency_us\n"
         "h100-sxm,vllm,bfloat16,fp8,32,8,128,1,1024,50\n",
         "latency_us"},
        {"chip,framework,dtype,kv_dtype,q_heads,kv_heads,head_dim,batch,kv_len,latency_us\n"
         "h100-sxm,vllm,bfloat16,bfloat16,32,8,128,64,1024,50\n",
         "latency_us"},
        {"chip,library,op,chips,message_B,latency_us\nh100-sxm,nccl,all_reduce,8,1048576,40\n", "latency_us"},
        {"chip,library,op,chips,message_B,latency_us\nb200-sxm,nccl,all_reduce,32,1048576,400\n", "latency_us"},
        {"chip,method,model,dtype,tp,layer,tokens,latency_us\n"
         "h100-sxm,llmservingsim,Llama 3.1 8B,bf16 (assumed),1,rope,64,30\n",
         "latency_us"},
        {"chip,method,model,dtype,tp,layer,tokens,latency_us\na100-sxm-80gb,vidur,Llama 2 "
         "7b,fp16,2,mlp_up_proj,64,60\n",
         "latency_us"},
        {"chip,framework,version,model,precision,tp,concurrency,isl,osl,ttft_ms,tpot_ms\n"
         "h100-sxm,vllm,,llama-3.1-8b,bfloat16,1,8,1024,64,100,8\n",
         "ttft_ms"},
        {"chip,framework,version,model,precision,kv_precision,tp,pp,isl,osl,output_tokps\n"
         "h100-sxm,trtllm,1.0,llama-3.1-8b,fp8,fp8,1,1,128,128,20000\n",
         "output_tokps"},
        {"chip,framework,version,model,precision,kv_precision,tp,pp,isl,osl,batch,metric,value\n"
         "h100-sxm,trtllm,0.8.0,llama-2-7b,fp8,fp8,1,1,128,128,8,output_tokps,1500\n",
         "output_tokps"},
        {"model,hardware,prompt_size,batch_size,token_size,peak_power,average_power,prompt_time,token_time,e2e_time,"
         "tensor_parallel\n"
         "llama2-70b,a100-80gb,512,1,128,1,0.7,196,54,7100,4\n",
         "average_power"},
    };
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        struct run run;
        validate_text(&run, tables[i].text);
        assert_int_equal(run.status, F2F_OK);
        is_text(item(&run, 0), "metric", tables[i].metric);
        is_near(item(&run, 0), "n", 1);
        assert_true(isfinite(f2f_record_get(item(&run, 0), "mape_frac")));
        close_run(&run);
    }
}

/* An engine is built for a chip that has no stacks; its buffers leave no room. */
static void chips_without_stacks_are_skipped(void **state) {
    (void)state;
    struct run run;
    validate_text(&run, "chip,framework,version,model,precision,kv_precision,tp,pp,isl,osl,output_tokps\n"
                        "groq-lpu,trtllm,1.0,llama-3.2-1b,fp8,fp8,32,1,128,128,20000\n");
    assert_int_equal(run.status, F2F_OK);
    is_near(item(&run, 0), "skipped", 1);
    close_run(&run);
}

/* The project's own tables of published figures: all rows are read and predicted. */
static void published_figures_are_read(void **state) {
    (void)state;
    static const char *const files[] = {"gemm", "collective", "throughput", "training"};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        struct run run;
        char path[512];
        (void)snprintf(path, sizeof path, "%s/validation/%s.csv", getenv("F2F_SOURCE_DIR"), files[i]);
        open_run(&run);
        assert_int_equal(f2f_validate_file(run.results, run.catalog, path, &(struct f2f_validate_options){0}, &run.err),
                         F2F_OK);
        for (size_t k = 0; k < run.results->n_items; k++) {
            is_near(item(&run, k), "skipped", 0);
            assert_true(f2f_record_get(item(&run, k), "n") > 0);
        }
        close_run(&run);
    }
}

/* A misspelt engine is a fault in its place, never a library; what is no engine at all is told, once. */
static void misspelt_engines_are_refused(void **state) {
    (void)state;
    static const char *const header = "chip,framework,dtype,m,n,k,latency_us\n";
    static const char *const names[] = {"vlm", "VLLM", "trtlm", "sgalng"},
                             *meant[] = {"vllm", "vllm", "trtllm", "sglang"};
    char text[512], says[64];
    struct run run;
    for (size_t i = 0; i < 4; i++) {
        (void)snprintf(text, sizeof text, "%sh100-sxm,vllm,fp8,8,8192,8192,20\nh100-sxm,%s,fp8,8,8192,8192,20\n",
                       header, names[i]);
        (void)snprintf(says, sizeof says, "'%s' in the catalog (did you mean '%s'?)", names[i], meant[i]);
        validate_text(&run, text);
        assert_int_equal(run.status, F2F_EINPUT);
        assert_non_null(strstr(complaint(&run, 0), ":3:10: error: "));
        assert_non_null(strstr(complaint(&run, 0), says));
        is_near(item(&run, 0), "n", 1);
        is_near(item(&run, 1), "n", 0);
        is_near(item(&run, 1), "skipped", 1);
        close_run(&run);
    }
    (void)snprintf(text, sizeof text,
                   "%sh100-sxm,cuBLAS,fp8,8,8,8,20\nh100-sxm,ours,fp8,8,8,8,20\nh100-sxm,ours,fp8,8,8,8,9\n", header);
    validate_text(&run, text);
    assert_int_equal(run.status, F2F_OK);
    assert_int_equal(run.results->n_notes, 1);
    assert_non_null(strstr(run.results->notes[0], ":3: framework 'ours' is no engine of the catalog"));
    close_run(&run);
    validate_text(&run, "chip,framework,version,model,precision,tp,concurrency,isl,osl,ttft_ms,tpot_ms\n"
                        "h100-sxm,vlm,,llama-3.1-8b,fp8,1,4,128,128,20,8\n");
    assert_int_equal(run.status, F2F_EINPUT);
    assert_non_null(strstr(complaint(&run, 0), ":2:10: error: "));
    close_run(&run);
}

/* Names in the spelling of their makers; an engine that the catalog lacks is told how to be added. */
static void frameworks_have_several_spellings(void **state) {
    (void)state;
    static const char *const lines = "chip,framework,dtype,m,n,k,latency_us\nh100-sxm,%s,fp8,8,8192,8192,20\n";
    static const char *const engines[] = {"trtllm", "TensorRT-LLM", "tensorrt-llm", "TRT_LLM"},
                             *libraries[] = {"cutlass", "flashinfer", "cuDNN", "cuBLAS-Lt", "flash-attention (3)"};
    char text[256];
    double bias[2][5];
    struct run run;
    for (size_t i = 0; i < 9; i++) {
        (void)snprintf(text, sizeof text, lines, i < 4 ? engines[i] : libraries[i - 4]);
        validate_text(&run, text);
        assert_int_equal(run.status, F2F_OK);
        assert_int_equal(run.results->n_notes, 0);
        bias[i / 4 ? 1 : 0][i < 4 ? i : i - 4] = f2f_record_get(item(&run, 0), "bias_frac");
        close_run(&run);
    }
    for (size_t i = 1; i < 4; i++) assert_true(bias[0][i] - bias[0][0] == 0);
    for (size_t i = 1; i < 5; i++) assert_true(bias[1][i] - bias[1][0] == 0);
    assert_true(bias[1][0] < bias[0][0]); /* they cast nothing */
    (void)snprintf(text, sizeof text, lines, "xLLM");
    validate_text(&run, text);
    assert_int_equal(run.status, F2F_EINPUT);
    assert_non_null(strstr(complaint(&run, 0), "wants a file engine/xLLM.yaml there"));
    close_run(&run);
}

/* SGLang's all-reduce kernel is vLLM's; TensorRT-LLM's is another one, and NCCL none of them, whoever calls it. Two
 * shots are no engine's own. */
static void engines_bring_their_collectives(void **state) {
    (void)state;
    enum { VLLM = 5, TRTLLM = 10, NCCL = 13, N = 16 }; /* ends of kinds */
    static const char *const libraries[N] = {"vllm-custom",
                                             "sglang",
                                             "SGLang",
                                             "vllm",
                                             "vLLM_custom",
                                             "trtllm-one-shot",
                                             "trtllm",
                                             "TensorRT-LLM",
                                             "trt_llm one shot",
                                             "TensorRT-LLM-one-shot",
                                             "nccl",
                                             "vllm-pynccl",
                                             "sglang-NCCL",
                                             "trtllm-two-shot",
                                             "vllmish",
                                             "custom"};
    double bias[N];
    for (size_t i = 0; i < N; i++) {
        char text[256];
        struct run run;
        (void)snprintf(text, sizeof text,
                       "chip,library,op,chips,message_B,latency_us\nh100-sxm,%s,all_reduce,8,65536,10\n", libraries[i]);
        validate_text(&run, text);
        assert_int_equal(run.status, F2F_OK);
        bias[i] = f2f_record_get(item(&run, 0), "bias_frac");
        close_run(&run);
    }
    for (size_t i = 1; i < N; i++) assert_true((bias[i] - bias[i - 1] == 0) == (i != VLLM && i != TRTLLM && i != NCCL));
    assert_true(bias[VLLM] < bias[0] && bias[0] < bias[TRTLLM]);
}

/* More names than a file may have are a fault, and act as no other. */
static void too_many_frameworks_are_told(void **state) {
    (void)state;
    enum { NAMES = 102, LINE = 64 };
    static char text[NAMES * LINE];
    struct run run;
    int used = snprintf(text, sizeof text, "chip,framework,dtype,m,n,k,latency_us\n");
    for (int i = 0; i < NAMES; i++)
        used += snprintf(text + used, sizeof text - (size_t)used, "h100-sxm,%s%d,fp8,8,8192,8192,20\n",
                         i < 100 ? "somebody" : "vllm", i < 100 ? i : 0);
    validate_text(&run, text);
    assert_int_equal(run.status, F2F_EINPUT);
    assert_non_null(strstr(complaint(&run, 0), ":102:10: error: framework: more than 100 different ones"));
    is_near(item(&run, 99), "n", 1);
    is_near(item(&run, 100), "n", 0);
    is_near(item(&run, 100), "skipped", 2);
    close_run(&run);
}

/* Of equal products the one measured three times as long as the model says is worse than that of half. */
static void the_worst_rows_come_first(void **state) {
    (void)state;
    struct run run;
    double us, error[2];
    validate_text(&run, "chip,framework,dtype,m,n,k,latency_us\nh100-sxm,vllm,bfloat16,8192,8192,8192,1e3\n");
    us = 1e3 * (1.0 + f2f_record_get(item(&run, 0), "bias_frac"));
    close_run(&run);
    char text[1024];
    int used = snprintf(text, sizeof text, "latency_us,k,n,m,dtype,framework,source,chip\n");
    for (int i = 0; i < 4; i++)
        used += snprintf(text + used, sizeof text - (size_t)used, "%.9g,8192,8192,8192,bfloat16,vllm,nobody,h100-sxm\n",
                         us * (double[]){1.1, 3.0, 1.2, 0.5}[i]);
    validate_text(&run, text);
    assert_int_equal(run.results->n_tables, 1);
    const struct f2f_record *table = run.results->tables[0];
    for (size_t i = 0; i < 2; i++) {
        const struct f2f_record *row = table->values[i].record;
        error[i] = f2f_record_get(row, "error_frac");
        assert_null(strstr(f2f_record_find(row, "row")->text, "nobody"));
    }
    assert_int_equal(table->n_values, 2);
    assert_true(fabs(error[0] - 1.0) < 1e-6 && fabs(error[1] + 2.0 / 3.0) < 1e-6);
    assert_int_equal((int)f2f_record_get(table->values[0].record, "line"), 5);
    close_run(&run);
}

/* Subjects that name no model or no whole size are skipped with a reason; nothing is truncated. */
static void bad_phases_are_skipped(void **state) {
    (void)state;
    static const char *const subjects[] = {
        "/", "//:3", "llama-3.1-8b/batch=2048.7", "llama-3.1-8b/pp", "llama-3.1-8b/tp=0", "llama-3.1-8b/foo=8"};
    for (size_t i = 0; i < sizeof subjects / sizeof subjects[0]; i++) {
        struct run run;
        char text[256];
        (void)snprintf(text, sizeof text, "subject,metric,value,low,high,source\n%s,training_chip_h,1,,,x\n",
                       subjects[i]);
        validate_text(&run, text);
        is_near(item(&run, 0), "n", 0);
        is_near(item(&run, 0), "skipped", 1);
        assert_true(run.results->n_notes > 0);
        close_run(&run);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(misspelt_engines_are_refused),
        cmocka_unit_test(frameworks_have_several_spellings),
        cmocka_unit_test(engines_bring_their_collectives),
        cmocka_unit_test(too_many_frameworks_are_told),
        cmocka_unit_test(the_worst_rows_come_first),
        cmocka_unit_test(bad_phases_are_skipped),
        cmocka_unit_test(reads_rfc_4180),
        cmocka_unit_test(quoted_cells_hold_anything),
        cmocka_unit_test(one_fault_one_row),
        cmocka_unit_test(open_quote_is_found),
        cmocka_unit_test(bounds_hold),
        cmocka_unit_test(gives_up_after_a_hundred),
        cmocka_unit_test(memory_does_not_follow_the_file),
        cmocka_unit_test(unknown_header_names_the_nearest),
        cmocka_unit_test(bad_numbers_are_refused_in_place),
        cmocka_unit_test(errors_are_those_of_the_hand),
        cmocka_unit_test(graphs_are_those_of_the_source),
        cmocka_unit_test(one_product_of_scaled_blocks_is_timed),
        cmocka_unit_test(rows_draw_what_their_source_multiplied),
        cmocka_unit_test(no_row_is_faster_than_memory),
        cmocka_unit_test(training_words_are_mapped),
        cmocka_unit_test(compiled_programs_fuse_elementwise_work),
        cmocka_unit_test(measured_figures_lie_inside),
        cmocka_unit_test(every_table_predicts),
        cmocka_unit_test(chips_without_stacks_are_skipped),
        cmocka_unit_test(published_figures_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
