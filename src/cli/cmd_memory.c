/* cmd_memory.c - `fab2fleet memory MEMORY`: what a stack or device really delivers, command by command. */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "fab2fleet/memory.h"

static struct {
    const char *pattern, *controller;
    double read_frac, requests, rate_GBps, temperature_C, pin_rate_Gbps;
    int channels, outstanding, skew;
    bool audit;
} o = {.pattern = "stream", .read_frac = 1.0, .requests = 1e6, .temperature_C = 55.0};

static const struct opt table[] = {
    {"pattern", 'p', OPT_TEXT, &o.pattern, "P", "stream, triad, random, strided:BYTES, kv-gather:BYTES or trace:FILE",
     0, 0},
    {"read-frac", 0, OPT_REAL, &o.read_frac, "F", "share of requests that read", 0, 1},
    {"requests", 'n', OPT_REAL, &o.requests, "N", "bursts asked for, all channels together", 1, 1e12},
    {"channels", 0, OPT_INT, &o.channels, "N", "channels simulated; 0: all of the stack", 0, 4096},
    {"controller", 0, OPT_TEXT, &o.controller, "C", "controller; the memory's own if left out", 0, 0},
    {"outstanding", 0, OPT_INT, &o.outstanding, "N", "requests of a channel in flight; 0: one is offered each clock", 0,
     1e6},
    {"rate", 0, OPT_REAL, &o.rate_GBps, "GB/s", "open loop: what is asked of all channels together", 0, 1e9},
    {"pin-rate", 0, OPT_REAL, &o.pin_rate_Gbps, "GB/s", "what a chip drives; 0: the memory's own", 0, 1e3},
    {"temperature", 0, OPT_REAL, &o.temperature_C, "C", "of the DRAM: above its `hot` refresh is due more often", -40,
     200},
    {"skew", 0, OPT_INT, &o.skew, "N", "triad: bursts between its streams", 0, 1e9},
    {"audit", 0, OPT_FLAG, &o.audit, NULL, "check every command a second time", 0, 0},
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
        if (!end || (*end == '\0' && t->step_B >= 1 && t->step_B <= 1e12)) return F2F_OK;
        break;
    }
    return f2f_fail(err, F2F_EUSAGE,
                    "--pattern '%.80s': stream, triad, random, strided:BYTES, kv-gather:BYTES or trace:FILE is wanted",
                    o.pattern);
}

static void put(struct f2f_record *r, const struct f2f_mem_result *m) {
    f2f_record_int(r, "requests", m->requests, "bursts moved");
    f2f_record_num(r, "read_frac", m->requests ? (double)m->reads / (double)m->requests : 0, "share that read");
    f2f_record_num(r, "bandwidth_Bps", m->bandwidth_Bps, "delivered");
    f2f_record_num(r, "peak_Bps", m->peak_Bps, "pins times rate");
    f2f_record_num(r, "efficiency_frac", m->bandwidth_Bps / m->peak_Bps, "of peak");
    f2f_record_num(r, "latency_mean_s", m->latency_mean_s, "of reads, acceptance to last data");
    f2f_record_num(r, "latency_p99_s", m->latency_p99_s, NULL);
    f2f_record_num(r, "latency_max_s", m->latency_max_s, NULL);
    f2f_record_num(r, "row_hit_frac", m->row_hit_frac, "found their row open");
    f2f_record_num(r, "refresh_loss_frac", m->loss_frac[F2F_MEM_LOSS_REFRESH], "of the bus's time");
    f2f_record_num(r, "row_loss_frac", m->loss_frac[F2F_MEM_LOSS_ROW], NULL);
    f2f_record_num(r, "turnaround_loss_frac", m->loss_frac[F2F_MEM_LOSS_TURNAROUND], NULL);
    f2f_record_num(r, "group_loss_frac", m->loss_frac[F2F_MEM_LOSS_GROUP], NULL);
    f2f_record_num(r, "idle_loss_frac", m->loss_frac[F2F_MEM_LOSS_IDLE], NULL);
    f2f_record_num(r, "energy_J", m->energy_J, "of the simulated channels");
    f2f_record_num(r, "energy_per_bit_J", m->bytes_B > 0 ? m->energy_J / (8.0 * m->bytes_B) : 0, NULL);
    f2f_record_num(r, "cycles_ck", m->cycles_ck, "clocks of the command bus");
    if (m->violations >= 0) f2f_record_int(r, "violations", m->violations, "commands the audit objects to");
}

static f2f_status answer(struct cli *cli, struct f2f_results *results, f2f_error *err) {
    struct f2f_mem_run run = {.channels = o.channels,
                              .requests = (int64_t)o.requests,
                              .threads = cli->common.threads,
                              .audit = o.audit,
                              .temperature_C = o.temperature_C,
                              .pin_rate_bps = o.pin_rate_Gbps * 1e9};
    struct f2f_mem_result m;
    if (cli->n_args != 1)
        return f2f_fail(err, F2F_EUSAGE, "wanted: fab2fleet memory hbm3e-12h-36gb --pattern random --requests 1000000");
    F2F_TRY(read_pattern(&run.traffic, err));
    F2F_TRY(
        f2f_catalog_memory(&run.memory, cli->catalog, cli->args[0], cli->common.sets.item, cli->common.sets.n, err));
    if (o.controller) F2F_TRY(f2f_catalog_controller(&run.controller, cli->catalog, o.controller, NULL, 0, err));
    run.traffic.read_frac = o.read_frac;
    run.traffic.outstanding = o.outstanding;
    run.traffic.skew = o.skew;
    run.traffic.seed = cli->common.seed ? (uint64_t)cli->common.seed : 1234;
    run.traffic.rate_Bps = o.rate_GBps * 1e9 / (o.channels ? o.channels : run.memory->channels);
    F2F_TRY(f2f_mem_simulate(&m, &run, err));
    struct f2f_record *r = f2f_record_new(cli->arena, f2f_arena_printf(cli->arena, "%s / %s", cli->args[0], o.pattern));
    f2f_record_text(r, "memory", cli->args[0], NULL);
    put(r, &m);
    f2f_results_add(results, r);
    return F2F_OK;
}

static int run(struct cli *cli) {
    f2f_error err = {0};
    double started_s = cli_now_s();
    struct f2f_results *results = f2f_results_new(cli->arena, cli->verb);
    f2f_status status = answer(cli, results, &err);
    cli_put_wall(results, started_s);
    return status == F2F_OK ? cli_finish(cli, results, status, &err) : cli_fail(cli, status, &err);
}

const struct verb verb_memory = {table, run};
