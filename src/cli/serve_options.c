/* serve_options.c - options of `fab2fleet serve` to a job. */
#include "cli/serve_options.h"

#include <stdlib.h>
#include <string.h>

/* "A:B" as two numbers; B may be left out: 0. */
static f2f_status take_pair(double *a, double *b, const char *option, const char *text, f2f_error *err) {
    char *end;
    *b = 0.0;
    *a = strtod(text, &end);
    if (end != text && *end == ':' && end[1]) *b = strtod(end + 1, &end);
    else if (end != text && *end == ':') end++;
    if (end == text || *end || !(*a >= 0.0) || !(*b >= 0.0) || (*b > 0.0 && *b <= *a))
        return f2f_fail(err, F2F_EUSAGE, "--%s '%.40s': BEGIN:END in seconds is wanted, e.g. 600:1200", option, text);
    return F2F_OK;
}

static f2f_status take_stream(struct f2f_serve_job *job, struct cli *cli, const struct serve_options *o,
                              f2f_error *err) {
    struct f2f_serve_stream *s = &job->stream;
    if ((o->trace != NULL) + (o->traffic != NULL) + (o->rate_Hz > 0.0) + (o->concurrency > 0) > 1)
        return f2f_fail(err, F2F_EUSAGE, "--trace, --traffic, --rate and --concurrency exclude each other");
    *s = (struct f2f_serve_stream){.trace = o->trace, .rate_scale = o->rate_scale, .seed = (unsigned)cli->common.seed};
    if (o->window) F2F_TRY(take_pair(&s->from_s, &s->to_s, "window", o->window, err));
    if (o->traffic) F2F_TRY(f2f_catalog_traffic(&s->traffic, cli->catalog, o->traffic, err));
    if (o->rate_Hz > 0.0) {
        struct f2f_traffic *traffic = f2f_arena_alloc(cli->arena, sizeof *traffic);
        *traffic = (struct f2f_traffic){.rate_Hz = o->rate_Hz,
                                        .cv_frac = o->cv,
                                        .isl = {.mean_tok = o->isl, .cv_frac = o->isl_cv},
                                        .osl = {.mean_tok = o->osl, .cv_frac = o->osl_cv}};
        s->traffic = traffic;
    }
    if (!s->trace && !s->traffic && (o->window || o->rate_scale != 1.0))
        return f2f_fail(err, F2F_EUSAGE, "--window and --rate-scale are for --trace, --traffic and --rate");
    return F2F_OK;
}

static f2f_status pool_field(struct f2f_serve_group *g, struct cli *cli, const char *key, const char *value,
                             f2f_error *err) {
    const struct {
        const char *key;
        int *target;
    } fields[] = {{"tp", &g->strategy.tp},
                  {"pp", &g->strategy.pp},
                  {"dp", &g->strategy.dp},
                  {"ep", &g->strategy.ep},
                  {"replicas", &g->replicas}};
    if (strcmp(key, "system") == 0)
        return f2f_catalog_system(&g->system, cli->catalog, value, cli->common.sets.item, cli->common.sets.n, err);
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        char *end;
        if (strcmp(key, fields[i].key) != 0) continue;
        long n = strtol(value, &end, 10);
        if (end == value || *end || n < 1 || n > 1000000)
            return f2f_fail(err, F2F_EUSAGE, "--pools: %s '%.20s': a whole number from 1 is wanted", key, value);
        *fields[i].target = (int)n;
        return F2F_OK;
    }
    return f2f_fail(err, F2F_EUSAGE, "--pools: unknown '%.40s': system, tp, pp, dp, ep and replicas are known", key);
}

/* "prefill: tp=4 replicas=2": the role is both when it is left out. */
static f2f_status take_pool(struct f2f_serve_group *g, struct cli *cli, char *text, f2f_error *err) {
    static const char *const roles[] = {"both", "prefill", "decode"};
    char *colon = strchr(text, ':');
    if (colon) {
        *colon = '\0';
        text += strspn(text, " ");
        g->role = -1;
        for (int i = 0; i < 3; i++)
            if (strcmp(text, roles[i]) == 0) g->role = i;
        if (g->role < 0)
            return f2f_fail(err, F2F_EUSAGE, "--pools: unknown role '%.40s': both, prefill and decode are known", text);
        text = colon + 1;
    }
    for (char *at = text + strspn(text, " "), *next; *at; at = next + strspn(next, " ")) {
        next = at + strcspn(at, " ");
        if (*next) *next++ = '\0';
        char *equals = strchr(at, '=');
        if (!equals) return f2f_fail(err, F2F_EUSAGE, "--pools '%.40s': KEY=VALUE is wanted, e.g. tp=4", at);
        *equals = '\0';
        F2F_TRY(pool_field(g, cli, at, equals + 1, err));
    }
    return F2F_OK;
}

static f2f_status take_pools(struct f2f_serve_job *job, struct cli *cli, const char *pools, f2f_error *err) {
    size_t most = 1;
    for (const char *at = pools; *at; at++) most += *at == ';';
    struct f2f_serve_group *groups = f2f_arena_alloc(cli->arena, most * sizeof *groups);
    for (char *at = f2f_arena_strdup(cli->arena, pools), *next; at; at = next) {
        next = strchr(at, ';');
        if (next) *next++ = '\0';
        groups[job->n_groups] = (struct f2f_serve_group){.strategy = job->strategy, .replicas = 1};
        F2F_TRY(take_pool(&groups[job->n_groups++], cli, at, err));
    }
    job->groups = groups;
    return F2F_OK;
}

/* "LOW:HIGH:INTERVAL:LEAST" */
static f2f_status take_autoscale(struct f2f_serve_autoscale *a, const char *text, f2f_error *err) {
    double values[4];
    char *at = (char *)text;
    for (int i = 0; i < 4; i++) {
        char *end;
        values[i] = strtod(at, &end);
        if (end == at || *end != (i < 3 ? ':' : '\0') || !(values[i] >= 0.0) || values[i] > 1e9)
            return f2f_fail(err, F2F_EUSAGE,
                            "--autoscale '%.40s': LOW:HIGH:SECONDS:LEAST is wanted, e.g. 8:32:60:1 (requests in flight "
                            "per replica, look every 60 s, at least 1 replica)",
                            text);
        at = end + 1;
    }
    *a = (struct f2f_serve_autoscale){
        .low = values[0], .high = values[1], .interval_s = values[2], .least = (int)values[3]};
    return F2F_OK;
}

static f2f_status take_engine(struct f2f_engine *engine, struct cli *cli, const struct serve_options *o,
                              f2f_error *err) {
    F2F_TRY(f2f_catalog_engine(engine, cli->catalog, o->engine, cli->common.sets.item, cli->common.sets.n, err));
    if (o->scheduler) engine->scheduler = o->scheduler;
    if (o->max_seqs > 0) engine->max_seqs = engine->small_max_seqs = o->max_seqs;
    if (o->max_batched_tok > 0) engine->max_batched_tok = engine->small_max_batched_tok = o->max_batched_tok;
    return F2F_OK;
}

static f2f_status check_options(const struct cli *cli, const struct serve_options *o, f2f_error *err) {
    bool rate = o->rate_Hz > 0.0 || (o->sweep && strncmp(o->sweep, "rate=", 5) == 0),
         lengths = !o->trace && !o->traffic,
         several = o->replicas > 1 || o->pools || o->autoscale || o->size_for ||
                   (o->sweep && strncmp(o->sweep, "replicas=", 9) == 0);
    const struct cli_only rules[] = {
        {"cv", rate, "--rate"},
        {"isl-cv", rate, "--rate"},
        {"osl-cv", rate, "--rate"},
        {"isl", lengths, "--rate and --concurrency (a trace or traffic has its own lengths)"},
        {"osl", lengths, "--rate and --concurrency (a trace or traffic has its own lengths)"},
        {"draft-tokens", o->draft != NULL, "--draft"},
        {"acceptance", o->draft != NULL, "--draft"},
        {"router", several, "several replicas (--replicas, --pools, --autoscale)"},
        {"warmup", o->mtbf_s > 0.0 || o->autoscale, "--mtbf and --autoscale"},
        {"uncertainty", !o->size_for, "chips that are given (without --size-for)"},
        {"timeline-window", o->timeline != NULL, "--timeline"}};
    if (o->timeline) F2F_TRY(cli_check_writable(cli, o->timeline, err));
    return cli_check_only(cli, rules, sizeof rules / sizeof rules[0], err);
}

f2f_status serve_job_make(struct f2f_serve_job *job, const struct f2f_system **system, const struct f2f_price **price,
                          struct cli *cli, const struct serve_options *o, f2f_error *err) {
    struct set_list sets;
    *job = (struct f2f_serve_job){
        .isl = o->isl,
        .osl = o->osl,
        .concurrency = o->concurrency,
        .requests = o->requests,
        .replicas = o->replicas,
        .router = o->router,
        .series = o->series,
        .unexplained = !cli->common.explain && !(cli->common.output && strstr(cli->common.output, ".html")),
        .failures = {.mtbf_s = o->mtbf_s, .warmup_s = o->warmup_s},
        .strategy = {.tp = o->tp, .pp = o->pp, .dp = o->dp, .ep = o->ep, .cp = 1, .vp = 1, .micro_batch = 1}};
    if (!o->system || !o->model || cli->n_args)
        return f2f_fail(err, F2F_EUSAGE,
                        "wanted: fab2fleet serve --system dgx-h100 --model llama-3-70b --precision fp8 --tp 2");
    F2F_TRY(check_options(cli, o, err));
    F2F_TRY(f2f_precision_parse(&job->precision, o->precision, o->kv_precision, err));
    if (o->slo) F2F_TRY(f2f_slo_parse(&job->slo, o->slo, err));
    F2F_TRY(take_engine(&job->engine, cli, o, err));
    F2F_TRY(cli_price(price, &sets, cli, o->price, err));
    F2F_TRY(f2f_catalog_system(system, cli->catalog, o->system, sets.item, sets.n, err));
    F2F_TRY(f2f_catalog_model(&job->model, cli->catalog, o->model, err));
    if (o->draft) {
        job->speculation = (struct f2f_speculation){.tokens = o->draft_tokens, .acceptance_frac = o->acceptance};
        F2F_TRY(f2f_catalog_model(&job->speculation.draft, cli->catalog, o->draft, err));
    }
    if (o->pools) F2F_TRY(take_pools(job, cli, o->pools, err));
    if (o->autoscale) F2F_TRY(take_autoscale(&job->autoscale, o->autoscale, err));
    if (o->timeline)
        F2F_TRY(take_pair(&job->timeline_from_s, &job->timeline_to_s, "timeline-window",
                          o->timeline_window ? o->timeline_window : "0:10", err));
    return take_stream(job, cli, o, err);
}
