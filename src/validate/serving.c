/* serving.c - a row of a serving table as a job for serve/, and the figures its record holds.
 *
 * An engine that serve/ does not know runs as its default one. */
#include "validate/serving.h"

#include "validate/state.h"

static f2f_status make_job(struct f2f_serve_job *job, struct f2f_catalog *catalog, const struct f2f_serving *run,
                           const struct f2f_machine *machine, const struct f2f_model *model, f2f_error *err) {
    const struct f2f_harness *harness =
        f2f_harness_find(run->engine, run->version, !run->all_queued && !run->static_batch);
    *job = (struct f2f_serve_job){.model = model,
                                  .isl = (int)run->isl,
                                  .osl = (int)run->osl,
                                  .concurrency = (int)run->concurrency,
                                  .all_queued = run->all_queued,
                                  .static_batch = run->static_batch,
                                  .unexplained = true,
                                  .quantile = machine->quantile,
                                  .strategy = {.tp = (int)run->tp, .pp = (int)run->pp, .dp = 1}};
    F2F_TRY(f2f_precision_parse(&job->precision, run->precision, run->kv_precision, err));
    F2F_TRY(f2f_catalog_engine(&job->engine, catalog, harness ? harness->engine : NULL, NULL, 0, err));
    if (harness) f2f_harness_apply(job, harness, machine, run->kv_precision != NULL);
    return F2F_OK;
}

/* Chips at their limit and hosts at theirs draw their shares of the power together. */
static double power_frac(const struct f2f_machine *machine, double chips, double power_W) {
    const struct f2f_node *node = machine->system->node;
    double host_W = node->host_W * chips / node->chips;
    return (power_W - host_W) / (chips * machine->chip->tdp_W);
}

static f2f_status run_job(struct f2f_served *out, f2f_arena *arena, const struct f2f_machine *machine,
                          const struct f2f_serve_job *job, f2f_error *err) {
    struct f2f_record *r;
    F2F_TRY(f2f_serve_run(&r, arena, machine->system, job, err));
    if (f2f_record_get(r, "feasible") < 1.0)
        return f2f_fail(err, F2F_EINFEASIBLE, "predicted not to fit into the chips' memory");
    *out = (struct f2f_served){.ttft_s = f2f_record_get(r, "ttft_mean_s"),
                               .tpot_s = f2f_record_get(r, "tpot_mean_s"),
                               .output_tokps = f2f_record_get(r, "output_tokps")};
    double chips = (double)job->strategy.tp * job->strategy.pp;
    out->power_frac = power_frac(machine, chips, f2f_record_get(r, "power_W"));
    return F2F_OK;
}

/* Engines that serve/ knows need no entry of their own in the catalog. */
static bool is_misspelt(const char **reason, struct f2f_validation *v, const struct f2f_serving *run) {
    if (f2f_harness_find(run->engine, run->version, !run->all_queued && !run->static_batch)) return false;
    *reason = f2f_lookup_framework(v, run->engine)->reason;
    return *reason != NULL;
}

bool f2f_serving_predict(struct f2f_served *out, struct f2f_validation *v, const struct f2f_serving *run,
                         const char **reason) {
    struct f2f_serve_job job;
    f2f_error err;
    double chips = run->tp * run->pp;
    if (is_misspelt(reason, v, run)) return false;
    const struct f2f_machine *machine = f2f_lookup_machine(v, run->chip, chips, reason);
    const struct f2f_model *model = machine ? f2f_lookup_model(v, run->model, reason) : NULL;
    if (!model) return false;
    f2f_status status = make_job(&job, v->catalog, run, machine, model, &err);
    if (status == F2F_OK) {
        f2f_arena *arena = f2f_arena_new();
        status = run_job(out, arena, machine, &job, &err);
        f2f_arena_free(arena);
    }
    if (status != F2F_OK) *reason = f2f_arena_strdup(v->arena, err.message);
    return status == F2F_OK;
}
