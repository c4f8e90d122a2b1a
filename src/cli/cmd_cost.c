/* cmd_cost.c - `fab2fleet cost`: what a chip, node or system costs to make, to own and to run; with --model also what a
 * million tokens cost on it. */
#include "cli/cli.h"
#include "fab2fleet/cost.h"
#include "fab2fleet/serve.h"

static struct {
    const char *price, *model, *precision, *kv_precision, *slo;
    int samples, tp, pp, concurrency, isl, osl;
} o = {.precision = "fp8", .samples = 2000, .tp = 1, .pp = 1, .isl = 2048, .osl = 512};

static const struct opt table[] = {
    {"price", 0, OPT_TEXT, &o.price, "NAME", "price list: a name of the catalog or a path (us-2024)", 0, 0},
    {"samples", 0, OPT_INT, &o.samples, "N", "Monte Carlo samples for p10, p50, p90 and the tornado; 0: values only", 0,
     1e5},
    {"model", 'm', OPT_TEXT, &o.model, "M", "a model to serve, for usd_per_Mtok", 0, 0},
    {"precision", 'p', OPT_TEXT, &o.precision, "P", "of that model: bf16, fp8, int4_wo, ...", 0, 0},
    {"kv-precision", 0, OPT_TEXT, &o.kv_precision, "P", "format of its KV cache; the precision's own if left out", 0,
     0},
    {"tp", 0, OPT_INT, &o.tp, "N", "tensor parallel chips", 1, 4096},
    {"pp", 0, OPT_INT, &o.pp, "N", "pipeline stages", 1, 4096},
    {"concurrency", 'c', OPT_INT, &o.concurrency, "C", "requests in flight; 0: as many as fit and meet the SLO", 0,
     1e7},
    {"isl", 0, OPT_INT, &o.isl, "N", "prompt tokens", 1, 1e8},
    {"osl", 0, OPT_INT, &o.osl, "N", "generated tokens", 1, 1e8},
    {"slo", 0, OPT_TEXT, &o.slo, "TEST", "objectives, e.g. 'ttft_p99_s<=0.5,tpot_p99_s<=0.05'", 0, 0},
    {0}};

/* Simulates the job once: costs do not change how fast it runs. */
static f2f_status simulate(struct f2f_record **out, struct cli *cli, const struct f2f_system *system, f2f_error *err) {
    struct f2f_serve_job job = {.isl = o.isl, .osl = o.osl, .concurrency = o.concurrency};
    job.strategy = (struct f2f_strategy){.tp = o.tp, .pp = o.pp, .cp = 1, .vp = 1, .dp = 1, .ep = 1, .micro_batch = 1};
    F2F_TRY(f2f_precision_parse(&job.precision, o.precision, o.kv_precision, err));
    F2F_TRY(f2f_catalog_engine(&job.engine, cli->catalog, NULL, cli->common.sets.item, cli->common.sets.n, err));
    if (o.slo) F2F_TRY(f2f_slo_parse(&job.slo, o.slo, err));
    F2F_TRY(f2f_catalog_model(&job.model, cli->catalog, o.model, err));
    return f2f_serve_run(out, cli->arena, system, &job, err);
}

/* Under which conditions the tokens are served that the money is for. */
static void put_served(struct f2f_record *r, const struct f2f_record *served) {
    static const char *const keys[] = {"engine",       "isl_tok",    "osl_tok", "concurrency",
                                       "output_tokps", "tpot_p99_s", "chips",   "power_W"};
    struct f2f_record *sub = f2f_record_sub(r, "served", "what a million tokens are of: `fab2fleet serve` says more");
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        const struct f2f_value *value = f2f_record_find(served, keys[i]);
        if (value) f2f_record_add(sub, value);
    }
}

static f2f_status check_options(const struct cli *cli, f2f_error *err) {
    static const char with[] = "what --model costs to serve";
    bool served = o.model != NULL;
    const struct cli_only rules[] = {{"precision", served, with}, {"kv-precision", served, with}, {"tp", served, with},
                                     {"pp", served, with},        {"concurrency", served, with},  {"isl", served, with},
                                     {"osl", served, with},       {"slo", served, with}};
    return cli_check_only(cli, rules, sizeof rules / sizeof rules[0], err);
}

static f2f_status answer(struct cli *cli, struct f2f_results *results, f2f_error *err) {
    struct f2f_cost_case c = {0};
    struct set_list sets;
    struct f2f_record *record, *tornado, *served = NULL;
    struct progress progress;
    const char *why = NULL;
    if (cli->n_args != 1)
        return f2f_fail(err, F2F_EUSAGE, "one chip, node or system is wanted, e.g. fab2fleet cost h100-sxm");
    F2F_TRY(check_options(cli, err));
    static const char *const unread[] = {"engine", NULL};
    if (!o.model) F2F_TRY(cli_refuse_sets(cli, unread, err));
    f2f_catalog_ranges_start(cli->catalog);
    F2F_TRY(cli_price(&c.price, &sets, cli, o.price, err));
    if (!c.price)
        return f2f_fail(err, F2F_EINPUT, "the catalog has no price list 'us-2024': give one with --price NAME or PATH");
    F2F_TRY(f2f_catalog_system(&c.system, cli->catalog, cli->args[0], sets.item, sets.n, err));
    if (o.model) F2F_TRY(simulate(&served, cli, c.system, err));
    if (served && f2f_record_get(served, "feasible") > 0)
        c.job = (struct f2f_cost_job){.tokps = f2f_record_get(served, "output_tokps"),
                                      .chips = f2f_cost_chips(served),
                                      .power_W = f2f_record_get(served, "power_W")};
    else if (served) why = f2f_record_find(served, "why")->text;
    progress_start(&progress, "cost", cli->common.quiet);
    const struct f2f_cost_options how = {.ranges = f2f_catalog_ranges(cli->catalog),
                                         .samples = o.samples,
                                         .seed = cli->common.seed,
                                         .go_on = interrupt_go_on};
    f2f_status status = f2f_cost_run(&record, &tornado, cli->arena, &c, &how, err);
    if (status == F2F_EINTERRUPTED) f2f_results_note(results, "Interrupted: only what was finished is shown.");
    else F2F_TRY(status);
    record->title = o.model ? f2f_arena_printf(cli->arena, "%s / cost of %s %s", cli->args[0], o.model, o.precision)
                            : f2f_arena_printf(cli->arena, "%s / cost", cli->args[0]);
    if (served) put_served(record, served);
    if (why) {
        f2f_record_bool(record, "feasible", false, "can the model be served");
        f2f_record_text(record, "why", why, "what stands in the way");
    }
    f2f_results_add(results, record);
    if (tornado) f2f_results_table(results, tornado);
    return status;
}

static int run(struct cli *cli) {
    f2f_error err = {0};
    double started_s = cli_now_s();
    struct f2f_results *results = f2f_results_new(cli->arena, cli->verb);
    f2f_status status = answer(cli, results, &err);
    cli_put_wall(results, started_s);
    return results->n_items ? cli_finish(cli, results, status, &err) : cli_fail(cli, status, &err);
}

const struct verb verb_cost = {table, run};
