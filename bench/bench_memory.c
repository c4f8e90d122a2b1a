/* bench_memory.c - requests and channel clocks the memory simulator takes in one second of one core.
 *
 * CPU time of the simulation alone, the best of some tries. Beside it the best published rate of the reference
 * simulators for the same traffic (requests per CPU second, one thread): DRAMsim3 HBM2 for streams and two reads
 * per write, Ramulator 2.0 HBM3 for random reads. */
#include <stdio.h>
#include <time.h>

#include "fab2fleet/catalog.h"
#include "fab2fleet/memory.h"

enum { TRIES = 5 };

static double cpu_s(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static const struct traffic {
    const char *name;
    int pattern;
    double read_frac, rate_Bps;
    int64_t requests;
    double reference_per_s;
} traffics[] = {{"stream", F2F_MEM_STREAM, 1.0, 0, 1000000, 507e3},
                {"random", F2F_MEM_RANDOM, 1.0, 0, 400000, 146e3},
                {"stream, 2 reads : 1 write", F2F_MEM_STREAM, 2.0 / 3.0, 0, 600000, 400e3},
                {"idle: one read a microsecond", F2F_MEM_RANDOM, 1.0, 32e6, 100000, 0}};

/* Entries of each queue, or 0: the controller's own. */
static f2f_status bench(struct f2f_catalog *catalog, const char *memory, const char *name, int queue, f2f_error *err) {
    struct f2f_mem_run run = {.channels = 1};
    const struct f2f_controller *own;
    F2F_TRY(f2f_catalog_memory(&run.memory, catalog, memory, NULL, 0, err));
    F2F_TRY(f2f_catalog_controller(&own, catalog, name, NULL, 0, err));
    struct f2f_controller controller = *own;
    if (queue) controller.read_queue = controller.write_queue = queue;
    run.controller = &controller;
    printf("%s, %s, queues of %d and %d\n", memory, name, controller.read_queue, controller.write_queue);
    for (size_t i = 0; i < sizeof traffics / sizeof traffics[0]; i++) {
        const struct traffic *t = &traffics[i];
        struct f2f_mem_result r;
        double best_s = 1e300;
        run.requests = t->requests;
        run.traffic = (struct f2f_mem_traffic){.pattern = t->pattern,
                                               .read_frac = t->read_frac,
                                               .rate_Bps = t->rate_Bps,
                                               .outstanding = t->rate_Bps > 0 ? 0 : 1024,
                                               .seed = 1};
        for (int k = 0; k < TRIES; k++) {
            double begun_s = cpu_s();
            F2F_TRY(f2f_mem_simulate(&r, &run, err));
            double took_s = cpu_s() - begun_s;
            if (took_s < best_s) best_s = took_s;
        }
        double per_s = (double)r.requests / best_s;
        printf("  %-30s %8.2f M requests/s %9.1f M channel clocks/s %6.1f %% of peak", t->name, per_s / 1e6,
               r.cycles_ck / best_s / 1e6, 100.0 * r.bandwidth_Bps / r.peak_Bps);
        if (t->reference_per_s > 0) printf("  %5.1f x %.0f k/s", per_s / t->reference_per_s, t->reference_per_s / 1e3);
        printf("\n");
    }
    return F2F_OK;
}

int main(void) {
    static const char *const dirs[] = {"catalog"};
    struct f2f_catalog *catalog = NULL;
    f2f_error err = {0};
    f2f_status status = f2f_catalog_new(&catalog, dirs, 1, &err);
    if (status == F2F_OK) status = bench(catalog, "hbm3-8h-16gb", "hbm3-tuned-ref", 0, &err);
    if (status == F2F_OK) status = bench(catalog, "hbm2-2.0-ref", "hbm2-tuned-ref", 0, &err);
    if (status == F2F_OK) status = bench(catalog, "hbm3-8h-16gb", "gpu-hbm", 0, &err);
    if (status == F2F_OK) status = bench(catalog, "hbm3-8h-16gb", "gpu-hbm", 128, &err);
    if (status == F2F_OK) status = bench(catalog, "hbm3e-12h-36gb", "gpu-hbm-fast", 0, &err);
    if (status != F2F_OK) fprintf(stderr, "bench: error: %s %s\n", err.where, err.message);
    f2f_catalog_free(catalog);
    return (int)status;
}
