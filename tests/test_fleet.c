/* Open loads on replicas: queueing theory, conservation under every policy, exactness of long flights, prefixes, pools,
 * failures. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fab2fleet/catalog.h"
#include "fab2fleet/machine.h"
#include "serve/cost.h"
#include "serve/run.h"
#include "sim/random.h"

enum { ANY_SEEDS = 200 };

struct world {
    struct f2f_catalog *catalog;
    f2f_arena *arena;
    const struct f2f_system *node, *one;
    const struct f2f_model *large, *small;
};

static int setup(void **state) {
    static struct world w;
    static const char *const dirs[] = {"catalog"};
    if (f2f_catalog_new(&w.catalog, dirs, 1, NULL) != F2F_OK) return -1;
    f2f_catalog_on_system(w.catalog, f2f_mem_ports_attach, f2f_mem_ports_new(f2f_catalog_arena(w.catalog)));
    w.arena = f2f_catalog_arena(w.catalog);
    if (f2f_catalog_system(&w.node, w.catalog, "dgx-h100", NULL, 0, NULL) != F2F_OK) return -1;
    if (f2f_catalog_system(&w.one, w.catalog, "h100-1x", NULL, 0, NULL) != F2F_OK) return -1;
    if (f2f_catalog_model(&w.large, w.catalog, "llama-3-70b", NULL) != F2F_OK) return -1;
    if (f2f_catalog_model(&w.small, w.catalog, "llama-3.2-1b", NULL) != F2F_OK) return -1;
    *state = &w;
    return 0;
}

static int teardown(void **state) {
    f2f_catalog_free(((struct world *)*state)->catalog);
    return 0;
}

static void assert_near(double x, double expected, double tolerance) {
    if (!(fabs(x - expected) <= tolerance * fabs(expected)))
        fail_msg("%.9g, expected %.9g within %g", x, expected, tolerance);
}

static struct f2f_serve_job job_of(const struct world *w, const struct f2f_model *model, const char *engine, int tp) {
    struct f2f_serve_job job = {.model = model, .strategy = {.tp = tp}};
    assert_int_equal(f2f_precision_parse(&job.precision, "fp8", NULL, NULL), F2F_OK);
    assert_int_equal(f2f_catalog_engine(&job.engine, w->catalog, engine, NULL, 0, NULL), F2F_OK);
    return job;
}

static struct f2f_serve_outcome run(const struct world *w, const struct f2f_system *system,
                                    const struct f2f_serve_job *job, int requests, bool front_end, long long blocks) {
    struct f2f_serve_site site;
    struct f2f_serve_load load = {.requests = requests, .front_end = front_end};
    struct f2f_serve_outcome o;
    const char *why;
    f2f_error err = {0};
    f2f_arena *arena = f2f_arena_new();
    (void)w;
    if (f2f_serve_site_make(&site, &why, arena, system, job, &err) != F2F_OK) fail_msg("%s", err.message);
    assert_null(why);
    for (int i = 0; blocks && i < site.n_plants; i++) site.plants[i].budget.blocks = blocks;
    if (f2f_serve_site_run(&o, &site, &load, NULL, NULL, &err) != F2F_OK) fail_msg("%s", err.message);
    f2f_arena_free(arena);
    return o;
}

/* What must hold of every run. */
static void check(const struct f2f_serve_outcome *o, long long requests) {
    assert_int_equal(o->sent, o->ended);
    assert_int_equal(o->requests + o->refused, requests);
    assert_int_equal(o->blocks_taken, o->blocks_freed);
    assert_true(o->ttft.p50_s > 0 && o->ttft.p50_s <= o->ttft.p90_s && o->ttft.p90_s <= o->ttft.p99_s);
    assert_true(o->e2e.p99_s <= o->wall_s && o->queue.mean_s <= o->ttft.mean_s && o->ttft.mean_s <= o->e2e.mean_s);
    assert_true(o->tokens_in + o->hit_tok > 0 && o->busy_s <= o->up_s * (1 + 1e-9));
}

/* ---- queueing theory: one sequence at a time, one host step a token, chips that cost next to nothing ---- */

static struct f2f_serve_outcome queue(const struct world *w, double load, struct f2f_lengths osl, int requests) {
    static const double step_s = 1e-2;
    struct f2f_serve_job job = job_of(w, w->small, "generic", 1);
    osl.mean_tok = 100;
    struct f2f_traffic traffic = {
        .rate_Hz = load / (osl.mean_tok * step_s), .cv_frac = 1, .isl = {.mean_tok = 1}, .osl = osl};
    struct f2f_system system = *w->one;
    struct f2f_node node = *system.node;
    struct f2f_chip chip = *node.chip;
    const struct f2f_mem_port port = {/* chips that cost next to nothing */
                                      .capacity_B = 1e12,
                                      .peak_Bps = 1e17,
                                      .read_Bps = 1e17,
                                      .kv_Bps = 1e17,
                                      .mixed_Bps = 1e17};
    chip.clock_Hz *= 1e5;
    chip.boost_Hz *= 1e5;
    chip.vector_flops *= 1e5;
    chip.tdp_W *= 1e20;
    for (int i = 0; i < F2F_DTYPE_N; i++) chip.peak_flops[i] *= 1e5;
    node.chip = &chip;
    system.node = &node;
    system.mem = &port;
    job.engine.max_seqs = 1;
    job.engine.host_s = step_s;
    job.engine.overlaps = true; /* an iteration takes step_s, whatever the chips do meanwhile */
    job.stream.traffic = &traffic;
    job.stream.seed = 11;
    struct f2f_serve_outcome o = run(w, &system, &job, requests, false, 0);
    check(&o, requests);
    assert_near(o.area_s, o.e2e.mean_s * (double)o.requests, 1e-9); /* Little: L T = N W */
    return o;
}

/* M/D/1: wait = load / (2 (1 - load)) of a service. */
static void test_m_d_1(void **state) {
    for (double load = 0.3; load < 0.8; load += 0.2) {
        struct f2f_serve_outcome o = queue(*state, load, (struct f2f_lengths){0}, 300000);
        assert_near(o.queue.mean_s, load / (2 * (1 - load)), 0.02);
        assert_near(o.e2e.mean_s - o.queue.mean_s, 1.0, 1e-3);
    }
}

/* M/M/1: wait = load / (1 - load) of a service, which is exponential: its quantiles in steps of 1/1000. */
static void test_m_m_1(void **state) {
    enum { STEPS = 1000 };
    static char text[STEPS + 1][24];
    static const char *quantiles[STEPS + 1];
    for (int i = 0; i <= STEPS; i++) {
        double share = i < STEPS ? (double)i / STEPS : 1 - 1e-6;
        (void)snprintf(text[i], sizeof text[i], "%.6f", fmax(1, -100 * log1p(-share)));
        quantiles[i] = text[i];
    }
    for (double load = 0.3; load < 0.8; load += 0.2) {
        struct f2f_serve_outcome o =
            queue(*state, load, (struct f2f_lengths){.quantiles = quantiles, .n_quantiles = STEPS + 1}, 400000);
        assert_near(o.queue.mean_s, load / (1 - load), 0.02);
    }
}

/* M/G/1 (Pollaczek-Khinchine): wait = load (1 + cv^2) / (2 (1 - load)) of a service. */
static void test_m_g_1(void **state) {
    for (double load = 0.3; load < 0.6; load += 0.2) {
        struct f2f_serve_outcome o = queue(*state, load, (struct f2f_lengths){.cv_frac = 0.5}, 300000);
        assert_near(o.queue.mean_s, load * 1.25 / (2 * (1 - load)), 0.02);
    }
}

/* ---- conservation, and long flights against one iteration at a time ---- */

static const struct f2f_traffic chat = {
    .rate_Hz = 12, .cv_frac = 1.5, .isl = {.mean_tok = 900, .cv_frac = 1}, .osl = {.mean_tok = 200, .cv_frac = 0.8}};

static void assert_same(const struct f2f_serve_outcome *a, const struct f2f_serve_outcome *b) {
    assert_int_equal(a->iterations, b->iterations);
    assert_int_equal(a->tokens_in, b->tokens_in);
    assert_int_equal(a->tokens_out, b->tokens_out);
    assert_int_equal(a->preemptions, b->preemptions);
    assert_near(a->kv_peak_frac, b->kv_peak_frac, 1e-9);
    assert_near(a->ttft.mean_s, b->ttft.mean_s, 1e-9);
    assert_near(a->ttft.p99_s, b->ttft.p99_s, 1e-9);
    assert_near(a->tpot.p50_s, b->tpot.p50_s, 1e-9);
    assert_near(a->itl.mean_s, b->itl.mean_s, 1e-6);
    assert_near(a->itl.p99_s, b->itl.p99_s, 5e-3); /* a neighbouring bin or two of the sketch */
    assert_near(a->e2e.p99_s, b->e2e.p99_s, 1e-9);
    assert_near(a->energy_J, b->energy_J, 1e-9);
    assert_near(a->wall_s, b->wall_s, 1e-9);
}

static void test_flights(void **state) {
    const struct world *w = *state;
    static const char *const engines[] = {"generic", "vllm", "sglang", "trtllm"};
    static const char *const schedulers[] = {NULL, "shortest-first"};
    for (int e = 0; e < 4; e++)
        for (int s = 0; s < 2; s++)
            for (int starved = 0; starved < 2; starved++) {
                struct f2f_serve_job job = job_of(w, w->large, engines[e], 8);
                job.stream = (struct f2f_serve_stream){.traffic = &chat, .seed = 3};
                if (schedulers[s]) job.engine.scheduler = schedulers[s];
                if (s == 1 && job.engine.reserves) continue;
                job.engine.stream_s = 2e-5;
                long long blocks = starved ? 16000 / job.engine.block_tok : 0;
                struct f2f_serve_outcome fast = run(w, w->node, &job, 1500, true, blocks);
                job.step_by_step = true;
                struct f2f_serve_outcome slow = run(w, w->node, &job, 1500, true, blocks);
                check(&fast, 1500);
                assert_same(&fast, &slow);
                assert_true(!starved || job.engine.reserves || fast.preemptions > 0);
            }
}

static void test_swap(void **state) {
    const struct world *w = *state;
    struct f2f_serve_job job = job_of(w, w->large, "vllm", 8);
    job.stream = (struct f2f_serve_stream){.traffic = &chat, .seed = 3};
    struct f2f_serve_outcome kept = run(w, w->node, &job, 1500, true, 1000);
    job.engine.prefix_caching = false;
    struct f2f_serve_outcome again = run(w, w->node, &job, 1500, true, 1000);
    check(&kept, 1500);
    check(&again, 1500);
    assert_true(kept.tokens_in < again.tokens_in && kept.hit_tok > 0); /* what a preempted one finds again */
    job.engine.swaps = true;
    struct f2f_serve_outcome swapped = run(w, w->node, &job, 1500, true, 1000);
    check(&swapped, 1500);
    assert_true(again.preemptions > 0 && swapped.preemptions > 0);
    assert_true(again.tokens_in > swapped.tokens_in);
    assert_int_equal(again.tokens_out, swapped.tokens_out);
}

/* One iteration, the same whether it is taken alone or as the first of many. */
static double drafted_s(const struct world *w, const struct f2f_model *draft, long long decodes) {
    struct f2f_serve_job job = job_of(w, w->large, "vllm", 2);
    job.strategy = (struct f2f_strategy){.tp = 2, .cp = 1, .pp = 4, .vp = 1, .dp = 1, .ep = 1, .micro_batch = 1};
    job.speculation = (struct f2f_speculation){.draft = draft, .tokens = 4, .acceptance_frac = 0.7};
    job.engine.host_s = job.engine.host_per_seq_s = job.engine.host_sync_s = job.engine.host_layer_s = 0;
    job.engine.n_graph_sizes = 0;
    struct f2f_machine machine;
    struct f2f_serve_costs *costs;
    assert_int_equal(f2f_machine_make(&machine, w->node, NULL), F2F_OK);
    assert_int_equal(f2f_serve_costs_make(&costs, w->arena, &machine, &job, NULL), F2F_OK);
    const struct f2f_serve_batch batch = {.decodes = decodes, .decode_kv = 1000};
    double time_s = f2f_serve_costs_of(costs, &batch).time_s;
    assert_near(f2f_serve_costs_line(costs, &batch).first_s, time_s, 1e-9);
    return time_s;
}

/* A draft's head on a pipeline runs once for each micro-batch, as the model's does: one sequence is one, four are four
 * on four stages. Only the words differ, so that all but the head falls out of the difference. */
static void test_draft_on_a_pipeline(void **state) {
    const struct world *w = *state;
    struct f2f_model few = *w->small;
    few.vocab = 1024;
    double one_s = drafted_s(w, w->small, 1) - drafted_s(w, &few, 1);
    double four_s = drafted_s(w, w->small, 4) - drafted_s(w, &few, 4);
    assert_true(one_s > 0);
    assert_near(four_s, 4 * one_s, 1e-6);
    (void)drafted_s(w, w->small, 9); /* no multiple of the stages */
}

/* Tokens: every answer is generated once, every prompt computed once. */
static void test_tokens(void **state) {
    const struct world *w = *state;
    struct f2f_serve_job job = job_of(w, w->large, "vllm", 8);
    struct f2f_traffic equal = {.rate_Hz = 5, .cv_frac = 1, .isl = {.mean_tok = 777}, .osl = {.mean_tok = 33}};
    job.stream.traffic = &equal;
    struct f2f_serve_outcome o = run(w, w->node, &job, 1000, true, 0);
    check(&o, 1000);
    assert_int_equal(o.tokens_in, 777000);
    assert_int_equal(o.tokens_out, 33000);
    job.speculation = (struct f2f_speculation){.draft = w->small, .tokens = 4, .acceptance_frac = 0.7};
    struct f2f_serve_outcome drafted = run(w, w->node, &job, 1000, true, 0);
    check(&drafted, 1000);
    assert_int_equal(drafted.tokens_out, 33000);
    assert_true(drafted.tpot.mean_s < 0.7 * o.tpot.mean_s && drafted.iterations < o.iterations);
    for (int swaps = 0; swaps < 2; swaps++) { /* and when blocks run out */
        job.stream = (struct f2f_serve_stream){.traffic = &chat, .seed = 3};
        job.engine.swaps = swaps;
        struct f2f_serve_outcome starved = run(w, w->node, &job, 1000, true, 700);
        check(&starved, 1000);
        assert_true(starved.preemptions > 0);
    }
}

/* A request alone on a large cluster sees the same as alone on one replica. */
static void test_replicas(void **state) {
    const struct world *w = *state;
    static const char *const routers[] = {"round-robin", "least-loaded", "prefix-aware"};
    struct f2f_serve_job job = job_of(w, w->small, "vllm", 1);
    double before_s = 1e9;
    job.stream = (struct f2f_serve_stream){.traffic = &chat, .rate_scale = 12, .seed = 5};
    for (int replicas = 1; replicas <= 8; replicas *= 2) {
        job.replicas = replicas;
        struct f2f_serve_outcome o = run(w, w->node, &job, 3000, true, 0);
        check(&o, 3000);
        assert_true(o.e2e.mean_s < before_s);
        before_s = o.e2e.mean_s;
    }
    for (int i = 0; i < 3; i++) {
        job.router = routers[i];
        struct f2f_serve_outcome o = run(w, w->node, &job, 3000, true, 0);
        check(&o, 3000);
        assert_near(o.e2e.mean_s, before_s, 0.1);
    }
}

/* Three requests one after the other: the second repeats the first, the third begins as it. */
static void test_prefix_caching(void **state) {
    const struct world *w = *state;
    char path[] = "/tmp/f2f-prefix-XXXXXX";
    int file = mkstemp(path);
    static const char text[] =
        "{\"timestamp\": 0, \"input_length\": 1536, \"output_length\": 9, \"hash_ids\": [1, 2, 3]}\n"
        "{\"timestamp\": 9000, \"input_length\": 1536, \"output_length\": 9, \"hash_ids\": [1, 2, 3]}\n"
        "{\"timestamp\": 18000, \"input_length\": 1536, \"output_length\": 9, \"hash_ids\": [1, 8, 9]}\n";
    assert_true(file >= 0 && write(file, text, sizeof text - 1) == (ssize_t)sizeof text - 1 && close(file) == 0);
    struct f2f_serve_job job = job_of(w, w->large, "vllm", 8);
    job.stream.trace = path;
    struct f2f_serve_outcome o = run(w, w->node, &job, 3, true, 0);
    check(&o, 3);
    assert_int_equal(o.hit_tok, 1024 + 512); /* the last block of the second holds its last token: computed again */
    assert_int_equal(o.tokens_in, 3 * 1536 - o.hit_tok);
    job.engine.prefix_caching = false;
    struct f2f_serve_outcome cold = run(w, w->node, &job, 3, true, 0);
    assert_int_equal(cold.tokens_in, 3 * 1536);
    assert_true(cold.ttft.mean_s > o.ttft.mean_s);
    unlink(path);
}

static void test_pools(void **state) {
    const struct world *w = *state;
    struct f2f_serve_job job = job_of(w, w->large, "vllm", 4);
    const struct f2f_serve_group groups[] = {{.strategy = {.tp = 4}, .replicas = 1, .role = F2F_ROLE_PREFILL},
                                             {.strategy = {.tp = 4}, .replicas = 1, .role = F2F_ROLE_DECODE}};
    job.stream = (struct f2f_serve_stream){.traffic = &chat, .seed = 3, .rate_scale = 0.5};
    struct f2f_serve_outcome mixed = run(w, w->node, &job, 2000, true, 0);
    job.groups = groups;
    job.n_groups = 2;
    struct f2f_serve_outcome apart = run(w, w->node, &job, 2000, true, 0);
    check(&apart, 2000);
    assert_int_equal(apart.tokens_out, mixed.tokens_out);
    assert_int_equal(apart.tokens_in, mixed.tokens_in);
    assert_near(apart.sent_B, (double)apart.tokens_in * f2f_model_kv_B_per_tok(job.model, job.precision.kv), 0.01);
    assert_true(apart.tpot.p99_s < mixed.tpot.p99_s); /* no prompts between the tokens */
    job.n_groups = 1;
    struct f2f_serve_site site;
    const char *why;
    assert_int_equal(f2f_serve_site_make(&site, &why, w->arena, w->node, &job, NULL), F2F_EINPUT);
}

static void test_failures(void **state) {
    const struct world *w = *state;
    struct f2f_serve_job job = job_of(w, w->small, "vllm", 1);
    job.stream = (struct f2f_serve_stream){.traffic = &chat, .seed = 3};
    job.replicas = 3;
    struct f2f_serve_outcome sound = run(w, w->node, &job, 3000, true, 0);
    job.failures = (struct f2f_serve_failures){.mtbf_s = 60, .warmup_s = 20};
    struct f2f_serve_outcome o = run(w, w->node, &job, 3000, true, 0);
    check(&o, 3000);
    assert_true(o.failures > 5 && o.tokens_in > sound.tokens_in && o.up_s < sound.up_s);
    const struct f2f_serve_group pools[] = {{.strategy = {.tp = 1}, .replicas = 2, .role = F2F_ROLE_PREFILL},
                                            {.strategy = {.tp = 1}, .replicas = 2, .role = F2F_ROLE_DECODE}};
    job.groups = pools;
    job.n_groups = 2;
    o = run(w, w->node, &job, 3000, true, 0);
    check(&o, 3000);
    assert_true(o.failures > 5);
    job.n_groups = 0;
    job.failures.mtbf_s = 1e-3; /* nothing ever gets done, and that is an end too */
    job.failures.warmup_s = 1e-3;
    o = run(w, w->node, &job, 50, true, 0);
    assert_int_equal(o.lost + o.ended, 50);
    assert_true(o.lost > 0);
    job.failures = (struct f2f_serve_failures){.mtbf_s = 60, .warmup_s = 20};
    job.replicas = 1; /* nobody is left at times: requests wait for the return */
    o = run(w, w->node, &job, 1000, true, 0);
    check(&o, 1000);
    assert_true(o.failures > 0 && o.ttft.p99_s > 5);
}

static void test_autoscale(void **state) {
    const struct world *w = *state;
    struct f2f_serve_job job = job_of(w, w->small, "vllm", 1);
    job.stream = (struct f2f_serve_stream){.traffic = &chat, .seed = 3, .rate_scale = 10};
    job.replicas = 8;
    job.failures.warmup_s = 2;
    job.autoscale = (struct f2f_serve_autoscale){.least = 1, .low = 4, .high = 16, .interval_s = 1};
    struct f2f_serve_outcome o = run(w, w->node, &job, 20000, true, 0);
    check(&o, 20000);
    assert_true(o.started > 0 && o.up_s > 1.1 * o.wall_s && o.up_s < 7.9 * o.wall_s);
    /* one clock of failures a replica, however often it was stopped and started again */
    job.failures.mtbf_s = 10;
    job.stream.rate_scale = 3;
    job.autoscale = (struct f2f_serve_autoscale){.least = 1, .low = 4, .high = 5, .interval_s = 1};
    o = run(w, w->node, &job, 20000, true, 0);
    check(&o, 20000);
    assert_true(o.stopped > 100 && o.failures > 50);
    assert_near((double)o.failures, o.up_s / job.failures.mtbf_s, 0.2);
}

/* Requests that no empty replica could hold are refused, the others served. */
static void test_refused(void **state) {
    const struct world *w = *state;
    struct f2f_serve_job job = job_of(w, w->large, "vllm", 8);
    job.stream = (struct f2f_serve_stream){.traffic = &chat, .seed = 3};
    struct f2f_serve_outcome o = run(w, w->node, &job, 1000, true, 100); /* 1,600 tokens */
    check(&o, 1000);
    assert_true(o.refused > 50 && o.requests > 500);
}

/* ---- anything: random engines, loads, pools and faults hold what must hold ---- */

static int any(struct f2f_random *random, int least, int most) {
    return least + (int)((most - least + 1) * f2f_random_even(random));
}

/* Requests with prefixes that branch. */
static void write_trace(const char *path, struct f2f_random *random, int requests) {
    FILE *file = fopen(path, "w");
    double at_ms = 0;
    assert_non_null(file);
    for (int i = 0; i < requests; i++) {
        int isl = any(random, 1, 3000);
        at_ms += any(random, 0, 3) ? any(random, 0, 300) : 0;
        fprintf(file, "{\"timestamp\": %.0f, \"input_length\": %d, \"output_length\": %d, \"hash_ids\": [", at_ms, isl,
                any(random, 1, any(random, 0, 1) ? 10 : 400));
        for (int n = 0, id = 1; n < (isl + 511) / 512; n++)
            fprintf(file, "%s%d", n ? "," : "", id = 3 * id + any(random, 0, 2));
        fprintf(file, "]}\n");
    }
    fclose(file);
}

static void any_engine(struct f2f_engine *engine, struct f2f_random *random) {
    static const char *const schedulers[] = {"decode-first", "prefill-first", "in-flight", "shortest-first",
                                             "fixed-batch"};
    static const int blocks[] = {1, 16, 32, 100, 512};
    engine->scheduler = schedulers[any(random, 0, 4)];
    engine->block_tok = blocks[any(random, 0, 4)];
    engine->max_seqs = any(random, 1, 40);
    engine->max_batched_tok = any(random, 1, any(random, 0, 1) ? 200 : 8192);
    engine->chunked = any(random, 0, 1);
    engine->reserves = any(random, 0, 3) == 0;
    engine->swaps = any(random, 0, 3) == 0;
    engine->prefix_caching = any(random, 0, 1);
    engine->overlaps = any(random, 0, 1);
    engine->watermark_frac = any(random, 0, 1) * 0.05;
    static const double graphs[] = {1, 2, 4, 8, 16, 24, 32, 40};
    engine->graph_sizes = graphs;
    engine->n_graph_sizes = any(random, 0, 8);
    engine->stream_s = any(random, 0, 1) * 1e-4;
}

static void test_any(void **state) {
    const struct world *w = *state;
    char path[] = "/tmp/f2f-any-XXXXXX";
    int file = mkstemp(path);
    assert_true(file >= 0 && close(file) == 0);
    for (int seed = 0; seed < ANY_SEEDS; seed++) {
        struct f2f_random random = f2f_random_make((unsigned)seed, 77);
        struct f2f_serve_job job = job_of(w, w->small, "vllm", 1);
        struct f2f_serve_group pools[] = {
            {.strategy = {.tp = 1}, .replicas = any(&random, 1, 2), .role = F2F_ROLE_PREFILL},
            {.strategy = {.tp = 1}, .replicas = any(&random, 1, 3), .role = F2F_ROLE_DECODE}};
        static const char *const routers[] = {"round-robin", "least-loaded", "prefix-aware"};
        write_trace(path, &random, 80);
        any_engine(&job.engine, &random);
        job.stream.trace = path;
        job.router = routers[any(&random, 0, 2)];
        job.replicas = any(&random, 1, 3);
        if (any(&random, 0, 3) == 0)
            job.speculation = (struct f2f_speculation){w->small, any(&random, 1, 6), 0.1 * any(&random, 0, 10)};
        if (any(&random, 0, 3) == 0) job.groups = pools, job.n_groups = 2;
        if (any(&random, 0, 3) == 0) job.failures = (struct f2f_serve_failures){.mtbf_s = 5, .warmup_s = 1};
        if (!job.n_groups && any(&random, 0, 3) == 0)
            job.autoscale = (struct f2f_serve_autoscale){.least = 1, .low = 1, .high = 4, .interval_s = 0.5};
        long long blocks = any(&random, 0, 1) ? (3500 + any(&random, 0, 20000)) / job.engine.block_tok + 1 : 0;
        struct f2f_serve_outcome o = run(w, w->node, &job, 0, true, blocks);
        assert_int_equal(o.sent, o.ended + o.lost);
        assert_int_equal(o.requests + o.refused + o.lost, 80);
        assert_int_equal(o.blocks_taken, o.blocks_freed);
        assert_true(o.lost == 0 && o.refused == 0 && o.ttft.mean_s <= o.e2e.mean_s);
        if (job.n_groups || job.failures.mtbf_s > 0 || job.engine.overlaps) continue;
        job.step_by_step = true;
        struct f2f_serve_outcome slow = run(w, w->node, &job, 0, true, blocks);
        assert_same(&o, &slow);
    }
    unlink(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_m_d_1),
        cmocka_unit_test(test_m_m_1),
        cmocka_unit_test(test_m_g_1),
        cmocka_unit_test(test_flights),
        cmocka_unit_test(test_swap),
        cmocka_unit_test(test_tokens),
        cmocka_unit_test(test_draft_on_a_pipeline),
        cmocka_unit_test(test_replicas),
        cmocka_unit_test(test_prefix_caching),
        cmocka_unit_test(test_pools),
        cmocka_unit_test(test_failures),
        cmocka_unit_test(test_autoscale),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_any),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
