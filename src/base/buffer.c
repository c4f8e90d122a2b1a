/* buffer.c - see buffer.h. */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"

#define FIRST_CAPACITY 1024

static void reserve(struct f2f_buffer *out, size_t more) {
    size_t need = out->length + more + 1;
    if (need <= out->capacity) return;
    size_t capacity = out->capacity ? out->capacity : FIRST_CAPACITY;
    while (capacity < need) capacity *= 2;
    out->data = f2f_arena_grow(out->arena, out->data, out->length, capacity);
    out->capacity = capacity;
}

void f2f_buffer_bytes(struct f2f_buffer *out, const char *bytes, size_t n) {
    reserve(out, n);
    memcpy(out->data + out->length, bytes, n);
    out->length += n;
    out->data[out->length] = '\0';
}

void f2f_buffer_text(struct f2f_buffer *out, const char *text) { f2f_buffer_bytes(out, text, strlen(text)); }

void f2f_buffer_fill(struct f2f_buffer *out, char c, size_t n) {
    reserve(out, n);
    memset(out->data + out->length, c, n);
    out->length += n;
    out->data[out->length] = '\0';
}

void f2f_buffer_printf(struct f2f_buffer *out, const char *fmt, ...) {
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, fmt, args);
    if (n > 0) {
        reserve(out, (size_t)n);
        out->length += (size_t)vsnprintf(out->data + out->length, (size_t)n + 1, fmt, again);
    }
    va_end(again);
    va_end(args);
}

const char *f2f_buffer_str(const struct f2f_buffer *out) { return out->data ? out->data : ""; }

/* A locale may write the point as a comma, or as several bytes: whatever is no part of a number is it. */
static const char *with_point(char *text) {
    char *to = text;
    for (const char *from = text; *from;) {
        if (isalnum((unsigned char)*from) || strchr("+-", *from)) {
            *to++ = *from++;
            continue;
        }
        while (*from && !isdigit((unsigned char)*from)) from++;
        *to++ = '.';
    }
    *to = '\0';
    return text;
}

static double no_minus_zero(double value) { return value < 0 || value > 0 ? value : 0; }

const char *f2f_number_exact(char text[F2F_NUMBER_MAX], double value) {
    double v = no_minus_zero(value);
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, F2F_NUMBER_MAX, "%.*g", digits, v);
        double back = strtod(text, NULL);
        if (memcmp(&back, &v, sizeof v) == 0) break;
    }
    return with_point(text);
}

const char *f2f_number_fixed(char text[F2F_NUMBER_MAX], double value, int decimals) {
    snprintf(text, F2F_NUMBER_MAX, "%.*f", decimals, no_minus_zero(value));
    return with_point(text);
}

const char *f2f_number_short(char text[F2F_NUMBER_MAX], double value, int digits) {
    snprintf(text, F2F_NUMBER_MAX, "%.*g", digits, no_minus_zero(value));
    return with_point(text);
}
