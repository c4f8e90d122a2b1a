/* json_out.c - see json_out.h. */
#include <math.h>
#include <string.h>

#include "base/json_out.h"
#include "base/text.h"

#define INDENT 2

static void line(struct f2f_json *json) {
    if (json->compact) return;
    f2f_buffer_text(json->out, "\n");
    f2f_buffer_fill(json->out, ' ', (size_t)json->depth * INDENT);
}

static void escape(struct f2f_buffer *out, unsigned char c) {
    static const char named[] = "\"\"\\\\\bb\ff\nn\rr\tt"; /* pairs: byte, letter */
    for (const char *p = named; *p; p += 2) {
        if ((unsigned char)*p != c) continue;
        f2f_buffer_printf(out, "\\%c", p[1]);
        return;
    }
    f2f_buffer_printf(out, "\\u%04x", c);
}

static bool must_escape(unsigned char c) { return c < 0x20 || c == 0x7f || c == '"' || c == '\\'; }

/* n bytes of UTF-8. */
static void quote_run(struct f2f_buffer *out, const char *text, size_t n) {
    size_t from = 0;
    for (size_t i = 0; i < n; i++) {
        if (!must_escape((unsigned char)text[i])) continue;
        f2f_buffer_bytes(out, text + from, i - from);
        escape(out, (unsigned char)text[i]);
        from = i + 1;
    }
    f2f_buffer_bytes(out, text + from, n - from);
}

static void quote(struct f2f_buffer *out, const char *text) {
    size_t length = strlen(text);
    f2f_buffer_text(out, "\"");
    for (size_t i = 0; i < length;) {
        size_t good = f2f_utf8_check(text + i, length - i);
        quote_run(out, text + i, good);
        i += good;
        if (i == length) break;
        f2f_buffer_text(out, "\xef\xbf\xbd"); /* U+FFFD */
        i++;
    }
    f2f_buffer_text(out, "\"");
}

/* What stands before a value: comma, line end, key. */
static void begin(struct f2f_json *json, const char *key) {
    if (json->filled) f2f_buffer_text(json->out, json->compact ? ", " : ",");
    if (json->depth > 0) line(json);
    json->filled = true;
    if (!key) return;
    quote(json->out, key);
    f2f_buffer_text(json->out, ": ");
}

static void open(struct f2f_json *json, const char *key, const char *bracket) {
    begin(json, key);
    f2f_buffer_text(json->out, bracket);
    json->depth++;
    json->filled = false;
}

static void close(struct f2f_json *json, const char *bracket) {
    json->depth--;
    if (json->filled) line(json);
    f2f_buffer_text(json->out, bracket);
    json->filled = true;
}

void f2f_json_object(struct f2f_json *json, const char *key) { open(json, key, "{"); }
void f2f_json_array(struct f2f_json *json, const char *key) { open(json, key, "["); }
void f2f_json_object_end(struct f2f_json *json) { close(json, "}"); }
void f2f_json_array_end(struct f2f_json *json) { close(json, "]"); }

void f2f_json_number(struct f2f_json *json, const char *key, double value) {
    char text[F2F_NUMBER_MAX];
    begin(json, key);
    f2f_buffer_text(json->out, isfinite(value) ? f2f_number_exact(text, value) : "null");
}

void f2f_json_int(struct f2f_json *json, const char *key, long long value) {
    begin(json, key);
    f2f_buffer_printf(json->out, "%lld", value);
}

void f2f_json_bool(struct f2f_json *json, const char *key, bool value) {
    begin(json, key);
    f2f_buffer_text(json->out, value ? "true" : "false");
}

void f2f_json_text(struct f2f_json *json, const char *key, const char *text) {
    begin(json, key);
    if (text) quote(json->out, text);
    else f2f_buffer_text(json->out, "null");
}
