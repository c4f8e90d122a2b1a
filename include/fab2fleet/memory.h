/* memory.h - what a memory delivers, simulated command by command (src/memory/).
 *
 * Each channel has a controller and a source of requests of its own and is simulated from event to event;
 * channels share nothing, so threads change nothing. A request is one burst. Time is counted in ticks of
 * the command bus (see dram.h) and turned into seconds in results only. */
#ifndef F2F_MEMORY_H
#define F2F_MEMORY_H

#include <stdint.h>

#include "fab2fleet/hardware.h"
#include "fab2fleet/record.h"

#ifdef __cplusplus
extern "C" {
#endif

enum f2f_mem_pattern {
    F2F_MEM_STREAM, /* one stream of reads and one of writes */
    F2F_MEM_TRIAD, /* two streams read, one written, `skew` bursts apart beside a quarter of the channel each */
    F2F_MEM_STRIDED, /* step_B apart */
    F2F_MEM_RANDOM,
    F2F_MEM_KV_GATHER, /* pages of step_B bytes all over a fragmented pool */
    F2F_MEM_TRACE
};

/* What one channel is asked for. */
struct f2f_mem_traffic {
    int pattern; /* enum f2f_mem_pattern */
    double step_B; /* strided, kv-gather */
    int skew; /* triad */
    double read_frac; /* share of requests that read, spread evenly; a trace says it itself */
    const char *trace; /* file: `0xADDR READ|WRITE CYCLE` or `LD|ST ADDR` */
    int outstanding; /* closed loop: requests of a channel in flight; 0: one is offered in every clock */
    double rate_Bps; /* open loop, of one channel; 0: closed */
    uint64_t seed;
};

/* One command as issued. Fields below the command's scope are -1 (row and column but for ACT, RD, WR). */
struct f2f_mem_command {
    int64_t tick; /* reference tick, see dram.h */
    int channel, action; /* enum f2f_dram_action */
    int pseudo, rank, group, bank, row, column;
};
typedef void f2f_mem_log_fn(void *context, const struct f2f_mem_command *command);

/* Degrees Celsius above which no DRAM is rated, the automotive grade of LPDDR5 (-40 to 125 C): no refresh rate is
 * known. */
#define F2F_MEM_LIMIT_C 125.0

/* Degrees Celsius of the hottest DRAM die: the package it stands on, plus power through the stack. */
double f2f_mem_temperature_C(const struct f2f_memory *memory, double base_C, double stack_W);

/* How many times as often as in a cool memory refresh is due at that temperature; at least 1. */
double f2f_mem_refreshes(const struct f2f_memory *memory, double temperature_C);

struct f2f_mem_run {
    const struct f2f_memory *memory;
    const struct f2f_controller *controller; /* NULL: the memory's own */
    double pin_rate_bps; /* 0: the memory's own */
    double temperature_C; /* of the DRAM, at most F2F_MEM_LIMIT_C: sets the refresh rate */
    struct f2f_mem_traffic traffic;
    int64_t requests; /* of all channels */
    int channels; /* simulated; 0: all of a stack */
    int spread; /* channels that addresses are interleaved over; 0: those simulated */
    int threads; /* 0 and 1: one */
    bool audit; /* every command is checked a second time */
    f2f_mem_log_fn *log; /* called for each command of channel 0; may be NULL */
    void *log_context;
    bool (*go_on)(void *context, double done_frac); /* false stops with F2F_EINTERRUPTED; may be NULL */
    void *go_on_context;
};

/* Where the data bus's time goes, shares of the whole: data + losses = 1. */
enum f2f_mem_loss {
    F2F_MEM_LOSS_REFRESH,
    F2F_MEM_LOSS_ROW, /* activates and precharges */
    F2F_MEM_LOSS_TURNAROUND, /* between reads and writes */
    F2F_MEM_LOSS_GROUP, /* bank groups, ranks, command bus */
    F2F_MEM_LOSS_IDLE, /* nothing to do */
    F2F_MEM_LOSSES
};

enum { F2F_MEM_BINS = 1024 }; /* of the latency histogram */

struct f2f_mem_result {
    int64_t requests, reads, writes, forwarded; /* forwarded: reads answered from the write queue */
    double bytes_B, time_s, cycles_ck; /* of the channel that took longest */
    double bandwidth_Bps, peak_Bps; /* of the simulated channels */
    double steady_Bps; /* delivered until the last request was accepted: without the end of the run */
    double latency_mean_s, latency_p50_s, latency_p99_s, latency_max_s; /* of reads: acceptance to last data */
    double row_hit_frac; /* requests that found their row open */
    double data_frac, loss_frac[F2F_MEM_LOSSES];
    int64_t commands[F2F_DRAM_ACTIONS];
    double energy_J, part_J[5]; /* activate, read, write, refresh, background; I/O is in read and write */
    double io_J;
    int64_t violations; /* of the audit; -1: not audited */
    char violation[160]; /* the first of them */
    int64_t events; /* arrivals and commands */
    uint64_t latency_count[F2F_MEM_BINS]; /* by f2f_mem_bin_s */
    double tick_s;
};

/* F2F_EINPUT: contradictory timings, a mapping that does not fit, a trace that cannot be read. */
f2f_status f2f_mem_simulate(struct f2f_mem_result *out, const struct f2f_mem_run *run, f2f_error *err);
/* What refresh costs: the share of peak a run gains if the memory needs none (at most 200,000 requests are compared).
 */
f2f_status f2f_mem_refresh_loss(double *out_frac, const struct f2f_mem_run *run, f2f_error *err);
/* Upper edge of a bin: bins are 1/16 of an octave wide, at least a tick. */
double f2f_mem_bin_s(const struct f2f_mem_result *result, int bin);

/* The result as a record, with the tree of where the data bus's time goes.
 * refresh_loss_frac: of f2f_mem_refresh_loss. */
struct f2f_record *f2f_mem_record(f2f_arena *arena, const struct f2f_mem_result *result, double refresh_loss_frac,
                                  const char *title);
/* Latency histogram, half an octave a row. */
struct f2f_record *f2f_mem_histogram(f2f_arena *arena, const struct f2f_mem_result *result);
/* Bandwidth-latency curves: a table of `offered` (share of peak asked for) against delivered bandwidth and mean and p99
 * latency, for read shares of 100 to 0 %. The run gives memory, controller, pattern, channels and requests of each
 * point. */
f2f_status f2f_mem_curve(struct f2f_record **table, f2f_arena *arena, const struct f2f_mem_run *run, f2f_error *err);
/* Commands of channel 0 from begin to end as spans of the record (timeline): a track for each bank and data bus. A log
 * function for f2f_mem_run. */
struct f2f_mem_window {
    struct f2f_record *record;
    const struct f2f_memory *memory;
    double begin_s, end_s, tick_s, clock_s;
    int64_t spans; /* at most a million are kept */
};
void f2f_mem_window_init(struct f2f_mem_window *window, struct f2f_record *record, const struct f2f_mem_run *run,
                         double begin_s, double end_s);
void f2f_mem_window_log(void *window, const struct f2f_mem_command *command);

/* A second opinion on a log of commands, from the standard's tables alone (src/memory/audit.c). One for each channel.
 */
struct f2f_mem_audit;
f2f_status f2f_mem_audit_new(struct f2f_mem_audit **out, const struct f2f_memory *memory, double pin_rate_bps,
                             f2f_error *err);
void f2f_mem_audit_free(struct f2f_mem_audit *audit);
/* Commands in the order of their reference ticks, or of the ticks they take their bus from. */
void f2f_mem_audit_command(struct f2f_mem_audit *audit, const struct f2f_mem_command *command);
/* Violations of the log up to here; `first` (may be NULL) receives a sentence about the first one, lent. */
int64_t f2f_mem_audit_violations(struct f2f_mem_audit *audit, const char **first);

#ifdef __cplusplus
}
#endif
#endif
