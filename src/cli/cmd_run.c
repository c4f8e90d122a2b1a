/* cmd_run.c - `fab2fleet run STUDY.yaml [-o DIR]`: the main job.
 *
 * The folder also holds `journal`, what was finished of the study: the next run into it goes on from there. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/cli.h"
#include "fab2fleet/report.h"

static struct { bool fresh; } o;

static const struct opt table[] = {
    {"fresh", 0, OPT_FLAG, &o.fresh, NULL, "run every job, also those that the folder of -o has", 0, 0}, {0}};
enum { PLAN_SAMPLES = 1000 };

static f2f_status make_folder(const char *folder, f2f_error *err) {
    if (mkdir(folder, 0777) == 0 || errno == EEXIST) return F2F_OK;
    return f2f_fail(err, F2F_ERUN, "cannot make the folder '%.120s': %s", folder, strerror(errno));
}

/* The folder to answer into; NULL: none, or a file like any other verb's (`-o answer.json`). */
static const char *folder_of(const struct cli *cli) {
    return cli->common.output && !cli_names_format(cli->common.output) ? cli->common.output : NULL;
}

/* report.html, results.json and results.csv in the folder. */
static f2f_status write_folder(const struct cli *cli, const struct f2f_results *results, const char *folder,
                               f2f_error *err) {
    static const struct {
        const char *name;
        enum f2f_format format;
    } files[] = {{"report.html", F2F_FORMAT_HTML}, {"results.json", F2F_FORMAT_JSON}, {"results.csv", F2F_FORMAT_CSV}};
    struct f2f_report_options how = {.explain = true, .help = true};
    F2F_TRY(make_folder(folder, err));
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        const char *text = f2f_report(cli->arena, results, files[i].format, &how);
        F2F_TRY(cli_write_file(f2f_arena_printf(cli->arena, "%s/%s", folder, files[i].name), text, err));
    }
    return F2F_OK;
}

static void tell_resumed(void *context, const struct f2f_resumed *r) {
    const struct cli *cli = context;
    const char *folder = folder_of(cli);
    if (r->damaged)
        fprintf(stderr, "fab2fleet: run: %d damaged entries of %s/journal are not used\n", r->damaged, folder);
    if (cli->common.quiet) return;
    if (r->taken) fprintf(stderr, "fab2fleet: run: %d of %d jobs taken over from %s\n", r->taken, r->total, folder);
    else if (r->entries)
        fprintf(stderr, "fab2fleet: run: %s has no job of this study as it is now, by this program: all are run\n",
                folder);
}

static f2f_status answer_study(struct f2f_results **results, struct cli *cli, f2f_error *err) {
    const struct f2f_study *study;
    const struct f2f_price *price;
    struct set_list sets;
    struct progress progress;
    F2F_TRY(f2f_study_load(&study, cli->catalog, cli->args[0], err));
    F2F_TRY(cli_price(&price, &sets, cli, study->price, err));
    const char *folder = folder_of(cli);
    if (folder) F2F_TRY(make_folder(folder, err));
    progress_start(&progress, "run", cli->common.quiet);
    struct f2f_study_options how = {.sets = sets.item,
                                    .n_sets = sets.n,
                                    .price = price,
                                    .threads = cli->common.threads,
                                    .progress = progress_step,
                                    .progress_context = &progress,
                                    .journal = folder ? f2f_arena_printf(cli->arena, "%s/journal", folder) : NULL,
                                    .fresh = o.fresh,
                                    .resumed = tell_resumed,
                                    .resumed_context = cli};
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
    const char *folder = folder_of(cli);
    const bool plan = is_plan(cli);
    const struct cli_only rules[] = {{"fresh", folder && !plan, "a study that is answered into a folder (-o FOLDER)"}};
    if (cli_check_only(cli, rules, 1, &err) != F2F_OK) return cli_fail(cli, F2F_EUSAGE, &err);
    f2f_status status =
        plan ? cli_plan(&results, cli, cli->args[0], NULL, PLAN_SAMPLES, &err) : answer_study(&results, cli, &err);
    if (!results) return cli_fail(cli, status, &err);
    if (folder) {
        f2f_error reason = {0};
        f2f_status written = write_folder(cli, results, folder, &reason);
        if (written != F2F_OK) return cli_fail(cli, written, &reason);
        cli->common.output = NULL;
    }
    return cli_finish(cli, results, status, &err);
}

const struct verb verb_run = {table, run};
