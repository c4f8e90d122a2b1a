/* cmd_explore.c - `fab2fleet explore SPACE.yaml -o FILE.db`: which design. */
#include <stdio.h>
#include <string.h>

#include "cli/farm.h"
#include "fab2fleet/report.h"

static struct {
    bool resume;
    const char *html, *price;
    int rows;
} o = {.rows = 20};

static const struct opt table[] = {
    {"resume", 0, OPT_FLAG, &o.resume, NULL, "go on with the designs that FILE.db has not yet", 0, 0},
    {"rows", 0, OPT_INT, &o.rows, "N", "designs of the front that are shown; 0: all", 0, 1e6},
    {"html", 0, OPT_TEXT, &o.html, "FILE", "the answer as a page with charts, too", 0, 0},
    {"price", 0, OPT_TEXT, &o.price, "P", "price list instead of the space's", 0, 0},
    {0}};

/* What the hooks of an exploration tell. */
struct teller {
    struct progress progress;
    const struct cli *cli;
    int taken, done; /* designs: of an earlier run, all so far */
};

static double designs_per_s(const struct teller *t) {
    double wall_s = cli_now_s() - t->progress.started_s;
    return wall_s > 0 ? (t->done - t->taken) / wall_s : 0;
}

/* Says how fast it goes, since a space may be large. */
static bool step(void *context, int done, int total, const char *item) {
    struct teller *t = context;
    char text[64];
    t->done = done;
    (void)snprintf(text, sizeof text, "%s, %.0f a second", item, designs_per_s(t));
    return progress_step(&t->progress, done, total, text);
}

static void tell_resumed(void *context, const struct f2f_resumed *r) {
    struct teller *t = context;
    t->taken = r->taken;
    if (!t->cli->common.quiet)
        fprintf(stderr, "fab2fleet: explore: %d of %d designs taken over from %s\n", r->taken, r->total,
                t->cli->common.output);
}

/* To who has watched it go. */
static void tell_speed(struct teller *t) {
    progress_end(&t->progress);
    if (t->progress.shown && t->done > t->taken)
        fprintf(stderr, "fab2fleet: explore: %d designs in %.1f s, %.0f a second\n", t->done - t->taken,
                cli_now_s() - t->progress.started_s, designs_per_s(t));
}

static f2f_status check_arguments(const struct cli *cli, f2f_error *err) {
    if (cli->n_args != 1)
        return f2f_fail(err, F2F_EUSAGE,
                        "one space is wanted, e.g. fab2fleet explore studies/explore-own-chip.yaml -o own-chip.db");
    if (!cli->common.output || cli_names_format(cli->common.output))
        return f2f_fail(err, F2F_EUSAGE, "a database is wanted: -o FILE.db; the answer goes to standard output");
    return F2F_OK;
}

/* What this process alone writes. */
static f2f_status check_files(const struct cli *cli, f2f_error *err) {
    F2F_TRY(cli_check_writable(cli, cli->common.output, err));
    return o.html ? cli_check_writable(cli, o.html, err) : F2F_OK;
}

static struct f2f_explore_options options_of(struct cli *cli, struct teller *teller) {
    return (struct f2f_explore_options){.sets = cli->common.sets.item,
                                        .n_sets = cli->common.sets.n,
                                        .price = o.price,
                                        .threads = cli->common.threads,
                                        .seed = cli->common.seed,
                                        .resume = o.resume,
                                        .rows = o.rows,
                                        .progress = step,
                                        .progress_context = teller,
                                        .resumed = tell_resumed,
                                        .resumed_context = teller};
}

static f2f_status explore(struct f2f_results **results, struct cli *cli, const char *path, struct farm *farm,
                          f2f_error *err) {
    const struct f2f_space *space;
    struct teller teller = {.cli = cli};
    *results = NULL;
    F2F_TRY(check_arguments(cli, err));
    F2F_TRY(check_files(cli, err));
    F2F_TRY(f2f_space_load(&space, cli->catalog, cli->args[0], err));
    progress_start(&teller.progress, "explore", cli->common.quiet);
    struct f2f_explore_options how = options_of(cli, &teller);
    farm_share(farm, &how);
    f2f_status status = f2f_explore_run(results, cli->catalog, space, path, &how, err);
    tell_speed(&teller);
    if (*results) cli_put_wall(*results, teller.progress.started_s);
    return status;
}

/* A process that works for another: it shows nothing, and what went wrong is told by that one. */
static int follow(struct cli *cli, struct farm *farm) {
    const struct f2f_space *space;
    struct f2f_explorer *explorer = NULL;
    struct teller teller = {.cli = cli};
    f2f_error err = {0};
    progress_start(&teller.progress, "explore", true);
    const struct f2f_explore_options how = options_of(cli, &teller);
    f2f_status status = check_arguments(cli, &err);
    if (status == F2F_OK) status = f2f_space_load(&space, cli->catalog, cli->args[0], &err);
    if (status == F2F_OK) status = f2f_explorer_new(&explorer, cli->catalog, space, &how, &err);
    farm_follow(farm, explorer, cli->common.threads, &err);
    return F2F_OK;
}

static f2f_status write_page(const struct cli *cli, const struct f2f_results *results, f2f_error *err) {
    struct f2f_report_options how = {.help = true};
    return o.html ? cli_write_file(o.html, f2f_report(cli->arena, results, F2F_FORMAT_HTML, &how), err) : F2F_OK;
}

/* CSV has no tables: the designs of the front are lines after that of the counts. */
static void add_front(struct f2f_results *results) {
    for (size_t i = 0; i < results->n_tables; i++)
        for (size_t k = 0; results->tables[i]->n_drawn && k < results->tables[i]->n_values; k++)
            if (results->tables[i]->values[k].record) f2f_results_add(results, results->tables[i]->values[k].record);
}

static int lead(struct cli *cli, struct farm *farm) {
    struct f2f_results *results;
    f2f_error err = {0}, reason = {0};
    const char *path = cli->common.output;
    f2f_status status = explore(&results, cli, path, farm, &err);
    if (!results) return cli_fail(cli, status, &err);
    cli->common.output = NULL; /* it is the database */
    f2f_status written = write_page(cli, results, &reason);
    if (cli->common.csv) add_front(results);
    return written == F2F_OK ? cli_finish(cli, results, status, &err) : cli_fail(cli, written, &reason);
}

static int run(struct cli *cli) {
    struct farm farm;
    f2f_error err = {0};
    f2f_status status = farm_begin(&farm, cli, &err);
    if (status != F2F_OK) return cli_fail(cli, status, &err);
    int code = farm.follows ? follow(cli, &farm) : lead(cli, &farm);
    farm_end(&farm);
    return code;
}

const struct verb verb_explore = {table, run};
