/* diag.c - see include/fab2fleet/diag.h. */
#include <stdarg.h>
#include <stdio.h>

#include "fab2fleet/diag.h"

#define MAX_LINES 100

struct f2f_diag *f2f_diag_new(f2f_arena *arena) {
    struct f2f_diag *diag = f2f_arena_alloc(arena, sizeof *diag);
    diag->arena = arena;
    diag->lines = f2f_arena_alloc(arena, MAX_LINES * sizeof *diag->lines);
    return diag;
}

void f2f_diag_add(struct f2f_diag *diag, const char *file, int line, int col, const char *fmt, ...) {
    if (diag->n == MAX_LINES) {
        diag->dropped++;
        return;
    }
    va_list args;
    va_start(args, fmt);
    const char *message = f2f_arena_vprintf(diag->arena, fmt, args);
    va_end(args);
    const char *where = line > 0 ? f2f_arena_printf(diag->arena, "%s:%d:%d", file, line, col) : file;
    diag->lines[diag->n++] = f2f_arena_printf(diag->arena, "%s%serror: %s", where, where[0] ? ": " : "", message);
}

f2f_status f2f_diag_status(const struct f2f_diag *diag, size_t before, f2f_error *err) {
    size_t found = diag->n + diag->dropped - before;
    if (found == 0) return F2F_OK;
    if (before >= diag->n) return f2f_fail(err, F2F_EINPUT, "%zu more errors in the input", found);
    if (found == 1) return f2f_fail(err, F2F_EINPUT, "%s", diag->lines[before]);
    return f2f_fail(err, F2F_EINPUT, "%.300s (and %zu more)", diag->lines[before], found - 1);
}
