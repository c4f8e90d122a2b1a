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

f2f_status cli_write_file(const char *path, const char *text, size_t length, f2f_error *err) {
    FILE *file = fopen(path, "wb");
    if (!file) return f2f_fail(err, F2F_ERUN, "cannot write '%.120s': %s", path, strerror(errno));
    bool good = fwrite(text, 1, length, file) == length;
    good = fclose(file) == 0 && good;
    return good ? F2F_OK : f2f_fail(err, F2F_ERUN, "writing '%.120s' failed: %s", path, strerror(errno));
}

static f2f_status emit(const struct cli *cli, const struct f2f_results *results, f2f_error *err) {
    const struct common *c = &cli->common;
    bool color = isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
    struct f2f_report_options how = {
        .explain = c->explain, .help = c->verbose, .quiet = c->quiet, .color = color && !c->output};
    enum f2f_format format = c->json ? F2F_FORMAT_JSON : c->csv ? F2F_FORMAT_CSV : F2F_FORMAT_TEXT;
    for (size_t i = sizeof endings / sizeof endings[0]; c->output && !c->json && !c->csv && i-- > 0;)
        if (ends_with(c->output, endings[i].ending)) format = endings[i].format; /* the first in the list wins */
    const char *text = f2f_report(cli->arena, results, format, &how);
    if (c->output) return cli_write_file(c->output, text, strlen(text), err);
    if (fputs(text, stdout) < 0 || fflush(stdout) != 0)
        return f2f_fail(err, F2F_ERUN, "writing to standard output failed: %s", strerror(errno));
    return F2F_OK;
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

int cli_fail(const struct cli *cli, f2f_status status, const f2f_error *err) {
    const struct f2f_diag *diag = cli->catalog ? f2f_catalog_diag(cli->catalog) : NULL;
    for (size_t i = 0; diag && i < diag->n; i++) fprintf(stderr, "fab2fleet: %s\n", diag->lines[i]);
    if (diag && diag->dropped) fprintf(stderr, "fab2fleet: and %zu more errors\n", diag->dropped);
    bool shown = diag && diag->n && status == F2F_EINPUT;
    if (!shown) fprintf(stderr, "fab2fleet: %s: error: %s\n", cli->verb, err->message);
    return (int)status;
}
