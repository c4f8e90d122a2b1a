/* cmd_serve.c - `fab2fleet serve`: users in a loop, a rate or a trace of requests, on replicas of an engine. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/serve_options.h"
#include "fab2fleet/cost.h"
#include "fab2fleet/report.h"

static struct serve_options o = {.precision = "bf16",
                                 .tp = 1,
                                 .pp = 1,
                                 .dp = 1,
                                 .ep = 1,
                                 .isl = 2048,
                                 .osl = 512,
                                 .rate_scale = 1.0,
                                 .cv = 1.0,
                                 .acceptance = 0.7,
                                 .draft_tokens = 4};

static const struct opt table[] = {
    {"system", 's', OPT_TEXT, &o.system, "S", "system, node or chip: a name of the catalog or a path", 0, 0},
    {"model", 'm', OPT_TEXT, &o.model, "M", "model: a name, a folder or a config.json", 0, 0},
    {"precision", 'p', OPT_TEXT, &o.precision, "P",
     "bf16, fp16, fp32, fp8, fp8_static, fp8_block, mxfp8, int8, int8_wo, int4_wo, w4a8, w4afp8, w4a8_mxfp4_mxfp8, "
     "nvfp4, mxfp4 or mxfp4_wo",
     0, 0},
    {"kv-precision", 0, OPT_TEXT, &o.kv_precision, "P", "format of the KV cache; the precision's own if left out", 0,
     0},
    {"engine", 0, OPT_TEXT, &o.engine, "NAME", "serving engine whose batching is followed (list engine)", 0, 0},
    {"scheduler", 0, OPT_TEXT, &o.scheduler, "NAME", "how iterations are filled, instead of the engine's way", 0, 0},
    {"max-seqs", 0, OPT_INT, &o.max_seqs, "N", "most sequences in a batch", 1, 1e7},
    {"max-batched-tokens", 0, OPT_INT, &o.max_batched_tok, "N", "most tokens in an iteration", 1, 1e7},
    {"tp", 0, OPT_INT, &o.tp, "N", "tensor parallel chips", 1, 4096},
    {"pp", 0, OPT_INT, &o.pp, "N", "pipeline stages", 1, 4096},
    {"dp", 0, OPT_INT, &o.dp, "N", "ranks of data-parallel attention", 1, 4096},
    {"ep", 0, OPT_INT, &o.ep, "N", "expert parallel chips, over the ranks", 1, 4096},
    {"concurrency", 'c', OPT_INT, &o.concurrency, "C", "requests in flight; 0: as many as fit and meet the SLO", 0,
     1e7},
    {"rate", 'r', OPT_REAL, &o.rate_Hz, "R", "requests per second, of --isl and --osl tokens", 1e-9, 1e9},
    {"cv", 0, OPT_REAL, &o.cv, "X", "variation of the time between them: 1 Poisson, 0 regular, more: bursts", 0, 100},
    {"isl", 0, OPT_INT, &o.isl, "N", "prompt tokens", 1, 1e8},
    {"osl", 0, OPT_INT, &o.osl, "N", "generated tokens", 1, 1e8},
    {"isl-cv", 0, OPT_REAL, &o.isl_cv, "X", "variation of prompts (lognormal), with --rate", 0, 100},
    {"osl-cv", 0, OPT_REAL, &o.osl_cv, "X", "variation of answers (lognormal), with --rate", 0, 100},
    {"traffic", 0, OPT_TEXT, &o.traffic, "NAME", "requests drawn from a traffic of the catalog (list traffic)", 0, 0},
    {"trace", 't', OPT_TEXT, &o.trace, "FILE", "request log: Azure CSV, BurstGPT CSV, Mooncake JSONL; also .gz", 0, 0},
    {"rate-scale", 0, OPT_REAL, &o.rate_scale, "X", "so many times the requests per second", 1e-6, 1e6},
    {"window", 0, OPT_TEXT, &o.window, "A:B", "seconds of the trace that are run", 0, 0},
    {"requests", 0, OPT_INT, &o.requests, "N", "requests of the run; 0: enough for a steady state, all of a trace", 0,
     1e9},
    {"slo", 0, OPT_TEXT, &o.slo, "TEST", "objectives, e.g. 'ttft_p99_s<=0.5,tpot_p99_s<=0.05'", 0, 0},
    {"replicas", 0, OPT_INT, &o.replicas, "N", "replicas behind a router", 1, 1e5},
    {"router", 0, OPT_TEXT, &o.router, "NAME", "round-robin, least-loaded, prefix-aware", 0, 0},
    {"pools", 0, OPT_TEXT, &o.pools, "TEXT", "e.g. 'prefill: tp=4 replicas=2; decode: tp=8 system=dgx-h200'", 0, 0},
    {"draft", 0, OPT_TEXT, &o.draft, "M", "model that drafts tokens (speculative decoding)", 0, 0},
    {"draft-tokens", 0, OPT_INT, &o.draft_tokens, "N", "tokens it drafts at a time", 1, 64},
    {"acceptance", 0, OPT_REAL, &o.acceptance, "F", "share of drafted tokens that hold, one by one", 0, 1},
    {"mtbf", 0, OPT_REAL, &o.mtbf_s, "S", "seconds between failures of one replica; 0: none", 0, 1e12},
    {"warmup", 0, OPT_REAL, &o.warmup_s, "S", "seconds until a failed or new replica serves", 0, 1e9},
    {"autoscale", 0, OPT_TEXT, &o.autoscale, "L:H:S:N", "replicas follow requests in flight, e.g. 8:32:60:1", 0, 0},
    {"sweep", 0, OPT_TEXT, &o.sweep, "KEY=V,V", "rate, rate-scale, concurrency, replicas or tp, e.g. rate=1,2,4", 0, 0},
    {"size-for", 0, OPT_FLAG, &o.size_for, NULL, "the fewest chips that meet --slo under the load", 0, 0},
    {"uncertainty", 0, OPT_FLAG, &o.uncertainty, NULL,
     "also p10 and p90: all operators as fast, and as slow, as a tenth of their kind was measured", 0, 0},
    {"series", 0, OPT_FLAG, &o.series, NULL, "power, tokens, queue and cache over time", 0, 0},
    {"timeline", 0, OPT_TEXT, &o.timeline, "FILE", "iterations and requests for Perfetto (.json or .pftrace)", 0, 0},
    {"timeline-window", 0, OPT_TEXT, &o.timeline_window, "A:B", "its seconds; 0:10 if left out", 0, 0},
    {"price", 0, OPT_TEXT, &o.price, "NAME", "price list, for usd_per_Mtok (us-2024)", 0, 0},
    {0}};

/* Progress counts in thousandths of what is to be done. */
static bool step(void *context, double share) {
    return progress_step(context, (int)(1000.0 * share), 1000, "requests");
}

static f2f_status write_timeline(struct cli *cli, struct f2f_results *results, f2f_error *err) {
    size_t length = strlen(o.timeline), n;
    bool binary = length > 8 && strcmp(o.timeline + length - 8, ".pftrace") == 0;
    const char *text =
        f2f_report_sized(&n, cli->arena, results, binary ? F2F_FORMAT_PERFETTO : F2F_FORMAT_TIMELINE, NULL);
    return cli_write_bytes(o.timeline, text, n, err);
}

/* What the record holds over time becomes a table of its own. */
static void move_series(struct f2f_results *results, struct f2f_record *r) {
    for (size_t i = 0; i < r->n_values; i++) {
        if (strcmp(r->values[i].key, "over_time") != 0) continue;
        r->values[i].record->title = f2f_arena_printf(results->arena, "over time: %s", r->title);
        f2f_results_table(results, r->values[i].record);
        memmove(&r->values[i], &r->values[i + 1], (--r->n_values - i) * sizeof *r->values);
    }
}

/* As many as fit in memory are more than an engine works on at a time: TTFT is then the wait. */
static void note_waiting(struct f2f_results *results, const struct f2f_record *r) {
    double users = f2f_record_get(r, "concurrency"), running = f2f_record_get(r, "running_mean");
    bool wait = f2f_record_get(r, "queue_mean_s") > 10 * f2f_record_get(r, "tpot_mean_s");
    if (!wait || !(running < 0.9 * users)) return;
    f2f_results_note(
        results,
        "Of %.0f requests in flight %.0f are worked on at a time, the others wait for their first token: an "
        "iteration takes so many sequences and tokens at most (--max-seqs, --max-batched-tokens). With --slo "
        "the most users that meet it are looked for.",
        users, running);
}

/* Time and memory are those of the sequences asked for, whether or not the model knows what to say at their end. */
static void note_positions(struct f2f_results *results, const struct f2f_serve_job *job) {
    long long tokens = (long long)job->isl + job->osl, known = job->model->max_positions;
    if (known < 1 || tokens <= known) return;
    f2f_results_note(results,
                     "Sequences of %lld tokens (--isl + --osl) are longer than the %lld positions of %s "
                     "(max_position_embeddings): the figures hold, its answers would not.",
                     tokens, known, o.model);
}

/* Replicas are not held to the chips of one system. */
static void note_copies(struct f2f_results *results, const struct f2f_record *r, const struct f2f_system *system) {
    double chips = f2f_record_get(r, "chips"), has = (double)system->nodes * system->node->chips;
    if (!(chips > has) || (o.pools && strstr(o.pools, "system="))) return;
    f2f_results_note(results,
                     "The replicas take %.0f chips, %s has %.0f: they stand in copies of it, which are not joined but "
                     "by the network between replicas. --size-for keeps to the chips there are.",
                     chips, o.system, has);
}

/* Money is joined to a whole record, of one system. */
static void note_price(struct f2f_results *results, const struct f2f_record *r) {
    if (!o.pools || !strstr(o.pools, "system=") || !(f2f_record_get(r, "usd_per_Mtok") > 0)) return;
    f2f_results_note(results, "usd_per_Mtok and cost take the chips of all pools for those of %s.", o.system);
}

static void note_draft(struct f2f_results *results, const struct f2f_serve_job *job) {
    const struct f2f_model *draft = job->speculation.draft;
    if (!draft || draft->vocab == job->model->vocab) return;
    f2f_results_note(
        results,
        "%s has a vocabulary of %lld and %s one of %lld: tokens of one are not those of the other, so that "
        "--acceptance would be about 0.",
        o.draft, draft->vocab, o.model, job->model->vocab);
}

/* The same job at a quantile of the operators' times. */
static f2f_status run_at(struct f2f_record **out, struct cli *cli, const struct f2f_system *system,
                         const struct f2f_price *price, struct f2f_serve_job job, enum f2f_quantile quantile,
                         f2f_error *err) {
    job.quantile = quantile;
    job.unexplained = true;
    job.series = false;
    job.timeline_from_s = job.timeline_to_s = 0.0;
    F2F_TRY(f2f_serve_run(out, cli->arena, system, &job, err));
    f2f_cost_join(*out, system, price, 0);
    return F2F_OK;
}

/* p10 and p90 of a record; what is interrupted leaves it without. */
static f2f_status spread(struct f2f_record *record, struct cli *cli, const struct f2f_system *system,
                         const struct f2f_price *price, const struct f2f_serve_job *job, f2f_error *err) {
    struct f2f_record *fast, *slow;
    F2F_TRY(run_at(&fast, cli, system, price, *job, F2F_P10, err));
    F2F_TRY(run_at(&slow, cli, system, price, *job, F2F_P90, err));
    f2f_record_spread(record, fast, slow);
    return F2F_OK;
}

static f2f_status run_one(struct cli *cli, struct f2f_results *results, const char *what, f2f_error *err) {
    const struct f2f_system *system;
    const struct f2f_price *price;
    struct f2f_serve_job job;
    struct f2f_record *record = NULL;
    struct progress progress;
    F2F_TRY(serve_job_make(&job, &system, &price, cli, &o, err));
    progress_start(&progress, "serve", cli->common.quiet);
    job.progress = step;
    job.progress_context = &progress;
    f2f_status status = o.size_for ? f2f_serve_size(&record, cli->arena, system, &job, err)
                                   : f2f_serve_run(&record, cli->arena, system, &job, err);
    if (record) f2f_cost_join(record, system, price, 0);
    if (record && status == F2F_OK && o.uncertainty) status = spread(record, cli, system, price, &job, err);
    progress_end(&progress);
    if (!record) return status;
    if (status == F2F_EINTERRUPTED) f2f_results_note(results, "Interrupted: the figures are of what was finished.");
    if (o.uncertainty) f2f_results_note(results, "%s", f2f_quantile_note);
    cli_note_format(results, system->node->chip, job.precision.compute);
    cli_note_assumed(results, cli, system->node->chip);
    note_waiting(results, record);
    note_positions(results, &job);
    note_copies(results, record, system);
    note_price(results, record);
    note_draft(results, &job);
    record->title =
        f2f_arena_printf(cli->arena, "%s / serve %s %s%s%s", o.system, o.model, o.precision, *what ? ", " : "", what);
    move_series(results, record);
    f2f_results_add(results, record);
    if (status == F2F_OK && o.timeline) status = write_timeline(cli, results, err);
    return status;
}

/* ---- sweep: throughput of a chip against speed of a user ---- */

static f2f_status set_swept(const char *key, double value, f2f_error *err) {
    int *const whole = strcmp(key, "concurrency") == 0 ? &o.concurrency
                       : strcmp(key, "replicas") == 0  ? &o.replicas
                       : strcmp(key, "tp") == 0        ? &o.tp
                                                       : NULL;
    if (whole && value >= 1.0 && value <= 1e7 && !(floor(value) < value)) *whole = (int)value;
    else if (strcmp(key, "rate") == 0 && value > 0.0) o.rate_Hz = value;
    else if (strcmp(key, "rate-scale") == 0 && value > 0.0) o.rate_scale = value;
    else
        return f2f_fail(
            err, F2F_EUSAGE,
            "--sweep %.20s=%g: rate and rate-scale take numbers above 0, concurrency, replicas and tp whole "
            "ones",
            key, value);
    return F2F_OK;
}

/* What was swept stands first, so that each line of a table says of which value it is. */
static void put_swept(struct f2f_record *r, const char *key, double value) {
    size_t i = 0;
    while (i < r->n_values && strcmp(r->values[i].key, key) != 0) i++;
    if (i == r->n_values) f2f_record_num(r, key, value, "what was swept");
    struct f2f_value first = r->values[i];
    memmove(&r->values[1], r->values, i * sizeof *r->values);
    r->values[0] = first;
}

static void put_point(struct f2f_record *frontier, const struct f2f_record *r, const char *key, double value) {
    struct f2f_record *row = f2f_record_sub(frontier, f2f_arena_printf(frontier->arena, "%s %g", key, value), NULL);
    static const char *const figures[] = {"output_tokps_per_chip", "ttft_p99_s", "tpot_p99_s", "goodput_frac",
                                          "power_W"};
    f2f_record_num(row, key, value, NULL);
    f2f_record_num(row, "user_tokps", 1.0 / f2f_record_get(r, "tpot_mean_s"), "tokens per second of one user");
    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++)
        f2f_record_num(row, figures[i], f2f_record_get(r, figures[i]), NULL);
}

/* A value that fails takes nothing from the others; the status is that of the first. */
static f2f_status run_values(struct cli *cli, struct f2f_results *results, const char *key, const char *values,
                             f2f_error *err) {
    struct f2f_record *frontier = f2f_record_new(cli->arena, "throughput of a chip against speed of a user");
    f2f_status first = F2F_OK;
    for (char *at = (char *)values, *end; at && first != F2F_EINTERRUPTED; at = *end ? end + 1 : NULL) {
        double value = strtod(at, &end);
        f2f_error reason = {0};
        size_t n = results->n_items;
        (void)set_swept(key, value, NULL);
        f2f_status status = run_one(cli, results, f2f_arena_printf(cli->arena, "%s %g", key, value), &reason);
        if (results->n_items > n) {
            put_point(frontier, results->items[n], key, value);
            put_swept(results->items[n], key, value);
        }
        if (status == F2F_OK) continue;
        if (status != F2F_EINTERRUPTED)
            f2f_results_note(results, "%s %g is not answered: %s", key, value, reason.message);
        if (first == F2F_OK || status == F2F_EINTERRUPTED) {
            first = status;
            if (err) *err = reason;
        }
    }
    if (frontier->n_values) f2f_results_table(results, frontier);
    return first;
}

static f2f_status sweep(struct cli *cli, struct f2f_results *results, f2f_error *err) {
    char *key = f2f_arena_strdup(cli->arena, o.sweep), *at = strchr(key, '='), *end;
    if (!at) return f2f_fail(err, F2F_EUSAGE, "--sweep '%.40s': KEY=V,V is wanted, e.g. rate=1,2,4", o.sweep);
    *at++ = '\0';
    for (char *value = at;; value = end + 1) { /* all of them, before the first runs */
        struct serve_options kept = o;
        double number = strtod(value, &end);
        if (end == value || (*end && *end != ','))
            return f2f_fail(err, F2F_EUSAGE, "--sweep %.20s: '%.20s' is no number", key, value);
        F2F_TRY(set_swept(key, number, err));
        o = kept;
        if (!*end) break;
    }
    return run_values(cli, results, key, at, err);
}

static int run(struct cli *cli) {
    f2f_error err = {0};
    double started_s = cli_now_s();
    struct f2f_results *results = f2f_results_new(cli->arena, cli->verb);
    f2f_status status = o.sweep ? sweep(cli, results, &err) : run_one(cli, results, "", &err);
    cli_put_wall(results, started_s);
    return results->n_items ? cli_finish(cli, results, status, &err) : cli_fail(cli, status, &err);
}

const struct verb verb_serve = {table, run};
