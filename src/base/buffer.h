/* buffer.h - a growing text, and numbers written the same way in every locale. */
#ifndef F2F_BASE_BUFFER_H
#define F2F_BASE_BUFFER_H

#include <stddef.h>

#include "fab2fleet/arena.h"

/* Start with {.arena = arena}. `data` is NUL-terminated once anything was added. */
struct f2f_buffer {
    f2f_arena *arena;
    char *data;
    size_t length, capacity;
};

void f2f_buffer_bytes(struct f2f_buffer *out, const char *bytes, size_t n);
void f2f_buffer_text(struct f2f_buffer *out, const char *text);
/* n times the character c. */
void f2f_buffer_fill(struct f2f_buffer *out, char c, size_t n);
/* For text and integers; doubles go through the functions below. */
void f2f_buffer_printf(struct f2f_buffer *out, const char *fmt, ...) F2F_PRINTF(2, 3);
/* What was written so far; "" if nothing. */
const char *f2f_buffer_str(const struct f2f_buffer *out);

#define F2F_NUMBER_MAX 352 /* longest "%.17f" of a double, with its NUL */

/* The shortest of %.15g, %.16g and %.17g that reads back to the same double, with a point in every
 * locale; -0 is "0". value is finite. Returns text. */
const char *f2f_number_exact(char text[F2F_NUMBER_MAX], double value);
/* value with so many digits (0..17) after the point; the point is dropped with 0. */
const char *f2f_number_fixed(char text[F2F_NUMBER_MAX], double value, int decimals);
/* value with so many significant digits (%g). */
const char *f2f_number_short(char text[F2F_NUMBER_MAX], double value, int digits);

#endif
