/* arena.h - memory that is freed in one go.
 *
 * A description set, a graph and a simulation own one arena each. Allocation never returns NULL:
 * out of memory ends the process with a message, as there is nothing a model could do about it;
 * readers of foreign input bound what they ask for long before that. */
#ifndef F2F_ARENA_H
#define F2F_ARENA_H

#include <stdarg.h>
#include <stddef.h>

#include "fab2fleet/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct f2f_arena f2f_arena;

f2f_arena *f2f_arena_new(void);
void f2f_arena_free(f2f_arena *arena);

/* Zeroed memory, aligned for any type; lives as long as the arena. */
void *f2f_arena_alloc(f2f_arena *arena, size_t size_B);
/* Grows an array obtained from the arena; the old part is copied, the rest zeroed. */
void *f2f_arena_grow(f2f_arena *arena, const void *old, size_t old_B, size_t new_B);
char *f2f_arena_strdup(f2f_arena *arena, const char *text);
char *f2f_arena_strndup(f2f_arena *arena, const char *text, size_t length);
char *f2f_arena_printf(f2f_arena *arena, const char *fmt, ...) F2F_PRINTF(2, 3);
char *f2f_arena_vprintf(f2f_arena *arena, const char *fmt, va_list args);
/* child is freed with parent: for results that were made in arenas of their own. */
void f2f_arena_adopt(f2f_arena *parent, f2f_arena *child);
/* Bytes handed out so far. */
size_t f2f_arena_used_B(const f2f_arena *arena);

#ifdef __cplusplus
}
#endif
#endif
