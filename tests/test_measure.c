/* test_measure.c - this machine measured: kernels of every instruction set against plain loops, the system's files from
 * folders made up here, timing by a clock made up here. Nothing hangs on how fast the machine is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "chip_rig.h"
#include "fab2fleet/catalog.h"
#include "measure/cases.h"
#include "measure/host.h"

enum { THREADS = 3, SETS = 16 };

static double tick_s; /* of the made-up clock: each look at it */
static double looked_s;

static double next_s(void *unused) {
    (void)unused;
    return looked_s += tick_s;
}

static struct f2f_measure *some_threads(void) {
    static struct f2f_host host = {
        .cores = THREADS, .cpu = {-1, -1, -1}, .smt = 1, .caches = 1, .isa = "", .model = "x"};
    host.cache[0] = (struct f2f_host_cache){2, 262144.0, 1};
    const struct f2f_clock clock = {.now_s = next_s};
    struct f2f_measure *m;
    assert_int_equal(f2f_measure_new(&m, &host, &clock, NULL, NULL), F2F_OK);
    return m;
}

static float random_of(uint32_t *state) {
    *state = *state * 1664525u + 1013904223u;
    return (float)(int32_t)*state * 0x1p-31f;
}

static float *randoms(size_t n, uint32_t seed) {
    float *x = malloc(n * sizeof *x);
    assert_non_null(x);
    for (size_t i = 0; i < n; i++) x[i] = random_of(&seed);
    return x;
}

static float from_bf16(uint16_t x) {
    uint32_t bits = (uint32_t)x << 16;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static uint16_t to_bf16(float x) {
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return (uint16_t)(bits >> 16);
}

static void close_to(double got, double wanted, double off) {
    if (!(fabs(got - wanted) <= off)) fail_msg("%.9g, wanted %.9g within %.2g", got, wanted, off);
}

/* ---- products ---- */

/* Input and weights of a format, and what they stand for. */
struct operands {
    void *in, *w;
    double *in_real, *w_real;
    size_t stride_B;
};

static void put(void *at, size_t i, enum f2f_product product, bool input, double *real, float x) {
    if (product == F2F_PRODUCT_FP32) {
        ((float *)at)[i] = x;
        *real = (double)x;
    } else if (product == F2F_PRODUCT_BF16) {
        ((uint16_t *)at)[i] = to_bf16(x);
        *real = (double)from_bf16(to_bf16(x));
    } else { /* inputs have a zero point of 128 */
        int whole = (int)(127.0f * x);
        ((uint8_t *)at)[i] = (uint8_t)(input ? whole + 128 : whole);
        *real = whole;
    }
}

static struct operands operands_of(enum f2f_product product, size_t m, size_t n, size_t k) {
    struct operands o = {.stride_B = f2f_round_up(k * 4 + 4, 64)};
    uint32_t seed = 7;
    o.in = calloc(m, o.stride_B);
    o.w = calloc(n * k, 4);
    o.in_real = calloc(m * k, sizeof(double));
    o.w_real = calloc(n * k, sizeof(double));
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < k; j++)
            put((char *)o.in + i * o.stride_B, j, product, true, &o.in_real[i * k + j], random_of(&seed));
    for (size_t i = 0; i < n * k; i++) put(o.w, i, product, false, &o.w_real[i], random_of(&seed));
    return o;
}

static void check_product(struct f2f_measure *t, const struct f2f_kernel_set *set, enum f2f_product product, size_t m,
                          size_t n, size_t k) {
    struct operands o = operands_of(product, m, n, k);
    void *weight = malloc(f2f_gemm_weight_B(set, product, n, k)), *out = calloc(m * n, 4);
    struct f2f_gemm g = {.set = set, .product = product, .m = m, .n = n, .k = k, .in = o.in, .in_stride_B = o.stride_B};
    g.weight = weight, g.out = out, g.scale = 0x1p-10f;
    g.scratch = malloc(f2f_gemm_scratch_B(&g) * THREADS);
    f2f_gemm_pack(weight, set, product, o.w, n, k);
    f2f_team_run(t->team, f2f_gemm_part, &g);
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++) {
            double wanted = 0.0, size = 0.0, got;
            for (size_t l = 0; l < k; l++) {
                wanted += o.in_real[i * k + l] * o.w_real[l * n + j];
                size += fabs(o.in_real[i * k + l] * o.w_real[l * n + j]);
            }
            if (product == F2F_PRODUCT_INT8) wanted *= 0x1p-10, size *= 0x1p-10;
            if (product == F2F_PRODUCT_FP32) got = (double)((float *)out)[i * n + j];
            else got = (double)from_bf16(((uint16_t *)out)[i * n + j]);
            close_to(got, wanted, product == F2F_PRODUCT_FP32 ? 1e-6 * size : 1e-6 * size + fabs(wanted) / 256.0);
        }
    free(g.scratch), free(weight), free(out), free(o.in), free(o.w), free(o.in_real), free(o.w_real);
}

static void products_are_right(void **state) {
    (void)state;
    static const size_t shapes[][3] = {{1, 1, 1}, {1, 97, 33}, {7, 200, 70}, {17, 48, 129}, {9, 145, 4099}};
    const struct f2f_kernel_set *set[SETS];
    struct f2f_measure *t = some_threads();
    size_t n = f2f_kernel_set_all(set, SETS), tried = 0;
    for (size_t s = 0; s < n; s++)
        for (int p = 0; p < F2F_PRODUCTS; p++)
            for (size_t i = 0; i < sizeof shapes / sizeof shapes[0] && set[s]->block[p]; i++, tried++)
                check_product(t, set[s], (enum f2f_product)p, shapes[i][0], shapes[i][1], shapes[i][2]);
    assert_true(tried >= 5); /* there is always the generic set */
    assert_non_null(f2f_kernel_set_for(F2F_PRODUCT_FP32)->add_norm);
    f2f_measure_free(t);
}

/* ---- attention ---- */

/* One query over keys from..to of strided keys and values. */
static void plain_attention(double *out, const float *q, const float *k, const float *v, size_t stride_k,
                            size_t stride_v, size_t keys, size_t width) {
    double sum = 0.0;
    for (size_t d = 0; d < width; d++) out[d] = 0.0;
    for (size_t i = 0; i < keys; i++) {
        double score = 0.0;
        for (size_t d = 0; d < width; d++) score += (double)q[d] * (double)k[i * stride_k + d];
        double weight = exp(score / sqrt((double)width));
        sum += weight;
        for (size_t d = 0; d < width; d++) out[d] += weight * (double)v[i * stride_v + d];
    }
    for (size_t d = 0; d < width; d++) out[d] /= sum;
}

static void check_prefill(struct f2f_measure *t, const struct f2f_kernel_set *set, struct f2f_attention a) {
    size_t q_row = a.q_heads * a.head_dim, kv_row = a.kv_heads * a.head_dim;
    float *q = randoms(a.batch * a.q_len * q_row, 1), *k = randoms(a.batch * a.kv_len * kv_row, 2);
    float *v = randoms(a.batch * a.kv_len * kv_row, 3);
    for (size_t i = 0; i < a.batch * a.q_len * q_row; i++) q[i] *= 8.0f; /* scores that differ much */
    a.set = set, a.q = q, a.k = k, a.v = v, a.splits = 1;
    a.out = calloc(a.batch * a.q_len * q_row, sizeof(float));
    a.key_panels = malloc(f2f_attention_panels_B(&a));
    f2f_team_run(t->team, f2f_attention_pack_part, &a);
    f2f_team_run(t->team, f2f_attention_prefill_part, &a);
    for (size_t b = 0; b < a.batch; b++)
        for (size_t i = 0; i < a.q_len; i++)
            for (size_t h = 0; h < a.q_heads; h++) {
                double wanted[F2F_HEAD_MAX];
                size_t at = (b * a.q_len + i) * q_row + h * a.head_dim;
                size_t from = b * a.kv_len * kv_row + h / (a.q_heads / a.kv_heads) * a.head_dim;
                plain_attention(wanted, q + at, k + from, v + from, kv_row, kv_row, a.kv_len - a.q_len + i + 1,
                                a.head_dim);
                for (size_t d = 0; d < a.head_dim; d++) close_to((double)a.out[at + d], wanted[d], 2e-6);
            }
    free(q), free(k), free(v), free(a.out), free(a.key_panels);
}

static void check_decode(struct f2f_measure *t, const struct f2f_kernel_set *set, struct f2f_attention a) {
    size_t heads = a.batch * a.kv_heads, each = a.kv_len * a.head_dim;
    float *q = randoms(a.batch * a.q_heads * a.head_dim, 1), *k = randoms(heads * each, 2),
          *v = randoms(heads * each, 3);
    a.set = set, a.q = q, a.k = k, a.v = v;
    a.out = calloc(a.batch * a.q_heads * a.head_dim, sizeof(float));
    a.key_panels = malloc(f2f_attention_panels_B(&a));
    a.partial = malloc(f2f_attention_partial_B(&a) + 1);
    struct f2f_attention packed = a; /* keys of each head for themselves, as the values lie */
    packed.batch = heads, packed.kv_heads = 1;
    f2f_team_run(t->team, f2f_attention_pack_part, &packed);
    f2f_team_run(t->team, f2f_attention_decode_part, &a);
    if (a.splits > 1) f2f_team_run(t->team, f2f_attention_merge_part, &a);
    for (size_t row = 0; row < a.batch * a.q_heads; row++) {
        double wanted[F2F_HEAD_MAX];
        size_t head = row / a.q_heads * a.kv_heads + row % a.q_heads / (a.q_heads / a.kv_heads);
        plain_attention(wanted, q + row * a.head_dim, k + head * each, v + head * each, a.head_dim, a.head_dim,
                        a.kv_len, a.head_dim);
        for (size_t d = 0; d < a.head_dim; d++) close_to((double)a.out[row * a.head_dim + d], wanted[d], 2e-6);
    }
    free(q), free(k), free(v), free(a.out), free(a.key_panels), free(a.partial);
}

static void attention_is_right(void **state) {
    (void)state;
    const struct f2f_kernel_set *set[SETS];
    struct f2f_measure *t = some_threads();
    size_t n = f2f_kernel_set_all(set, SETS);
    for (size_t s = 0; s < n; s++) {
        if (!set[s]->weigh) continue;
        static const size_t shapes[][6] = {{2, 37, 37, 4, 2, 20}, {1, 11, 151, 3, 1, 64}, {1, 70, 70, 8, 8, 80}};
        for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
            const size_t *n_of = shapes[i];
            check_prefill(t, set[s],
                          (struct f2f_attention){.batch = n_of[0],
                                                 .q_len = n_of[1],
                                                 .kv_len = n_of[2],
                                                 .q_heads = n_of[3],
                                                 .kv_heads = n_of[4],
                                                 .head_dim = n_of[5]});
        }
        for (size_t splits = 1; splits < 4; splits += 2) {
            struct f2f_attention a = {.batch = 2, .q_len = 1, .kv_len = 203, .q_heads = 14, .kv_heads = 2};
            a.head_dim = 24, a.splits = splits;
            check_decode(t, set[s], a);
        }
    }
    f2f_measure_free(t);
}

/* ---- rows ---- */

static void check_rows(struct f2f_measure *t, const struct f2f_kernel_set *set, size_t rows, size_t n) {
    float *x = randoms(2 * rows * n, 1), *residual = randoms(rows * n, 2), *w = randoms(n + 1, 3);
    float *before = randoms(rows * n, 2), *out = calloc(rows * n, sizeof(float));
    struct f2f_rows o = {.set = set, .rows = rows, .width = n, .heads = 1, .in = x, .more = w};
    o.residual = residual, o.out = out;
    f2f_team_run(t->team, f2f_rows_norm_part, &o);
    for (size_t i = 0; i < rows; i++) {
        double squares = 0.0;
        for (size_t j = i * n; j < (i + 1) * n; j++) squares += pow((double)(before[j] + x[j]), 2.0);
        for (size_t j = 0; j < n; j++)
            close_to((double)out[i * n + j],
                     (double)(before[i * n + j] + x[i * n + j]) / sqrt(squares / (double)n + 1e-5) * (double)w[j],
                     1e-5);
        close_to((double)residual[i * n], (double)(before[i * n] + x[i * n]), 1e-7);
    }
    f2f_team_run(t->team, f2f_rows_activation_part, &o);
    for (size_t i = 0; i < rows * n; i++) {
        double gate = (double)x[i / n * 2 * n + i % n], up = (double)x[i / n * 2 * n + n + i % n];
        close_to((double)out[i], gate / (1.0 + exp(-gate)) * up, 1e-6);
    }
    o.width = n / 2 * 2;
    f2f_team_run(t->team, f2f_rows_rotate_part, &o);
    for (size_t i = 0; i < o.width / 2; i++) {
        double a = (double)x[i], b = (double)x[i + o.width / 2], c = (double)w[i], s = (double)w[i + o.width / 2];
        close_to((double)out[i], a * c - b * s, 1e-6);
        close_to((double)out[i + o.width / 2], b * c + a * s, 1e-6);
    }
    free(x), free(residual), free(w), free(before), free(out);
}

static void check_sampling(struct f2f_measure *t, const struct f2f_kernel_set *set, size_t rows, size_t n) {
    float *x = randoms(rows * n, 5), *out = calloc(rows, sizeof(float));
    int *picked = calloc(rows, sizeof(int));
    struct f2f_rows o = {.set = set, .rows = rows, .width = n, .in = x, .out = out, .picked = picked};
    o.part = calloc(rows * THREADS, sizeof *o.part);
    for (size_t i = 0; i < rows * n; i++) x[i] *= 20.0f;
    f2f_team_run(t->team, f2f_rows_sample_part, &o);
    f2f_team_run(t->team, f2f_rows_pick_part, &o);
    for (size_t i = 0; i < rows; i++) {
        size_t best = 0;
        double sum = 0.0;
        for (size_t j = 1; j < n; j++)
            if (x[i * n + j] > x[i * n + best]) best = j;
        for (size_t j = 0; j < n; j++) sum += exp((double)x[i * n + j] - (double)x[i * n + best]);
        assert_int_equal(picked[i], best);
        close_to((double)out[i] * sum, 1.0, 1e-5);
    }
    free(x), free(out), free(picked), free(o.part);
}

static void rows_are_right(void **state) {
    (void)state;
    const struct f2f_kernel_set *set[SETS];
    struct f2f_measure *t = some_threads();
    size_t n = f2f_kernel_set_all(set, SETS);
    for (size_t s = 0; s < n; s++) {
        if (!set[s]->add_norm) continue;
        check_rows(t, set[s], 5, 131);
        check_rows(t, set[s], 1, 64);
        check_sampling(t, set[s], 2, 5003);
        check_sampling(t, set[s], 1, 2); /* fewer than threads */
        float *x = randoms(300, 1), *y = randoms(300, 2), out[300], sum = 0.0f;
        set[s]->triad(x, y, out, 300);
        for (int i = 0; i < 300; i++) close_to((double)out[i], (double)x[i] + 3.0 * (double)y[i], 1e-6);
        set[s]->copy(x, out, 299);
        for (int i = 0; i < 299; i++) assert_true(out[i] == x[i]), sum += x[i];
        close_to((double)set[s]->read(x, 299), (double)sum, 1e-4);
        assert_true(set[s]->most(x, 7) >= x[6]);
        free(x), free(y);
    }
    f2f_measure_free(t);
}

static void exponentials_are_right(void **state) {
    (void)state;
    const struct f2f_kernel_set *set[SETS];
    size_t n = f2f_kernel_set_all(set, SETS);
    for (size_t s = 0; s < n; s++)
        for (float x = -86.0f; set[s]->exp_sum && x < 86.0f; x += 0.37f) {
            float values[16];
            for (int i = 0; i < 16; i++) values[i] = x + 0.01f * (float)i;
            float sum = set[s]->exp_sum(values, 16, 1.0f, 0.0f), wanted = 0.0f;
            for (int i = 0; i < 16; i++) {
                float exact = (float)exp((double)(x + 0.01f * (float)i));
                close_to((double)values[i] / (double)exact, 1.0, 1e-5);
                wanted += exact;
            }
            close_to((double)sum / (double)wanted, 1.0, 1e-5);
        }
}

/* ---- timing ---- */

static void count_one(void *context) { ++*(int *)context; }

static void timing_takes_the_median(void **state) {
    (void)state;
    const struct f2f_clock clock = {.now_s = next_s};
    struct f2f_timing t;
    int runs = 0;
    tick_s = 1.0, looked_s = 0.0;
    f2f_measure_time(&t, &clock, &clock, count_one, &runs, 0.0); /* no time left: three samples all the same */
    assert_int_equal(t.samples, 3);
    assert_int_equal(runs, 4); /* and one before */
    close_to(t.median_s, 1.0, 1e-12);
    close_to(t.p90_s - t.p10_s, 0.0, 1e-12);
    runs = 0, tick_s = 100.0;
    f2f_measure_time(&t, &clock, &clock, count_one, &runs, 0.0); /* long: one is enough */
    assert_int_equal(t.samples, 1);
    assert_int_equal(runs, 2);
    close_to(t.p90_s - t.p10_s, 0.0, 1e-9);
    runs = 0, tick_s = 1e-6;
    f2f_measure_time(&t, &clock, &clock, count_one, &runs, 1e-4);
    assert_true(t.samples > 3 && runs >= t.samples * 64); /* many in a sample, as the clock says each takes so little */
    close_to(t.median_s, 1e-6 * t.samples / runs, 2e-6);
}

/* ---- the system's files ---- */

static void put_file(const char *root, const char *path, const char *text) {
    char full[512];
    (void)snprintf(full, sizeof full, "%s%s", root, path);
    for (char *slash = strchr(full + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        (void)mkdir(full, 0777);
        *slash = '/';
    }
    FILE *file = fopen(full, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void remove_tree(const char *root) {
    char command[600];
    (void)snprintf(command, sizeof command, "rm -r '%s'", root);
    assert_int_equal(system(command), 0);
}

#define CPU "/sys/devices/system/cpu/cpu"

static void put_machine(const char *root) {
    put_file(root, "/proc/cpuinfo",
             "processor\t: 0\nmodel name\t: Some \"CPU\" 9\ncpu MHz\t\t: 2000.5\n"
             "flags\t\t: fpu avx2 fma avx512f avx512_bf16 hypervisor\n\nprocessor\t: 1\n");
    put_file(root, "/proc/meminfo", "MemTotal:       16777216 kB\nMemFree: 1 kB\nMemAvailable:    8388608 kB\n");
    put_file(root, "/proc/self/status", "Name:\tx\nCpus_allowed:\tff\nCpus_allowed_list:\t0-2,4-7\n");
    put_file(root, "/proc/self/cgroup", "0::/a/b\n");
    for (int i = 0; i < 8; i++) { /* four cores of two threads: 0 and 4, ... */
        char path[128], text[32];
        (void)snprintf(path, sizeof path, CPU "%d/topology/thread_siblings_list", i);
        (void)snprintf(text, sizeof text, "%d,%d\n", i % 4, i % 4 + 4);
        put_file(root, path, text);
    }
    put_file(root, CPU "0/cache/index0/type", "Data\n");
    put_file(root, CPU "0/cache/index0/size", "48K\n");
    put_file(root, CPU "0/cache/index0/level", "1\n");
    put_file(root, CPU "0/cache/index0/shared_cpu_list", "0,4\n");
    put_file(root, CPU "0/cache/index1/type", "Instruction\n");
    put_file(root, CPU "0/cache/index2/type", "Unified\n");
    put_file(root, CPU "0/cache/index2/size", "16M\n");
    put_file(root, CPU "0/cache/index2/level", "3\n");
    put_file(root, CPU "0/cache/index2/shared_cpu_list", "0-1,4-5\n");
}

static void host_is_read(void **state) {
    (void)state;
    char root[] = "/tmp/f2f-host-XXXXXX";
    f2f_arena *arena = f2f_arena_new();
    static struct f2f_host h;
    f2f_error err;
    assert_non_null(mkdtemp(root));
    assert_int_equal(f2f_host_read(&h, arena, root, 0, &err), F2F_EINPUT); /* nothing is there */
    assert_non_null(strstr(err.message, "which CPUs"));
    put_machine(root);
    assert_int_equal(f2f_host_read(&h, arena, root, 0, &err), F2F_OK);
    assert_string_equal(h.model, "Some \"CPU\" 9");
    assert_string_equal(h.isa, "avx2 fma avx512f avx512_bf16");
    assert_true(h.is_virtual);
    assert_int_equal(h.allowed, 7);
    assert_int_equal(h.cores, 4);
    const int cpus[] = {0, 1, 2, 7}; /* 3 may not be used, but its sibling may */
    for (int i = 0; i < 4; i++) assert_int_equal(h.cpu[i], cpus[i]);
    assert_int_equal(h.smt, 2);
    close_to(h.nominal_Hz, 2000.5e6, 1.0);
    close_to(h.available_B, 8589934592.0, 1.0);
    assert_int_equal(h.caches, 2);
    close_to(h.cache[0].size_B, 49152.0, 0.0);
    close_to(f2f_host_cache_B(&h), 2.0 * 16.0 * 1048576.0, 0.0); /* four cores on two of them */
    assert_true(h.quota == 0.0);
    assert_int_equal(f2f_host_read(&h, arena, root, 3, NULL), F2F_OK);
    assert_int_equal(h.cores, 3);
    put_file(root, "/sys/devices/system/cpu/online", "0-1,4\n"); /* the others may come later */
    assert_int_equal(f2f_host_read(&h, arena, root, 0, NULL), F2F_OK);
    assert_int_equal(h.allowed, 3);
    assert_int_equal(h.cores, 2);
    f2f_arena_free(arena);
    remove_tree(root);
}

static void control_groups_limit(void **state) {
    (void)state;
    char root[] = "/tmp/f2f-host-XXXXXX";
    f2f_arena *arena = f2f_arena_new();
    static struct f2f_host h;
    assert_non_null(mkdtemp(root));
    put_machine(root);
    put_file(root, "/sys/fs/cgroup/a/cpu.max", "250000 100000\n"); /* of the group above */
    put_file(root, "/sys/fs/cgroup/a/b/cpu.max", "max 100000\n");
    put_file(root, "/sys/fs/cgroup/a/b/memory.max", "1000000000\n");
    put_file(root, "/sys/fs/cgroup/a/b/memory.current", "400000000\n");
    assert_int_equal(f2f_host_read(&h, arena, root, 0, NULL), F2F_OK);
    close_to(h.quota, 2.5, 1e-12);
    assert_int_equal(h.cores, 2);
    close_to(h.available_B, 6e8, 0.0);
    put_file(root, "/sys/fs/cgroup/a/b/memory.stat", "file 9\nactive_file 7\ninactive_file 300000000\nx 1\n");
    assert_int_equal(f2f_host_read(&h, arena, root, 0, NULL), F2F_OK);
    close_to(h.available_B, 9e8, 0.0); /* old pages of files make room */
    put_file(root, "/sys/fs/cgroup/a/b/memory.current", "1400000000\n"); /* the limit was lowered */
    assert_int_equal(f2f_host_read(&h, arena, root, 0, NULL), F2F_OK);
    close_to(h.available_B, 1.0, 0.0);
    put_file(root, "/sys/fs/cgroup/cpu.max", "50000 100000\n"); /* half a CPU is one */
    assert_int_equal(f2f_host_read(&h, arena, root, 0, NULL), F2F_OK);
    assert_int_equal(h.cores, 1);
    put_file(root, "/proc/self/cgroup", "5:memory:/x\n4:cpu,cpuacct:/docker/y\n"); /* version 1 */
    put_file(root, "/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n"); /* none */
    put_file(root, "/sys/fs/cgroup/memory/x/memory.limit_in_bytes", "2000000000\n");
    put_file(root, "/sys/fs/cgroup/memory/x/memory.usage_in_bytes", "700000000\n");
    put_file(root, "/sys/fs/cgroup/memory/x/memory.stat", "inactive_file 1\ntotal_inactive_file 200000000\n");
    put_file(root, "/sys/fs/cgroup/cpu.max", "");
    put_file(root, "/sys/fs/cgroup/cpu/docker/y/cpu.cfs_quota_us", "300000\n");
    put_file(root, "/sys/fs/cgroup/cpu/docker/y/cpu.cfs_period_us", "100000\n");
    assert_int_equal(f2f_host_read(&h, arena, root, 0, NULL), F2F_OK);
    close_to(h.quota, 3.0, 1e-12);
    close_to(h.available_B, 1.5e9, 0.0);
    put_file(root, "/sys/fs/cgroup/cpu/docker/y/cpu.cfs_quota_us", "-1\n");
    assert_int_equal(f2f_host_read(&h, arena, root, 0, NULL), F2F_OK);
    assert_true(h.quota == 0.0);
    f2f_arena_free(arena);
    remove_tree(root);
}

/* ---- description, cases, records ---- */

static const struct f2f_system *described(struct f2f_catalog **catalog, f2f_arena *arena, const char *root) {
    static struct f2f_host h;
    const char *dir = getenv("FAB2FLEET_DATA");
    const struct f2f_system *system;
    f2f_error err = {0};
    const struct f2f_probe p = {.clock_Hz = 3.2e9,
                                .launch_s = 1e-6,
                                .flops = {[F2F_DTYPE_FP32] = 4e11, [F2F_DTYPE_INT8] = 1.6e12},
                                .cache_Bps = 3e11,
                                .memory_Bps = 5e10,
                                .kernels = "avx512",
                                .rows = 8,
                                .columns = 48};
    put_machine(root);
    assert_int_equal(f2f_host_read(&h, arena, root, 0, NULL), F2F_OK);
    const char *path = f2f_arena_printf(arena, "%s/chip.yaml", root);
    put_file(root, "/chip.yaml", f2f_measure_describe(arena, &h, &p));
    assert_int_equal(f2f_catalog_new(catalog, &dir, 1, &err), F2F_OK);
    if (f2f_catalog_system(&system, *catalog, path, NULL, 0, &err) != F2F_OK) fail_msg("%s", err.message);
    return system;
}

static void description_is_a_chip(void **state) {
    (void)state;
    char root[] = "/tmp/f2f-host-XXXXXX";
    f2f_arena *arena = f2f_arena_new();
    struct f2f_catalog *catalog;
    assert_non_null(mkdtemp(root));
    const struct f2f_system *system = described(&catalog, arena, root);
    const struct f2f_chip *chip = system->node->chip;
    assert_int_equal(chip->units, 4);
    close_to(chip->clock_Hz, 3.2e9, 1.0);
    close_to(chip->peak_flops[F2F_DTYPE_INT8], 1.6e12, 1.0);
    assert_true(chip->peak_flops[F2F_DTYPE_BF16] == 0.0); /* not measured: not claimed */
    close_to(chip->unit_memory_Bps, 1.25e10, 1.0);
    close_to(chip->cls->launch_ck, 3200.0, 1e-6);
    close_to(chip->cls->mixed_frac, 0.75, 0.0);
    struct f2f_machine machine;
    assert_int_equal(f2f_machine_make(&machine, system, NULL), F2F_OK);
    struct f2f_op op = {.kind = F2F_OP_GEMM, .name = "w", .m = 1, .n = 16384, .k = 16384, .groups = 1};
    double weights_s = 16384.0 * 16384.0 * 4.0 / 5e10, time_s = f2f_machine_op(&machine, &op).time_s;
    assert_true(time_s > weights_s && time_s < 1.3 * weights_s); /* what cores read, whatever the modules deliver */
    f2f_catalog_free(catalog);
    f2f_arena_free(arena);
    remove_tree(root);
}

static void cases_are_of_the_model(void **state) {
    (void)state;
    char root[] = "/tmp/f2f-host-XXXXXX";
    f2f_arena *arena = f2f_arena_new();
    struct f2f_catalog *catalog;
    struct f2f_measure_case *c;
    struct f2f_machine machine;
    const struct f2f_model *model;
    struct f2f_measure *m = some_threads();
    struct f2f_results *results = f2f_results_new(arena, "measure");
    size_t n, kinds[F2F_RUN_TRIAD + 1] = {0};
    assert_non_null(mkdtemp(root));
    assert_int_equal(f2f_machine_make(&machine, described(&catalog, arena, root), NULL), F2F_OK);
    assert_int_equal(f2f_catalog_model(&model, catalog, "llama-3.2-1b", NULL), F2F_OK);
    assert_int_equal(f2f_measure_cases(&c, &n, arena, results, m, model, 16, 2, 64, NULL), F2F_OK);
    struct f2f_timing *t = f2f_arena_alloc(arena, n * sizeof *t);
    tick_s = 1.0; /* each has taken enough once */
    for (size_t i = 0; i < n; i++) {
        struct f2f_error err;
        kinds[f2f_measure_runner(&c[i].op)]++;
        if (strcmp(c[i].name, "lm_head") == 0) continue; /* a gigabyte */
        if (f2f_measure_run(&t[i], m, &c[i], 0.0, &err) != F2F_OK) fail_msg("%s: %s", c[i].name, err.message);
        struct f2f_record *r = f2f_measure_record(arena, &machine, &c[i], &t[i]);
        double predicted_s = f2f_record_get(r, "predicted_s"), measured_s = f2f_record_get(r, "measured_s");
        assert_true(predicted_s > 0.0 && measured_s > 0.0);
        close_to(f2f_record_get(r, "ape_frac"), fabs(predicted_s / measured_s - 1.0), 1e-12);
        f2f_results_add(results, r);
    }
    for (int k = F2F_RUN_GEMM; k <= F2F_RUN_TRIAD; k++) assert_true(kinds[k] > 0);
    assert_int_equal(kinds[F2F_RUN_NONE], 0);
    f2f_measure_summary(results);
    assert_int_equal(results->n_tables, 1);
    const char *gemm = f2f_measure_csv(arena, "gemm", "a.yaml", "s", c, t, n);
    assert_int_equal(strncmp(gemm, "chip,framework,dtype,m,n,k,latency_us,source\na.yaml,fab2fleet,fp32,", 66), 0);
    assert_null(f2f_measure_csv(arena, "gemm", "a.yaml", "s", c, t, 0));
    f2f_measure_free(m);
    f2f_catalog_free(catalog);
    f2f_arena_free(arena);
    remove_tree(root);
}

static void what_has_no_kernel_is_told(void **state) {
    (void)state;
    struct f2f_measure *m = some_threads(), *none;
    f2f_error err;
    const struct f2f_host host = m->host;
    assert_int_equal(f2f_measure_new(&none, &host, &m->clock, "avx3", &err), F2F_EUSAGE);
    assert_non_null(strstr(err.message, "generic"));
    assert_int_equal(f2f_measure_new(&none, &host, &m->clock, "generic", &err), F2F_OK);
    assert_int_equal(none->set[F2F_PRODUCT_FP32]->lanes, 4);
    assert_null(none->set[F2F_PRODUCT_INT8]);
    f2f_measure_free(none);
    struct f2f_timing t;
    struct f2f_measure_case c = {.op = {.kind = F2F_OP_GEMM, .name = "experts", .groups = 8}, .name = "experts"};
    assert_int_equal(f2f_measure_run(&t, m, &c, 0.0, &err), F2F_ERUN);
    assert_non_null(strstr(err.message, "experts"));
    c.op = (struct f2f_op){.kind = F2F_OP_GEMM, .name = "w", .m = 1, .n = 64, .k = 64, .compute = F2F_DTYPE_FP8};
    assert_int_equal(f2f_measure_run(&t, m, &c, 0.0, &err), F2F_ERUN);
    m->host.available_B = 1e6; /* twice as much as may be taken */
    c.op.compute = F2F_DTYPE_FP32, c.op.n = 1024, c.op.k = 1024;
    assert_int_equal(f2f_measure_run(&t, m, &c, 0.0, &err), F2F_ERUN);
    assert_non_null(strstr(err.message, "memory") ? err.message : strstr(err.message, "free"));
    m->host.available_B = 1e7; /* weights of 16 KB, and 16 MB of input */
    c.op.m = 65536, c.op.n = 64, c.op.k = 64;
    assert_int_equal(f2f_measure_run(&t, m, &c, 0.0, &err), F2F_ERUN);
    assert_non_null(strstr(err.message, "buffers"));
    f2f_measure_free(m);
}

static void little_memory_is_enough_to_probe(void **state) {
    (void)state;
    struct f2f_measure *m = some_threads();
    struct f2f_probe p;
    f2f_error err;
    tick_s = 1.0;
    m->host.available_B = 2e6; /* half of it is less than caches of 1 MiB hold four times */
    if (f2f_measure_probe(&p, m, &err) != F2F_OK) fail_msg("%s", err.message);
    assert_true(p.memory_short && m->pool_B <= 1000000);
    assert_true(p.memory_Bps > 0.0 && p.memory_Bps <= 1e6); /* a second for a megabyte at most, by the clock made up */
    m->host.available_B = 0.0; /* not told */
    assert_int_equal(f2f_measure_probe(&p, m, &err), F2F_OK);
    assert_false(p.memory_short);
    f2f_measure_free(m);
    m = some_threads();
    m->host.available_B = 1e5;
    assert_int_equal(f2f_measure_probe(&p, m, &err), F2F_ERUN);
    f2f_measure_free(m);
}

/* ---- what a class of CPUs adds to the chip model ---- */

static double op_s(struct rig *r, const struct f2f_op *op) { return f2f_machine_op(&r->machine, op).time_s; }

static void cores_bound_what_they_read(void **state) {
    (void)state;
    struct rig r;
    rig_make(&r);
    struct f2f_op stream = {.kind = F2F_OP_VECTOR, .rows = 132000.0, .act = F2F_DTYPE_FP32, .wide_elems = 8.0};
    stream.read_elems = stream.write_elems = 4096.0;
    r.chip.cache_B = 0.0;
    double whole_s = op_s(&r, &stream), bytes_B = f2f_op_act_B(&stream);
    r.chip.unit_memory_Bps = 1e9; /* 132 of them */
    close_to(op_s(&r, &stream) / (bytes_B / 132e9), 1.0, 0.02);
    r.chip.unit_memory_Bps = 1e12; /* the memory is slower */
    close_to(op_s(&r, &stream), whole_s, 0.0);
    r.cls.mixed_frac = 0.75; /* the line that is written is read first */
    close_to(op_s(&r, &stream) / whole_s, 4.0 / 3.0, 0.02);
}

static void exponentials_cost_where_no_unit_has_them(void **state) {
    (void)state;
    struct rig r;
    rig_make(&r);
    struct f2f_op op = {.kind = F2F_OP_VECTOR, .rows = 132.0, .read_elems = 65536.0, .act = F2F_DTYPE_FP32};
    op.exps_per_elem = 0.5;
    double without_s = op_s(&r, &op);
    r.cls.exp_ops = 40.0;
    double more_s = 65536.0 * 0.5 * 40.0 / r.cls.elements_per_ck / r.chip.clock_Hz;
    assert_true(op_s(&r, &op) > without_s + 0.9 * more_s);
    op.exps_per_elem = 0.0;
    close_to(op_s(&r, &op), without_s, 0.0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(products_are_right),
        cmocka_unit_test(attention_is_right),
        cmocka_unit_test(rows_are_right),
        cmocka_unit_test(exponentials_are_right),
        cmocka_unit_test(timing_takes_the_median),
        cmocka_unit_test(host_is_read),
        cmocka_unit_test(control_groups_limit),
        cmocka_unit_test(description_is_a_chip),
        cmocka_unit_test(cases_are_of_the_model),
        cmocka_unit_test(what_has_no_kernel_is_told),
        cmocka_unit_test(little_memory_is_enough_to_probe),
        cmocka_unit_test(cores_bound_what_they_read),
        cmocka_unit_test(exponentials_cost_where_no_unit_has_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
