/* Serving: conservation, Little's law, closed forms, monotony, and what does not fit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "fab2fleet/catalog.h"
#include "serve/run.h"

struct world {
    struct f2f_catalog *catalog;
    f2f_arena *arena;
};

/* A system of the catalog that can be changed. */
struct rig {
    struct f2f_system system;
    struct f2f_node node;
    struct f2f_chip chip;
    struct f2f_memory memory;
    struct f2f_serve_job job;
};

static int setup(void **state) {
    static struct world w;
    static const char *const dirs[] = {"catalog"};
    f2f_error err;
    if (f2f_catalog_new(&w.catalog, dirs, 1, &err) != F2F_OK) return -1;
    f2f_catalog_on_system(w.catalog, f2f_mem_ports_attach, f2f_mem_ports_new(f2f_catalog_arena(w.catalog)));
    w.arena = f2f_catalog_arena(w.catalog);
    *state = &w;
    return 0;
}

static int teardown(void **state) {
    f2f_catalog_free(((struct world *)*state)->catalog);
    return 0;
}

static void rig_make(struct rig *rig, const struct world *w, const char *system, const char *model,
                     const char *precision, const char *engine, int tp) {
    const struct f2f_system *found;
    f2f_error err;
    memset(rig, 0, sizeof *rig);
    assert_int_equal(f2f_catalog_system(&found, w->catalog, system, NULL, 0, &err), F2F_OK);
    rig->system = *found;
    rig->node = *found->node;
    rig->chip = *found->node->chip;
    rig->memory = *found->node->chip->memory.device;
    rig->system.node = &rig->node;
    rig->node.chip = &rig->chip;
    rig->chip.memory.device = &rig->memory;
    assert_int_equal(f2f_catalog_model(&rig->job.model, w->catalog, model, &err), F2F_OK);
    assert_int_equal(f2f_precision_parse(&rig->job.precision, precision, NULL, &err), F2F_OK);
    assert_int_equal(f2f_catalog_engine(&rig->job.engine, w->catalog, engine, NULL, 0, &err), F2F_OK);
    rig->job.strategy = (struct f2f_strategy){.tp = tp, .pp = 1, .cp = 1, .vp = 1, .dp = 1, .ep = 1, .micro_batch = 1};
}

static struct f2f_record *run(const struct rig *rig, const struct world *w) {
    struct f2f_record *r;
    f2f_error err = {0};
    if (f2f_serve_run(&r, w->arena, &rig->system, &rig->job, &err) != F2F_OK) fail_msg("%s", err.message);
    return r;
}

static double users_max(const struct rig *rig, const struct world *w) {
    return f2f_record_get(run(rig, w), "users_max");
}

static void assert_near(double x, double expected, double tolerance) {
    if (!(fabs(x - expected) <= tolerance * fabs(expected)))
        fail_msg("%.9g, expected %.9g within %g", x, expected, tolerance);
}

/* Exact time of one pass on one chip of the replica, host left out. */
static double pass_s(const struct rig *rig, const struct f2f_pass *pass) {
    struct f2f_machine machine;
    struct f2f_graph *whole, *cut;
    f2f_arena *arena = f2f_arena_new();
    assert_int_equal(f2f_machine_make(&machine, &rig->system, NULL), F2F_OK);
    assert_int_equal(f2f_graph_forward(&whole, arena, rig->job.model, &rig->job.precision, pass, NULL), F2F_OK);
    assert_int_equal(f2f_graph_cut(&cut, arena, whole, rig->job.model, &rig->job.strategy, false, NULL), F2F_OK);
    double time_s = f2f_machine_graph(&machine, cut, arena, NULL).time_s;
    f2f_arena_free(arena);
    return time_s;
}

static struct f2f_serve_outcome simulate(const struct rig *rig, const struct world *w, struct f2f_serve_load *load,
                                         long long blocks) {
    struct f2f_serve_site site;
    struct f2f_serve_outcome o;
    const char *why;
    assert_int_equal(f2f_serve_site_make(&site, &why, w->arena, &rig->system, &rig->job, NULL), F2F_OK);
    assert_null(why);
    if (blocks) site.plants[0].budget.blocks = blocks;
    assert_int_equal(f2f_serve_site_run(&o, &site, load, NULL, NULL, NULL), F2F_OK);
    return o;
}

static void test_conservation(void **state) {
    const struct world *w = *state;
    static const char *const engines[] = {"generic", "vllm", "trtllm", "sglang"};
    for (size_t i = 0; i < sizeof engines / sizeof engines[0]; i++) {
        struct rig rig;
        rig_make(&rig, w, "h100-1x", "llama-3.1-8b", "bf16", engines[i], 1);
        rig.job.isl = 300;
        rig.job.osl = 200;
        struct f2f_serve_load load = {.requests = 97, .in_flight = 24, .front_end = true};
        rig.job.engine.max_seqs = 20 + rig.job.engine.held_seqs;
        for (int starved = 0; starved < 2; starved++) {
            long long blocks = starved ? 2400 / rig.job.engine.block_tok : 0;
            struct f2f_serve_outcome o = simulate(&rig, w, &load, blocks);
            assert_int_equal(o.requests, 97);
            assert_int_equal(o.tokens_out, 97 * 200);
            assert_int_equal(o.blocks_taken, o.blocks_freed);
            if (o.preemptions == 0) assert_int_equal(o.tokens_in, 97 * 300);
            else assert_true(o.tokens_in > 97 * 300);
            assert_true(o.preemptions == 0 || (starved && !rig.job.engine.reserves));
            assert_true(o.kv_peak_frac > 0 && o.kv_peak_frac <= 1);
            assert_true(!starved || rig.job.engine.reserves || o.preemptions > 0);
            assert_true(o.ttft.p50_s > 0 && o.e2e.p99_s <= o.wall_s);
        }
    }
}

static void test_littles_law(void **state) {
    const struct world *w = *state;
    struct rig rig;
    rig_make(&rig, w, "dgx-h100", "llama-3.1-8b", "bf16", "vllm", 2);
    rig.job.isl = 1024;
    rig.job.osl = 256;
    for (int users = 4; users <= 256; users *= 4) {
        struct f2f_serve_load load = {.requests = 8 * users, .in_flight = users, .steady = true, .front_end = true};
        rig.job.engine.max_seqs = 64;
        struct f2f_serve_outcome o = simulate(&rig, w, &load, 0);
        assert_near(o.output_tokps / rig.job.osl * o.e2e.mean_s, users, 0.02);
    }
}

/* One decode of every context from first on, summed one by one. */
static double decodes_s(const struct rig *rig, int sequences, int first, int steps) {
    double sum_s = 0;
    for (int i = 0; i < steps; i++)
        sum_s += pass_s(rig, &(struct f2f_pass){.decode_seqs = sequences, .decode_kv = first + i});
    return sum_s;
}

static void test_static_batch(void **state) {
    const struct world *w = *state;
    struct rig rig;
    rig_make(&rig, w, "dgx-h100", "llama-3-70b", "fp8", "generic", 4);
    rig.job.isl = 700;
    rig.job.osl = 400;
    rig.job.concurrency = 24;
    rig.job.static_batch = true;
    const struct f2f_pass prompts = {.prefill_seqs = 24, .prefill_q = 700, .prefill_kv = 700, .prefill_ends = 24};
    double first_s = pass_s(&rig, &prompts), rest_s = decodes_s(&rig, 24, 701, 399);
    struct f2f_record *r = run(&rig, w);
    assert_near(f2f_record_get(r, "ttft_mean_s"), first_s, 1e-9);
    assert_near(f2f_record_get(r, "tpot_mean_s"), rest_s / 399, 1e-3);
    assert_near(f2f_record_get(r, "output_tokps"), 24 * 400 / (first_s + rest_s), 1e-3);
    assert_near(r->shares->amount, (first_s + rest_s) / (24 * 400), 1e-3); /* of one token */
}

/* A padded cache is read in full for each token of the answer. */
static void test_padded_batch(void **state) {
    const struct world *w = *state;
    struct rig rig;
    rig_make(&rig, w, "gaudi2-8x", "llama-3-8b", "fp8", "optimum-habana", 1);
    rig.job.isl = 700;
    rig.job.osl = 400;
    rig.job.concurrency = 24;
    rig.job.static_batch = true;
    const struct f2f_pass token = {.decode_seqs = 24, .decode_kv = 1100};
    struct f2f_record *r = run(&rig, w);
    assert_near(f2f_record_get(r, "tpot_mean_s"), pass_s(&rig, &token), 1e-6);
}

/* A single user waits for nobody: prefill, then one token after the other. */
static void test_single_user(void **state) {
    const struct world *w = *state;
    struct rig rig;
    rig_make(&rig, w, "h100-1x", "llama-3.1-8b", "bf16", "generic", 1);
    rig.job.isl = 20000;
    rig.job.osl = 600;
    rig.job.concurrency = 1;
    struct f2f_record *r = run(&rig, w);
    double chunks_s = 0;
    for (int done = 0; done < 20000; done += 8192) {
        int q = 20000 - done < 8192 ? 20000 - done : 8192;
        chunks_s += pass_s(
            &rig, &(struct f2f_pass){
                      .prefill_seqs = 1, .prefill_q = q, .prefill_kv = done + q, .prefill_ends = done + q == 20000});
    }
    assert_near(f2f_record_get(r, "ttft_mean_s"), chunks_s, 2e-3);
    assert_near(f2f_record_get(r, "tpot_mean_s"), decodes_s(&rig, 1, 20001, 599) / 599, 1e-3);
}

/* A lone sequence passes each stage of a pipeline once, and the head at its end: as on one replica without stages, but
 * for sends, and with about its energy a token above what chips draw idle. */
static void test_lone_in_pipeline(void **state) {
    const struct world *w = *state;
    double tpot_s[2], dynamic_J[2];
    for (int i = 0; i < 2; i++) {
        struct rig rig;
        rig_make(&rig, w, "dgx-h100", "llama-3.1-8b", "bf16", "generic", 1);
        rig.job.strategy.pp = i ? 8 : 1;
        rig.job.isl = 64;
        rig.job.osl = 200;
        rig.job.concurrency = 1;
        struct f2f_record *r = run(&rig, w);
        const struct f2f_node *node = &rig.node;
        double idle_W = rig.job.strategy.pp * (node->chip->idle_W + node->host_W / node->chips);
        tpot_s[i] = f2f_record_get(r, "tpot_mean_s");
        dynamic_J[i] = (f2f_record_get(r, "power_W") - idle_W) / f2f_record_get(r, "output_tokps");
    }
    assert_true(tpot_s[1] > tpot_s[0] && tpot_s[1] < 1.05 * tpot_s[0]);
    assert_true(dynamic_J[1] > 0.9 * dynamic_J[0] && dynamic_J[1] < 1.1 * dynamic_J[0]);
}

/* Micro-batches of a pipeline: each has max_batched_tok; max_seqs is of all of them, or of each where the engine says
 * so. 64 users of one-token prompts, of whom 8, or 4 times 8, are let in at once. */
static void test_limits_of_stages(void **state) {
    const struct world *w = *state;
    double running[2], first_s[2];
    for (int i = 0; i < 2; i++) {
        struct rig rig;
        rig_make(&rig, w, "dgx-h100", "llama-3.1-8b", "bf16", "generic", 1);
        rig.job.strategy.pp = 4;
        rig.job.isl = 1;
        rig.job.osl = 2000;
        rig.job.concurrency = rig.job.requests = 64;
        rig.job.engine.max_seqs = 8;
        rig.job.engine.max_batched_tok = 8;
        rig.job.engine.seqs_per_stage = i;
        running[i] = f2f_record_get(run(&rig, w), "running_mean");
        rig.job.osl = 1; /* prompts alone: of 64, 8 a micro-batch, 4 of these an iteration */
        rig.job.engine.max_seqs = 64;
        rig.job.engine.max_batched_tok = i ? 16 : 8;
        first_s[i] = f2f_record_get(run(&rig, w), "iterations");
    }
    assert_near(running[0], 8.0, 1e-3);
    assert_near(running[1], 32.0, 1e-3);
    assert_near(first_s[0], 2.0, 0);
    assert_near(first_s[1], 1.0, 0);
}

/* Host work that hides behind the chips' shows in a pipeline whose engine waits, once a micro-batch. */
static void test_pipeline_waits(void **state) {
    const struct world *w = *state;
    static const struct {
        int pp, users;
        bool waits;
        double shown_s;
    } cases[] = {{4, 64, false, 0.0}, {1, 64, true, 0.0}, {4, 64, true, 4 * 1e-3}, {4, 2, true, 2 * 1e-3}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        double tpot_s[2];
        for (int busy = 0; busy < 2; busy++) {
            struct rig rig;
            rig_make(&rig, w, "dgx-h100", "llama-3.1-8b", "bf16", "generic", 1);
            rig.job.strategy.pp = cases[i].pp;
            rig.job.isl = 16;
            rig.job.osl = 100;
            rig.job.concurrency = rig.job.requests = cases[i].users;
            rig.job.engine.pipeline_waits = cases[i].waits;
            rig.job.engine.host_s = busy * 1e-3;
            tpot_s[busy] = f2f_record_get(run(&rig, w), "tpot_mean_s");
        }
        assert_near(tpot_s[1] - tpot_s[0] + 1.0, cases[i].shown_s + 1.0, 1e-5);
    }
}

static void test_users_fit(void **state) {
    const struct world *w = *state;
    struct rig rig;
    rig_make(&rig, w, "h100-1x", "llama-3-70b", "fp8", NULL, 1);
    rig.job.isl = 2048;
    rig.job.osl = 512;
    rig.system.mem = NULL; /* the memory is another: simulated anew */
    rig.chip.memory.usable_frac = 1;
    double user_B = 2560 * f2f_model_kv_B_per_tok(rig.job.model, rig.job.precision.kv), taken_B = 0;
    static const double stack_B[] = {16e9, 36e9};
    double fit[2];
    for (int i = 0; i < 2; i++) {
        rig.memory.capacity_B = stack_B[i];
        rig.job.slo.tpot_p99_s = 1e-9; /* must not matter */
        struct f2f_record *r = run(&rig, w);
        taken_B = f2f_record_get(r, "memory.weights_B") + f2f_record_get(r, "memory.workspace_B");
        fit[i] = f2f_record_get(r, "users_fit");
        assert_near(fit[i], floor((rig.chip.memory.stacks * stack_B[i] - taken_B) / user_B), 0);
    }
    assert_near(taken_B, f2f_model_weight_B(rig.job.model, &rig.job.precision), 0.05);
    double w_stack_B = taken_B / rig.chip.memory.stacks;
    assert_near(fit[1] / fit[0], (36e9 - w_stack_B) / (16e9 - w_stack_B), 1.0 / fit[0]);
}

static void test_infeasible(void **state) {
    const struct world *w = *state;
    struct rig rig;
    rig_make(&rig, w, "h100-1x", "llama-3-70b", "bf16", "generic", 1);
    rig.job.isl = rig.job.osl = 1024;
    struct f2f_record *r = run(&rig, w);
    assert_true(f2f_record_get(r, "feasible") == 0 && f2f_record_get(r, "users_max") == 0 &&
                f2f_record_get(r, "users_fit") == 0);
    assert_non_null(strstr(f2f_record_find(r, "why")->text, "weights need 141.1 GB"));
    assert_non_null(strstr(f2f_record_find(r, "why")->text, "short by 56.2 GB"));
    /* The weights fit, one context does not. */
    rig_make(&rig, w, "h100-1x", "llama-3-70b", "fp8", "generic", 1);
    rig.job.isl = 1000000;
    rig.job.osl = 1;
    r = run(&rig, w);
    assert_true(f2f_record_get(r, "feasible") == 0);
    assert_non_null(strstr(f2f_record_find(r, "why")->text, "KV cache of one sequence"));
    /* One user is too slow. */
    rig.job.isl = 1000;
    rig.job.slo.tpot_mean_s = 1e-6;
    rig.job.osl = 100;
    r = run(&rig, w);
    assert_true(f2f_record_get(r, "feasible") == 0 && f2f_record_get(r, "users_max") == 0 &&
                f2f_record_get(r, "users_fit") > 0);
}

static void test_refused(void **state) {
    const struct world *w = *state;
    struct rig rig;
    struct f2f_record *r;
    f2f_error err;
    rig_make(&rig, w, "dgx-h100", "llama-3-70b", "fp8", "generic", 3);
    rig.job.isl = rig.job.osl = 10;
    assert_int_equal(f2f_serve_run(&r, w->arena, &rig.system, &rig.job, &err), F2F_EINPUT);
    rig.job.strategy.tp = 1;
    rig.job.osl = 0;
    assert_int_equal(f2f_serve_run(&r, w->arena, &rig.system, &rig.job, &err), F2F_EINPUT);
    assert_non_null(strstr(err.message, "at least 1"));
    assert_int_equal(f2f_catalog_engine(&rig.job.engine, w->catalog, "vlmm", NULL, 0, &err), F2F_EINPUT);
    assert_non_null(strstr(err.message, "vllm"));
}

static void test_monotony(void **state) {
    const struct world *w = *state;
    struct rig rig;
    rig_make(&rig, w, "dgx-h100", "llama-3-70b", "fp8", "generic", 4);
    rig.job.isl = 1024;
    rig.job.osl = 256;
    double before = 0;
    rig.job.slo.ttft_p99_s = 2;
    for (double tpot_s = 0.012; tpot_s < 0.2; tpot_s *= 1.3) {
        rig.job.slo.tpot_p99_s = tpot_s;
        double users = users_max(&rig, w);
        assert_true(users >= before);
        before = users;
    }
    rig.job.slo.tpot_p99_s = 0.04;
    before = 0;
    rig.system.mem = NULL;
    rig.memory.pin_rate_bps *= 4;
    for (double rate_bps = 3e9; rate_bps < 12e9; rate_bps += 1e9) {
        rig.chip.memory.pin_rate_bps = rate_bps;
        double users = users_max(&rig, w);
        assert_true(users >= before);
        before = users;
    }
    assert_true(before > 1);
}

/* users_max meets the objectives, one more does not. */
static void test_users_max_edge(void **state) {
    const struct world *w = *state;
    struct rig rig;
    rig_make(&rig, w, "h100-1x", "llama-3.1-8b", "fp8", "vllm", 1);
    rig.job.isl = 1024;
    rig.job.osl = 256;
    rig.job.slo.tpot_p99_s = 0.03;
    struct f2f_record *r = run(&rig, w);
    int users = (int)f2f_record_get(r, "users_max");
    assert_true(users > 1 && f2f_record_get(r, "tpot_p99_s") <= 0.03 && f2f_record_get(r, "goodput_frac") == 1);
    assert_true(users <= f2f_record_get(r, "users_fit"));
    rig.job.steady = true;
    rig.job.concurrency = users + 1;
    assert_true(f2f_record_get(run(&rig, w), "tpot_p99_s") > 0.03);
}

/* Llama 70B in FP8 leaves an 80 GB H100 little room: TensorRT-LLM 0.13 to 0.20 published 344 to 912 output
 * tokens/s for 128 in, 2048 out (perf-overview.md), where eight chips do 12,000 and more. */
static void test_starved_of_cache(void **state) {
    const struct world *w = *state;
    struct rig rig;
    rig_make(&rig, w, "h100-1x", "llama-3.1-70b", "fp8", "trtllm", 1);
    rig.job.isl = 128;
    rig.job.osl = 2048;
    rig.job.all_queued = true;
    double tokps = f2f_record_get(run(&rig, w), "output_tokps");
    assert_true(tokps > 418 / 1.25 && tokps < 912 * 1.25);
}

/* Seconds per token of so many users, whose decodes run as graphs of one size. */
static double tpot_of(const struct world *w, int users, double graph_size, int max_seqs) {
    struct rig rig;
    rig_make(&rig, w, "h100-1x", "llama-3-8b", "fp8", "trtllm-bench", 1);
    rig.job.engine.max_seqs = max_seqs;
    rig.job.isl = 16;
    rig.job.osl = 64;
    rig.job.concurrency = users;
    rig.job.engine.graph_sizes = &graph_size;
    rig.job.engine.n_graph_sizes = graph_size > 0.0 ? 1 : 0;
    return f2f_record_get(run(&rig, w), "tpot_mean_s");
}

/* Products of a padded decode have as many rows as its graph, attention has not. */
static void test_graphs_are_padded(void **state) {
    const struct world *w = *state;
    const int most = 2048;
    double bare_s = tpot_of(w, 300, 0.0, most), padded_s = tpot_of(w, 300, 1024.0, most);
    assert_true(padded_s > 1.3 * bare_s && padded_s < tpot_of(w, 1024, 0.0, most));
    assert_near(tpot_of(w, 300, 256.0, most), bare_s, 1e-12); /* larger batches than any graph run as they are */
    assert_near(tpot_of(w, 300, 300.0, most), bare_s, 1e-12);
    assert_near(tpot_of(w, 300, 1024.0, 300), bare_s, 1e-12); /* no graph is larger than the engine's batch */
}

/* An engine that extends another runs its kernels, whatever it is called; SGLang all-reduces with vLLM's. */
static void test_kernels_are_inherited(void **state) {
    const struct world *w = *state;
    static const struct {
        const char *engine;
        enum f2f_kernels kernels;
    } known[] = {{"generic", F2F_KERNELS_ANY},         {"trtllm-bench-0.13", F2F_KERNELS_TRTLLM},
                 {"vllm-0.13", F2F_KERNELS_VLLM},      {"vllm-inproc-0.13", F2F_KERNELS_VLLM},
                 {"trtllm-bench", F2F_KERNELS_TRTLLM}, {"sglang", F2F_KERNELS_FLASH}};
    struct rig rig;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        rig_make(&rig, w, "dgx-h100", "llama-3-8b", "fp8", known[i].engine, 8);
        assert_int_equal(rig.job.engine.kernels, known[i].kernels);
    }
    struct f2f_machine machine;
    f2f_error err;
    struct f2f_op op = {.kind = F2F_OP_COLLECTIVE,
                        .count = 1,
                        .collective = F2F_ALL_REDUCE,
                        .group_chips = 8,
                        .stride_chips = 1,
                        .bytes_B = 524288,
                        .kernels = F2F_KERNELS_VLLM};
    assert_int_equal(f2f_machine_make(&machine, &rig.system, &err), F2F_OK);
    double vllm_s = f2f_machine_op(&machine, &op).time_s;
    op.kernels = F2F_KERNELS_FLASH;
    assert_near(f2f_machine_op(&machine, &op).time_s, vllm_s, 1e-12);
    op.kernels = F2F_KERNELS_ANY;
    assert_true(fabs(f2f_machine_op(&machine, &op).time_s / vllm_s - 1.0) > 0.05);
}

static void test_same_bytes(void **state) {
    const struct world *w = *state;
    struct rig rig;
    rig_make(&rig, w, "dgx-h100", "llama-3.1-70b", "fp8", "vllm", 4);
    rig.job.isl = 1000;
    rig.job.osl = 300;
    rig.job.concurrency = 40;
    rig.job.spread_frac = 0.2;
    struct f2f_record *a = run(&rig, w), *b = run(&rig, w);
    assert_int_equal(a->n_values, b->n_values);
    for (size_t i = 0; i < a->n_values; i++)
        if (isfinite(a->values[i].number))
            assert_memory_equal(&a->values[i].number, &b->values[i].number, sizeof(double));
}

static void test_as_benchmarked(void **state) {
    const struct world *w = *state;
    struct rig rig;
    rig_make(&rig, w, "dgx-h100", "llama-3.1-70b", "fp8", "trtllm", 4);
    rig.job.isl = 1024;
    rig.job.concurrency = 64;
    f2f_harness_apply(&rig.job, f2f_harness_find("trtllm", NULL, true), NULL, false);
    assert_int_equal(rig.job.engine.max_seqs, 64);
    assert_int_equal(rig.job.engine.max_batched_tok, 64 + 1024 + 1500);
    assert_int_equal(rig.job.precision.kv, F2F_DTYPE_FP8);
    f2f_harness_apply(&rig.job, f2f_harness_find("vllm", NULL, true), NULL, true);
    assert_int_equal(rig.job.precision.kv, F2F_DTYPE_FP8);
    f2f_harness_apply(&rig.job, f2f_harness_find("vllm", NULL, true), NULL, false);
    assert_int_equal(rig.job.precision.kv, rig.job.precision.act);
    assert_near(rig.job.spread_frac, 0.2, 0);
    assert_string_equal(f2f_harness_find("trtllm", NULL, false)->engine, "trtllm-bench");
    assert_string_equal(f2f_harness_find("trtllm", "0.20 re-run", false)->engine, "trtllm-bench");
    assert_string_equal(f2f_harness_find("trtllm", "1.0", false)->engine, "trtllm-bench");
    assert_string_equal(f2f_harness_find("trtllm", "0.18", false)->engine, "trtllm-bench-0.18");
    assert_string_equal(f2f_harness_find("trtllm", "0.9.1", false)->engine, "trtllm-bench-0.13");
    assert_string_equal(f2f_harness_find("trtllm", "0.10.0", false)->engine, "trtllm-bench-0.11");
    assert_string_equal(f2f_harness_find("trtllm", "0.11.0", false)->engine, "trtllm-bench-0.11");
    assert_string_equal(f2f_harness_find("trtllm", "0.12.0", false)->engine, "trtllm-bench-0.13");
    assert_string_equal(f2f_harness_find("trtllm", "0.14.0", false)->engine, "trtllm-bench-0.14");
    assert_string_equal(f2f_harness_find("vllm", "", true)->engine, "vllm-0.13");
    assert_string_equal(f2f_harness_find("vllm", "0.19.1", true)->engine, "vllm");
    assert_string_equal(f2f_harness_find("vllm", "0.10.0", false)->engine, "vllm-inproc-0.13");
    assert_string_equal(f2f_harness_find("vllm", "0.14", false)->engine, "vllm-inproc");
    assert_string_equal(f2f_harness_find("trtllm-mlperf", "5.1", false)->engine, "trtllm-bench-0.18");
    assert_string_equal(f2f_harness_find("vllm-tpu", "0.8", false)->engine, "vllm-tpu");
    assert_null(f2f_harness_find("mine", NULL, true));
    f2f_harness_apply(&rig.job, f2f_harness_find("vllm-bench", "0.10", true), NULL, false);
    assert_near(rig.job.spread_frac, 0.0, 0);
}

/* A queue of that engine and version, as it is started. */
static struct f2f_serve_job queued(const struct world *w, const char *engine, const char *version, const char *model,
                                   const char *precision, int tp, int isl, int osl) {
    const struct f2f_harness *harness = f2f_harness_find(engine, version, false);
    struct f2f_machine machine;
    struct rig rig;
    rig_make(&rig, w, "dgx-h100", model, precision, harness->engine, tp);
    rig.job.isl = isl;
    rig.job.osl = osl;
    rig.job.all_queued = true;
    assert_int_equal(f2f_machine_make(&machine, &rig.system, NULL), F2F_OK);
    f2f_harness_apply(&rig.job, harness, &machine, true);
    return rig.job;
}

/* The limits of a queue of TensorRT-LLM of that version. */
static struct f2f_engine built(const struct world *w, const char *version, const char *model, const char *precision,
                               int tp, int isl, int osl) {
    return queued(w, "trtllm", version, model, precision, tp, isl, osl).engine;
}

/* How many requests wait, for how many at once, and the share of memory for their cache. */
static void test_queues(void **state) {
    const struct world *w = *state;
    struct f2f_serve_job job = queued(w, "trtllm", "0.10.0", "llama-3-70b", "fp8", 8, 128, 128);
    assert_int_equal(job.requests, 2000);
    assert_int_equal(job.engine.max_batched_tok, 2048);
    assert_int_equal(queued(w, "trtllm", "0.13.0", "llama-3-70b", "fp8", 8, 128, 128).requests, 30000);
    assert_int_equal(queued(w, "trtllm", "1.0", "llama-3-70b", "fp8", 8, 20000, 2000).requests, 1000);
    for (int i = 0; i < 2; i++) {
        job = queued(w, "vllm", i ? "0.14.0" : "0.10.0", "llama-3-70b", "fp8", 8, 128, 128);
        assert_int_equal(job.requests, 1500);
        assert_int_equal(job.engine.max_seqs, 1500);
        assert_int_equal(job.engine.max_batched_tok, 131072);
    }
    assert_int_equal(queued(w, "vllm", "0.10.0", "llama-3.1-70b", "fp8", 8, 128, 2048).engine.max_seqs, 3200);
    assert_int_equal(queued(w, "vllm", "0.10.0", "llama-3.1-405b", "fp8", 8, 128, 2048).engine.max_seqs, 1500);
    assert_int_equal(queued(w, "vllm", "0.10.0", "llama-3.1-405b", "fp8", 8, 2048, 2048).requests, 500);
    assert_int_equal(queued(w, "trtllm", "1.2", "llama-3.1-405b", "fp8", 8, 1024, 8192).requests, 1500);
    static const struct {
        const char *version;
        double frac;
    } shares[] = {{"0.10", 0.90}, {"0.11", 0.99}, {"0.12", 0.99}, {"0.13", 0.90}, {"0.14", 0.90},
                  {"0.15", 0.95}, {"0.18", 0.95}, {"0.19", 0.90}, {"1.0", 0.90}};
    for (size_t i = 0; i < sizeof shares / sizeof shares[0]; i++)
        assert_near(built(w, shares[i].version, "llama-3.1-8b", "fp8", 1, 128, 128).memory_frac, shares[i].frac, 0);
}

static void test_builds(void **state) {
    const struct world *w = *state;
    struct f2f_engine e = built(w, "0.10.0", "llama-3-70b", "fp8", 8, 128, 128);
    assert_int_equal(e.max_seqs, 2048);
    assert_false(e.reserves);
    e = built(w, "0.12.0", "llama-3-70b", "fp16", 8, 128, 4096);
    assert_int_equal(e.max_seqs, 8192);
    assert_int_equal(e.max_batched_tok, 16384);
    assert_near(e.memory_frac, 0.99, 0);
    e = built(w, "0.13.0", "llama-3.1-70b", "fp8", 2, 128, 4096);
    assert_int_equal(e.max_seqs, 256);
    assert_int_equal(built(w, "0.13.0", "llama-3.1-70b", "fp8", 2, 2048, 2048).max_seqs, 2048);
    assert_int_equal(built(w, "0.13.0", "llama-2-70b", "fp8", 4, 128, 4096).max_seqs, 256);
    assert_true(e.chunked && e.reserves);
    /* (79.1 - 8.03) GiB * 0.95 / (65,536 B * 256) are 4,321: at most 4,096, and as many prompt tokens */
    e = built(w, "0.17", "llama-3.1-8b", "fp8", 1, 128, 128);
    assert_int_equal(e.max_seqs, 4096);
    assert_int_equal(e.max_batched_tok, 8192);
    /* (79.1 - 8.03) GiB * 0.95 / (65,536 B * 22,000) are 50.3: 64; a prompt is not cut since 0.19 */
    e = built(w, "0.17", "llama-3.1-8b", "fp8", 1, 20000, 2000);
    assert_int_equal(e.max_seqs, 64);
    assert_int_equal(e.max_batched_tok, 2048);
    assert_int_equal(built(w, "1.0", "llama-3.1-8b", "fp8", 1, 20000, 2000).max_batched_tok, 20064);
    /* 141.1e9 B of 158.2 GiB, first taken for 141.1 GiB: 326 or 208 contexts of 256 tokens, of 327,680 B each */
    assert_int_equal(built(w, "0.17", "llama-3-70b", "fp16", 2, 128, 128).max_seqs, 224);
    assert_int_equal(built(w, "1.0", "llama-3-70b", "fp16", 2, 128, 128).max_seqs, 384);
    /* in fp4 35.3e9 B of 79.1 GiB, 960 contexts of 300 tokens, of 163,840 B each; first taken for 16 bit, which none
     * fits
     */
    assert_int_equal(built(w, "1.0", "llama-3-70b", "nvfp4", 1, 150, 150).max_seqs, 1024);
    assert_int_equal(built(w, "0.17", "llama-3-70b", "nvfp4", 1, 150, 150).max_seqs, 64);
    int plain = built(w, "1.0", "llama-3-70b", "fp8", 2, 128, 128).max_seqs;
    assert_true(plain > 384); /* than in fp16 */
    assert_int_equal(built(w, "1.0", "llama-3-70b", "fp8_block", 2, 128, 128).max_seqs, plain);
}

/* Fixed batches: TensorRT-LLM's session has no manager that works for each sequence, vLLM's process has. */
static void test_fixed_batches(void **state) {
    const struct world *w = *state;
    static const char *const frameworks[] = {"trtllm", "vllm"};
    for (size_t i = 0; i < 2; i++) {
        const struct f2f_harness *harness = f2f_harness_find(frameworks[i], i ? "0.10.0" : "0.8", false);
        struct rig rig;
        rig_make(&rig, w, "dgx-h100", "llama-3.1-70b", "fp8", harness->engine, 8);
        rig.job.static_batch = true;
        rig.job.concurrency = 64;
        double host_per_seq_s = rig.job.engine.host_per_seq_s;
        f2f_harness_apply(&rig.job, harness, NULL, true);
        assert_true(host_per_seq_s > 0.0);
        assert_near(rig.job.engine.host_per_seq_s, i ? host_per_seq_s : 0.0, 0);
        assert_true(i || (rig.job.engine.logits_buffers == 1 && rig.job.engine.token_buffers == 0));
    }
}

/* 70B in 16 bit on two H100 leaves no room beside the buffers of 2,048 sequences: fewer are built for. */
static void test_build_fits(void **state) {
    const struct world *w = *state;
    int seqs = built(w, "0.13.0", "llama-3-70b", "fp16", 2, 2048, 2048).max_seqs;
    assert_int_equal(seqs, 1024);
}

static void test_engine_memory(void **state) {
    const struct world *w = *state;
    struct f2f_machine machine;
    struct rig rig;
    rig_make(&rig, w, "dgx-h100", "llama-3-70b", "fp8", "trtllm-bench", 4);
    assert_int_equal(f2f_machine_make(&machine, &rig.system, NULL), F2F_OK);
    rig.job.isl = 1000;
    rig.job.osl = 500;
    rig.job.engine.logits_buffers = rig.job.engine.token_buffers = 0;
    struct f2f_serve_budget lean = f2f_serve_budget_make(&machine, &rig.job);
    rig.job.engine.max_seqs = 100;
    rig.job.engine.logits_buffers = 3;
    rig.job.engine.token_buffers = 2;
    rig.job.engine.whole_embedding = true;
    struct f2f_serve_budget full = f2f_serve_budget_make(&machine, &rig.job);
    assert_near(full.workspace_B - lean.workspace_B, 4.0 * 100 * (3 * 128256 + 2 * 1500), 1e-6);
    assert_near(full.weights_B - lean.weights_B, 0.75 * 128256 * 8192 * 2, 1e-6);
    assert_true(full.blocks < lean.blocks);
}

/* Heads that are alone but of an 8-bit cache: long contexts in 16 bit take longer, those in 8 bit do not. */
static void test_lone_wide_heads(void **state) {
    const struct world *w = *state;
    for (int narrow = 0; narrow < 2; narrow++) {
        double tpot_s[2];
        for (int lone = 0; lone < 2; lone++) {
            struct rig rig;
            rig_make(&rig, w, "dgx-h100", "llama-3-70b", narrow ? "fp8" : "fp16", "trtllm-bench", 8);
            rig.job.engine.lone_wide_heads = lone;
            rig.job.isl = 500;
            rig.job.osl = 2000;
            rig.job.concurrency = rig.job.requests = 128;
            tpot_s[lone] = f2f_record_get(run(&rig, w), "tpot_p50_s");
        }
        if (narrow) assert_near(tpot_s[1], tpot_s[0], 0);
        else assert_true(tpot_s[1] > 1.1 * tpot_s[0]);
    }
}

/* The log of TensorRT-LLM issue 6294 (0.20): 8B in fp8 on one H100 with 4,096 sequences, 23,552 tokens and 0.80 of free
 * memory has a cache of 860,320 tokens. */
static void test_memory_of_a_log(void **state) {
    const struct world *w = *state;
    struct f2f_machine machine;
    struct rig rig;
    rig_make(&rig, w, "dgx-h100", "llama-3.1-8b", "fp8", "trtllm-bench", 1);
    assert_int_equal(f2f_machine_make(&machine, &rig.system, NULL), F2F_OK);
    rig.job.isl = 128;
    rig.job.osl = 28;
    rig.job.engine.max_seqs = 4096;
    rig.job.engine.max_batched_tok = 23552;
    rig.job.engine.memory_frac = 0.80;
    struct f2f_serve_budget b = f2f_serve_budget_make(&machine, &rig.job);
    assert_near((double)b.blocks * rig.job.engine.block_tok, 860320, 0.01);
}

static void test_slo(void **state) {
    (void)state;
    struct f2f_slo slo;
    f2f_error err;
    assert_int_equal(f2f_slo_parse(&slo, "ttft_p99_s<=0.5, tpot_p99_s <= 50e-3", &err), F2F_OK);
    assert_near(slo.ttft_p99_s, 0.5, 0);
    assert_near(slo.tpot_p99_s, 0.05, 1e-15);
    assert_true(slo.ttft_mean_s == 0 && slo.e2e_p99_s == 0);
    static const char *const bad[] = {"",
                                      "ttft_p99<=1",
                                      "ttft_p99_s<1",
                                      "ttft_p99_s<=",
                                      "ttft_p99_s<=-1",
                                      "ttft_p99_s<=1,",
                                      "ttft_p99_s<=1 x",
                                      "ttft_p99_s<=nan"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(f2f_slo_parse(&slo, bad[i], &err), F2F_EUSAGE);
    assert_int_equal(f2f_slo_parse(&slo, "tpot_p95_s<=1", &err), F2F_EUSAGE);
    assert_non_null(strstr(err.message, "tpot_"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_conservation),
        cmocka_unit_test(test_littles_law),
        cmocka_unit_test(test_static_batch),
        cmocka_unit_test(test_padded_batch),
        cmocka_unit_test(test_single_user),
        cmocka_unit_test(test_lone_in_pipeline),
        cmocka_unit_test(test_limits_of_stages),
        cmocka_unit_test(test_pipeline_waits),
        cmocka_unit_test(test_users_fit),
        cmocka_unit_test(test_infeasible),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_monotony),
        cmocka_unit_test(test_users_max_edge),
        cmocka_unit_test(test_starved_of_cache),
        cmocka_unit_test(test_graphs_are_padded),
        cmocka_unit_test(test_kernels_are_inherited),
        cmocka_unit_test(test_same_bytes),
        cmocka_unit_test(test_as_benchmarked),
        cmocka_unit_test(test_queues),
        cmocka_unit_test(test_builds),
        cmocka_unit_test(test_build_fits),
        cmocka_unit_test(test_fixed_batches),
        cmocka_unit_test(test_engine_memory),
        cmocka_unit_test(test_lone_wide_heads),
        cmocka_unit_test(test_memory_of_a_log),
        cmocka_unit_test(test_slo),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
