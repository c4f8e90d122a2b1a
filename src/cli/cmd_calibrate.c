/* cmd_calibrate.c - `fab2fleet calibrate FILE.csv ...`: the constants of a class of chips, and what they leave. */
#include "cli/cli.h"
#include "fab2fleet/calibrate.h"

static struct {
    const char *class_name, *write;
    int evaluations;
    bool left_out, summary;
} o = {.class_name = "tensor-gpu", .evaluations = 1500};

static const struct opt table[] = {
    {"class", 0, OPT_TEXT, &o.class_name, "CLASS", "class of chips whose constants are fitted", 0, 0},
    {"write", 0, OPT_TEXT, &o.write, "FILE", "write the class with the fitted constants there", 0, 0},
    {"leave-out", 0, OPT_FLAG, &o.left_out, NULL, "also fit without each chip in turn and show its errors", 0, 0},
    {"summary", 0, OPT_FLAG, &o.summary, NULL, "only the errors of chips left out", 0, 0},
    {"evaluations", 0, OPT_INT, &o.evaluations, "N", "of the errors, for each table; 0: no fit", 0, 1e6},
    {0}};

static int run(struct cli *cli) {
    f2f_error err = {0};
    struct progress progress;
    struct f2f_results *results = f2f_results_new(cli->arena, cli->verb);
    const char *text;
    if (!cli->n_args)
        return cli_fail(cli,
                        f2f_fail(&err, F2F_EUSAGE,
                                 "measured tables are wanted, e.g. fab2fleet calibrate gemm.csv attention_decode.csv"),
                        &err);
    if (o.write && cli_check_writable(cli, o.write, &err) != F2F_OK) return cli_fail(cli, F2F_ERUN, &err);
    f2f_catalog_override(cli->catalog, cli->common.sets.item, cli->common.sets.n);
    progress_start(&progress, "calibrate", cli->common.quiet);
    const struct f2f_calibrate_opts opts = {.class_name = o.class_name,
                                            .files = cli->args,
                                            .n_files = (size_t)cli->n_args,
                                            .evaluations = o.evaluations,
                                            .left_out = o.left_out,
                                            .summary = o.summary,
                                            .progress = progress_step,
                                            .progress_context = &progress};
    f2f_status status = f2f_calibrate(results, &text, cli->catalog, &opts, &err);
    progress_end(&progress);
    if (status == F2F_OK && o.write) status = cli_write_file(o.write, text, &err);
    cli_put_wall(results, progress.started_s);
    return cli_finish(cli, results, status, &err);
}

const struct verb verb_calibrate = {table, run};
