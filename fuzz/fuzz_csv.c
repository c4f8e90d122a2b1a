/* Any text as a measured table: read, recognised and predicted with the catalog of the working folder. */
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include "fab2fleet/machine.h"
#include "fab2fleet/validate.h"

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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char *const dirs[] = {"catalog"};
    struct f2f_catalog *catalog;
    char path[64];
    FILE *file = tmpfile();
    if (!file) return 0;
    if (fwrite(data, 1, size, file) == size && fflush(file) == 0 &&
        f2f_catalog_new(&catalog, dirs, 1, NULL) == F2F_OK) {
        f2f_error err;
        f2f_catalog_on_system(catalog, give_port, NULL);
        (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fileno(file));
        (void)f2f_validate_file(f2f_results_new(f2f_catalog_arena(catalog), "validate"), catalog, path,
                                &(struct f2f_validate_options){.worst = 5, .uncertainty = true}, &err);
        f2f_catalog_free(catalog);
    }
    fclose(file);
    return 0;
}
