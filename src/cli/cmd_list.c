/* cmd_list.c - `fab2fleet list [KIND]`. */
#include "cli/cli.h"

static const struct opt table[] = {{0}};

static int run(struct cli *cli) {
    f2f_error err = {0};
    struct f2f_results *results = f2f_results_new(cli->arena, cli->verb);
    f2f_status status = cli_refuse_sets(cli, NULL, &err);
    if (status == F2F_OK)
        status = cli->n_args <= 1 ? f2f_catalog_list(results, cli->catalog, cli->n_args ? cli->args[0] : NULL, &err)
                                  : f2f_fail(&err, F2F_EUSAGE, "at most one kind is wanted, e.g. fab2fleet list chip");
    /* one bad file does not hide the good ones */
    return results->n_items ? cli_finish(cli, results, status, &err) : cli_fail(cli, status, &err);
}

const struct verb verb_list = {table, run};
