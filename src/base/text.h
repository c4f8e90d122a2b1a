/* text.h - small helpers on text and files that know no domain. */
#ifndef F2F_BASE_TEXT_H
#define F2F_BASE_TEXT_H

#include <stddef.h>

#include "fab2fleet/arena.h"

/* Whole file into the arena, NUL-terminated. F2F_EINPUT if it cannot be opened, is larger than max_B, or
 * is a folder or device; F2F_ERUN if reading fails. */
f2f_status f2f_file_read(char **text, size_t *length, f2f_arena *arena, const char *path, size_t max_B, f2f_error *err);

/* Offset of the first byte that is not UTF-8 (RFC 3629), or length if all is well. */
size_t f2f_utf8_check(const char *text, size_t length);

#endif
