/* finish.c - the one way out of a verb: print or write what was found, say what went wrong. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "fab2fleet/report.h"

static const struct {
    const char *ending;
    enum f2f_format format;
} endings[] = {{".trace.json", F2F_FORMAT_TIMELINE},
               {".json", F2F_FORMAT_JSON},
               {".csv", F2F_FORMAT_CSV},
               {".html", F2F_FORMAT_HTML},
               {".txt", F2F_FORMAT_TEXT}};

static bool ends_with(const char *text, const char *ending) {
    size_t n = strlen(text), m = strlen(ending);
    return n > m && strcmp(text + n - m, ending) == 0;
}

static const enum f2f_format *format_of(const char *path) {
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) /* the first that fits */
        if (ends_with(path, endings[i].ending)) return &endings[i].format;
    return NULL;
}

bool cli_names_format(const char *path) { return format_of(path) != NULL; }

f2f_status cli_write_file(const char *path, const char *text, f2f_error *err) {
    return cli_write_bytes(path, text, strlen(text), err);
}

f2f_status cli_write_bytes(const char *path, const char *text, size_t length, f2f_error *err) {
    FILE *file = fopen(path, "wb");
    if (!file) return f2f_fail(err, F2F_ERUN, "cannot write '%.120s': %s", path, strerror(errno));
    bool good = fwrite(text, 1, length, file) == length;
    good = fclose(file) == 0 && good;
    return good ? F2F_OK : f2f_fail(err, F2F_ERUN, "writing '%.120s' failed: %s", path, strerror(errno));
}

f2f_status cli_write(const struct cli *cli, const char *text, f2f_error *err) {
    if (cli->common.output) return cli_write_file(cli->common.output, text, err);
    if (fputs(text, stdout) < 0 || fflush(stdout) != 0)
        return f2f_fail(err, F2F_ERUN, "writing to standard output failed: %s", strerror(errno));
    return F2F_OK;
}

static f2f_status emit(const struct cli *cli, const struct f2f_results *results, f2f_error *err) {
    const struct common *c = &cli->common;
    bool color = isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
    struct f2f_report_options how = {
        .explain = c->explain, .help = c->verbose, .quiet = c->quiet, .color = color && !c->output};
    enum f2f_format format = c->json ? F2F_FORMAT_JSON : c->csv ? F2F_FORMAT_CSV : F2F_FORMAT_TEXT;
    const enum f2f_format *named = c->output && !c->json && !c->csv ? format_of(c->output) : NULL;
    return cli_write(cli, f2f_report(cli->arena, results, named ? *named : format, &how), err);
}

void cli_put_wall(struct f2f_results *results, double started_s) {
    double wall_s = cli_now_s() - started_s;
    for (size_t i = 0; i < results->n_items; i++)
        f2f_record_num(results->items[i], "wall_s", wall_s, "time this took; differs between two runs");
}

void cli_note_format(struct f2f_results *results, const struct f2f_chip *chip, enum f2f_dtype format) {
    if (chip->peak_flops[format] <= 0)
        f2f_results_note(results, "%s has no matrix units for %s: the next it has that holds its values stands in.",
                         chip->id.name ? chip->id.name : "The chip", f2f_dtype_name(format));
}

/* A single job that does not fit is exit 4; in a study it is one answer among others. */
static bool all_infeasible(const struct f2f_results *results) {
    for (size_t i = 0; i < results->n_items; i++)
        if (!(f2f_record_get(results->items[i], "feasible") <= 0)) return false;
    return results->n_items > 0;
}

int cli_finish(const struct cli *cli, struct f2f_results *results, f2f_status status, f2f_error *err) {
    f2f_error reason = {0};
    f2f_status written = emit(cli, results, &reason);
    if (written != F2F_OK) return cli_fail(cli, written, &reason);
    if (status != F2F_OK) return cli_fail(cli, status, err);
    if (cli->common.require && (status = cli_require(results, cli->common.require, &reason)) != F2F_OK)
        return cli_fail(cli, status, &reason);
    return all_infeasible(results) ? F2F_EINFEASIBLE : F2F_OK;
}

/* What is read twice, to be changed and to be used, is wrong twice. */
static bool told(const struct f2f_diag *diag, size_t line) {
    for (size_t i = 0; i < line; i++)
        if (strcmp(diag->lines[i], diag->lines[line]) == 0) return true;
    return false;
}

int cli_fail(const struct cli *cli, f2f_status status, const f2f_error *err) {
    const struct f2f_diag *diag = cli->catalog ? f2f_catalog_diag(cli->catalog) : NULL;
    for (size_t i = 0; diag && i < diag->n; i++)
        if (!told(diag, i)) fprintf(stderr, "fab2fleet: %s\n", diag->lines[i]);
    if (diag && diag->dropped) fprintf(stderr, "fab2fleet: and %zu more errors\n", diag->dropped);
    bool shown = diag && diag->n && status == F2F_EINPUT;
    if (!shown) fprintf(stderr, "fab2fleet: %s: error: %s\n", cli->verb, err->message);
    return (int)status;
}
