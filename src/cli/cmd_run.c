/* cmd_run.c - `fab2fleet run STUDY.yaml [-o DIR]`: the main job. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/cli.h"
#include "fab2fleet/report.h"

static const struct opt table[] = {{0}};
enum { PLAN_SAMPLES = 1000 };

/* report.html, results.json and results.csv in the folder. */
static f2f_status write_folder(const struct cli *cli, const struct f2f_results *results, const char *folder,
                               f2f_error *err) {
    static const struct {
        const char *name;
        enum f2f_format format;
    } files[] = {{"report.html", F2F_FORMAT_HTML}, {"results.json", F2F_FORMAT_JSON}, {"results.csv", F2F_FORMAT_CSV}};
    struct f2f_report_options how = {.explain = true, .help = true};
    if (mkdir(folder, 0777) != 0 && errno != EEXIST)
        return f2f_fail(err, F2F_ERUN, "cannot make the folder '%.120s': %s", folder, strerror(errno));
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        const char *text = f2f_report(cli->arena, results, files[i].format, &how);
        F2F_TRY(cli_write_file(f2f_arena_printf(cli->arena, "%s/%s", folder, files[i].name), text, err));
    }
    return F2F_OK;
}

static f2f_status answer_study(struct f2f_results **results, struct cli *cli, f2f_error *err) {
    const struct f2f_study *study;
    const struct f2f_price *price;
    struct set_list sets;
    struct progress progress;
    F2F_TRY(f2f_study_load(&study, cli->catalog, cli->args[0], err));
    F2F_TRY(cli_price(&price, &sets, cli, study->price, err));
    progress_start(&progress, "run", cli->common.quiet);
    struct f2f_study_options how = {.sets = sets.item,
                                    .n_sets = sets.n,
                                    .price = price,
                                    .threads = cli->common.threads,
                                    .progress = progress_step,
                                    .progress_context = &progress};
    f2f_status status = f2f_study_run(results, cli->catalog, study, &how, err);
    progress_end(&progress);
    return status;
}

/* A plan is a question too. */
static bool is_plan(struct cli *cli) {
    struct f2f_doc *tree;
    const struct f2f_doc *kind = NULL;
    struct f2f_diag *unseen = f2f_diag_new(cli->arena); /* faults are told when it is read for good */
    if (f2f_doc_read(&tree, cli->arena, cli->args[0], unseen, NULL) == F2F_OK) kind = f2f_doc_get(tree, "kind");
    return kind && kind->kind == F2F_DOC_SCALAR && strcmp(kind->text, "plan") == 0;
}

static int run(struct cli *cli) {
    struct f2f_results *results = NULL;
    f2f_error err = {0};
    if (cli->n_args != 1)
        return cli_fail(
            cli, f2f_fail(&err, F2F_EUSAGE, "one study is wanted, e.g. fab2fleet run studies/hbm3e-12h.yaml"), &err);
    f2f_status status = is_plan(cli) ? cli_plan(&results, cli, cli->args[0], NULL, PLAN_SAMPLES, &err)
                                     : answer_study(&results, cli, &err);
    if (!results) return cli_fail(cli, status, &err);
    const char *folder = cli->common.output;
    if (folder && !cli_names_format(folder)) { /* `-o answer.json` is a file like any other verb's */
        f2f_error reason = {0};
        f2f_status written = write_folder(cli, results, folder, &reason);
        if (written != F2F_OK) return cli_fail(cli, written, &reason);
        cli->common.output = NULL;
    }
    return cli_finish(cli, results, status, &err);
}

const struct verb verb_run = {table, run};
