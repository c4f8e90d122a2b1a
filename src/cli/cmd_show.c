/* cmd_show.c - `fab2fleet show NAME`, `fab2fleet show --schema KIND`. */
#include "cli/cli.h"

static struct { const char *schema; } o;

static const struct opt table[] = {
    {"schema", 0, OPT_TEXT, &o.schema, "KIND", "JSON Schema of a kind instead, for editors", 0, 0}, {0}};

static int show_schema(struct cli *cli) {
    f2f_error err = {0};
    const char *text;
    f2f_status status = f2f_catalog_schema(&text, cli->arena, o.schema, &err);
    if (status != F2F_OK) return cli_fail(cli, status, &err);
    status = cli_write(cli, text, &err);
    return status == F2F_OK ? F2F_OK : cli_fail(cli, status, &err);
}

static int run(struct cli *cli) {
    f2f_error err = {0};
    struct f2f_record *record;
    if (o.schema && !cli->n_args) return show_schema(cli);
    if (o.schema || cli->n_args != 1)
        return cli_fail(cli, f2f_fail(&err, F2F_EUSAGE, "one name is wanted, e.g. fab2fleet show h100-sxm"), &err);
    f2f_status status =
        f2f_catalog_show(&record, cli->catalog, cli->args[0], cli->common.sets.item, cli->common.sets.n, &err);
    if (status != F2F_OK) return cli_fail(cli, status, &err);
    struct f2f_results *results = f2f_results_new(cli->arena, cli->verb);
    f2f_results_add(results, record);
    return cli_finish(cli, results, status, &err);
}

const struct verb verb_show = {table, run};
