/* Any text as a measured table: read, recognised and predicted with the catalog of the working folder. */
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include "fab2fleet/validate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char *const dirs[] = {"catalog"};
    struct f2f_catalog *catalog;
    char path[64];
    FILE *file = tmpfile();
    if (!file) return 0;
    if (fwrite(data, 1, size, file) == size && fflush(file) == 0 &&
        f2f_catalog_new(&catalog, dirs, 1, NULL) == F2F_OK) {
        f2f_error err;
        (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fileno(file));
        (void)f2f_validate_file(f2f_results_new(f2f_catalog_arena(catalog), "validate"), catalog, path, &err);
        f2f_catalog_free(catalog);
    }
    fclose(file);
    return 0;
}
