/* cmd_check.c - `fab2fleet check FILE...`: all errors of all files. */
#include <string.h>

#include "cli/cli.h"

static const struct opt table[] = {{0}};

/* A study, plan or space is unfolded too: systems, paths, precisions, jobs and claims are then known to be right. */
static f2f_status check_question(struct cli *cli, const char *kind, const char *path, f2f_error *err) {
    const struct f2f_study *study;
    const struct f2f_program *program;
    const struct f2f_space *space;
    if (strcmp(kind, "space") == 0) {
        F2F_TRY(f2f_space_load(&space, cli->catalog, path, err));
        return f2f_space_check(cli->catalog, space, err);
    }
    if (strcmp(kind, "study") == 0) {
        F2F_TRY(f2f_study_load(&study, cli->catalog, path, err));
        return f2f_study_check(cli->catalog, study, err);
    }
    F2F_TRY(f2f_program_load(&program, cli->catalog, path, NULL, 0, err));
    return f2f_program_check(cli->catalog, program, err);
}

static f2f_status check(struct f2f_results *results, struct cli *cli, const char *path, f2f_error *err) {
    struct f2f_record *record;
    F2F_TRY(f2f_catalog_check(&record, cli->catalog, path, err));
    const char *kind = f2f_record_find(record, "kind")->text;
    if (strcmp(kind, "study") == 0 || strcmp(kind, "plan") == 0 || strcmp(kind, "space") == 0) {
        struct f2f_diag *diag = f2f_catalog_diag(cli->catalog);
        size_t told = diag->n;
        f2f_status status = check_question(cli, kind, path, err);
        if (status == F2F_EINPUT && diag->n == told) f2f_diag_add(diag, path, 0, 0, "%s", err->message);
        F2F_TRY(status);
    }
    f2f_results_add(results, record);
    return F2F_OK;
}

static int run(struct cli *cli) {
    f2f_error err = {0}, first = {0};
    struct f2f_results *results = f2f_results_new(cli->arena, cli->verb);
    f2f_status status = F2F_OK;
    if (!cli->n_args)
        return cli_fail(cli, f2f_fail(&err, F2F_EUSAGE, "files are wanted, e.g. fab2fleet check my-chip.yaml"), &err);
    status = cli_refuse_sets(cli, NULL, &err);
    if (status != F2F_OK) return cli_fail(cli, status, &err);
    for (int i = 0; i < cli->n_args; i++) {
        f2f_status one = check(results, cli, cli->args[i], &err);
        if (one != F2F_OK && status == F2F_OK) status = one, first = err;
    }
    return status == F2F_OK ? cli_finish(cli, results, status, &err) : cli_fail(cli, status, &first);
}

const struct verb verb_check = {table, run};
