/* cmd_serve.c - `fab2fleet serve`: a closed loop of equal requests on one replica. */
#include <string.h>

#include "cli/cli.h"
#include "fab2fleet/cost.h"
#include "fab2fleet/serve.h"

static struct {
    const char *system, *model, *precision, *kv_precision, *engine, *slo, *price;
    int tp, pp, concurrency, isl, osl, requests;
} o = {.precision = "bf16", .tp = 1, .pp = 1, .isl = 2048, .osl = 512};

static const struct opt table[] = {
    {"system", 's', OPT_TEXT, &o.system, "S", "system, node or chip: a name of the catalog or a path", 0, 0},
    {"model", 'm', OPT_TEXT, &o.model, "M", "model: a name, a folder or a config.json", 0, 0},
    {"precision", 'p', OPT_TEXT, &o.precision, "P", "bf16, fp16, fp8, int8, int8_wo, int4_wo, nvfp4", 0, 0},
    {"kv-precision", 0, OPT_TEXT, &o.kv_precision, "P", "format of the KV cache; the precision's own if left out", 0,
     0},
    {"engine", 0, OPT_TEXT, &o.engine, "NAME", "serving engine whose batching is followed", 0, 0},
    {"tp", 0, OPT_INT, &o.tp, "N", "tensor parallel chips", 1, 4096},
    {"pp", 0, OPT_INT, &o.pp, "N", "pipeline stages", 1, 4096},
    {"concurrency", 'c', OPT_INT, &o.concurrency, "C", "requests in flight; 0: as many as fit and meet the SLO", 0,
     1e7},
    {"isl", 0, OPT_INT, &o.isl, "N", "prompt tokens", 1, 1e8},
    {"osl", 0, OPT_INT, &o.osl, "N", "generated tokens", 1, 1e8},
    {"requests", 0, OPT_INT, &o.requests, "N", "requests of the run; 0: enough for a steady state", 0, 1e8},
    {"slo", 0, OPT_TEXT, &o.slo, "TEST", "objectives, e.g. 'ttft_p99_s<=0.5,tpot_p99_s<=0.05'", 0, 0},
    {"price", 0, OPT_TEXT, &o.price, "NAME", "price list, for usd_per_Mtok (us-2024)", 0, 0},
    {0}};

static f2f_status answer(struct cli *cli, struct f2f_results *results, f2f_error *err) {
    const struct f2f_system *system;
    const struct f2f_price *price;
    struct set_list sets;
    struct f2f_serve_job job = {
        .isl = o.isl,
        .osl = o.osl,
        .concurrency = o.concurrency,
        .requests = o.requests,
        .strategy = {.tp = o.tp, .pp = o.pp, .cp = 1, .vp = 1, .dp = 1, .ep = 1, .micro_batch = 1}};
    struct f2f_record *record;
    if (!o.system || !o.model || cli->n_args)
        return f2f_fail(err, F2F_EUSAGE,
                        "wanted: fab2fleet serve --system dgx-h100 --model llama-3-70b --precision fp8 --tp 2");
    F2F_TRY(f2f_precision_parse(&job.precision, o.precision, o.kv_precision, err));
    F2F_TRY(f2f_engine_find(&job.engine, o.engine, err));
    if (o.slo) F2F_TRY(f2f_slo_parse(&job.slo, o.slo, err));
    F2F_TRY(cli_price(&price, &sets, cli, o.price, err));
    F2F_TRY(f2f_catalog_system(&system, cli->catalog, o.system, sets.item, sets.n, err));
    F2F_TRY(f2f_catalog_model(&job.model, cli->catalog, o.model, err));
    F2F_TRY(f2f_serve_run(&record, cli->arena, system, &job, err));
    f2f_cost_join(record, system, price, (double)o.tp * o.pp, 0);
    cli_note_format(results, system->node->chip, job.precision.compute);
    record->title = f2f_arena_printf(cli->arena, "%s / serve %s %s", o.system, o.model, o.precision);
    f2f_results_add(results, record);
    return F2F_OK;
}

static int run(struct cli *cli) {
    f2f_error err = {0};
    double started_s = cli_now_s();
    struct f2f_results *results = f2f_results_new(cli->arena, cli->verb);
    f2f_status status = answer(cli, results, &err);
    cli_put_wall(results, started_s);
    return status == F2F_OK ? cli_finish(cli, results, status, &err) : cli_fail(cli, status, &err);
}

const struct verb verb_serve = {table, run};
