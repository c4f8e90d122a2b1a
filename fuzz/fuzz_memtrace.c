/* Any text as a memory trace, simulated with the audit on. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "fab2fleet/catalog.h"
#include "fab2fleet/memory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char *const dirs[] = {"catalog"};
    struct f2f_catalog *catalog;
    char path[64];
    FILE *file = size < 65536 ? tmpfile() : NULL;
    if (!file) return 0;
    if (fwrite(data, 1, size, file) == size && fflush(file) == 0 &&
        f2f_catalog_new(&catalog, dirs, 1, NULL) == F2F_OK) {
        struct f2f_mem_run run = {.channels = 2, .audit = true, .traffic = {.pattern = F2F_MEM_TRACE, .trace = path}};
        struct f2f_mem_result r;
        (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fileno(file));
        if (f2f_catalog_memory(&run.memory, catalog, "hbm3-8h-16gb", NULL, 0, NULL) == F2F_OK &&
            f2f_mem_simulate(&r, &run, NULL) == F2F_OK && r.violations)
            abort();
        f2f_catalog_free(catalog);
    }
    fclose(file);
    return 0;
}
