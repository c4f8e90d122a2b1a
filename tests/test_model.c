/* test_model.c - config.json to model, parameter counts against published ones, and the operator graph
 * against closed forms worked out here from the figures of each model, not from the library's. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fab2fleet/diag.h"
#include "fab2fleet/doc.h"
#include "fab2fleet/model.h"

#define N(a) (sizeof(a) / sizeof(a)[0])

/* Sizes typed in again, so that a wrong catalog file shows. */
struct known {
    const char *name;
    long long layers, hidden, ffn, heads, kv_heads, head_dim, vocab, experts;
    bool tied;
    long long params; /* as Hugging Face counts the checkpoint */
};

static const struct known known[] = {
    {"llama-2-7b", 32, 4096, 11008, 32, 32, 128, 32000, 0, false, 6738415616},
    {"llama-2-13b", 40, 5120, 13824, 40, 40, 128, 32000, 0, false, 13015864320},
    {"llama-2-70b", 80, 8192, 28672, 64, 8, 128, 32000, 0, false, 68976648192},
    {"llama-3-8b", 32, 4096, 14336, 32, 8, 128, 128256, 0, false, 8030261248},
    {"llama-3-70b", 80, 8192, 28672, 64, 8, 128, 128256, 0, false, 70553706496},
    {"llama-3.1-8b", 32, 4096, 14336, 32, 8, 128, 128256, 0, false, 8030261248},
    {"llama-3.1-70b", 80, 8192, 28672, 64, 8, 128, 128256, 0, false, 70553706496},
    {"llama-3.1-405b", 126, 16384, 53248, 128, 8, 128, 128256, 0, false, 405853388800},
    {"llama-3.2-1b", 16, 2048, 8192, 32, 8, 64, 128256, 0, true, 1235814400},
    {"llama-3.2-3b", 28, 3072, 8192, 24, 8, 128, 128256, 0, true, 3212749824},
    {"llama-3.3-70b", 80, 8192, 28672, 64, 8, 128, 128256, 0, false, 70553706496},
    {"mixtral-8x7b", 32, 4096, 14336, 32, 8, 128, 32000, 8, false, 46702792704},
};

struct fixture {
    f2f_arena *arena;
    struct f2f_diag *diag;
    f2f_error err;
};

static int set_up(void **state) {
    static struct fixture f; /* of this program only */
    f.arena = f2f_arena_new();
    f.diag = f2f_diag_new(f.arena);
    *state = &f;
    return 0;
}

static int tear_down(void **state) {
    f2f_arena_free(((struct fixture *)*state)->arena);
    return 0;
}

static struct f2f_model *load(struct fixture *f, const char *name) {
    struct f2f_model *m;
    const char *path = f2f_arena_printf(f->arena, "catalog/model/%s", name);
    if (f2f_model_load(&m, f->arena, path, name, f->diag, &f->err) != F2F_OK) fail_msg("%s", f->diag->lines[0]);
    return m;
}

/* Writes text as a config into the build folder and loads it; NULL when refused. */
static struct f2f_model *load_text(struct fixture *f, const char *text) {
    struct f2f_model *m;
    const char *folder = getenv("F2F_BUILD_DIR");
    const char *path = f2f_arena_printf(f->arena, "%s/test_model_config.json", folder ? folder : ".");
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    f2f_status status = f2f_model_load(&m, f->arena, path, "text", f->diag, &f->err);
    remove(path);
    assert_true(status == F2F_OK ? m != NULL && f->diag->n == 0 : status == F2F_EINPUT && f->diag->n > 0);
    return m;
}

static void near(double found, double wanted) {
    if (!(fabs(found - wanted) <= 1e-12 * fabs(wanted))) fail_msg("found %.17g, wanted %.17g", found, wanted);
}

static struct f2f_precision precision(const char *text) {
    struct f2f_precision p;
    assert_int_equal(f2f_precision_parse(&p, text, NULL, NULL), F2F_OK);
    return p;
}

static struct f2f_graph *forward(struct fixture *f, const struct f2f_model *m, const char *p_text,
                                 const struct f2f_pass *pass) {
    struct f2f_graph *g;
    const struct f2f_precision p = precision(p_text);
    assert_int_equal(f2f_graph_forward(&g, f->arena, m, &p, pass, &f->err), F2F_OK);
    return g;
}

static const struct f2f_op *find(const struct f2f_graph *g, const char *name) {
    for (size_t i = 0; i < g->n_ops; i++)
        if (strcmp(g->ops[i].name, name) == 0) return &g->ops[i];
    fail_msg("no operator %s", name);
    return NULL;
}

static double flop_of(const struct f2f_graph *g, enum f2f_op_kind kind) {
    double flop = 0;
    for (size_t i = 0; i < g->n_ops; i++)
        if (g->ops[i].kind == kind) flop += g->ops[i].count * f2f_op_flop(&g->ops[i]);
    return flop;
}

/* ---- counts ------------------------------------------------------------------------------- */

static long long tensor_sum(const struct known *k) {
    long long q_proj = k->heads * k->head_dim * k->hidden, k_proj = k->kv_heads * k->head_dim * k->hidden,
              v_proj = k_proj;
    long long o_proj = k->hidden * k->heads * k->head_dim;
    long long gate = k->ffn * k->hidden, up = k->ffn * k->hidden, down = k->hidden * k->ffn;
    long long mlp = k->experts ? k->experts * (gate + up + down) + k->experts * k->hidden : gate + up + down;
    long long norms = k->hidden + k->hidden;
    long long embed = k->vocab * k->hidden, head = k->tied ? 0 : embed;
    return embed + k->layers * (q_proj + k_proj + v_proj + o_proj + mlp + norms) + k->hidden + head;
}

static void test_parameters_of_the_catalog(void **state) {
    for (size_t i = 0; i < N(known); i++) {
        const struct f2f_model *m = load(*state, known[i].name);
        assert_int_equal(m->params, known[i].params);
        assert_int_equal(m->params, tensor_sum(&known[i]));
        assert_int_equal(m->heads, known[i].heads);
        assert_int_equal(m->head_dim, known[i].head_dim);
        assert_string_equal(m->name, known[i].name);
    }
}

static void test_active_parameters(void **state) {
    assert_int_equal(load(*state, "llama-3-8b")->active_params, 8030261248);
    /* Mixtral: two of eight experts, three matrices of 4096 x 14336 each, in 32 layers */
    assert_int_equal(load(*state, "mixtral-8x7b")->active_params, 46702792704 - 32LL * 6 * 3 * 4096 * 14336);
}

#define BLOCK                                                                                          \
    "\"num_hidden_layers\":%d,\"hidden_size\":%d,\"intermediate_size\":%d,\"num_attention_heads\":%d," \
    "\"num_key_value_heads\":%d,\"vocab_size\":%d,\"max_position_embeddings\":32768"

/* Other architectures, with the counts of the published checkpoints. */
static void test_parameters_of_other_architectures(void **state) {
    struct fixture *f = *state;
    const struct {
        const char *head;
        int layers, hidden, ffn, heads, kv_heads, vocab;
        long long params;
    } models[] = {
        {"\"architectures\":[\"MistralForCausalLM\"],\"sliding_window\":4096", 32, 4096, 14336, 32, 8, 32000,
         7241732096},
        {"\"architectures\":[\"Qwen2ForCausalLM\"]", 28, 3584, 18944, 28, 4, 152064, 7615616512},
        {"\"model_type\":\"qwen3\",\"head_dim\":128", 36, 4096, 12288, 32, 8, 151936, 8190735360},
        {"\"architectures\":[\"Phi3ForCausalLM\"],\"sliding_window\":2047", 32, 3072, 8192, 32, 32, 32064, 3821079552},
        {"\"architectures\":[\"Qwen2MoeForCausalLM\"],\"num_experts\":60,\"num_experts_per_tok\":4,\"moe_intermediate_"
         "size\":1408,"
         "\"shared_expert_intermediate_size\":5632,\"mlp_only_layers\":[]",
         24, 2048, 5632, 16, 16, 151936, 14315784192},
        {"\"architectures\":[\"Qwen3MoeForCausalLM\"],\"num_experts\":128,\"num_experts_per_tok\":8,\"moe_intermediate_"
         "size\":768,"
         "\"head_dim\":128,\"decoder_sparse_step\":1",
         48, 2048, 6144, 32, 4, 151936, 30532122624},
    };
    for (size_t i = 0; i < N(models); i++) {
        char *text = f2f_arena_printf(f->arena, "{%s," BLOCK "}", models[i].head, models[i].layers, models[i].hidden,
                                      models[i].ffn, models[i].heads, models[i].kv_heads, models[i].vocab);
        const struct f2f_model *m = load_text(f, text);
        if (!m) fail_msg("%s", f->diag->lines[0]);
        assert_int_equal(m->params, models[i].params);
    }
    const struct f2f_model *gpt2 =
        load_text(f, "{\"architectures\":[\"GPT2LMHeadModel\"],\"n_layer\":12,\"n_embd\":768,"
                     "\"n_head\":12,\"vocab_size\":50257,\"n_positions\":1024}");
    assert_int_equal(gpt2->params, 124439808);
}

static void test_bytes(void **state) {
    const struct f2f_model *m = load(*state, "llama-3-70b");
    near(f2f_model_kv_B_per_tok(m, F2F_DTYPE_FP8), 163840);
    near(f2f_model_kv_B_per_tok(m, F2F_DTYPE_BF16), 327680);
    const struct f2f_precision bf16 = precision("bf16"), fp8 = precision("fp8");
    near(f2f_model_weight_B(m, &bf16), 2.0 * 70553706496);
    /* FP8: two tables, norms of 80 layers and the last one stay 16 bit */
    near(f2f_model_weight_B(m, &fp8), 70553706496.0 + 2.0 * 128256 * 8192 + 161.0 * 8192);
}

static void test_shape_of_gpt3(void **state) {
    struct fixture *f = *state;
    const struct f2f_model shape = {.layers = 96,
                                    .hidden = 12288,
                                    .heads = 96,
                                    .vocab = 51200,
                                    .max_positions = 2048,
                                    .tied_embeddings = true,
                                    .learned_positions = true};
    struct f2f_model *m, broken = shape;
    assert_int_equal(f2f_model_from_shape(&m, f->arena, &shape, &f->err), F2F_OK);
    double l = 96, h = 12288; /* 12lh^2 (1 + 13/12h) + (V + s)h, arXiv 2104.04473 eq. 2, and the last norm */
    near((double)m->params, 12 * l * h * h + 13 * l * h + (51200.0 + 2048) * h + 2 * h);
    assert_int_equal(m->ffn, 4 * 12288);
    assert_int_equal(m->kv_heads, 96);
    broken.heads = 97;
    assert_int_equal(f2f_model_from_shape(&m, f->arena, &broken, &f->err), F2F_EINPUT);
    assert_non_null(strstr(f->err.message, "head dimension"));
    broken = shape;
    broken.layers = -1;
    assert_int_equal(f2f_model_from_shape(&m, f->arena, &broken, &f->err), F2F_EINPUT);
    assert_non_null(strstr(f->err.message, "layers is -1"));
}

/* ---- refusals ----------------------------------------------------------------------------- */

#define GOOD_HEAD "{\"architectures\": [\"LlamaForCausalLM\"],\n"
#define GOOD_REST                                                                                        \
    "\"hidden_size\": 64, \"intermediate_size\": 128, \"num_attention_heads\": 4, \"vocab_size\": 100, " \
    "\"max_position_embeddings\": 64"

static void test_malformed_configs(void **state) {
    struct fixture *f = *state;
    const struct {
        const char *text, *place, *message;
    } cases[] = {
        {GOOD_HEAD GOOD_REST "}", ":1:1: ", "\"num_hidden_layers\" is missing"},
        {GOOD_HEAD GOOD_REST ",\n\"num_hidden_layers\": -2}", ":3:", "is -2: write a whole number from 1"},
        {GOOD_HEAD GOOD_REST ",\n\"num_hidden_layers\": 0}", ":3:", "is 0: write"},
        {GOOD_HEAD GOOD_REST ",\n\"num_hidden_layers\": 2.5}", ":3:", "is 2.5: write"},
        {GOOD_HEAD GOOD_REST ",\n\"num_hidden_layers\": NaN}", ":3:", "is NaN: write"},
        {GOOD_HEAD GOOD_REST ",\n\"num_hidden_layers\": 1e400}", ":3:", "is 1e400: write"},
        {GOOD_HEAD GOOD_REST ",\n\"num_hidden_layers\": 99999999999999999999}", ":3:", "write a whole number"},
        {GOOD_HEAD GOOD_REST ",\n\"num_hidden_layers\": 1000001}", ":3:", "is 1000001: write"},
        {GOOD_HEAD GOOD_REST ",\n\"num_hidden_layers\": \"32\"}", ":3:", "is the text \"32\": write"},
        {GOOD_HEAD GOOD_REST ",\n\"num_hidden_layers\": null}", ":1:1: ", "is missing"},
        {GOOD_HEAD GOOD_REST ",\n\"num_hidden_layers\": [32]}", ":3:", "is a list: write"},
        {GOOD_HEAD GOOD_REST ",\"num_hidden_layers\": 2,\n\"num_key_value_heads\": 3}",
         ":3:", "4 is not a multiple of"},
        {GOOD_HEAD GOOD_REST ",\"num_hidden_layers\": 2,\n\"num_key_value_heads\": 0}", ":3:", "not a multiple of"},
        {GOOD_HEAD GOOD_REST ",\"num_hidden_layers\": 2,\n\"head_dim\": 0}", ":3:", "head_dim is 0"},
        {GOOD_HEAD GOOD_REST ",\"num_hidden_layers\": 2,\n\"tie_word_embeddings\": 1}", ":3:", "write true or false"},
        {GOOD_HEAD GOOD_REST ",\"num_hidden_layers\": 2,\n\"rope_scaling\": 8}", ":3:", "write null or an object"},
        {GOOD_HEAD GOOD_REST ",\"num_hidden_layers\": 2,\n\"rope_scaling\": {\"rope_type\": \"spiral\"}}",
         ":3:", "rope_type is spiral"},
        {GOOD_HEAD GOOD_REST ",\"num_hidden_layers\": 2,\n\"rope_scaling\": {\"type\": \"linear\", \"factor\": -1}}",
         ":3:", "factor is -1"},
        {"{\"num_hidden_layers\": 2, " GOOD_REST "}", ":1:1: ", "\"architectures\" is missing"},
        {"{\"architectures\": \"LlamaForCausalLM\"}", ":1:", "must be a list of names"},
        {"[1, 2]", ":1:1: ", "not a config.json"},
        {"{\"architectures\": [\"LlamaForCausalLM\"],\n", ":", "error"},
        {"{\"architectures\":[\"MixtralForCausalLM\"],\"num_hidden_layers\":10000,\"hidden_size\":10000000,"
         "\"intermediate_size\":10000000,"
         "\"num_attention_heads\":100000,\"vocab_size\":10000000,\"max_position_embeddings\":1,\"num_local_experts\":"
         "100000,"
         "\"num_experts_per_tok\":1}",
         ":1:1: ", "parameters, at most 1e+15"},
        {"{\"architectures\":[\"MixtralForCausalLM\"],\"num_hidden_layers\":1,\"hidden_size\":64,\"intermediate_size\":"
         "64,"
         "\"num_attention_heads\":4,\"vocab_size\":10,\"max_position_embeddings\":1,\"num_local_experts\":8,\n"
         "\"num_experts_per_tok\":9}",
         ":2:", "9 of 8 experts"},
    };
    for (size_t i = 0; i < N(cases); i++) {
        f->diag = f2f_diag_new(f->arena);
        assert_null(load_text(f, cases[i].text));
        const char *place = f2f_arena_printf(f->arena, "test_model_config.json%s", cases[i].place);
        if (!strstr(f->diag->lines[0], place) || !strstr(f->diag->lines[0], cases[i].message))
            fail_msg("case %zu: wanted %s ... %s, found %s", i, place, cases[i].message, f->diag->lines[0]);
    }
}

/* What follows from a fault that was told is none: the number that stands in for it is not the user's. */
static void test_one_fault_is_told_once(void **state) {
    struct fixture *f = *state;
    f->diag = f2f_diag_new(f->arena);
    assert_null(
        load_text(f, "{\"architectures\": [\"LlamaForCausalLM\"], \"hidden_size\": 1e308, \"num_hidden_layers\": 2, "
                     "\"num_attention_heads\": 32, \"intermediate_size\": 64, \"vocab_size\": 10, "
                     "\"max_position_embeddings\": 10}"));
    assert_int_equal(f->diag->n, 1);
    assert_non_null(strstr(f->diag->lines[0], "hidden_size is 1e308"));
}

static void test_all_errors_at_once(void **state) {
    struct fixture *f = *state;
    assert_null(load_text(f, GOOD_HEAD "\"hidden_size\": -1,\n\"vocab_size\": \"many\"}"));
    assert_true(f->diag->n >= 5); /* two wrong, layers, width, heads and positions missing */
}

static void test_unknown_architecture(void **state) {
    struct fixture *f = *state;
    assert_null(load_text(f, "{\"architectures\": [\"LlamaForCasualLM\"], \"hidden_size\": 64}"));
    const char *line = f->diag->lines[0];
    assert_int_equal(f->diag->n, 1);
    const char *wanted[] = {"'LlamaForCasualLM'", "did you mean LlamaForCausalLM?", "MixtralForCausalLM",
                            "Qwen3ForCausalLM"};
    for (size_t i = 0; i < N(wanted); i++)
        if (!strstr(line, wanted[i])) fail_msg("%s lacks %s", line, wanted[i]);
}

/* ---- graphs ------------------------------------------------------------------------------- */

static const struct f2f_pass prompt = {.prefill_seqs = 2, .prefill_q = 1000, .prefill_kv = 1000, .prefill_ends = 2};
static const struct f2f_pass mixed = {
    .prefill_seqs = 1, .prefill_q = 512, .prefill_kv = 1536, .decode_seqs = 40, .decode_kv = 900.5};
static const struct f2f_pass step = {.prefill_seqs = 2, .prefill_q = 1000, .prefill_kv = 1000, .training = true};

static void test_flop_of_a_pass(void **state) {
    const struct f2f_model *m = load(*state, "llama-3-8b");
    double in_layers = 8030261248.0 - 2.0 * 128256 * 4096 - 65.0 * 4096, head = 128256.0 * 4096;
    const struct f2f_graph *g = forward(*state, m, "bf16", &prompt);
    near(flop_of(g, F2F_OP_GEMM), 2 * in_layers * 2000 + 2 * head * 2);
    near(flop_of(g, F2F_OP_ATTN_PREFILL), 32.0 * 4 * 32 * 128 * 2 * (1000.0 * 1001 / 2));
    g = forward(*state, m, "bf16", &mixed);
    near(flop_of(g, F2F_OP_GEMM), 2 * in_layers * 552 + 2 * head * 40);
    double pairs = 0;
    for (int i = 1; i <= 512; i++) pairs += 1024 + i;
    near(flop_of(g, F2F_OP_ATTN_PREFILL), 32.0 * 4 * 4096 * pairs);
    near(flop_of(g, F2F_OP_ATTN_DECODE), 32.0 * 4 * 4096 * 40 * 900.5);
    g = forward(*state, m, "bf16", &step);
    near(flop_of(g, F2F_OP_GEMM), 2 * (in_layers + head) * 2000);
}

static void test_window(void **state) {
    (void)state;
    for (int q = 1; q < 40; q += 6)
        for (int before = 0; before < 40; before += 7)
            for (int window = 1; window < 60; window += 5) {
                double pairs = 0;
                for (int i = 1; i <= q; i++) pairs += before + i < window ? before + i : window;
                const struct f2f_op op = {.kind = F2F_OP_ATTN_PREFILL,
                                          .batch = 3,
                                          .q_len = q,
                                          .kv_len = before + q,
                                          .q_heads = 2,
                                          .kv_heads = 1,
                                          .head_dim = 8,
                                          .window = window};
                near(f2f_op_flop(&op), 4.0 * 2 * 8 * 3 * pairs);
            }
}

static void test_bytes_of_attention(void **state) {
    const struct f2f_model *m = load(*state, "llama-3-70b");
    const struct f2f_graph *g = forward(*state, m, "fp8", &mixed);
    const struct f2f_op *decode = find(g, "attention_decode"), *prefill = find(g, "attention_prefill");
    near(decode->count * f2f_op_kv_B(decode), 163840.0 * 40 * 900.5);
    near(prefill->count * f2f_op_kv_B(prefill), 163840.0 * (1024 + 512));
    g = forward(*state, m, "bf16", &step);
    near(f2f_op_kv_B(find(g, "attention_prefill")), 0);
}

/* All weights are in the graph, but for the tables of which rows are gathered. */
static void check_weights(struct fixture *f, const struct f2f_model *m) {
    static const char *const precisions[] = {"bf16", "fp8", "int8_wo", "int4_wo", "w4a8", "nvfp4"};
    const struct f2f_pass crowd = {.prefill_seqs = 1, .prefill_q = 65536, .prefill_kv = 65536, .prefill_ends = 1};
    double table = m->tied_embeddings ? 0 : (double)(m->vocab * m->hidden);
    if (m->learned_positions) table += (double)(m->max_positions * m->hidden);
    for (size_t p = 0; p < N(precisions); p++) {
        const struct f2f_graph *g = forward(f, m, precisions[p], &crowd);
        const struct f2f_precision as = precision(precisions[p]);
        double sum_B = f2f_dtype_B(as.head) * table;
        for (size_t o = 0; o < g->n_ops; o++) sum_B += g->ops[o].count * f2f_op_weight_B(&g->ops[o]);
        near(sum_B, f2f_model_weight_B(m, &as));
    }
}

static void test_weights_of_the_graph(void **state) {
    struct fixture *f = *state;
    const struct f2f_model flags[] = {
        {.gated = true, .qk_norm = true, .tied_embeddings = true},
        {.gated = true, .qkv_bias = true, .o_bias = true, .mlp_bias = true},
        {.learned_positions = true, .max_positions = 100},
        {.gated = true, .experts = 16, .experts_per_tok = 3, .expert_ffn = 40, .shared_ffn = 80, .qkv_bias = true},
    };
    for (size_t i = 0; i < N(known); i++) check_weights(f, load(f, known[i].name));
    for (size_t i = 0; i < N(flags); i++) {
        struct f2f_model *m, shape = flags[i];
        shape.layers = 5, shape.hidden = 96, shape.heads = 12, shape.kv_heads = 4, shape.ffn = 200, shape.vocab = 1000;
        assert_int_equal(f2f_model_from_shape(&m, f->arena, &shape, &f->err), F2F_OK);
        check_weights(f, m);
    }
}

static void test_precisions(void **state) {
    const struct f2f_model *m = load(*state, "llama-3-8b");
    const struct f2f_op *op = find(forward(*state, m, "fp8", &prompt), "gate_up_proj");
    near(f2f_op_act_B(op), 2000.0 * (4096 + 2 * 28672));
    near(f2f_op_weight_B(op), 28672.0 * 4096);
    near(f2f_op_weight_B(find(forward(*state, m, "fp8", &prompt), "lm_head")), 2.0 * 128256 * 4096);
    op = find(forward(*state, m, "int4_wo", &prompt), "gate_up_proj");
    assert_int_equal(op->compute, F2F_DTYPE_BF16);
    near(f2f_op_act_B(op), 2000.0 * 2 * (4096 + 28672));
    op = find(forward(*state, m, "w4a8", &prompt), "gate_up_proj");
    assert_int_equal(op->compute, F2F_DTYPE_INT8);
    near(f2f_op_weight_B(op), 28672.0 * 4096 * 4.5 / 8.0);
    op = find(forward(*state, m, "w4a8", &prompt), "lm_head");
    assert_int_equal(op->compute, F2F_DTYPE_INT8);
    near(f2f_op_weight_B(op), 128256.0 * 4096);
}

/* A decode step of few sequences reads few experts: 8 (1 - (3/4)^T) of Mixtral's. */
static void test_experts(void **state) {
    const struct f2f_model *m = load(*state, "mixtral-8x7b");
    for (int tokens = 1; tokens < 100; tokens *= 3) {
        const struct f2f_pass pass = {.decode_seqs = tokens, .decode_kv = 10};
        const struct f2f_op *up = find(forward(*state, m, "bf16", &pass), "experts_gate_up");
        near(up->groups, 8 * (1 - pow(0.75, tokens)));
        near(f2f_op_flop(up), 2.0 * tokens * 2 * 4096 * 28672);
        near(f2f_op_weight_B(up), up->groups * 2 * 4096 * 28672);
    }
}

static void test_backward(void **state) {
    struct fixture *f = *state;
    static const char *const names[] = {"llama-3-8b", "mixtral-8x7b"};
    const struct f2f_precision p = precision("bf16");
    for (size_t i = 0; i < N(names); i++) {
        const struct f2f_model *m = load(f, names[i]);
        const struct f2f_graph *ahead = forward(f, m, "bf16", &step);
        struct f2f_graph *back;
        assert_int_equal(f2f_graph_backward(&back, f->arena, m, &p, &step, &f->err), F2F_OK);
        near(flop_of(back, F2F_OP_GEMM), 2 * flop_of(ahead, F2F_OP_GEMM));
        const struct f2f_op *down = find(ahead, "o_proj"), *dgrad = find(back, "o_proj.dgrad"),
                            *wgrad = find(back, "o_proj.wgrad");
        assert_true(dgrad->n == down->k && dgrad->k == down->n && dgrad->m == down->m && dgrad->cut == F2F_CUT_COLUMN);
        assert_true(wgrad->n == down->k && wgrad->m == down->n && wgrad->k == down->m && wgrad->cut == F2F_CUT_COLUMN);
        near(flop_of(back, F2F_OP_ATTN_PREFILL), 2.5 * flop_of(ahead, F2F_OP_ATTN_PREFILL));
        assert_int_equal(f2f_graph_backward(&back, f->arena, m, &p, &prompt, &f->err), F2F_EINPUT);
    }
}

static void test_impossible_passes(void **state) {
    struct fixture *f = *state;
    const struct f2f_model *m = load(f, "llama-3-8b");
    const struct f2f_precision p = precision("bf16");
    const struct f2f_pass passes[] = {
        {0},
        {.decode_seqs = nan("")},
        {.decode_seqs = -1},
        {.decode_seqs = HUGE_VAL},
        {.prefill_seqs = 1, .prefill_q = 10, .prefill_kv = 9},
        {.prefill_seqs = 1, .prefill_q = 10, .prefill_kv = 10, .prefill_ends = 2},
        {.prefill_seqs = 1, .prefill_q = 1, .prefill_kv = 1, .decode_seqs = 1, .training = true}};
    struct f2f_graph *g;
    for (size_t i = 0; i < N(passes); i++)
        assert_int_equal(f2f_graph_forward(&g, f->arena, m, &p, &passes[i], &f->err), F2F_EINPUT);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {T(test_parameters_of_the_catalog),
                                       T(test_active_parameters),
                                       T(test_parameters_of_other_architectures),
                                       T(test_bytes),
                                       T(test_shape_of_gpt3),
                                       T(test_malformed_configs),
                                       T(test_one_fault_is_told_once),
                                       T(test_all_errors_at_once),
                                       T(test_unknown_architecture),
                                       T(test_flop_of_a_pass),
                                       T(test_window),
                                       T(test_bytes_of_attention),
                                       T(test_weights_of_the_graph),
                                       T(test_precisions),
                                       T(test_experts),
                                       T(test_backward),
                                       T(test_impossible_passes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
