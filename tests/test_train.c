/* test_train.c - training: footprints against closed forms, the pipeline's bubble, search against brute force. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fab2fleet/catalog.h"
#include "fab2fleet/machine.h"
#include "train/axes.h"
#include "train/constants.h"
#include "train/plan.h"

struct fixture {
    struct f2f_catalog *catalog;
    f2f_arena *arena;
    const struct f2f_system *system;
    struct f2f_train_warm warm;
    struct f2f_machine machine;
};

static int setup(void **state) {
    struct fixture *f = calloc(1, sizeof *f);
    const char *dirs[] = {getenv("FAB2FLEET_DATA")};
    if (!dirs[0]) dirs[0] = "catalog";
    f->arena = f2f_arena_new();
    *state = f;
    if (f2f_catalog_new(&f->catalog, dirs, 1, NULL) != F2F_OK) return -1;
    f2f_catalog_on_system(f->catalog, f2f_mem_ports_attach, f2f_mem_ports_new(f2f_catalog_arena(f->catalog)));
    if (f2f_catalog_system(&f->system, f->catalog, "h100-roce-24k", NULL, 0, NULL) != F2F_OK) return -1;
    if (f2f_train_warm_make(&f->warm, f->system, NULL) != F2F_OK) return -1;
    f->machine = f->warm.machine;
    return 0;
}

static int teardown(void **state) {
    struct fixture *f = *state;
    f2f_catalog_free(f->catalog);
    f2f_arena_free(f->arena);
    free(f);
    return 0;
}

static const struct f2f_model *gpt(struct fixture *f, long long layers, long long hidden, long long heads,
                                   long long vocab) {
    struct f2f_model shape = {
        .layers = layers, .hidden = hidden, .heads = heads, .vocab = vocab, .tied_embeddings = true};
    struct f2f_model *m;
    shape.max_positions = 2048;
    assert_int_equal(f2f_model_from_shape(&m, f->arena, &shape, NULL), F2F_OK);
    return m;
}

static struct f2f_train_job job_of(const struct f2f_model *m, const char *precision, int chips, int batch) {
    struct f2f_train_job job = {.model = m, .chips = chips, .global_batch = batch, .seq = 2048};
    job.strategy = (struct f2f_strategy){.zero = F2F_ZERO_CHOSEN, .recompute = F2F_RECOMPUTE_CHOSEN};
    assert_int_equal(f2f_precision_parse(&job.precision, precision, NULL, NULL), F2F_OK);
    return job;
}

static struct f2f_strategy strategy(int tp, int pp, int vp, int dp, int micro_batch) {
    return (struct f2f_strategy){.tp = tp, .cp = 1, .pp = pp, .vp = vp, .dp = dp, .ep = 1, .micro_batch = micro_batch};
}

static struct f2f_train_memory memory_of(const struct f2f_train_job *job, const struct f2f_strategy *s) {
    struct f2f_train_memory m;
    assert_int_equal(f2f_train_memory(&m, job, s, NULL), F2F_OK);
    return m;
}

static struct f2f_train_step step_of(struct fixture *f, struct f2f_train_job job, struct f2f_strategy s) {
    struct f2f_train_found *found = f2f_arena_alloc(f->arena, sizeof *found);
    f2f_error err = {0};
    job.strategy = s;
    if (f2f_train_given(found, f->arena, &f->machine, &job, &err) != F2F_OK) fail_msg("%s", err.message);
    return found->best[0].step;
}

static struct f2f_record *run(struct fixture *f, const struct f2f_train_job *job) {
    struct f2f_record *r;
    f2f_error err = {0};
    if (f2f_train_run(&r, f->arena, f->system, job, &err) != F2F_OK) fail_msg("%s", err.message);
    return r;
}

static void near(double value, double expected, double tolerance) {
    if (!(fabs(value - expected) <= tolerance * fabs(expected))) fail_msg("%.9g is not %.9g", value, expected);
}

/* ZeRO's 16 bytes a parameter with 16-bit gradients, Megatron-LM's 18 with 32-bit ones. */
static void state_bytes_per_parameter(void **state) {
    const struct f2f_model *m = gpt(*state, 4, 1024, 16, 50000);
    const struct f2f_strategy s = strategy(1, 1, 1, 1, 1);
    double tables = 50000.0 * 1024; /* of the embedding, tied to the head: in 16 bit whatever products read */
    const struct {
        const char *precision;
        bool half_gradients, narrow_weights;
        double bytes, of_tables;
    } cases[] = {{"fp16", true, true, 16, 0},  {"bf16", true, true, 16, 0}, {"bf16", false, false, 18, 0},
                 {"fp8", false, false, 18, 0}, {"fp8", true, true, 15, 1},  {"nvfp4", true, true, 16, 0}};

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct f2f_train_job job = job_of(m, cases[i].precision, 1, 1);
        job.software.half_gradients = cases[i].half_gradients;
        job.software.narrow_weights = cases[i].narrow_weights;
        struct f2f_train_memory x = memory_of(&job, &s);
        near(x.weights_B + x.gradients_B + x.optimizer_B,
             cases[i].bytes * (double)m->params + cases[i].of_tables * tables, 1e-12);
        near(x.total_B,
             x.weights_B + x.gradients_B + x.optimizer_B + x.activations_B + x.workspace_B + x.fragmentation_B, 1e-12);
    }
}

/* Narrow weights are a byte, but on the stages that hold a table; what ZeRO-3 gathers of layers is a byte too. */
static void tables_stay_wide(void **state) {
    const double layer = 12 * 1024.0 * 1024 + 13 * 1024, table = 50000.0 * 1024;
    struct f2f_train_job job = job_of(gpt(*state, 8, 1024, 16, 50000), "fp8", 8, 1);
    struct f2f_strategy s = strategy(1, 8, 1, 1, 1); /* one micro-batch: the last stage is the fullest, by the logits */
    job.software.narrow_weights = true;
    near(memory_of(&job, &s).weights_B, layer + 2 * table, 0.001); /* but for norms at the end */
    job.software.narrow_weights = false;
    near(memory_of(&job, &s).weights_B, 2 * layer + 2 * table, 0.001);
    for (int narrow = 0; narrow < 2; narrow++) {
        job.software.narrow_weights = narrow;
        s.zero = 2;
        double kept_B = memory_of(&job, &s).workspace_B;
        s.zero = 3;
        near(memory_of(&job, &s).workspace_B - kept_B, 2 * layer * (narrow ? 1 : 2), 0.001);
    }
}

/* Weights that are gathered narrow are gathered sooner, and written sooner by the optimizer. */
static void narrow_weights_are_faster(void **state) {
    struct fixture *f = *state;
    struct f2f_train_job job = job_of(gpt(f, 16, 4096, 32, 50000), "fp8", 64, 64);
    job.software.exposed_data = true;
    for (int zero = 1; zero <= 3; zero += 2) {
        struct f2f_strategy s = strategy(8, 1, 1, 8, 1);
        s.zero = zero;
        job.software.narrow_weights = false;
        struct f2f_train_step wide = step_of(f, job, s);
        job.software.narrow_weights = true;
        struct f2f_train_step narrow = step_of(f, job, s);
        assert_true(narrow.data_s < wide.data_s && narrow.optimizer_s < wide.optimizer_s);
        near(narrow.forward_s, wide.forward_s, 1e-12);
    }
}

/* Korthikanti et al. 2022, table 2: s b h / t (34 + 5 a s / h) a layer, 34 s b h / t with selective
 * recompute, 2 s b h / t with full recompute. */
static void activations_of_the_paper(void **state) {
    const double h = 6144, a = 64, s = 2048, b = 4, t = 8, layers = 48, vocab = 51200;
    const struct f2f_model *m = gpt(*state, 48, 6144, 64, 51200);
    struct f2f_train_job job = job_of(m, "fp16", 8, 4);
    struct f2f_strategy at = strategy(8, 1, 1, 1, 4);
    double sbh = s * b * h / t, head = s * b * (4 * h + 6 * vocab) / t;
    job.software.stored_scores = true;
    near(memory_of(&job, &at).activations_B, layers * sbh * (34 + 5 * a * s / h) + head, 1e-12);
    at.recompute = F2F_RECOMPUTE_SELECTIVE;
    near(memory_of(&job, &at).activations_B, layers * sbh * 34 + head, 1e-12);
    at.recompute = F2F_RECOMPUTE_FULL;
    struct f2f_train_memory full = memory_of(&job, &at);
    near(full.activations_B, layers * sbh * 2 + head, 1e-12);
    at.recompute = F2F_RECOMPUTE_NONE;
    near(full.workspace_B - memory_of(&job, &at).workspace_B, sbh * (34 + 5 * a * s / h), 1e-9);
    at.sequence = F2F_SEQUENCE_WHOLE;
    double whole_head = s * b * (4 * h + 6 * vocab / t);
    near(memory_of(&job, &at).activations_B, layers * s * b * h * (10 + 24 / t + 5 * a * s / (h * t)) + whole_head,
         1e-12);
}

/* Figure 1 and 7 of Korthikanti et al. 2022 (arXiv 2205.05198), in GiB as Calculon (Isaev et al. 2023) reads them:
 * weights and optimizer; activations without sequence parallelism, and with it and selective recompute; figure 7's
 * shares for sequence parallelism, selective and full recompute alone. Our extra: embedding, head, the workspace. */
static void memory_of_the_selective_paper(void **state) {
    static const struct {
        const char *name;
        long long layers, hidden, heads;
        int batch, micro_batch, pp, vp;
        double state_GiB, plain_GiB, both_GiB, sequence, selective, full;
    } rows[] = {{"22B", 48, 6144, 64, 4, 4, 1, 1, 45.5625, 59.25, 9.5625, 0.6566, 0.4937, 0.0764},
                {"175B", 96, 12288, 96, 64, 1, 8, 3, 45.5625, 66.84375, 12.3515625, 0.6204, 0.5653, 0.0871},
                {"530B", 105, 20480, 128, 280, 1, 35, 3, 31.640625, 114.0234375, 23.076171875, 0.5831, 0.6204, 0.0942},
                {"1T", 128, 25600, 160, 512, 1, 64, 1, 32.958984375, 131.25, 26.5625, 0.5831, 0.6204, 0.0942}};
    const double GIB = 1073741824.0;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct f2f_model *m = gpt(*state, rows[i].layers, rows[i].hidden, rows[i].heads, 51200);
        struct f2f_train_job job = job_of(m, "bf16", 8 * rows[i].pp, rows[i].batch); /* 32-bit gradients: 18 B */
        struct f2f_strategy s = strategy(8, rows[i].pp, rows[i].vp, 1, rows[i].micro_batch);
        job.software.stored_scores = true;
        s.sequence = F2F_SEQUENCE_WHOLE;
        struct f2f_train_memory plain = memory_of(&job, &s);
        double state_B = plain.weights_B + plain.gradients_B + plain.optimizer_B;
        near((state_B + plain.activations_B) / GIB, rows[i].state_GiB + rows[i].plain_GiB, 0.08);
        near(plain.activations_B / GIB, rows[i].plain_GiB, 0.08);
        s.recompute = F2F_RECOMPUTE_SELECTIVE;
        near(memory_of(&job, &s).activations_B / plain.activations_B, rows[i].selective, 0.08);
        s.sequence = F2F_SEQUENCE_PARALLEL;
        struct f2f_train_memory both = memory_of(&job, &s);
        near((state_B + both.activations_B) / GIB, rows[i].state_GiB + rows[i].both_GiB, 0.08);
        near(both.activations_B / GIB, rows[i].both_GiB, 0.08);
        s.recompute = F2F_RECOMPUTE_NONE;
        near(memory_of(&job, &s).activations_B / plain.activations_B, rows[i].sequence, 0.08);
        s.recompute = F2F_RECOMPUTE_FULL;
        s.sequence = F2F_SEQUENCE_WHOLE;
        near(memory_of(&job, &s).activations_B / plain.activations_B, rows[i].full, 0.12);
        print_message("%s: state %.1f (%.1f), activations %.1f (%.1f) and %.1f (%.1f) GiB\n", rows[i].name,
                      state_B / GIB, rows[i].state_GiB, plain.activations_B / GIB, rows[i].plain_GiB,
                      both.activations_B / GIB, rows[i].both_GiB);
    }
}

/* Gated and grouped: norms 4h, q and output 2h, k and v, three widths of the MLP, all of 16 bit; log-sums. */
static void activations_of_a_gated_layer(void **state) {
    struct fixture *f = *state;
    struct f2f_model
        shape = {.layers = 1, .hidden = 4096, .heads = 32, .kv_heads = 8, .ffn = 14336, .vocab = 8, .gated = true},
        *m;
    assert_int_equal(f2f_model_from_shape(&m, f->arena, &shape, NULL), F2F_OK);
    struct f2f_train_job job = job_of(m, "bf16", 1, 1);
    struct f2f_strategy s = strategy(1, 1, 1, 1, 1);
    double layer = 2 * (4 * 4096.0 + 2 * 4096.0 + 2 * 1024.0 + 3 * 14336.0) + 4 * 32.0;
    near(memory_of(&job, &s).activations_B, 2048 * (layer + 4 * 4096.0 + 6 * 8.0), 1e-12);
    /* in fp8 the inputs of four products take a byte, one of them beside attention's own output */
    struct f2f_train_job narrow = job_of(m, "fp8", 1, 1);
    double saved = 2 * 4096.0 + 14336.0 - 4096.0;
    near(memory_of(&narrow, &s).activations_B, 2048 * (layer - saved + 4 * 4096.0 + 6 * 8.0), 1e-12);
}

static void zero_divides_exactly(void **state) {
    const struct f2f_model *m = gpt(*state, 8, 2048, 16, 50000);
    struct f2f_train_job job = job_of(m, "bf16", 64, 64);
    struct f2f_strategy s = strategy(1, 1, 1, 64, 1);
    struct f2f_train_memory z[4];
    for (s.zero = 0; s.zero <= 3; s.zero++) z[s.zero] = memory_of(&job, &s);
    near(z[1].optimizer_B * 64, z[0].optimizer_B, 1e-12);
    near(z[1].gradients_B, z[0].gradients_B, 1e-12);
    near(z[2].gradients_B * 64, z[0].gradients_B, 1e-12);
    near(z[2].weights_B, z[0].weights_B, 1e-12);
    near(z[3].weights_B * 64, z[0].weights_B, 1e-12);
}

/* Narayanan et al. 2021: an interleaved first stage holds 1 + (p - 1) / (p v) times as much. */
static void interleaving_holds_more(void **state) {
    const struct f2f_model *m = gpt(*state, 32, 2048, 16, 8);
    struct f2f_train_job job = job_of(m, "bf16", 8, 64);
    struct f2f_strategy plain = strategy(1, 8, 1, 1, 1), chunks = strategy(1, 8, 4, 1, 1);
    double ratio = memory_of(&job, &chunks).activations_B / memory_of(&job, &plain).activations_B;
    near(ratio, 1 + 7.0 / (8 * 4), 1e-12);
    struct f2f_train_job few = job_of(m, "bf16", 8, 2); /* no more in flight than there are */
    near(memory_of(&few, &plain).activations_B * 4, memory_of(&job, &plain).activations_B, 1e-12);
}

/* Equal stages (next to no vocabulary) wait (p - 1) / v times for a micro-batch. */
static void bubble_of_equal_stages(void **state) {
    const struct f2f_model *m = gpt(*state, 32, 4096, 32, 8);
    struct f2f_train_job job = job_of(m, "bf16", 8, 32);
    for (int vp = 1; vp <= 4; vp *= 2) {
        struct f2f_train_step x = step_of(*state, job, strategy(1, 8, vp, 1, 1));
        double busy_s = x.forward_s + x.backward_s + x.sum_s + x.tensor_s;
        double more = x.bubble_s / busy_s - 7.0 / (vp * 32.0);
        assert_true(more > -1e-3 && more < 0.01); /* sends */
    }
}

/* One micro-batch goes through every chunk in a row, whatever the interleaving. */
static void one_micro_batch_is_a_chain(void **state) {
    const struct f2f_model *m = gpt(*state, 32, 4096, 32, 8);
    struct f2f_train_job job = job_of(m, "bf16", 8, 1);
    struct f2f_train_step plain = step_of(*state, job, strategy(1, 8, 1, 1, 1));
    struct f2f_train_step chunks = step_of(*state, job, strategy(1, 8, 4, 1, 1));
    near(chunks.forward_s + chunks.backward_s + chunks.bubble_s, plain.forward_s + plain.backward_s + plain.bubble_s,
         0.05); /* four times as many sends */
}

static void full_recompute_is_one_more_forward(void **state) {
    struct f2f_train_job job = job_of(gpt(*state, 16, 4096, 32, 8), "bf16", 8, 8);
    struct f2f_strategy s = strategy(8, 1, 1, 1, 1);
    double half_s = step_of(*state, job, s).forward_s;
    job.model = gpt(*state, 32, 4096, 32, 8);
    struct f2f_train_step none = step_of(*state, job, s);
    s.recompute = F2F_RECOMPUTE_SELECTIVE;
    near(step_of(*state, job, s).total_s, none.total_s, 1e-12); /* flash attention */
    s.recompute = F2F_RECOMPUTE_FULL;
    struct f2f_train_step full = step_of(*state, job, s);
    near(full.recompute_s, 2 * (none.forward_s - half_s), 1e-9); /* all layers, without embedding and loss */
    near(full.forward_s, none.forward_s, 1e-12);
    assert_true(full.tensor_s > none.tensor_s);
    s.recompute = F2F_RECOMPUTE_SELECTIVE_OP;
    struct f2f_train_step ops = step_of(*state, job, s);
    assert_true(ops.recompute_s > 0.2 * full.recompute_s && ops.recompute_s < 0.6 * full.recompute_s);
    job.software.stored_scores = true;
    s.recompute = F2F_RECOMPUTE_SELECTIVE;
    struct f2f_train_step selective = step_of(*state, job, s);
    assert_true(selective.recompute_s > 0 && selective.recompute_s < 0.5 * selective.forward_s);
    job.software.loose_mask = true; /* more passes over the scores, and nothing else */
    struct f2f_train_step loose = step_of(*state, job, s);
    near(loose.forward_s - selective.forward_s, loose.recompute_s - selective.recompute_s, 1e-9);
    near(loose.forward_s - selective.forward_s, 2 * (loose.backward_s - selective.backward_s), 1e-9);
    assert_true(loose.forward_s > 1.01 * selective.forward_s);
}

/* A layer of Llama counted as torchtitan does, q k v o gate up down: k, o and up are done again, with what lies between
 * products; what attention and a reduce-scatter wrote is kept, and nothing reads the last product again. */
static void selective_op_keeps_every_other_product(void **state) {
    (void)state;
    struct f2f_op ops[] = {
        {.kind = F2F_OP_VECTOR},
        {.kind = F2F_OP_GEMM, .cut = F2F_CUT_COLUMN, .q_heads = 32, .kv_heads = 8},
        {.kind = F2F_OP_ATTN_PREFILL, .q_heads = 32, .kv_heads = 8, .kv_len = 8192},
        {.kind = F2F_OP_GEMM, .cut = F2F_CUT_ROW},
        {.kind = F2F_OP_COLLECTIVE, .collective = F2F_REDUCE_SCATTER},
        {.kind = F2F_OP_COLLECTIVE, .collective = F2F_ALL_GATHER},
        {.kind = F2F_OP_GEMM, .cut = F2F_CUT_COLUMN},
        {.kind = F2F_OP_VECTOR},
        {.kind = F2F_OP_GEMM, .cut = F2F_CUT_ROW},
    };
    static const double gated[] = {1, 8.0 / 48, 0, 1, 0, 1, 0.5, 1, 0}, plain[] = {1, 8.0 / 48, 0, 1, 0, 1, 0, 1, 0};
    const size_t n = sizeof ops / sizeof ops[0];
    for (size_t i = 0; i < n; i++) ops[i].per_layer = true;
    struct f2f_graph graph = {.ops = ops, .n_ops = n};
    struct f2f_train_pass pass = {.graph = &graph};
    struct f2f_model model = {.gated = true};
    struct f2f_train_job job = {.model = &model};
    for (size_t i = 0; i < n; i++) near(f2f_train_again(&job, F2F_RECOMPUTE_SELECTIVE_OP, &pass, i), gated[i], 1e-12);
    model.gated = false;
    for (size_t i = 0; i < n; i++) near(f2f_train_again(&job, F2F_RECOMPUTE_SELECTIVE_OP, &pass, i), plain[i], 1e-12);
}

/* Lean recompute leaves out a layer's last product: the narrower that one is, the less. */
static void lean_recompute_stops_before_the_last_product(void **state) {
    struct fixture *f = *state;
    struct f2f_train_job job = {.software = {0}};
    struct f2f_strategy s = strategy(1, 1, 1, 8, 1);
    double saved[2], products[2];
    s.recompute = F2F_RECOMPUTE_FULL;
    for (int i = 0; i < 2; i++) {
        struct f2f_model shape = {.layers = 8, .hidden = 4096, .heads = 32, .ffn = i ? 16384 : 8192, .vocab = 8}, *m;
        assert_int_equal(f2f_model_from_shape(&m, f->arena, &shape, NULL), F2F_OK);
        job = job_of(m, "bf16", 8, 8);
        double whole_s = step_of(f, job, s).recompute_s;
        job.software.lean_recompute = true;
        saved[i] = whole_s - step_of(f, job, s).recompute_s;
        products[i] = saved[i] / whole_s;
    }
    near(saved[1], 2 * saved[0], 0.1);
    /* of 4 h^2 + 2 h f the last is h f, attention left out */
    assert_true(products[0] < 8192.0 / (4 * 4096.0 + 2 * 8192.0) && products[0] > 0.6 * 0.25);
}

/* What is gathered before products in fp8 is half as wide; what is reduced behind them, the ends and latencies are not.
 */
static void fp8_is_gathered_narrow(void **state) {
    struct f2f_train_job job = job_of(gpt(*state, 8, 16384, 128, 8), "bf16", 8, 8);
    struct f2f_strategy s = strategy(8, 1, 1, 1, 4);
    job.software.exposed_tensor = true;
    double wide_s = step_of(*state, job, s).tensor_s;
    assert_int_equal(f2f_precision_parse(&job.precision, "fp8", NULL, NULL), F2F_OK);
    near(step_of(*state, job, s).tensor_s, 0.75 * wide_s, 0.05);
}

/* Gradients waited for cost more than gradients sent beside the backward pass. */
static void overlap_hides_data_parallel(void **state) {
    const struct f2f_model *m = gpt(*state, 16, 4096, 32, 50000);
    struct f2f_train_job job = job_of(m, "bf16", 64, 64);
    struct f2f_strategy s = strategy(8, 1, 1, 8, 1);
    double hidden_s = step_of(*state, job, s).data_s;
    job.software.exposed_data = true;
    assert_true(step_of(*state, job, s).data_s > hidden_s);
    assert_true(hidden_s > 0); /* the last bucket has nothing to hide behind */
}

/* Context parallelism divides attention evenly: products per chip are halved. */
static void context_parallel_halves_the_work(void **state) {
    const struct f2f_model *m = gpt(*state, 8, 4096, 32, 8);
    struct f2f_train_job job = job_of(m, "bf16", 2, 2);
    job.seq = 65536;
    struct f2f_strategy s = strategy(1, 1, 1, 1, 1);
    s.cp = 2;
    struct f2f_train_step two = step_of(*state, job, s);
    job.chips = 1;
    s.cp = 1;
    struct f2f_train_step one = step_of(*state, job, s);
    near(two.forward_s * 2, one.forward_s, 0.03);
    assert_true(two.context_s > 0 && one.context_s <= 0);
}

static void more_chips_never_lengthen_the_step(void **state) {
    const struct f2f_model *m = gpt(*state, 32, 4096, 32, 50000);
    double last_s = HUGE_VAL;
    for (int chips = 8; chips <= 512; chips *= 2) {
        struct f2f_train_job job = job_of(m, "bf16", chips, 512);
        job.search = true;
        double step_s = f2f_record_get(run(*state, &job), "step_s");
        assert_true(step_s < last_s);
        last_s = step_s;
    }
}

/* State over 8 of 64 chips is eight times as much on each as over all; on the host it is as much there. */
static void hybrid_shards_and_offload(void **state) {
    struct fixture *f = *state;
    struct f2f_train_job job = job_of(gpt(f, 16, 4096, 32, 50000), "bf16", 64, 64);
    struct f2f_strategy s = strategy(1, 1, 1, 64, 1);
    s.zero = 1;
    struct f2f_train_memory all = memory_of(&job, &s);
    double all_s = step_of(f, job, s).total_s, shared_s = step_of(f, job, s).optimizer_s;
    s.shard = 8;
    near(memory_of(&job, &s).optimizer_B, 8 * all.optimizer_B, 1e-12);
    assert_true(step_of(f, job, s).optimizer_s > 7.9 * shared_s);
    s.shard = 0;
    s.offload = 1;
    struct f2f_train_memory away = memory_of(&job, &s);
    near(away.host_B, all.optimizer_B, 1e-12);
    near(away.total_B, all.total_B - all.optimizer_B, 1e-12);
    assert_true(step_of(f, job, s).total_s > 0.5 * all_s);
}

/* Layers that are computed again: memory falls and time rises with each. */
static void recompute_by_layers(void **state) {
    struct fixture *f = *state;
    struct f2f_train_job job = job_of(gpt(f, 16, 4096, 32, 50000), "bf16", 8, 32);
    struct f2f_strategy s = strategy(2, 4, 1, 1, 1);
    double last_B = memory_of(&job, &s).activations_B, last_s = step_of(f, job, s).total_s;
    s.recompute = F2F_RECOMPUTE_FULL;
    for (s.recompute_layers = 1; s.recompute_layers <= 4; s.recompute_layers++) {
        double now_B = memory_of(&job, &s).activations_B, now_s = step_of(f, job, s).total_s;
        assert_true(now_B < last_B && now_s > last_s);
        last_B = now_B;
        last_s = now_s;
    }
    s.recompute_layers = 0; /* all four of a stage */
    near(memory_of(&job, &s).activations_B, last_B, 1e-12);
    near(step_of(f, job, s).total_s, last_s, 1e-12);
}

/* What older software waits for never makes it faster; each switch costs where it has something to wait for. */
static void older_software_is_slower(void **state) {
    struct fixture *f = *state;
    struct f2f_train_job job = job_of(gpt(f, 32, 4096, 32, 50000), "bf16", 128, 128);
    struct f2f_strategy s = strategy(4, 4, 2, 8, 1);
    double today_s = step_of(f, job, s).total_s;
    struct f2f_train_job jobs[] = {job, job, job, job, job};
    jobs[0].software.exposed_data = true;
    jobs[1].software.exposed_tensor = true;
    jobs[2].software.exposed_pipeline = true;
    jobs[3].software.exposed_sum = true;
    jobs[4].software.attention_unit_flop = 100;
    for (size_t i = 0; i < sizeof jobs / sizeof jobs[0]; i++) assert_true(step_of(f, jobs[i], s).total_s > today_s);
}

/* What bounds attention in a clock takes twice as long under a cap of half the clock, and no less above the clock of
 * the peaks. */
static void attention_slows_under_a_cap(void **state) {
    struct fixture *f = *state;
    struct f2f_train_job job = {.software.attention_unit_flop = 100};
    struct f2f_op op = {.kind = F2F_OP_ATTN_PREFILL};
    struct f2f_op_cost one = {.flop = 1e15};
    struct f2f_chip chip = *f->machine.chip;
    struct f2f_machine machine = f->machine;
    machine.chip = &chip;
    chip.boost_Hz = 0;
    double free_s = f2f_train_op_s(&machine, &job, &op, one);
    chip.boost_Hz = 2 * chip.clock_Hz;
    near(f2f_train_op_s(&machine, &job, &op, one), free_s, 1e-12);
    chip.boost_Hz = 0.5 * chip.clock_Hz;
    near(f2f_train_op_s(&machine, &job, &op, one), 2 * free_s, 1e-12);
}

/* Attention inside short documents is less work; a ring hides what a gather exposes; weight gradients fill a bubble. */
static void choices_do_what_they_are_for(void **state) {
    struct fixture *f = *state;
    struct f2f_train_job job = job_of(gpt(f, 32, 4096, 32, 50000), "bf16", 64, 32);
    struct f2f_strategy s = strategy(4, 8, 1, 2, 1);
    double plain_s = step_of(f, job, s).bubble_s;
    s.schedule = f2f_schedule_find("zero-bubble");
    assert_true(step_of(f, job, s).bubble_s < 0.8 * plain_s);
    job.seq = 65536;
    s = strategy(4, 1, 1, 2, 1);
    s.cp = 8;
    double gather_s = step_of(f, job, s).context_s;
    s.context = F2F_CONTEXT_RING;
    assert_true(step_of(f, job, s).context_s < 0.7 * gather_s);
    double whole_s = step_of(f, job, s).forward_s;
    job.doc_tok = 2048;
    assert_true(step_of(f, job, s).forward_s < 0.8 * whole_s);
}

static double busy_s(const struct f2f_train_step *step) { return step->total_s - step->straggler_s - step->overhead_s; }

/* Replicas with longer documents are waited for. A query at position i of a sequence of s tokens, where documents of
 * mean d end at random, sees d (1 - exp(-i / d)) keys; lengths squared then spread by sqrt(5) of their mean (of an
 * exponential d, E d^4 = 24, E d^2 = 2), the sum of n documents by sqrt(5 / n), and the slower of dp replicas lies
 * sqrt(2 ln dp) of that above the mean. Lengths near the sequence's are cut to it: 1 - d / s. */
static void longer_documents_are_waited_for(void **state) {
    struct f2f_train_job job = job_of(gpt(*state, 32, 4096, 32, 50000), "bf16", 64, 32);
    struct f2f_strategy s = strategy(4, 1, 1, 2, 1);
    job.seq = 65536;
    s.cp = 8;
    struct f2f_train_step single = step_of(*state, job, s);
    job.doc_tok = 2048;
    struct f2f_train_step packed = step_of(*state, job, s);
    double d = 2048.0 / 65536, share = 2 * d * (1 - d * (1 - exp(-1 / d))), documents = 32.0 / 2 / d;
    double saved_s = single.forward_s + single.backward_s - packed.forward_s - packed.backward_s;
    double attention_s = saved_s * share / (1 - share); /* what is left of it */
    double chips_s = busy_s(&packed) * single.straggler_s / busy_s(&single);
    near(packed.straggler_s, chips_s + attention_s * (1 - d) * sqrt(5 / documents) * sqrt(2 * log(2)), 1e-9);
}

/* Every strategy of 64 chips, one by one. */
static double brute_force_s(struct fixture *f, struct f2f_train_job job) {
    double best_s = HUGE_VAL;
    for (int i = 0; i < 4 * 4 * 4 * 3 * 4 * 3; i++) {
        int tp = 1 << i % 4, pp = 1 << i / 4 % 4, micro_batch = 1 << i / 16 % 4, vp = 1 << i / 64 % 3;
        struct f2f_train_found *c = f2f_arena_alloc(f->arena, sizeof *c);
        job.strategy = strategy(tp, pp, vp, 64 / tp / pp, micro_batch);
        job.strategy.zero = i / 192 % 4;
        job.strategy.recompute = i / 768;
        if (f2f_train_given(c, f->arena, &f->machine, &job, NULL) != F2F_OK || !c->best[0].fits) continue;
        if (c->best[0].step.total_s < best_s) best_s = c->best[0].step.total_s;
    }
    return best_s;
}

static void search_beats_brute_force(void **state) {
    const struct f2f_model *models[] = {gpt(*state, 32, 4096, 32, 50000), gpt(*state, 64, 8192, 64, 50000)};
    for (size_t i = 0; i < 2; i++) {
        struct f2f_train_job job = job_of(models[i], "bf16", 64, 64);
        double brute_s = brute_force_s(*state, job);
        job.search = true;
        struct f2f_record *r = run(*state, &job);
        if (!(f2f_record_get(r, "step_s") <= brute_s))
            fail_msg("%g s by search, %g by brute force", f2f_record_get(r, "step_s"), brute_s);
        assert_true(f2f_record_get(r, "hbm_used_B") <= ((struct fixture *)*state)->machine.mem.capacity_B);
        assert_true(f2f_record_get(r, "feasible_n") <= f2f_record_get(r, "evaluated"));
    }
}

/* The whole space of 64 chips, each strategy evaluated on its own: the search loses none of the best. */
static void wide_search_is_exhaustive(void **state) {
    struct fixture *f = *state;
    struct f2f_train_job job = job_of(gpt(f, 16, 8192, 64, 50000), "bf16", 64, 128);
    struct f2f_train_found *found = f2f_arena_alloc(f->arena, sizeof *found);
    struct f2f_train_evaluator *e;
    double best_s[F2F_TRAIN_RANKS];
    long long fit = 0;
    int n = 0;
    job.search = job.wide = true;
    job.seq = 16384;
    job.strategy.schedule = F2F_SCHEDULE_CHOSEN;
    assert_int_equal(f2f_train_search(found, f->arena, &f->machine, &job, NULL), F2F_OK);
    assert_int_equal(f2f_train_evaluator_new(&e, f->arena, f->system, &job, NULL), F2F_OK);
    struct f2f_train_axis axes[F2F_AXES];
    assert_true(f2f_train_axes_make(axes, &f->machine, &job));
    int at[F2F_AXES] = {0};
    for (bool more = true; more;) { /* all combinations of all axes, like an odometer */
        struct f2f_strategy s = job.strategy;
        struct f2f_train_estimate x;
        for (int i = 0; i < F2F_AXES; i++) *f2f_train_axis_field(&s, &axes[i]) = axes[i].value[at[i]];
        bool is = f2f_train_axes_take_rest(&s, &job) && f2f_train_axes_canonical(&job, &s, F2F_AXES_COST) &&
                  f2f_train_axes_canonical(&job, &s, F2F_AXES_PIPE) && f2f_train_axes_canonical(&job, &s, F2F_AXES);
        if (is && f2f_train_evaluate(&x, e, &s, NULL) == F2F_OK && x.fits) {
            int place = n < F2F_TRAIN_RANKS ? n++ : F2F_TRAIN_RANKS;
            fit++;
            for (; place > 0 && x.step_s < best_s[place - 1]; place--)
                if (place < F2F_TRAIN_RANKS) best_s[place] = best_s[place - 1];
            if (place < F2F_TRAIN_RANKS) best_s[place] = x.step_s;
        }
        int i = F2F_AXES - 1;
        while (i >= 0 && ++at[i] == axes[i].n) at[i--] = 0;
        more = i >= 0;
    }
    assert_int_equal(found->feasible_n, fit);
    assert_int_equal(found->n, F2F_TRAIN_RANKS);
    for (int i = 0; i < F2F_TRAIN_RANKS; i++) near(found->best[i].step.total_s, best_s[i], 1e-12);
    assert_true(found->dominated_n > fit / 2);
}

/* A field that is given stays as it is. */
static void search_keeps_what_is_given(void **state) {
    struct f2f_train_job job = job_of(gpt(*state, 32, 4096, 32, 50000), "bf16", 64, 64);
    job.search = true;
    job.strategy.tp = 4;
    job.strategy.zero = 0;
    job.strategy.recompute = F2F_RECOMPUTE_FULL;
    struct f2f_record *r = run(*state, &job);
    near(f2f_record_get(r, "strategy.tp"), 4, 0);
    near(f2f_record_get(r, "strategy.zero"), 0, 0);
    assert_string_equal(f2f_record_find(f2f_record_find(r, "strategy")->record, "recompute")->text, "full");
}

static void what_does_not_fit_says_by_how_much(void **state) {
    struct fixture *f = *state;
    struct f2f_train_job job = job_of(gpt(f, 96, 12288, 96, 50000), "bf16", 8, 8);
    job.search = true;
    struct f2f_record *r = run(f, &job);
    assert_int_equal(f2f_record_find(r, "feasible")->integer, 0);
    double short_B = f2f_record_get(r, "shortfall_B");
    near(short_B, f2f_record_get(r, "hbm_used_B") - f->machine.mem.capacity_B, 1e-12);
    near(f2f_record_get(r, "memory.free_B"), -short_B, 1e-12);
    assert_true(short_B > 0);
    const char *why = f2f_record_find(r, "why")->text;
    assert_non_null(strstr(why, f2f_arena_printf(f->arena, "%.0f B short", short_B)));
    assert_non_null(strstr(why, "try "));
}

/* Plain fp8 stands in for 8 bits with scales of blocks, in the share of the peak as well. */
static void scaled_formats_have_a_peak(void **state) {
    struct fixture *f = *state;
    static const char *const precisions[] = {"fp8", "fp8_block", "mxfp8"};
    for (int i = 0; i < 3; i++) {
        struct f2f_train_job job = job_of(gpt(f, 32, 4096, 32, 50000), precisions[i], 64, 128);
        job.strategy = strategy(4, 4, 2, 4, 2);
        double mfu_frac = f2f_record_get(run(f, &job), "mfu_frac");
        assert_true(mfu_frac > 0.1 && mfu_frac < 0.7);
    }
}

static void record_is_consistent(void **state) {
    struct fixture *f = *state;
    struct f2f_train_job job = job_of(gpt(f, 32, 4096, 32, 50000), "bf16", 64, 128);
    job.strategy = strategy(4, 4, 2, 4, 2);
    job.tokens = 1e12;
    struct f2f_record *r = run(f, &job), *again = run(f, &job);
    double step_s = f2f_record_get(r, "step_s"), tok = 128 * 2048.0;
    near(r->shares->amount, step_s, 1e-9); /* the tree adds up */
    near(f2f_record_get(r, "tokps"), tok / step_s, 1e-12);
    near(f2f_record_get(r, "ideal_days"), 1e12 / tok * step_s / 86400, 1e-12);
    double goodput = f2f_record_get(r, "goodput_frac"), days = f2f_record_get(r, "days");
    assert_true(goodput > 0.9 && goodput < 1);
    near(days, f2f_record_get(r, "ideal_days") / goodput, 0.03);
    assert_true(f2f_record_get(r, "days_p10") <= days && days <= f2f_record_get(r, "days_p90"));
    near(f2f_record_get(r, "energy_J"), f2f_record_get(r, "energy_per_tok_J") * 1e12, 1e-12);
    double useful_J = f2f_record_get(r, "power_W") * step_s / tok; /* what failures waste comes on top */
    assert_true(f2f_record_get(r, "energy_per_tok_J") > useful_J);
    assert_true(f2f_record_get(r, "energy_per_tok_J") < useful_J / goodput);
    assert_true(f2f_record_get(r, "mfu_frac") > 0.2 && f2f_record_get(r, "mfu_frac") < 0.7);
    double chip_W = (f2f_record_get(r, "power_W") - 8 * f->system->node->host_W) / 64;
    assert_true(chip_W > f->machine.chip->idle_W && chip_W < f->machine.chip->tdp_W);
    near(f2f_record_get(again, "step_s"), step_s, 0);
}

/* Published: 430 and 400 TFLOP/s of an H100 for Llama 3 405B (arXiv 2407.21783, table 4). */
static void llama_3_405b(void **state) {
    struct fixture *f = *state;
    const struct {
        int chips, seq, batch, cp, dp;
        double tflops;
    } rows[] = {{8192, 8192, 2048, 1, 64, 430}, {16384, 8192, 2048, 1, 128, 400}};
    struct f2f_model shape = {.layers = 126,
                              .hidden = 16384,
                              .heads = 128,
                              .kv_heads = 8,
                              .ffn = 53248,
                              .vocab = 128256,
                              .gated = true},
                     *m;
    assert_int_equal(f2f_model_from_shape(&m, f->arena, &shape, NULL), F2F_OK);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct f2f_train_job job = job_of(m, "bf16", rows[i].chips, rows[i].batch);
        job.seq = rows[i].seq;
        job.strategy = strategy(8, 16, 4, rows[i].dp, 1);
        job.strategy.zero = 2;
        near(f2f_record_get(run(f, &job), "flops_per_chip"), rows[i].tflops * 1e12, 0.15);
    }
}

static void impossible_jobs_are_refused(void **state) {
    struct fixture *f = *state;
    const struct f2f_model *m = gpt(f, 32, 4096, 32, 50000);
    struct f2f_record *r;
    f2f_error err;
    struct f2f_train_job job = job_of(m, "bf16", 64, 63);
    job.strategy = strategy(8, 1, 1, 8, 1);
    assert_int_equal(f2f_train_run(&r, f->arena, f->system, &job, &err), F2F_EINPUT);
    assert_non_null(strstr(err.message, "63"));
    struct f2f_train_memory memory;
    const struct f2f_strategy nothing = {0};
    assert_int_equal(f2f_train_memory(&memory, &job, &nothing, &err), F2F_EINPUT);
    job = job_of(m, "bf16", 100000, 64);
    assert_int_equal(f2f_train_run(&r, f->arena, f->system, &job, &err), F2F_EINPUT);
    assert_non_null(strstr(err.message, "24576"));
    job = job_of(m, "bf16", 64, 64);
    job.strategy = strategy(8, 3, 1, 0, 1);
    assert_int_equal(f2f_train_run(&r, f->arena, f->system, &job, &err), F2F_EINPUT);
    job = job_of(m, "bf16", 64, 0);
    assert_int_equal(f2f_train_run(&r, f->arena, f->system, &job, &err), F2F_EINPUT);
    job = job_of(m, "bf16", 7, 64);
    job.search = true;
    assert_int_equal(f2f_train_run(&r, f->arena, f->system, &job, NULL), F2F_EINPUT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(state_bytes_per_parameter),
        cmocka_unit_test(tables_stay_wide),
        cmocka_unit_test(narrow_weights_are_faster),
        cmocka_unit_test(activations_of_the_paper),
        cmocka_unit_test(selective_op_keeps_every_other_product),
        cmocka_unit_test(memory_of_the_selective_paper),
        cmocka_unit_test(activations_of_a_gated_layer),
        cmocka_unit_test(zero_divides_exactly),
        cmocka_unit_test(interleaving_holds_more),
        cmocka_unit_test(bubble_of_equal_stages),
        cmocka_unit_test(one_micro_batch_is_a_chain),
        cmocka_unit_test(full_recompute_is_one_more_forward),
        cmocka_unit_test(lean_recompute_stops_before_the_last_product),
        cmocka_unit_test(fp8_is_gathered_narrow),
        cmocka_unit_test(overlap_hides_data_parallel),
        cmocka_unit_test(context_parallel_halves_the_work),
        cmocka_unit_test(more_chips_never_lengthen_the_step),
        cmocka_unit_test(hybrid_shards_and_offload),
        cmocka_unit_test(recompute_by_layers),
        cmocka_unit_test(older_software_is_slower),
        cmocka_unit_test(attention_slows_under_a_cap),
        cmocka_unit_test(choices_do_what_they_are_for),
        cmocka_unit_test(longer_documents_are_waited_for),
        cmocka_unit_test(search_beats_brute_force),
        cmocka_unit_test(wide_search_is_exhaustive),
        cmocka_unit_test(search_keeps_what_is_given),
        cmocka_unit_test(what_does_not_fit_says_by_how_much),
        cmocka_unit_test(scaled_formats_have_a_peak),
        cmocka_unit_test(record_is_consistent),
        cmocka_unit_test(llama_3_405b),
        cmocka_unit_test(impossible_jobs_are_refused),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
