/* Any bytes as a request log, plain or gzip: read to its end, then run on a small replica. */
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include "fab2fleet/catalog.h"
#include "fab2fleet/machine.h"
#include "serve/arrivals.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A given memory instead of a simulated one: a thousand inputs a second. */
static f2f_status give_port(void *context, struct f2f_system *system, f2f_error *err) {
    static const struct f2f_mem_port port = {.capacity_B = 80e9,
                                             .peak_Bps = 3e12,
                                             .read_Bps = 3e12,
                                             .kv_Bps = 3e12,
                                             .mixed_Bps = 3e12,
                                             .energy_J_per_B = 3e-11};
    (void)context;
    (void)err;
    system->mem = &port;
    return F2F_OK;
}

static void serve(const char *path) {
    static const char *const dirs[] = {"catalog"};
    struct f2f_catalog *catalog;
    const struct f2f_system *system;
    struct f2f_record *record;
    struct f2f_serve_job job = {.requests = 200, .stream = {.trace = path}};
    if (f2f_catalog_new(&catalog, dirs, 1, NULL) != F2F_OK) return;
    f2f_catalog_on_system(catalog, give_port, NULL);
    if (f2f_catalog_system(&system, catalog, "h100-1x", NULL, 0, NULL) == F2F_OK &&
        f2f_catalog_model(&job.model, catalog, "llama-3.2-1b", NULL) == F2F_OK &&
        f2f_catalog_engine(&job.engine, catalog, "vllm", NULL, 0, NULL) == F2F_OK &&
        f2f_precision_parse(&job.precision, "bf16", NULL, NULL) == F2F_OK)
        (void)f2f_serve_run(&record, f2f_catalog_arena(catalog), system, &job, NULL);
    f2f_catalog_free(catalog);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char path[64];
    FILE *file = tmpfile();
    if (!file) return 0;
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fileno(file));
    if (fwrite(data, 1, size, file) == size && fflush(file) == 0) {
        f2f_arena *arena = f2f_arena_new();
        const struct f2f_serve_stream stream = {.trace = path};
        struct f2f_arrivals *arrivals;
        struct f2f_arrival a;
        f2f_error err;
        bool more = true;
        f2f_status status = f2f_arrivals_open(&arrivals, arena, &stream, &err);
        while (status == F2F_OK && more) status = f2f_arrivals_next(arrivals, &a, &more, &err);
        bool good = status == F2F_OK;
        f2f_arrivals_close(arrivals);
        f2f_arena_free(arena);
        if (good && size < 4096) serve(path);
    }
    fclose(file);
    return 0;
}
