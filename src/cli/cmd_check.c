/* cmd_check.c - `fab2fleet check FILE...`: all errors of all files. */
#include "cli/cli.h"

static const struct opt table[] = {{0}};

static int run(struct cli *cli) {
    f2f_error err = {0}, first = {0};
    struct f2f_results *results = f2f_results_new(cli->arena, cli->verb);
    f2f_status status = F2F_OK;
    if (!cli->n_args)
        return cli_fail(cli, f2f_fail(&err, F2F_EUSAGE, "files are wanted, e.g. fab2fleet check my-chip.yaml"), &err);
    for (int i = 0; i < cli->n_args; i++) {
        struct f2f_record *record;
        f2f_status one = f2f_catalog_check(&record, cli->catalog, cli->args[i], &err);
        if (one == F2F_OK) f2f_results_add(results, record);
        else if (status == F2F_OK) status = one, first = err;
    }
    return status == F2F_OK ? cli_finish(cli, results, status, &err) : cli_fail(cli, status, &first);
}

const struct verb verb_check = {table, run};
