/* Any text as any quantity, as a number and as a number format. */
#include <stdint.h>
#include <string.h>

#include "base/units.h"
#include "fab2fleet/arena.h"
#include "fab2fleet/dtype.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    f2f_arena *arena = f2f_arena_new();
    const char *text = f2f_arena_strndup(arena, (const char *)data, size);
    struct f2f_precision precision;
    f2f_error err;
    double value;
    for (int q = 0; q < F2F_QUANTITY_N; q++) (void)f2f_quantity_parse(&value, (enum f2f_quantity)q, text, &err);
    (void)f2f_number_parse(&value, text);
    (void)f2f_precision_parse(&precision, text, text, &err);
    f2f_arena_free(arena);
    return 0;
}
