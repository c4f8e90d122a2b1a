/* diag.h - all errors of a description, gathered and shown together.
 *
 * A reader reports each fault it finds with its place and goes on; when it is done it returns
 * F2F_EINPUT if there was any. The list is bounded: after 100 messages the rest are only counted. */
#ifndef F2F_DIAG_H
#define F2F_DIAG_H

#include <stddef.h>

#include "fab2fleet/arena.h"

#ifdef __cplusplus
extern "C" {
#endif

struct f2f_diag {
    f2f_arena *arena;
    const char **lines; /* "file:line:col: error: message" */
    size_t n, dropped;
};

struct f2f_diag *f2f_diag_new(f2f_arena *arena);
/* line, col from 1; 0 leaves them out. */
void f2f_diag_add(struct f2f_diag *diag, const char *file, int line, int col, const char *fmt, ...) F2F_PRINTF(5, 6);
/* F2F_OK if diag is as long as `before`, else F2F_EINPUT with the first of the new lines, and how many
 * more there are, in err. */
f2f_status f2f_diag_status(const struct f2f_diag *diag, size_t before, f2f_error *err);

#ifdef __cplusplus
}
#endif
#endif
