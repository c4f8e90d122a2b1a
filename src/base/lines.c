/* lines.c - see lines.h; zlib reads plain files as they are. */
#include "base/lines.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

enum { CHUNK_B = 65536 };

struct f2f_lines {
    f2f_arena *arena;
    const char *path;
    gzFile file;
    long long number;
    double size_B;
    char chunk[CHUNK_B];
    size_t at, filled;
    char *line;
    size_t length, cap;
};

f2f_status f2f_lines_open(struct f2f_lines **out, f2f_arena *arena, const char *path, f2f_error *err) {
    struct stat info;
    *out = NULL;
    if (stat(path, &info) != 0) return f2f_fail(err, F2F_EINPUT, "cannot open '%.150s': %s", path, strerror(errno));
    if (S_ISDIR(info.st_mode)) return f2f_fail(err, F2F_EINPUT, "'%.150s' is a folder, a file is wanted", path);
    gzFile file = gzopen(path, "rb");
    if (!file) return f2f_fail(err, F2F_EINPUT, "cannot open '%.150s': %s", path, strerror(errno));
    struct f2f_lines *lines = f2f_arena_alloc(arena, sizeof *lines);
    lines->arena = arena;
    lines->path = f2f_arena_strdup(arena, path);
    lines->file = file;
    lines->size_B = S_ISREG(info.st_mode) ? (double)info.st_size : 0.0;
    *out = lines;
    return F2F_OK;
}

void f2f_lines_close(struct f2f_lines *lines) {
    if (lines && lines->file) (void)gzclose(lines->file);
    if (lines) lines->file = NULL;
}

const char *f2f_lines_path(const struct f2f_lines *lines) { return lines->path; }

double f2f_lines_share(const struct f2f_lines *lines) {
    return lines->file && lines->size_B > 0.0 ? (double)gzoffset(lines->file) / lines->size_B : 0.0;
}

f2f_status f2f_lines_fail(const struct f2f_lines *lines, size_t col, f2f_error *err, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    char text[320];
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    return f2f_fail(err, F2F_EINPUT, "%.120s:%lld:%zu: %s", lines->path, lines->number, col, text);
}

static f2f_status append(struct f2f_lines *lines, const char *bytes, size_t n, f2f_error *err) {
    if (lines->length + n >= F2F_LINE_MAX_B)
        return f2f_lines_fail(lines, 1, err, "the line is longer than %zu bytes", F2F_LINE_MAX_B);
    if (lines->length + n + 1 > lines->cap) {
        size_t cap = lines->cap ? lines->cap : 4096;
        while (cap < lines->length + n + 1) cap *= 2;
        lines->line = f2f_arena_grow(lines->arena, lines->line, lines->cap, cap);
        lines->cap = cap;
    }
    memcpy(lines->line + lines->length, bytes, n);
    lines->length += n;
    return F2F_OK;
}

static f2f_status fill(struct f2f_lines *lines, f2f_error *err) {
    int n = gzread(lines->file, lines->chunk, CHUNK_B), code = Z_OK;
    const char *reason = gzerror(lines->file, &code);
    if (n < 0 || (n == 0 && code == Z_BUF_ERROR))
        return f2f_lines_fail(lines, 1, err, "reading fails after this line: %.60s",
                              code == Z_BUF_ERROR ? "the gzip file is cut off" : reason);
    lines->at = 0;
    lines->filled = (size_t)n;
    return F2F_OK;
}

f2f_status f2f_lines_next(struct f2f_lines *lines, char **line, f2f_error *err) {
    bool ended = false, any = false;
    lines->length = 0;
    *line = NULL;
    while (!ended) {
        if (lines->at == lines->filled) F2F_TRY(fill(lines, err));
        if (lines->filled == 0) break;
        if (!any) lines->number++;
        any = true;
        char *begin = lines->chunk + lines->at, *end = memchr(begin, '\n', lines->filled - lines->at);
        size_t n = end ? (size_t)(end - begin) : lines->filled - lines->at;
        F2F_TRY(append(lines, begin, n, err));
        lines->at += n + (end ? 1 : 0);
        ended = end != NULL;
    }
    if (!any) return F2F_OK;
    if (memchr(lines->line, '\0', lines->length)) return f2f_lines_fail(lines, 1, err, "the line holds a NUL: no text");
    if (lines->length && lines->line[lines->length - 1] == '\r') lines->length--;
    lines->line[lines->length] = '\0';
    *line = lines->line;
    return F2F_OK;
}
