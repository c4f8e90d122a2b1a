/* cmd_validate.c - `fab2fleet validate FILE.csv ...`: how wrong is it. */
#include "cli/cli.h"
#include "fab2fleet/validate.h"

static struct f2f_validate_options o;

static const struct opt table[] = {
    {"worst", 0, OPT_INT, &o.worst, "N", "also the N rows of each file that are most wrong", 0, 1000},
    {"uncertainty", 0, OPT_FLAG, &o.uncertainty, NULL, "also how many figures lie between p10 and p90 of the predicted",
     0, 0},
    {0}};

static int run(struct cli *cli) {
    f2f_error err = {0}, worst = {0};
    struct progress progress;
    struct f2f_results *results = f2f_results_new(cli->arena, cli->verb);
    f2f_status status = F2F_OK;
    if (!cli->n_args)
        return cli_fail(
            cli, f2f_fail(&err, F2F_EUSAGE, "measured tables are wanted, e.g. fab2fleet validate validation/*.csv"),
            &err);
    f2f_catalog_override(cli->catalog, cli->common.sets.item, cli->common.sets.n);
    progress_start(&progress, "validate", cli->common.quiet);
    for (int i = 0; i < cli->n_args; i++) {
        if (!progress_step(&progress, i, cli->n_args, cli->args[i])) {
            status = f2f_fail(&worst, F2F_EINTERRUPTED, "interrupted: %d of %d files were finished", i, cli->n_args);
            break;
        }
        f2f_status one = f2f_validate_file(results, cli->catalog, cli->args[i], &o, &err);
        if (one == F2F_OK) continue;
        status = one;
        worst = err;
    }
    progress_end(&progress);
    cli_put_wall(results, progress.started_s);
    return cli_finish(cli, results, status, &worst);
}

const struct verb verb_validate = {table, run};
