/* measure.h - this very machine: described as a chip, and its operators timed by kernels of our own.
 *
 * The machine is a CPU. What it is (cores, caches, instruction set) is read from the system's files; what it can do
 * (FLOP/s, bytes/s, clock) is measured by loops that are no operators, so that no operator's time is ever used to
 * predict it. The library does not read the clock: the caller lends one. */
#ifndef F2F_MEASURE_H
#define F2F_MEASURE_H

#include <stdbool.h>

#include "fab2fleet/machine.h"
#include "fab2fleet/record.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { F2F_HOST_CACHES = 4, F2F_HOST_CORES = 1024 };

struct f2f_host_cache {
    int level; /* 1 to 4; data or unified */
    double size_B;
    int sharers; /* logical CPUs that share one */
};

/* What the system's files say. */
struct f2f_host {
    const char *model; /* as /proc/cpuinfo names it; "unknown" */
    const char *isa; /* what of its instruction set matters to products: "avx2 fma avx512f"; "" */
    bool is_virtual; /* a hypervisor runs it */
    int allowed; /* logical CPUs this process may run on */
    int cores; /* that are used: one logical CPU of each core, no more than the quota grants */
    int cpu[F2F_HOST_CORES]; /* their numbers */
    int smt; /* logical CPUs of one core */
    double quota; /* CPUs a control group grants; 0: no limit */
    double nominal_Hz; /* as /proc/cpuinfo says; 0: not told */
    struct f2f_host_cache cache[F2F_HOST_CACHES]; /* of the first core, lowest level first */
    int caches;
    double memory_B, available_B;
};

/* Reads /proc and /sys under root ("" for those of the system; tests give a folder). cores: at most so many, 0: all.
 * What is missing stays 0 or "unknown". F2F_EINPUT: no CPU is allowed. */
f2f_status f2f_host_read(struct f2f_host *out, f2f_arena *arena, const char *root, int cores, f2f_error *err);

/* Seconds that never go back. */
struct f2f_clock {
    double (*now_s)(void *context);
    double (*thread_s)(void *context); /* the time the calling thread has run; NULL: operators take what the clock says.
                                        * Else, of each part that threads do side by side, the longest such time, which
                                        * leaves out what other programs take of the cores */
    void *context;
};

/* What was measured of the machine: all cores in use together, the fastest tenth of repeats. */
struct f2f_probe {
    double clock_Hz; /* of one core at work: additions that wait for each other */
    double launch_s; /* all threads wake, do nothing and meet */
    double flops[F2F_DTYPE_N]; /* products in registers; 0: no instruction for it, or no kernel here */
    double cache_Bps; /* reading what fits the last-level cache but no private one */
    double memory_Bps; /* reading what fits no cache */
    bool memory_short; /* half of what was free is less than caches hold four times: memory_Bps is in part theirs */
    const char *kernels; /* name of the fp32 set: "avx512" */
    int rows, columns; /* of its block of sums in registers */
};

struct f2f_measure; /* threads, buffers */

/* Pins a thread to each of the host's cores (where that is allowed). kernels: the only set to use, "avx512", "avx2" or
 * "generic"; NULL: the fastest for each format. Free with f2f_measure_free. F2F_ERUN: no threads or memory. F2F_EUSAGE:
 * this machine does not have that set. */
f2f_status f2f_measure_new(struct f2f_measure **out, const struct f2f_host *host, const struct f2f_clock *clock,
                           const char *kernels, f2f_error *err);
void f2f_measure_free(struct f2f_measure *m);

/* About a second. */
f2f_status f2f_measure_probe(struct f2f_probe *out, struct f2f_measure *m, f2f_error *err);

/* A chip of class `cpu`, as YAML; each value says whether it was measured, read or assumed. */
const char *f2f_measure_describe(f2f_arena *arena, const struct f2f_host *host, const struct f2f_probe *probe);

/* One operator to measure. */
struct f2f_measure_case {
    struct f2f_op op;
    const char *name; /* of the operator: "qkv_proj" */
    const char *load; /* what the pass carries: "decode of 1" */
};

/* The distinct operators of one layer and of the head of a model, in passes of a prompt of `prompt` tokens and of
 * `batch` sequences with a context of `context` tokens, batch 1 beside it, in fp32; products also in the other formats
 * there are kernels for; and streams of memory. Operators without a kernel are told in a note. */
f2f_status f2f_measure_cases(struct f2f_measure_case **out, size_t *n, f2f_arena *arena, struct f2f_results *notes,
                             const struct f2f_measure *m, const struct f2f_model *model, int prompt, int batch,
                             int context, f2f_error *err);

struct f2f_timing {
    double median_s, p10_s, p90_s;
    int samples;
};

/* Times one; about budget_s long, a warm-up and three samples at least, one of runs above a second. F2F_ERUN: it does
 * not fit the memory. */
f2f_status f2f_measure_run(struct f2f_timing *out, struct f2f_measure *m, const struct f2f_measure_case *c,
                           double budget_s, f2f_error *err);

/* predicted_s, measured_s, ape_frac and what they are of. */
struct f2f_record *f2f_measure_record(f2f_arena *arena, const struct f2f_machine *machine,
                                      const struct f2f_measure_case *c, const struct f2f_timing *t);
/* A table of errors by kind of operator and format, and of all: n, mape_frac, median_ape_frac, bias_frac. */
void f2f_measure_summary(struct f2f_results *out);

/* The rows of one table of measurements, "gemm", "attention_prefill" or "attention_decode", among what was measured;
 * NULL: there are none. chip: a name or path that `validate` finds. */
const char *f2f_measure_csv(f2f_arena *arena, const char *table, const char *chip, const char *source,
                            const struct f2f_measure_case *cases, const struct f2f_timing *timings, size_t n);

#ifdef __cplusplus
}
#endif
#endif
