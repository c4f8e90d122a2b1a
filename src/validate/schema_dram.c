/* schema_dram.c - runs of other DRAM simulators, repeated with the same timings, mapping and policies.
 *
 * Each channel's source offers a burst at every tick. Modes: seq, rand (splitmix64), mix and mixo (two streams
 * read, one written, in the same or in different banks), randmix (every third random burst written). A configuration is
 * a name of a memory and a controller of the catalog; where a simulator's policies are not ours (a queue for
 * each bank, no refresh, another command model) its rows are skipped. */
#include <math.h>
#include <string.h>

#include "fab2fleet/memory.h"
#include "validate/schema.h"
#include "validate/state.h"

#define COLUMNS(X)                             \
    X(SIM, "sim", WORD)                        \
    X(CONFIG, "config", WORD)                  \
    X(MODE, "mode", WORD)                      \
    X(CHANNELS, "channels", COUNT)             \
    X(REQUESTS, "requests", TEXT)              \
    X(CYCLES, "ck_cycles", TEXT)               \
    X(RATE, "GBps", TEXT)                      \
    X(SHARE, "frac_of_peak", LOGGED)           \
    X(LATENCY, "mean_read_latency_ns", LOGGED) \
    X(SPEED, "req_per_cpu_s", TEXT)            \
    X(MEMORY, "maxrss_MB", TEXT)

enum { COLUMNS(F2F_COLUMN_ID) };
static const struct f2f_column columns[] = {COLUMNS(F2F_COLUMN_ENTRY)};

static const struct {
    const char *sim, *config, *memory, *controller;
    bool refreshes;
} configs[] = {{"Ramulator2.1", "hbm3_1ch", "hbm3-8h-16gb", "hbm3-tuned-ref", true},
               {"Ramulator2.1", "hbm3_tuned", "hbm3-8h-16gb", "hbm3-tuned-ref", true},
               {"Ramulator2.1", "hbm3_tuned_norefresh", "hbm3-8h-16gb", "hbm3-tuned-ref", false},
               {"Ramulator2.1", "hbm3_tuned32", "hbm3-8h-16gb", "hbm3-tuned32-ref", true},
               {"Ramulator2.1", "hbm3_default", "hbm3-8h-16gb", "hbm3-default-ref", true},
               {"Ramulator2.1", "hbm2_tuned", "hbm2-2.0-ref", "hbm2-tuned-ref", true},
               {"Ramulator2.1", "hbm2_default", "hbm2-2.0-ref", "hbm3-default-ref", true}};
enum { N_CONFIGS = sizeof configs / sizeof configs[0] };

static const struct {
    const char *name;
    int pattern, skew;
    double read_frac;
} modes[] = {{"seq", F2F_MEM_STREAM, 0, 1.0},
             {"rand", F2F_MEM_RANDOM, 0, 1.0},
             {"mix", F2F_MEM_TRIAD, 0, 1.0},
             {"mixo", F2F_MEM_TRIAD, 682, 1.0},
             {"randmix", F2F_MEM_RANDOM, 0, 2.0 / 3.0}};
enum { N_MODES = sizeof modes / sizeof modes[0] };

static f2f_status repeat(struct f2f_mem_result *r, struct f2f_validation *v, int config, int mode,
                         const struct f2f_row *row, f2f_error *err) {
    struct f2f_mem_run run = {.channels = (int)row->number[CHANNELS], .requests = 400000};
    const struct f2f_controller *named;
    F2F_TRY(f2f_catalog_memory(&run.memory, v->catalog, configs[config].memory, NULL, 0, err));
    F2F_TRY(f2f_catalog_controller(&named, v->catalog, configs[config].controller, NULL, 0, err));
    struct f2f_controller controller = *named;
    if (!configs[config].refreshes) controller.refresh = F2F_DRAM_REFRESH_NONE;
    run.controller = &controller;
    run.traffic = (struct f2f_mem_traffic){
        .pattern = modes[mode].pattern, .skew = modes[mode].skew, .read_frac = modes[mode].read_frac, .seed = 1234};
    return f2f_mem_simulate(r, &run, err);
}

static void report(struct f2f_validation *v, struct f2f_key key, const char *metric, double measured,
                   double predicted) {
    key.metric = metric;
    if (!isnan(measured)) f2f_validation_point(v, &key, measured, predicted);
}

static void predict(struct f2f_validation *v, const struct f2f_row *row) {
    struct f2f_key key = {row->text[CONFIG], row->text[SIM], row->text[MODE], "frac_of_peak"};
    int config = 0, mode = 0;
    struct f2f_mem_result r;
    f2f_error err;
    while (config < N_CONFIGS &&
           (strcmp(configs[config].sim, row->text[SIM]) != 0 || strcmp(configs[config].config, row->text[CONFIG]) != 0))
        config++;
    while (mode < N_MODES && strcmp(modes[mode].name, row->text[MODE]) != 0) mode++;
    if (config == N_CONFIGS) f2f_validation_skip(v, &key, "policies of this simulator or configuration are not ours");
    else if (mode == N_MODES) f2f_validation_skip(v, &key, "mode is none of seq, rand, mix, mixo, randmix");
    else if (repeat(&r, v, config, mode, row, &err) != F2F_OK) f2f_validation_skip(v, &key, err.message);
    else {
        report(v, key, "frac_of_peak", row->number[SHARE], r.bandwidth_Bps / r.peak_Bps);
        report(v, key, "mean_read_latency_ns", row->number[LATENCY], r.latency_mean_s * 1e9);
    }
}

F2F_SCHEMA(f2f_schema_dram, "dram", columns, predict);
