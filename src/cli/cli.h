/* cli.h - what the verbs share: option tables, the catalog, and the way out.
 *
 * An option table binds names to variables; it parses, and prints help and completion. The program
 * prints and exits here and nowhere else. */
#ifndef F2F_CLI_H
#define F2F_CLI_H

#include "fab2fleet/catalog.h"
#include "fab2fleet/explore.h"
#include "fab2fleet/record.h"

enum opt_kind { OPT_FLAG, OPT_INT, OPT_REAL, OPT_TEXT, OPT_SET };

struct opt {
    const char *name; /* "global-batch" */
    char letter; /* 'o' or 0 */
    enum opt_kind kind;
    void *target; /* bool, int, double, const char *, struct set_list */
    const char *argument; /* "N", "FILE"; NULL for a flag */
    const char *help;
    double min, max; /* INT, REAL: checked when min < max */
};

struct set_list {
    f2f_arena *arena; /* of the list and the paths */
    struct f2f_set *item;
    size_t n;
};

/* Options every verb takes. */
struct common {
    bool json, csv, explain, quiet, verbose, help;
    const char *output, *data, *require;
    int seed, threads;
    struct set_list sets;
};

struct cli {
    const char *verb;
    struct common common;
    const char **args; /* what is no option */
    int n_args;
    const char **given; /* names of the options that were */
    size_t n_given;
    f2f_arena *arena; /* of the whole call */
    struct f2f_catalog *catalog; /* opened by main */
};

/* Parses argv by the verb's table (ends with a NULL name) and the common one. */
f2f_status cli_parse(struct cli *cli, const struct opt *options, int argc, char **argv, f2f_error *err);
/* Help of one verb, from its table. */
void cli_help(const char *verb, const char *arguments, const char *text, const struct opt *options);
/* Names of all options of a verb, one a line, for completion. */
void cli_complete(const struct opt *options);

/* Progress on stderr, to a terminal only, after a second. A f2f_progress_fn; context is a struct progress. */
struct progress {
    const char *what;
    double started_s;
    bool shown, quiet;
};
void progress_start(struct progress *p, const char *what, bool quiet);
bool progress_step(void *context, int done, int total, const char *item);
void progress_end(struct progress *p);
/* From then on Ctrl-C ends the program at once; while there is progress only the second does, and the first makes
 * progress_step return false, so that what was finished is kept. */
void interrupt_install(void);
/* The same for work that shows no progress, from any thread; after progress_start. */
bool interrupt_go_on(void *unused);
double cli_now_s(void);

/* The one way out of a verb: prints or writes the results, tests --require; returns the exit code. */
int cli_finish(const struct cli *cli, struct f2f_results *results, f2f_status status, f2f_error *err);
/* Prints what went wrong (all gathered errors) and returns the exit code. */
int cli_fail(const struct cli *cli, f2f_status status, const f2f_error *err);
/* Writes to the file of --output, else to standard output. */
f2f_status cli_write(const struct cli *cli, const char *text, f2f_error *err);
f2f_status cli_write_file(const char *path, const char *text, f2f_error *err);
f2f_status cli_write_bytes(const char *path, const char *bytes, size_t length, f2f_error *err);
/* Before the work: can the file be written, is the ending of --output known? */
f2f_status cli_check_writable(const struct cli *cli, const char *path, f2f_error *err);
f2f_status cli_check_output(const struct cli *cli, f2f_error *err);
/* Options that belong only to others or to what was not asked. F2F_EUSAGE names the first that was given all the same.
 */
struct cli_only {
    const char *option;
    bool applies;
    const char *with; /* "a collective", "--model" */
};
f2f_status cli_check_only(const struct cli *cli, const struct cli_only *rules, size_t n, f2f_error *err);
/* Does the file name end as one that results are written to: .json .csv .html .txt? */
bool cli_names_format(const char *path);
/* `wall_s` since the start in every result: the one figure that differs between two runs. */
void cli_put_wall(struct f2f_results *results, double started_s);
/* Says so when the chip has no matrix units for the format. */
void cli_note_format(struct f2f_results *results, const struct f2f_chip *chip, enum f2f_dtype format);
/* With --explain: what is assumed where the chip's description says nothing, and where its class's constants are from.
 */
void cli_note_assumed(struct f2f_results *results, const struct cli *cli, const struct f2f_chip *chip);
/* F2F_EINFEASIBLE names the result and key that misses the requirement. */
f2f_status cli_require(const struct f2f_results *results, const char *requirement, f2f_error *err);
/* Folders that may hold the catalog, best first. F2F_EUSAGE: the one that was named is none. */
f2f_status cli_data_dirs(const char **dirs, size_t *n, size_t max, f2f_arena *arena, const char *given, f2f_error *err);

/* Those of the --set whose path begins with a kind, and the others. */
void cli_split_sets(struct set_list *mine, struct set_list *rest, struct cli *cli, const struct set_list *all,
                    const char *kind);
/* The price list of --price (NULL: the default, which may be none), changed by `--set price.…`; rest: the other --set.
 */
f2f_status cli_price(const struct f2f_price **out, struct set_list *rest, struct cli *cli, const char *name,
                     f2f_error *err);

/* F2F_EUSAGE for a --set of one of these kinds, which the verb does not read; NULL: of any. */
f2f_status cli_refuse_sets(struct cli *cli, const char *const *kinds, f2f_error *err);
/* Says so where a --set changes only what a thing costs and the verb reads no costs. */
void cli_note_sets_of_making(struct f2f_results *results, const struct cli *cli);

/* A plan by its path; price: a list instead of the plan's, or NULL. */
f2f_status cli_plan(struct f2f_results **out, struct cli *cli, const char *path, const char *price, int samples,
                    f2f_error *err);

/* A verb: its options, bound to its own variables, and what it does with them; its words stand in verbs.h. */
struct verb {
    const struct opt *options;
    int (*run)(struct cli *cli);
};
#define X(name, arguments, help) extern const struct verb verb_##name;
#include "cli/verbs.h"
#undef X

#endif
