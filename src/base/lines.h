/* lines.h - lines of a text file one after the other, also of a gzip file, in bounded memory. */
#ifndef F2F_BASE_LINES_H
#define F2F_BASE_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "fab2fleet/arena.h"

#define F2F_LINE_MAX_B ((size_t)1 << 20)

struct f2f_lines;

/* F2F_EINPUT: it cannot be opened, or is a folder. */
f2f_status f2f_lines_open(struct f2f_lines **out, f2f_arena *arena, const char *path, f2f_error *err);
void f2f_lines_close(struct f2f_lines *lines);
/* The next line without its end, NUL-terminated, lent until the next call; NULL at the end of the file. F2F_EINPUT:
 * a line longer than F2F_LINE_MAX_B or with a NUL in it, a gzip file that is cut off or damaged. */
f2f_status f2f_lines_next(struct f2f_lines *lines, char **line, f2f_error *err);
const char *f2f_lines_path(const struct f2f_lines *lines);
/* Part of the file that is read, 0..1; 0 when its size is not known. */
double f2f_lines_share(const struct f2f_lines *lines);
/* Fills err with F2F_EINPUT at file:line:col of the line that was read last. */
f2f_status f2f_lines_fail(const struct f2f_lines *lines, size_t col, f2f_error *err, const char *fmt, ...)
    F2F_PRINTF(4, 5);

#endif
