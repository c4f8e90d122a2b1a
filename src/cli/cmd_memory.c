/* cmd_memory.c - `fab2fleet memory MEMORY`: what a stack or device really delivers, command by command. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "fab2fleet/memory.h"

static struct {
    const char *pattern, *controller, *window;
    double read_frac, requests, rate_GBps, temperature_C, pin_rate_Gbps;
    int channels, outstanding, skew;
    bool audit, curve;
} o = {
    .pattern = "stream", .read_frac = 1.0, .requests = 1e6, .temperature_C = F2F_CHIP_PACKAGE_C, .outstanding = 1024};

static const struct opt table[] = {
    {"pattern", 'p', OPT_TEXT, &o.pattern, "P", "stream, triad, random, strided:BYTES, kv-gather:BYTES or trace:FILE",
     0, 0},
    {"read-frac", 0, OPT_REAL, &o.read_frac, "F", "share of requests that read", 0, 1},
    {"requests", 'n', OPT_REAL, &o.requests, "N", "bursts asked for, all channels together", 1, 1e12},
    {"channels", 0, OPT_INT, &o.channels, "N", "channels simulated; 0: all of the stack", 0, 4096},
    {"controller", 0, OPT_TEXT, &o.controller, "C", "controller; the memory's own if left out", 0, 0},
    {"outstanding", 0, OPT_INT, &o.outstanding, "N",
     "requests of a channel in flight at most; 0: one is offered at each tick of its command bus", 0, 1e6},
    {"rate", 0, OPT_REAL, &o.rate_GBps, "GB/s", "open loop: what is asked of all channels together", 0, 1e9},
    {"pin-rate", 0, OPT_REAL, &o.pin_rate_Gbps, "Gb/s", "what a chip drives; 0: the memory's own", 0, 1e3},
    {"temperature", 0, OPT_REAL, &o.temperature_C, "C",
     "of the DRAM: above its `hot` refresh is due `hot_refresh` times as often, above `hotter` `hotter_refresh` times",
     -40, F2F_MEM_LIMIT_C},
    {"skew", 0, OPT_INT, &o.skew, "N", "triad: bursts between its streams", 0, 1e9},
    {"audit", 0, OPT_FLAG, &o.audit, NULL, "check every command a second time, from the standard's tables alone", 0, 0},
    {"curve", 0, OPT_FLAG, &o.curve, NULL, "bandwidth-latency curves by read share; -o FILE.html draws them", 0, 0},
    {"window", 0, OPT_TEXT, &o.window, "FROM,TO", "nanoseconds of channel 0 kept as a timeline; -o FILE.trace.json", 0,
     0},
    {0}};

static f2f_status read_pattern(struct f2f_mem_traffic *t, f2f_error *err) {
    static const struct {
        const char *name;
        int pattern;
        bool takes;
    } known[] = {{"stream", F2F_MEM_STREAM, false},      {"triad", F2F_MEM_TRIAD, false},
                 {"random", F2F_MEM_RANDOM, false},      {"strided", F2F_MEM_STRIDED, true},
                 {"kv-gather", F2F_MEM_KV_GATHER, true}, {"trace", F2F_MEM_TRACE, true}};
    const char *colon = strchr(o.pattern, ':');
    size_t length = colon ? (size_t)(colon - o.pattern) : strlen(o.pattern);
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strlen(known[i].name) != length || strncmp(known[i].name, o.pattern, length) != 0) continue;
        if (known[i].takes != (colon != NULL)) break;
        char *end = NULL;
        t->pattern = known[i].pattern;
        if (t->pattern == F2F_MEM_TRACE) t->trace = colon + 1;
        else if (colon) t->step_B = strtod(colon + 1, &end);
        if (!end || (end != colon + 1 && *end == '\0' && t->step_B >= 1 && t->step_B <= 1e12)) return F2F_OK;
        break;
    }
    return f2f_fail(err, F2F_EUSAGE,
                    "--pattern '%.80s': stream, triad, random, strided:BYTES, kv-gather:BYTES or trace:FILE is wanted",
                    o.pattern);
}

static f2f_status read_window(double *begin_s, double *end_s, f2f_error *err) {
    char *end, *last;
    *begin_s = strtod(o.window, &end) * 1e-9;
    if (end != o.window && *end == ',') {
        *end_s = strtod(end + 1, &last) * 1e-9;
        if (last != end + 1 && *last == '\0' && *begin_s >= 0 && *end_s > *begin_s) return F2F_OK;
    }
    return f2f_fail(err, F2F_EUSAGE, "--window '%.40s': two times in nanoseconds are wanted, e.g. 1000,2000", o.window);
}

static bool go_on(void *context, double done_frac) {
    return progress_step(context, (int)(100.0 * done_frac), 100, NULL);
}

/* --controller is the first --set, so that others change the controller it names. */
static f2f_status load_memory(const struct f2f_memory **out, struct cli *cli, f2f_error *err) {
    size_t n = 0, given = cli->common.sets.n;
    struct f2f_set *sets = f2f_arena_alloc(cli->arena, (given + 1) * sizeof *sets);
    if (o.controller) sets[n++] = (struct f2f_set){"controller", o.controller};
    for (size_t i = 0; i < given; i++) sets[n++] = cli->common.sets.item[i];
    return f2f_catalog_memory(out, cli->catalog, cli->args[0], sets, n, err);
}

static f2f_status make_run(struct f2f_mem_run *run, struct cli *cli, f2f_error *err) {
    *run = (struct f2f_mem_run){.channels = o.channels,
                                .requests = (int64_t)o.requests,
                                .threads = cli->common.threads,
                                .audit = o.audit,
                                .temperature_C = o.temperature_C,
                                .pin_rate_bps = o.pin_rate_Gbps * 1e9};
    F2F_TRY(read_pattern(&run->traffic, err));
    const struct cli_only rules[] = {{"skew", run->traffic.pattern == F2F_MEM_TRIAD, "--pattern triad"},
                                     {"outstanding", !(o.rate_GBps > 0), "runs without --rate"}};
    F2F_TRY(cli_check_only(cli, rules, sizeof rules / sizeof rules[0], err));
    F2F_TRY(load_memory(&run->memory, cli, err));
    run->traffic.read_frac = o.read_frac;
    run->traffic.outstanding = o.rate_GBps > 0 ? 0 : o.outstanding;
    run->traffic.skew = o.skew;
    run->traffic.seed = cli->common.seed ? (uint64_t)cli->common.seed : 1234;
    run->traffic.rate_Bps = o.rate_GBps * 1e9 / (o.channels ? o.channels : run->memory->channels);
    return F2F_OK;
}

/* What a chip does with a stack that is hotter than the run is: it refreshes it more often, or is refused. */
static void note_hot(struct f2f_results *results, const struct f2f_mem_run *run, double stack_C) {
    const struct f2f_memory *memory = run->memory;
    if (stack_C > F2F_MEM_LIMIT_C)
        f2f_results_note(
            results,
            "A stack under this load would be at %.0f C on a package of %.0f C, and no DRAM is rated above "
            "%.0f C: a chip on such a package that reads at this rate is refused.",
            stack_C, F2F_CHIP_PACKAGE_C, F2F_MEM_LIMIT_C);
    else if (f2f_mem_refreshes(memory, stack_C) > f2f_mem_refreshes(memory, run->temperature_C))
        f2f_results_note(
            results,
            "A stack under this load would be at %.0f C on a package of %.0f C, above %.0f C, and is simulated "
            "at %.0f C: chips refresh it %g times as often, as does --temperature %.0f.",
            stack_C, F2F_CHIP_PACKAGE_C, stack_C > memory->hotter_C ? memory->hotter_C : memory->hot_C,
            run->temperature_C, f2f_mem_refreshes(memory, stack_C) / f2f_mem_refreshes(memory, run->temperature_C),
            fmin(ceil(stack_C), F2F_MEM_LIMIT_C));
}

/* A run is at the temperature asked for. What a whole stack under this load would be at decides how often chips refresh
 * it (port.c). */
static void put_temperature(struct f2f_results *results, struct f2f_record *r, const struct f2f_mem_run *run,
                            const struct f2f_mem_result *m) {
    const struct f2f_memory *memory = run->memory;
    int channels = run->channels ? run->channels : memory->channels;
    double stack_W = m->energy_J / m->time_s * memory->channels / channels;
    double stack_C = f2f_mem_temperature_C(memory, F2F_CHIP_PACKAGE_C, stack_W);
    if (!(stack_C > F2F_CHIP_PACKAGE_C)) return;
    f2f_record_num(r, "stack_C", stack_C,
                   "of the hottest die of a whole stack under this load, on a package as warm as chips' by default");
    note_hot(results, run, stack_C);
}

static f2f_status answer(struct cli *cli, struct f2f_results *results, struct progress *progress, f2f_error *err) {
    struct f2f_mem_run run;
    struct f2f_mem_result m;
    struct f2f_mem_window window;
    struct f2f_record *curve, *spans = f2f_record_new(cli->arena, "window");
    double begin_s = 0, end_s = 0, refresh_loss_frac = 0;
    if (cli->n_args != 1)
        return f2f_fail(err, F2F_EUSAGE, "wanted: fab2fleet memory hbm3e-12h-36gb --pattern random --requests 1000000");
    F2F_TRY(make_run(&run, cli, err));
    if (o.window) {
        F2F_TRY(read_window(&begin_s, &end_s, err));
        f2f_mem_window_init(&window, spans, &run, begin_s, end_s);
        run.log = f2f_mem_window_log;
        run.log_context = &window;
    }
    run.go_on = go_on;
    run.go_on_context = progress;
    f2f_status status = f2f_mem_simulate(&m, &run, err);
    if (status != F2F_OK && status != F2F_EINTERRUPTED) return status;
    if (status == F2F_OK) F2F_TRY(f2f_mem_refresh_loss(&refresh_loss_frac, &run, err));
    struct f2f_record *r = f2f_mem_record(cli->arena, &m, refresh_loss_frac,
                                          f2f_arena_printf(cli->arena, "%s / %s", cli->args[0], o.pattern));
    for (size_t i = 0; i < spans->n_spans; i++)
        f2f_record_span(r, spans->spans[i].track, spans->spans[i].name, spans->spans[i].start_s,
                        spans->spans[i].duration_s);
    f2f_record_text(r, "memory", cli->args[0], NULL);
    f2f_record_text(r, "controller", run.memory->controller->id.name, NULL);
    put_temperature(results, r, &run, &m);
    f2f_results_add(results, r);
    double trefi_s = run.memory->timing[F2F_DRAM_SYMBOL_nREFI].s;
    if (status == F2F_OK && m.time_s < trefi_s)
        f2f_results_note(results,
                         "The run lasts %.3g us, less than one refresh interval (trefi, %.3g us): more --requests "
                         "show what refresh costs.",
                         m.time_s * 1e6, trefi_s * 1e6);
    if (cli->common.explain && m.reads) f2f_results_table(results, f2f_mem_histogram(cli->arena, &m));
    if (status == F2F_OK && o.curve) {
        run.log = NULL;
        if (run.requests > 200000) run.requests = 200000; /* of each of 90 points */
        status = f2f_mem_curve(&curve, cli->arena, &run, err);
        if (status == F2F_OK) f2f_results_table(results, curve);
    }
    return status;
}

static int run(struct cli *cli) {
    f2f_error err = {0};
    double started_s = cli_now_s();
    struct progress progress;
    struct f2f_results *results = f2f_results_new(cli->arena, cli->verb);
    progress_start(&progress, "per cent", cli->common.quiet);
    f2f_status status = answer(cli, results, &progress, &err);
    progress_end(&progress);
    if (status == F2F_EINTERRUPTED) f2f_results_note(results, "Interrupted: this is what was simulated so far.");
    cli_put_wall(results, started_s);
    bool some = status == F2F_OK || (status == F2F_EINTERRUPTED && results->n_items);
    return some ? cli_finish(cli, results, status, &err) : cli_fail(cli, status, &err);
}

const struct verb verb_memory = {table, run};
