/* test_parallel.c - cutting a graph over chips: work, weights and KV cache are conserved, collectives
 * carry what the papers say, and impossible strategies are refused with both numbers. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fab2fleet/diag.h"
#include "fab2fleet/parallel.h"

#define N(a) (sizeof(a) / sizeof(a)[0])

struct fixture {
    f2f_arena *arena;
    f2f_error err;
};

static int set_up(void **state) {
    static struct fixture f; /* of this program only */
    f.arena = f2f_arena_new();
    *state = &f;
    return 0;
}

static int tear_down(void **state) {
    f2f_arena_free(((struct fixture *)*state)->arena);
    return 0;
}

static struct f2f_model *load(struct fixture *f, const char *name) {
    struct f2f_model *m;
    struct f2f_diag *diag = f2f_diag_new(f->arena);
    const char *path = f2f_arena_printf(f->arena, "catalog/model/%s/config.json", name);
    if (f2f_model_load(&m, f->arena, path, name, diag, &f->err) != F2F_OK) fail_msg("%s", diag->lines[0]);
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

static const struct f2f_pass serving = {
    .prefill_seqs = 1, .prefill_q = 2048, .prefill_kv = 4096, .prefill_ends = 1, .decode_seqs = 63, .decode_kv = 1000};
static const struct f2f_pass training = {.prefill_seqs = 1, .prefill_q = 8192, .prefill_kv = 8192, .training = true};

static struct f2f_graph *whole(struct fixture *f, const struct f2f_model *m, const struct f2f_pass *pass,
                               bool backward) {
    struct f2f_graph *g;
    const struct f2f_precision p = precision("bf16");
    f2f_status status = backward ? f2f_graph_backward(&g, f->arena, m, &p, pass, &f->err)
                                 : f2f_graph_forward(&g, f->arena, m, &p, pass, &f->err);
    assert_int_equal(status, F2F_OK);
    return g;
}

static struct f2f_graph *cut(struct fixture *f, const struct f2f_graph *g, const struct f2f_model *m,
                             struct f2f_strategy s, bool sp) {
    struct f2f_graph *part;
    if (f2f_graph_cut(&part, f->arena, g, m, &s, sp, &f->err) != F2F_OK) fail_msg("%s", f->err.message);
    return part;
}

static const struct f2f_op *find(const struct f2f_graph *g, const char *name) {
    for (size_t i = 0; i < g->n_ops; i++)
        if (strcmp(g->ops[i].name, name) == 0) return &g->ops[i];
    fail_msg("no operator %s", name);
    return NULL;
}

static bool has(const struct f2f_graph *g, const char *name) {
    for (size_t i = 0; i < g->n_ops; i++)
        if (strcmp(g->ops[i].name, name) == 0) return true;
    return false;
}

static bool is_matrix(const struct f2f_op *op) {
    return op->kind == F2F_OP_GEMM || op->kind == F2F_OP_ATTN_PREFILL || op->kind == F2F_OP_ATTN_DECODE;
}

static double total(const struct f2f_graph *g, double (*amount)(const struct f2f_op *), bool matrix_only) {
    double sum = 0;
    for (size_t i = 0; i < g->n_ops; i++)
        if (!matrix_only || is_matrix(&g->ops[i])) sum += g->ops[i].count * amount(&g->ops[i]);
    return sum;
}

/* Message bytes of one axis and kind in a graph. */
static double sent(const struct f2f_graph *g, enum f2f_axis axis, enum f2f_collective_kind kind) {
    double sum = 0;
    for (size_t i = 0; i < g->n_ops; i++) {
        const struct f2f_op *op = &g->ops[i];
        if (op->kind == F2F_OP_COLLECTIVE && op->axis == (int)axis && op->collective == (int)kind)
            sum += op->count * op->bytes_B;
    }
    return sum;
}

/* ---- conservation ------------------------------------------------------------------------- */

static void test_tensor_conserves_work(void **state) {
    static const char *const names[] = {"llama-3-8b", "llama-2-70b", "llama-3.1-405b", "llama-3.2-1b"};
    for (size_t i = 0; i < N(names); i++)
        for (int kind = 0; kind < 3; kind++) {
            const struct f2f_model *m = load(*state, names[i]);
            const struct f2f_graph *g = whole(*state, m, kind ? &training : &serving, kind == 2);
            const struct f2f_graph *part = cut(*state, g, m, (struct f2f_strategy){.tp = 8}, kind != 0);
            near(8 * total(part, f2f_op_flop, true), total(g, f2f_op_flop, true));
            near(8 * total(part, f2f_op_kv_B, true), total(g, f2f_op_kv_B, true));
            near(8 * (find(part, kind == 2 ? "activation.grad" : "activation")->read_elems),
                 find(g, kind == 2 ? "activation.grad" : "activation")->read_elems);
        }
}

static void test_tensor_conserves_weights(void **state) {
    const struct f2f_model *m = load(*state, "llama-3-70b");
    const struct f2f_graph *g = whole(*state, m, &serving, false);
    const struct f2f_graph *part = cut(*state, g, m, (struct f2f_strategy){.tp = 8}, false);
    double norms_B = 161 * 8192 * 2;
    near(8 * (total(part, f2f_op_weight_B, false) - norms_B), total(g, f2f_op_weight_B, false) - norms_B);
    const struct f2f_precision p = precision("bf16");
    const struct f2f_strategy s = {.tp = 8};
    near(f2f_strategy_weight_B(&s, m, &p), (f2f_model_weight_B(m, &p) - norms_B) / 8 + norms_B);
    near(f2f_strategy_kv_B_per_tok(&s, m, F2F_DTYPE_FP8), 163840 / 8.0);
}

static void test_context_conserves_work(void **state) {
    const struct f2f_model *m = load(*state, "llama-3.1-405b");
    for (int backward = 0; backward < 2; backward++) {
        const struct f2f_graph *g = whole(*state, m, &training, backward);
        const struct f2f_graph *part = cut(*state, g, m, (struct f2f_strategy){.tp = 8, .cp = 16}, true);
        near(128 * total(part, f2f_op_flop, true), total(g, f2f_op_flop, true));
        near(part->tokens * 16, g->tokens);
        const struct f2f_op *op = find(part, backward ? "o_proj.wgrad" : "o_proj"); /* k counts tokens, or m */
        near(backward ? op->k : op->m, 8192 / 16);
    }
}

static void test_pipeline_conserves_work(void **state) {
    static const int stages[] = {1, 2, 4, 16};
    const struct f2f_model *m = load(*state, "llama-3.1-405b");
    struct fixture *f = *state;
    const struct f2f_graph *g = whole(f, m, &training, false);
    for (size_t i = 0; i < N(stages); i++) {
        const struct f2f_strategy s = {.pp = stages[i]};
        double flop = 0, layers = 0, fullest = 0;
        for (int stage = 0; stage < s.pp; stage++) {
            struct f2f_graph *part;
            assert_int_equal(f2f_graph_cut_stage(&part, f->arena, g, m, &s, stage, false, &f->err), F2F_OK);
            flop += total(part, f2f_op_flop, false);
            layers += find(part, "o_proj")->count;
            fullest = fmax(fullest, find(part, "o_proj")->count);
            assert_int_equal(has(part, "embedding"), stage == 0);
            assert_int_equal(has(part, "lm_head"), stage == s.pp - 1);
            assert_int_equal(has(part, "final_norm"), stage == s.pp - 1);
        }
        near(flop, total(g, f2f_op_flop, false));
        near(layers, 126);
        near(find(cut(f, g, m, s, false), "o_proj")->count, fullest);
    }
    /* 126 layers over 16 stages: 7 at both ends, 8 between, as Meta placed them */
    const struct f2f_strategy s = {.pp = 16};
    for (int stage = 0; stage < 16; stage++) assert_int_equal(f2f_model_shard(m, &s, stage).layers, stage % 15 ? 8 : 7);
}

static void test_experts_conserve_work(void **state) {
    const struct f2f_model *m = load(*state, "mixtral-8x7b");
    const struct f2f_strategy s = {.tp = 2, .dp = 4, .ep = 4};
    for (int backward = 0; backward < 2; backward++) {
        const struct f2f_graph *g = whole(*state, m, &training, backward), *part = cut(*state, g, m, s, false);
        const struct f2f_op *all = find(g, backward ? "experts_down.wgrad" : "experts_down");
        const struct f2f_op *own = find(part, backward ? "experts_down.wgrad" : "experts_down");
        near(2 * f2f_op_flop(own), f2f_op_flop(all)); /* as many tokens come as go */
        near(own->groups, 2);
        if (backward) near(own->m, 2.0 * 4096);
        near(find(part, backward ? "experts_gate_up.dgrad" : "experts_gate_up")->groups, 2);
    }
    struct f2f_model shard = f2f_model_shard(m, &s, 0);
    assert_int_equal(shard.experts, 2);
    assert_int_equal(shard.expert_ffn, 7168);
}

/* Stages and tensor ranks together hold the model once, but for copies of norms. */
static void test_shards_hold_the_model(void **state) {
    const struct f2f_model *m = load(*state, "llama-3-70b");
    const struct f2f_strategy s = {.tp = 4, .pp = 3};
    const struct f2f_precision p = precision("bf16");
    double held = 0, norms = 0, fullest_B = 0;
    for (int stage = 0; stage < 3; stage++) {
        const struct f2f_model shard = f2f_model_shard(m, &s, stage);
        held += 4 * (double)shard.params;
        norms += (double)((2 * shard.layers + 1) * m->hidden);
        fullest_B = fmax(fullest_B, f2f_model_weight_B(&shard, &p));
    }
    near(held, (double)m->params + 4 * norms - 161.0 * 8192);
    near(f2f_strategy_weight_B(&s, m, &p), fullest_B);
    assert_int_equal(f2f_model_shard(m, &s, 1).vocab, 0);
}

/* 405B on 16 stages: a layer outweighs a table, so an inner stage with 8 layers is the fullest. */
static void test_fullest_stage(void **state) {
    const struct f2f_model *m = load(*state, "llama-3.1-405b");
    const struct f2f_strategy s = {.pp = 16};
    const struct f2f_precision p = precision("bf16");
    const struct f2f_model inner = f2f_model_shard(m, &s, 8);
    near(f2f_strategy_weight_B(&s, m, &p), f2f_model_weight_B(&inner, &p));
    near(f2f_strategy_kv_B_per_tok(&s, m, F2F_DTYPE_BF16), 8 * 2 * 8 * 128 * 2);
}

/* What a shard holds is what its graph reads, but for the embedding and position tables. */
static void test_shard_and_graph_agree(void **state) {
    struct fixture *f = *state;
    const struct f2f_precision p = precision("bf16");
    const struct f2f_model flags[] = {
        {.gated = true, .qk_norm = true},
        {.gated = true, .qkv_bias = true, .o_bias = true, .mlp_bias = true},
        {.learned_positions = true, .max_positions = 100},
        {.gated = true, .experts = 16, .experts_per_tok = 3, .expert_ffn = 40, .shared_ffn = 80, .qkv_bias = true},
    };
    for (size_t i = 0; i < N(flags); i++)
        for (int tp = 1; tp <= 8; tp *= 2) {
            struct f2f_model *m, shape = flags[i];
            shape.layers = 6, shape.hidden = 128, shape.heads = 16, shape.kv_heads = 4, shape.ffn = 200,
            shape.vocab = 1000;
            assert_int_equal(f2f_model_from_shape(&m, f->arena, &shape, &f->err), F2F_OK);
            const struct f2f_graph *part =
                cut(f, whole(f, m, &training, false), m, (struct f2f_strategy){.tp = tp}, true);
            const struct f2f_strategy s = {.tp = tp};
            const struct f2f_model shard = f2f_model_shard(m, &s, 0);
            double tables = (double)((shard.vocab + (m->learned_positions ? m->max_positions : 0)) * m->hidden);
            near(total(part, f2f_op_weight_B, false) + 2 * tables, f2f_model_weight_B(&shard, &p));
        }
}

/* Eight key-value heads on sixteen chips: each holds one, twice as much as its share. */
static void test_kv_heads_are_copied(void **state) {
    const struct f2f_model *m = load(*state, "llama-3-70b");
    const struct f2f_strategy s = {.tp = 16};
    near(f2f_strategy_kv_B_per_tok(&s, m, F2F_DTYPE_FP8), 163840 / 8.0);
    const struct f2f_graph *g = whole(*state, m, &serving, false), *part = cut(*state, g, m, s, false);
    near(find(part, "qkv_proj")->n, (64 / 16 + 2) * 128);
    near(find(part, "attention_decode")->kv_heads, 1);
    near(16 * f2f_op_flop(find(part, "attention_decode")), f2f_op_flop(find(g, "attention_decode")));
}

/* ---- collectives -------------------------------------------------------------------------- */

static void test_tensor_messages(void **state) {
    const struct f2f_model *m = load(*state, "llama-3-70b");
    const struct f2f_graph *part =
        cut(*state, whole(*state, m, &serving, false), m, (struct f2f_strategy){.tp = 8}, false);
    double tokens = 2048 + 63;
    near(sent(part, F2F_AXIS_TENSOR, F2F_ALL_REDUCE), (2 * 80 + 1) * tokens * 8192 * 2);
    near(sent(part, F2F_AXIS_TENSOR, F2F_ALL_GATHER), 64.0 * 128256 * 2); /* logits */
    const struct f2f_op *op = find(part, "o_proj.all_reduce");
    assert_int_equal(op->group_chips, 8);
    assert_int_equal(op->stride_chips, 1);
    near(op->count, 80);
}

/* Megatron-LM: four all-reduces of a layer, two each way; sequence parallelism keeps the volume. */
static void test_sequence_parallel_messages(void **state) {
    const struct f2f_model *m = load(*state, "llama-3-70b");
    for (int backward = 0; backward < 2; backward++) {
        const struct f2f_graph *g = whole(*state, m, &training, backward);
        const struct f2f_graph *plain = cut(*state, g, m, (struct f2f_strategy){.tp = 8}, false);
        const struct f2f_graph *sp = cut(*state, g, m, (struct f2f_strategy){.tp = 8}, true);
        double per_layer = 8192.0 * 8192 * 2, loss = backward ? 0 : 3 * 8192.0 * 4;
        near(sent(plain, F2F_AXIS_TENSOR, F2F_ALL_REDUCE), (2 * 80 + 1) * per_layer + loss);
        near(sent(sp, F2F_AXIS_TENSOR, F2F_ALL_GATHER), (2 * 80 + 1) * per_layer);
        near(sent(sp, F2F_AXIS_TENSOR, F2F_REDUCE_SCATTER), (2 * 80 + 1) * per_layer);
        near(sent(sp, F2F_AXIS_TENSOR, F2F_ALL_REDUCE), loss);
        const char *norm = backward ? "post_norm.grad" : "post_norm";
        near(8 * find(sp, norm)->rows, find(plain, norm)->rows);
    }
}

static void test_context_messages(void **state) {
    const struct f2f_model *m = load(*state, "llama-3.1-405b");
    const struct f2f_strategy s = {.tp = 8, .cp = 4, .pp = 2};
    const struct f2f_graph *ahead = cut(*state, whole(*state, m, &training, false), m, s, true);
    const struct f2f_graph *back = cut(*state, whole(*state, m, &training, true), m, s, true);
    double keys_values =
        63 * 8192.0 * 2 * 1 * 128 * 2; /* layers of the stage, tokens, K and V, a head, its width, bytes */
    near(sent(ahead, F2F_AXIS_CONTEXT, F2F_ALL_GATHER), keys_values);
    near(sent(ahead, F2F_AXIS_CONTEXT, F2F_REDUCE_SCATTER), 0);
    near(sent(back, F2F_AXIS_CONTEXT, F2F_ALL_GATHER), keys_values);
    near(sent(back, F2F_AXIS_CONTEXT, F2F_REDUCE_SCATTER), keys_values);
    assert_int_equal(find(ahead, "attention_prefill.all_gather")->stride_chips, 8);
}

static void test_pipeline_and_expert_messages(void **state) {
    const struct f2f_model *m = load(*state, "mixtral-8x7b");
    const struct f2f_strategy s = {.tp = 2, .cp = 2, .pp = 4, .vp = 2, .dp = 8, .ep = 8};
    const struct f2f_graph *part = cut(*state, whole(*state, m, &training, false), m, s, false);
    near(sent(part, F2F_AXIS_PIPELINE, F2F_SEND), 2 * 4096.0 * 4096 * 2);
    assert_int_equal(find(part, "stage.send")->stride_chips, 4);
    near(sent(part, F2F_AXIS_EXPERT, F2F_ALL_TO_ALL),
         8 * 2 * 4096.0 * 2 * 4096 * 2); /* layers, ways, tokens, experts, width, bytes */
    assert_int_equal(find(part, "experts_dispatch.all_to_all")->stride_chips, 16);
    assert_false(has(part, "experts_down.all_reduce")); /* after the combine, on tokens and not on their copies */
    near(find(part, "experts_combine.all_reduce")->bytes_B, 4096.0 * 4096 * 2);
}

static void test_one_chip_is_unchanged(void **state) {
    const struct f2f_model *m = load(*state, "mixtral-8x7b");
    const struct f2f_graph *g = whole(*state, m, &serving, false),
                           *part = cut(*state, g, m, (struct f2f_strategy){0}, false);
    assert_int_equal(part->n_ops, g->n_ops);
    for (size_t i = 0; i < g->n_ops; i++) {
        near(f2f_op_flop(&part->ops[i]), f2f_op_flop(&g->ops[i]));
        near(f2f_op_weight_B(&part->ops[i]), f2f_op_weight_B(&g->ops[i]));
        near(f2f_op_act_B(&part->ops[i]), f2f_op_act_B(&g->ops[i]));
        near(part->ops[i].count, g->ops[i].count);
    }
}

/* ---- refusals ----------------------------------------------------------------------------- */

static void test_impossible_strategies(void **state) {
    struct fixture *f = *state;
    const struct f2f_model *dense = load(f, "llama-3-70b"), *sparse = load(f, "mixtral-8x7b");
    const struct f2f_node node = {.chips = 8};
    const struct f2f_system system = {.id = {.name = "two-nodes"}, .node = &node, .nodes = 2};
    const struct {
        const struct f2f_model *m;
        struct f2f_strategy s;
        const char *message;
    } cases[] = {
        {dense, {.tp = 3}, "tp 3 does not divide the heads 64"},
        {dense, {.tp = -1}, "tp is -1"},
        {dense, {.tp = 128}, "tp 128 does not divide the heads 64"},
        {dense, {.pp = 81}, "pp 81 x vp 1 make 81 stages, but llama-3-70b has 80 layers"},
        {dense, {.vp = 2}, "vp 2 interleaves"},
        {dense, {.pp = 8, .vp = 11}, "make 88 stages"},
        {dense, {.ep = 2, .dp = 2}, "ep is 2, but llama-3-70b has no experts"},
        {sparse, {.ep = 3, .dp = 3}, "ep 3 does not divide the 8 experts"},
        {sparse, {.ep = 4, .dp = 2}, "ep 4 does not divide dp 2"},
        {dense, {.zero = 4}, "zero is 4"},
        {dense, {.recompute = 7}, "recompute is 7"},
        {dense, {.micro_batch = -2}, "micro_batch is -2"},
        {dense, {.tp = 8, .pp = 4}, "need 32 chips, but two-nodes has 16"},
    };
    for (size_t i = 0; i < N(cases); i++) {
        assert_int_equal(f2f_strategy_check(&cases[i].s, cases[i].m, &system, &f->err), F2F_EINPUT);
        if (!strstr(f->err.message, cases[i].message))
            fail_msg("wanted %s, found %s", cases[i].message, f->err.message);
    }
    const struct f2f_strategy good = {.tp = 8, .pp = 2};
    assert_int_equal(f2f_strategy_check(&good, dense, &system, &f->err), F2F_OK);
    const struct f2f_model odd = {.name = "odd", .layers = 1, .hidden = 48, .ffn = 48, .heads = 12, .kv_heads = 4};
    const struct f2f_strategy six = {.tp = 6};
    assert_int_equal(f2f_strategy_check(&six, &odd, NULL, &f->err), F2F_EINPUT);
    assert_non_null(strstr(f->err.message, "neither divides the 4 key-value heads"));
    struct f2f_graph *part;
    const struct f2f_strategy context = {.cp = 2};
    assert_int_equal(f2f_graph_cut(&part, f->arena, whole(f, dense, &serving, false), dense, &context, false, &f->err),
                     F2F_EINPUT);
    assert_non_null(strstr(f->err.message, "cp is 2"));
}

static void test_recompute_names(void **state) {
    (void)state;
    int value;
    for (int i = F2F_RECOMPUTE_NONE; i <= F2F_RECOMPUTE_FULL; i++) {
        assert_int_equal(f2f_recompute_parse(&value, f2f_recompute_name(i), NULL), F2F_OK);
        assert_int_equal(value, i);
    }
    assert_int_equal(f2f_recompute_parse(&value, "some", NULL), F2F_EUSAGE);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {T(test_tensor_conserves_work),        T(test_tensor_conserves_weights),
                                       T(test_context_conserves_work),       T(test_pipeline_conserves_work),
                                       T(test_experts_conserve_work),        T(test_shards_hold_the_model),
                                       T(test_kv_heads_are_copied),          T(test_fullest_stage),
                                       T(test_shard_and_graph_agree),        T(test_tensor_messages),
                                       T(test_sequence_parallel_messages),   T(test_context_messages),
                                       T(test_pipeline_and_expert_messages), T(test_one_chip_is_unchanged),
                                       T(test_impossible_strategies),        T(test_recompute_names)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
