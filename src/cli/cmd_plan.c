/* cmd_plan.c - `fab2fleet plan PLAN.yaml`: build or buy, under supply limits, over years. */
#include "cli/cli.h"
#include "fab2fleet/plan.h"

static struct {
    const char *price;
    int samples;
} o = {.samples = 1000};

static const struct opt table[] = {
    {"price", 0, OPT_TEXT, &o.price, "NAME", "price list instead of the plan's", 0, 0},
    {"samples", 0, OPT_INT, &o.samples, "N", "Monte Carlo samples for p10, p50, p90 and the tornado; 0: none", 0, 1e5},
    {0}};

f2f_status cli_plan(struct f2f_results **out, struct cli *cli, const char *path, const char *price_name, int samples,
                    f2f_error *err) {
    const struct f2f_program *program;
    const struct f2f_price *price;
    struct set_list sets, of_plan, of_systems;
    struct progress progress;
    f2f_catalog_ranges_start(cli->catalog);
    cli_split_sets(&of_plan, &sets, cli, &cli->common.sets, "plan");
    F2F_TRY(f2f_program_load(&program, cli->catalog, path, of_plan.item, of_plan.n, err));
    F2F_TRY(cli_price(&price, &sets, cli, price_name ? price_name : program->price, err));
    if (!price) return f2f_fail(err, F2F_EINPUT, "the catalog has no price list 'us-2024': give one with --price");
    cli_split_sets(&of_plan, &of_systems, cli, &sets, "plan");
    f2f_catalog_override(cli->catalog, of_systems.item, of_systems.n);
    progress_start(&progress, "plan", cli->common.quiet);
    const struct f2f_program_options how = {.price = price,
                                            .samples = samples,
                                            .seed = cli->common.seed,
                                            .threads = cli->common.threads,
                                            .progress = progress_step,
                                            .progress_context = &progress};
    f2f_status status = f2f_program_run(out, cli->catalog, program, &how, err);
    progress_end(&progress);
    return status;
}

static f2f_status answer(struct cli *cli, struct f2f_results **results, f2f_error *err) {
    if (cli->n_args != 1)
        return f2f_fail(err, F2F_EUSAGE, "one plan is wanted, e.g. fab2fleet plan studies/build-or-buy.yaml");
    return cli_plan(results, cli, cli->args[0], o.price, o.samples, err);
}

static int run(struct cli *cli) {
    f2f_error err = {0};
    double started_s = cli_now_s();
    struct f2f_results *results = NULL;
    f2f_status status = answer(cli, &results, &err);
    if (!results) return cli_fail(cli, status, &err);
    cli_put_wall(results, started_s);
    return cli_finish(cli, results, status, &err);
}

const struct verb verb_plan = {table, run};
