/* cmd_measure.c - `fab2fleet measure [CHIP]`: the operators of a layer on this very machine, predicted and timed. */
#define _DEFAULT_SOURCE /* getloadavg, mkstemp */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"
#include "fab2fleet/measure.h"

static struct {
    const char *model, *only, *tables, *kernels;
    int prompt, batch, context;
    double seconds;
    bool describe, cpu_time;
} o = {.model = "llama-3.2-1b", .prompt = 256, .batch = 16, .context = 1024, .seconds = 10.0};

static const struct opt table[] = {
    {"model", 0, OPT_TEXT, &o.model, "M", "whose operators", 0, 0},
    {"prompt", 0, OPT_INT, &o.prompt, "L", "tokens of the prompt", 1, 1e6},
    {"batch", 0, OPT_INT, &o.batch, "B", "sequences decoded at once, beside one alone", 1, 1e5},
    {"context", 0, OPT_INT, &o.context, "L", "tokens of each of them", 1, 1e7},
    {"only", 0, OPT_TEXT, &o.only, "NAME", "operators of that name, kind or format alone, e.g. gemm, rope, int8", 0, 0},
    {"kernels", 0, OPT_TEXT, &o.kernels, "SET", "only these: avx512, avx2 or generic", 0, 0},
    {"seconds", 0, OPT_REAL, &o.seconds, "S", "of repeats, all operators together", 0.01, 3600},
    {"describe", 0, OPT_FLAG, &o.describe, NULL, "only describe the machine as a chip, in YAML", 0, 0},
    {"cpu-time", 0, OPT_FLAG, &o.cpu_time, NULL, "time threads at work, not the clock on the wall: for a busy machine",
     0, 0},
    {"tables", 0, OPT_TEXT, &o.tables, "FOLDER", "also write tables for validate and calibrate, and the chip, there", 0,
     0},
    {0}};

/* One call's work. */
struct job {
    struct cli *cli;
    struct f2f_results *results;
    struct f2f_host host;
    struct f2f_probe probe;
    struct f2f_measure *measure;
    struct f2f_machine machine;
    struct f2f_measure_case *cases;
    struct f2f_timing *timings;
    size_t n;
    const char *yaml; /* the description */
    const char *chip; /* where it was written; NULL: nowhere */
    double load; /* of the system before this program's own; below 0: not told */
    struct progress progress;
};

static double now_s(void *unused) {
    (void)unused;
    return cli_now_s();
}

static double thread_s(void *unused) {
    struct timespec t;
    (void)unused;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static bool writes_yaml(const struct cli *cli) {
    const char *path = cli->common.output, *dot = path ? strrchr(path, '.') : NULL;
    return dot && (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0);
}

/* To the files that were asked for. Rows of tables are this machine's, whatever chip is predicted beside them. */
static f2f_status write_description(struct job *j, f2f_error *err) {
    const char *output = j->cli->common.output;
    if (writes_yaml(j->cli)) {
        F2F_TRY(cli_write_file(output, j->yaml, err));
        j->chip = f2f_arena_printf(j->cli->arena, "%s%s", strchr(output, '/') ? "" : "./", output);
    }
    if (!o.tables) return F2F_OK;
    j->chip = f2f_arena_printf(j->cli->arena, "%s/chip.yaml", o.tables);
    return cli_write_file(j->chip, j->yaml, err);
}

/* A description is read from a file: one that was asked for, or one that is gone at once. */
static f2f_status load_described(const struct f2f_system **out, struct job *j, f2f_error *err) {
    const struct common *c = &j->cli->common;
    if (j->chip) return f2f_catalog_system(out, j->cli->catalog, j->chip, c->sets.item, c->sets.n, err);
    const char *folder = getenv("TMPDIR");
    char *path = f2f_arena_printf(j->cli->arena, "%s/fab2fleet-chip-XXXXXX", folder && *folder ? folder : "/tmp");
    int fd = mkstemp(path);
    if (fd < 0) return f2f_fail(err, F2F_ERUN, "cannot write a file such as '%.120s'", path);
    (void)close(fd);
    f2f_status status = cli_write_file(path, j->yaml, err);
    if (status == F2F_OK) status = f2f_catalog_system(out, j->cli->catalog, path, c->sets.item, c->sets.n, err);
    (void)unlink(path);
    return status;
}

static f2f_status load_machine(struct job *j, f2f_error *err) {
    const struct f2f_system *system;
    const struct common *c = &j->cli->common;
    if (j->cli->n_args == 1) {
        const char *name = j->cli->args[0];
        F2F_TRY(f2f_catalog_host(&system, j->cli->catalog, name, 1, c->sets.item, c->sets.n, err));
        if (system->node->chip->units != j->host.cores)
            f2f_results_note(j->results, "%s has %d units, and %d core%s of this machine %s used", name,
                             system->node->chip->units, j->host.cores, j->host.cores == 1 ? "" : "s",
                             j->host.cores == 1 ? "is" : "are");
    } else F2F_TRY(load_described(&system, j, err));
    return f2f_machine_make(&j->machine, system, err);
}

static bool chosen(struct f2f_arena *arena, const struct f2f_machine *machine, const struct f2f_measure_case *c) {
    if (!o.only) return true;
    struct f2f_timing none = {.median_s = 1.0};
    struct f2f_record *r = f2f_measure_record(arena, machine, c, &none);
    static const char *const keys[] = {"operator", "kind", "dtype"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (strcmp(f2f_record_find(r, keys[i])->text, o.only) == 0) return true;
    return false;
}

/* "qkv_proj, rope, ...", each once. */
static const char *names_of(const struct job *j) {
    const char *text = "";
    for (size_t i = 0; i < j->n; i++) {
        size_t same = 0;
        while (strcmp(j->cases[same].name, j->cases[i].name) != 0) same++;
        if (same == i) text = f2f_arena_printf(j->cli->arena, "%s%s%s", text, i ? ", " : "", j->cases[i].name);
    }
    return text;
}

static f2f_status choose(struct job *j, f2f_error *err) {
    const struct f2f_model *model;
    size_t kept = 0;
    F2F_TRY(f2f_catalog_model(&model, j->cli->catalog, o.model, err));
    F2F_TRY(f2f_measure_cases(&j->cases, &j->n, j->cli->arena, j->results, j->measure, model, o.prompt, o.batch,
                              o.context, err));
    for (size_t i = 0; i < j->n; i++)
        if (chosen(j->cli->arena, &j->machine, &j->cases[i])) j->cases[kept++] = j->cases[i];
    if (!kept)
        return f2f_fail(err, F2F_EUSAGE,
                        "--only '%.40s': no operator of %.60s has that name, kind or format; names are %.200s", o.only,
                        o.model, names_of(j));
    j->n = kept;
    j->timings = f2f_arena_alloc(j->cli->arena, kept * sizeof *j->timings);
    return F2F_OK;
}

/* What one operator cannot have is told, and the others go on. */
static f2f_status run_all(struct job *j, f2f_error *err) {
    for (size_t i = 0; i < j->n; i++) {
        const struct f2f_measure_case *c = &j->cases[i];
        f2f_error one = {0};
        if (!progress_step(&j->progress, (int)i, (int)j->n, c->name))
            return f2f_fail(err, F2F_EINTERRUPTED, "interrupted: %zu of %zu operators were finished", i, j->n);
        if (f2f_measure_run(&j->timings[i], j->measure, c, o.seconds / (double)j->n, &one) == F2F_OK) {
            struct f2f_record *r = f2f_measure_record(j->cli->arena, &j->machine, c, &j->timings[i]);
            if (j->cli->common.explain) f2f_machine_explain(r, &j->machine, &c->op);
            f2f_results_add(j->results, r);
        } else f2f_results_note(j->results, "%s (%s) is left out: %s", c->name, c->load, one.message);
        if (!j->results->n_items && i + 1 == j->n)
            return f2f_fail(err, F2F_EINFEASIBLE, "nothing was measured: %s (%s): %s", c->name, c->load, one.message);
    }
    return F2F_OK;
}

static f2f_status write_tables(const struct job *j, f2f_error *err) {
    static const char *const names[] = {"gemm", "attention_prefill", "attention_decode"};
    f2f_arena *arena = j->cli->arena;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *text =
            f2f_measure_csv(arena, names[i], j->chip, "measured: fab2fleet measure", j->cases, j->timings, j->n);
        if (text) F2F_TRY(cli_write_file(f2f_arena_printf(arena, "%s/%s.csv", o.tables, names[i]), text, err));
    }
    return F2F_OK;
}

static void put_host(const struct job *j) {
    const struct f2f_host *h = &j->host;
    const struct f2f_probe *p = &j->probe;
    long cpus = sysconf(_SC_NPROCESSORS_ONLN); /* the load is of all of them, this process may have a few */
    f2f_results_note(
        j->results,
        "%s%s: %d core%s in use of %d CPUs allowed, %.3g GHz, %.4g GFLOP/s in fp32 (%s), %.3g GB/s from "
        "memory, %.3g GB/s from the last-level cache of %.4g MiB: measured by loops that are no operators; "
        "--describe says the rest",
        h->model, h->is_virtual ? " (virtual)" : "", h->cores, h->cores == 1 ? "" : "s", h->allowed, 1e-9 * p->clock_Hz,
        1e-9 * p->flops[F2F_DTYPE_FP32], p->kernels, 1e-9 * p->memory_Bps, 1e-9 * p->cache_Bps,
        h->caches ? h->cache[h->caches - 1].size_B / 1048576.0 : 0.0);
    if (cpus > 0 && j->load > 0.5 * (double)cpus)
        f2f_results_note(
            j->results,
            "the machine was busy with other work (load %.2g on %ld CPUs): times are longer and spread more "
            "than on a quiet one",
            j->load, cpus);
    if (p->memory_short)
        f2f_results_note(j->results,
                         "memory is short (%.3g MB are free): what is read from memory lies in caches in part",
                         1e-6 * h->available_B);
    if (o.cpu_time)
        f2f_results_note(j->results,
                         "times are those of threads at work, the longest of each part: what other programs "
                         "take of the cores is left out, and so is waiting for each other");
    if (h->quota > 0.0 && h->quota < h->cores + 1)
        f2f_results_note(j->results, "a control group grants %.3g CPUs: threads may be stopped in between", h->quota);
}

/* No core of today runs as slowly: others had it. */
static const double least_clock_Hz = 2e8;
enum { MOST_PROBES = 3 };

/* A machine that is busy for a moment is asked again. */
static f2f_status probe(struct job *j, f2f_error *err) {
    for (int i = 0; i < MOST_PROBES; i++) {
        F2F_TRY(f2f_measure_probe(&j->probe, j->measure, err));
        if (j->probe.clock_Hz >= least_clock_Hz) return F2F_OK;
    }
    return f2f_fail(
        err, F2F_ERUN,
        "the cores are taken by other work: additions that wait for each other ran at %.3g GHz; try again on a "
        "quieter machine, or with --cpu-time",
        1e-9 * j->probe.clock_Hz);
}

/* Reads the machine and measures what it can do. */
static f2f_status look(struct job *j, f2f_error *err) {
    const struct f2f_clock clock = {.now_s = now_s, .thread_s = o.cpu_time ? thread_s : NULL};
    if (getloadavg(&j->load, 1) != 1) j->load = -1.0;
    F2F_TRY(f2f_host_read(&j->host, j->cli->arena, "", j->cli->common.threads, err));
    F2F_TRY(f2f_measure_new(&j->measure, &j->host, &clock, o.kernels, err));
    if (!progress_step(&j->progress, 0, 1, "what the machine can do"))
        return f2f_fail(err, F2F_EINTERRUPTED, "interrupted: nothing was finished");
    F2F_TRY(probe(j, err));
    j->yaml = f2f_measure_describe(j->cli->arena, &j->host, &j->probe);
    return F2F_OK;
}

static f2f_status answer(struct job *j, f2f_error *err) {
    F2F_TRY(look(j, err));
    if (o.describe) return F2F_OK;
    if (o.tables && mkdir(o.tables, 0777) != 0 && access(o.tables, W_OK | X_OK) != 0)
        return f2f_fail(err, F2F_ERUN, "cannot write into the folder '%.120s'", o.tables);
    put_host(j);
    F2F_TRY(write_description(j, err));
    F2F_TRY(load_machine(j, err));
    F2F_TRY(choose(j, err));
    f2f_status status = run_all(j, err);
    f2f_measure_summary(j->results);
    if (o.tables) F2F_TRY(write_tables(j, err));
    return status;
}

static f2f_status check(const struct cli *cli, f2f_error *err) {
    const struct cli_only rules[] = {{"only", !o.describe, "operators"},    {"model", !o.describe, "operators"},
                                     {"prompt", !o.describe, "operators"},  {"batch", !o.describe, "operators"},
                                     {"context", !o.describe, "operators"}, {"seconds", !o.describe, "operators"},
                                     {"tables", !o.describe, "operators"}};
    if (cli->n_args > 1 || (o.describe && cli->n_args))
        return f2f_fail(err, F2F_EUSAGE, "one chip at most is wanted, and none with --describe: fab2fleet measure");
    if (o.describe && (cli->common.json || cli->common.csv))
        return f2f_fail(err, F2F_EUSAGE, "--describe prints YAML alone: without --json and --csv");
    if (cli->n_args && writes_yaml(cli))
        return f2f_fail(err, F2F_EUSAGE, "-o '%.80s': the machine is not described where a chip is named",
                        cli->common.output);
    return cli_check_only(cli, rules, sizeof rules / sizeof rules[0], err);
}

static int run(struct cli *cli) {
    f2f_error err = {0};
    struct f2f_results *results = f2f_results_new(cli->arena, cli->verb);
    struct job *j = f2f_arena_alloc(cli->arena, sizeof *j);
    *j = (struct job){.cli = cli, .results = results};
    f2f_status status = check(cli, &err);
    if (status != F2F_OK) return cli_fail(cli, status, &err);
    progress_start(&j->progress, "measure", cli->common.quiet);
    status = answer(j, &err);
    progress_end(&j->progress);
    f2f_measure_free(j->measure);
    if (o.describe && status == F2F_OK) status = cli_write(cli, j->yaml, &err);
    if (o.describe) return status == F2F_OK ? F2F_OK : cli_fail(cli, status, &err);
    if (status != F2F_OK && (status != F2F_EINTERRUPTED || !results->n_items)) return cli_fail(cli, status, &err);
    if (writes_yaml(cli)) cli->common.output = NULL; /* it holds the chip; results go to standard output */
    return cli_finish(cli, results, status, &err);
}

const struct verb verb_measure = {table, run};
