/* json_out.h - writes JSON (RFC 8259) as it goes, without a tree in memory.
 *
 * The caller opens and closes objects and arrays in order; commas, line ends and indentation follow.
 * Text that is no UTF-8 gets U+FFFD for each bad byte, so that the output always is. */
#ifndef F2F_BASE_JSON_OUT_H
#define F2F_BASE_JSON_OUT_H

#include <stdbool.h>

#include "base/buffer.h"

/* Start with {.out = buffer}. */
struct f2f_json {
    struct f2f_buffer *out;
    int depth;
    bool filled; /* the open object or array has a member */
    bool compact; /* no line ends within what is opened from now on; may be switched between members */
};

/* key: NULL in an array and at the top. */
void f2f_json_object(struct f2f_json *json, const char *key);
void f2f_json_array(struct f2f_json *json, const char *key);
void f2f_json_object_end(struct f2f_json *json);
void f2f_json_array_end(struct f2f_json *json);
/* NaN and infinities are null; -0 is 0; the rest reads back exactly. */
void f2f_json_number(struct f2f_json *json, const char *key, double value);
void f2f_json_int(struct f2f_json *json, const char *key, long long value);
void f2f_json_bool(struct f2f_json *json, const char *key, bool value);
/* text: NULL is null. */
void f2f_json_text(struct f2f_json *json, const char *key, const char *text);

#endif
