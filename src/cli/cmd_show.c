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

/* For people: a line per field. -v, files and machines get all of each field. */
static void put_lines(struct f2f_results *results, const struct f2f_record *r) {
    struct f2f_record *head = f2f_record_new(results->arena, r->title);
    struct f2f_record *fields = f2f_record_new(results->arena, "fields (-v: whole sources, notes, what each means)");
    for (size_t i = 0; i < r->n_values; i++) {
        const struct f2f_value *value = &r->values[i];
        if (value->kind != F2F_VALUE_RECORD) {
            f2f_record_add(head, value);
            continue;
        }
        const struct f2f_value *text = f2f_record_find(value->record, "value");
        const struct f2f_value *source = f2f_record_find(value->record, "source");
        struct f2f_record *row = f2f_record_sub(fields, value->key, NULL);
        f2f_record_text(row, "field", value->key, NULL);
        f2f_record_text(row, "value", text ? text->text : NULL, NULL);
        f2f_record_text(row, "source", source ? source->text : NULL, NULL);
    }
    f2f_results_add(results, head);
    if (fields->n_values) f2f_results_table(results, fields);
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
    const struct common *c = &cli->common;
    if (c->json || c->csv || c->output || c->verbose) f2f_results_add(results, record);
    else put_lines(results, record);
    return cli_finish(cli, results, status, &err);
}

const struct verb verb_show = {table, run};
