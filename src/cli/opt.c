/* opt.c - parses, explains and completes options from their tables. */
#include <stdio.h>
#include <string.h>

#include "base/units.h"
#include "cli/cli.h"

#define N_COMMON 11
#define N_OPTIONS 64

static void common_table(struct opt *out, struct common *c) {
    const struct opt table[N_COMMON] = {
        {"set", 0, OPT_SET, &c->sets, "PATH=VALUE", "change one field of a description, e.g. chip.memory.stacks=8", 0,
         0},
        {"json", 0, OPT_FLAG, &c->json, NULL, "one JSON object, SI units, unrounded", 0, 0},
        {"csv", 0, OPT_FLAG, &c->csv, NULL, "comma-separated values", 0, 0},
        {"output", 'o', OPT_TEXT, &c->output, "FILE",
         "write there (.json .csv .html .txt); `run`: a folder, `explore`: a database, `measure`: "
         ".yaml too",
         0, 0},
        {"explain", 0, OPT_FLAG, &c->explain, NULL, "show where the time goes", 0, 0},
        {"require", 0, OPT_TEXT, &c->require, "TEST", "exit 4 unless it holds, e.g. 'ttft_p99_s<=0.5'", 0, 0},
        {"data", 0, OPT_TEXT, &c->data, "DIR", "catalog to use", 0, 0},
        {"seed", 0, OPT_INT, &c->seed, "N", "seed of random numbers", 0, 2e9},
        {"jobs", 'j', OPT_INT, &c->threads, "N", "threads; 0: all cores", 0, 256},
        {"quiet", 'q', OPT_FLAG, &c->quiet, NULL, "no notes, no progress", 0, 0},
        {"verbose", 'v', OPT_FLAG, &c->verbose, NULL, "explain every figure", 0, 0},
    };
    memcpy(out, table, sizeof table);
}

static f2f_status take_set(struct set_list *sets, const char *text, f2f_error *err) {
    const char *equals = strchr(text, '=');
    if (!equals || equals == text)
        return f2f_fail(err, F2F_EUSAGE, "--set '%.80s': PATH=VALUE is wanted, e.g. chip.tdp='500 W'", text);
    const char *path = f2f_arena_strndup(sets->arena, text, (size_t)(equals - text));
    sets->item[sets->n++] = (struct f2f_set){path, equals + 1};
    return F2F_OK;
}

static f2f_status take_number(const struct opt *o, const char *text, f2f_error *err) {
    double value;
    bool whole = o->kind == OPT_INT;
    if (!f2f_number_parse(&value, text) ||
        (whole && (value > 2147483647.0 || value < -2147483648.0 || strpbrk(text, ".eE"))))
        return f2f_fail(err, F2F_EUSAGE, "--%s '%.40s': %s is wanted", o->name, text,
                        whole ? "a whole number" : "a number");
    if (o->min < o->max && (value < o->min || value > o->max))
        return f2f_fail(err, F2F_EUSAGE, "--%s %.40s is out of its range %.10g to %.10g", o->name, text, o->min,
                        o->max);
    if (whole) *(int *)o->target = (int)value;
    else *(double *)o->target = value;
    return F2F_OK;
}

static f2f_status take_value(const struct opt *o, const char *text, f2f_error *err) {
    switch (o->kind) {
    case OPT_FLAG: *(bool *)o->target = true; return F2F_OK;
    case OPT_TEXT: *(const char **)o->target = text; return F2F_OK;
    case OPT_SET: return take_set(o->target, text, err);
    case OPT_INT:
    case OPT_REAL: return take_number(o, text, err);
    }
    return F2F_OK;
}

static f2f_status unknown_option(const struct opt *table, size_t n, const char *verb, const char *text,
                                 f2f_error *err) {
    const char *names[N_OPTIONS];
    for (size_t i = 0; i < n; i++) names[i] = table[i].name;
    const char *near = f2f_nearest(text, names, n);
    return f2f_fail(err, F2F_EUSAGE, "unknown option '--%.40s'%s%s%s; `fab2fleet help %s` lists them", text,
                    near ? " (did you mean '--" : "", near ? near : "", near ? "'?)" : "", verb);
}

static const struct opt *find_long(const struct opt *table, size_t n, const char *name, size_t length) {
    for (size_t i = 0; i < n; i++)
        if (strlen(table[i].name) == length && strncmp(table[i].name, name, length) == 0) return &table[i];
    return NULL;
}

static const struct opt *find_short(const struct opt *table, size_t n, char letter) {
    for (size_t i = 0; i < n; i++)
        if (letter && table[i].letter == letter) return &table[i];
    return NULL;
}

/* One option at argv[*i]; steps over its value. */
static f2f_status take_option(struct cli *cli, const struct opt *table, size_t n, int argc, char **argv, int *i,
                              f2f_error *err) {
    const char *verb = cli->verb, *text = argv[*i], *value = NULL;
    const struct opt *o;
    if (text[1] == '-') {
        const char *equals = strchr(text, '=');
        size_t length = equals ? (size_t)(equals - text) - 2 : strlen(text) - 2;
        o = find_long(table, n, text + 2, length);
        if (!o) return unknown_option(table, n, verb, text + 2, err);
        if (equals && o->kind == OPT_FLAG) return f2f_fail(err, F2F_EUSAGE, "--%s takes no value", o->name);
        if (equals) value = equals + 1;
    } else {
        o = find_short(table, n, text[1]);
        if (!o) return f2f_fail(err, F2F_EUSAGE, "unknown option '%.10s'; `fab2fleet help %s` lists them", text, verb);
        if (text[2] && o->kind == OPT_FLAG)
            return f2f_fail(err, F2F_EUSAGE, "'%.40s': -%c takes no value; write short options apart", text, text[1]);
        if (text[2]) value = text + 2;
    }
    if (!value && o->kind != OPT_FLAG) {
        if (*i + 1 >= argc)
            return f2f_fail(err, F2F_EUSAGE, "--%s needs a value: --%s %s", o->name, o->name, o->argument);
        value = argv[++*i];
    }
    cli->given[cli->n_given++] = o->name;
    return take_value(o, value, err);
}

f2f_status cli_parse(struct cli *cli, const struct opt *options, int argc, char **argv, f2f_error *err) {
    struct opt table[N_OPTIONS];
    size_t n = N_COMMON;
    common_table(table, &cli->common);
    for (; options && options->name && n < N_OPTIONS; options++) table[n++] = *options;
    cli->common.sets.arena = cli->arena;
    cli->common.sets.item = f2f_arena_alloc(cli->arena, ((size_t)argc + 1) * sizeof *cli->common.sets.item);
    cli->args = f2f_arena_alloc(cli->arena, ((size_t)argc + 1) * sizeof *cli->args);
    cli->given = f2f_arena_alloc(cli->arena, ((size_t)argc + 1) * sizeof *cli->given);
    bool only_args = false;
    for (int i = 0; i < argc; i++) {
        if (!only_args && strcmp(argv[i], "--") == 0) only_args = true;
        else if (!only_args && (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)) cli->common.help = true;
        else if (!only_args && argv[i][0] == '-' && argv[i][1])
            F2F_TRY(take_option(cli, table, n, argc, argv, &i, err));
        else cli->args[cli->n_args++] = argv[i];
    }
    if (cli->common.json && cli->common.csv) return f2f_fail(err, F2F_EUSAGE, "--json and --csv exclude each other");
    return F2F_OK;
}

static void print_option(const struct opt *o) {
    char left[48];
    (void)snprintf(left, sizeof left, "%s%c%s--%s%s%s", o->letter ? "-" : " ", o->letter ? o->letter : ' ',
                   o->letter ? ", " : "  ", o->name, o->argument ? " " : "", o->argument ? o->argument : "");
    printf("  %-32s %s\n", left, o->help);
}

void cli_help(const char *verb, const char *arguments, const char *text, const struct opt *options) {
    struct opt common[N_COMMON];
    struct common unused;
    common_table(common, &unused);
    printf("fab2fleet %s %s\n  %s\n\n", verb, arguments, text);
    for (const struct opt *o = options; o && o->name; o++) print_option(o);
    if (options && options->name) putchar('\n');
    for (int i = 0; i < N_COMMON; i++) print_option(&common[i]);
}

void cli_complete(const struct opt *options) {
    struct opt common[N_COMMON];
    struct common unused;
    common_table(common, &unused);
    for (const struct opt *o = options; o && o->name; o++) printf("--%s\n", o->name);
    for (int i = 0; i < N_COMMON; i++) printf("--%s\n", common[i].name);
}
