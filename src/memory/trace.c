/* trace.c - requests from a file: `0xADDR READ|WRITE CYCLE` (DRAMsim3) or `LD|ST ADDR` (Ramulator).
 *
 * Read line by line, so that memory does not grow with the trace; each channel reads for itself and keeps
 * what lies in it. Addresses are bytes; those beyond the memory wrap around. Blank lines and lines that begin with #
 * are skipped. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory/traffic.h"

struct trace {
    FILE *file;
    const char *path;
    long line;
    int64_t last_ck;
};

struct request {
    uint64_t address_B;
    int64_t cycle_ck;
    bool write;
};

enum { MAX_LINE = 256 };
static const char *const forms = "wanted: `0xADDR READ|WRITE CYCLE` or `LD|ST ADDR`";

static bool read_whole(uint64_t *out, const char *word, int base) {
    char *end;
    if (!isxdigit((unsigned char)word[0])) return false;
    errno = 0;
    *out = strtoull(word, &end, base);
    return *end == '\0' && errno == 0;
}

/* Splits at blanks, in place. */
static int split(char **word, int most, char *line) {
    int n = 0;
    for (char *at = line;;) {
        while (isspace((unsigned char)*at)) *at++ = '\0';
        if (!*at) return n;
        if (n == most) return most + 1;
        word[n++] = at;
        while (*at && !isspace((unsigned char)*at)) at++;
    }
}

static bool read_words(struct request *r, char **word, int n) {
    uint64_t cycle = 0;
    *r = (struct request){0};
    if (n == 2) {
        r->write = strcmp(word[0], "ST") == 0;
        return (r->write || strcmp(word[0], "LD") == 0) && read_whole(&r->address_B, word[1], 0);
    }
    if (n != 3) return false;
    r->write = strcmp(word[1], "WRITE") == 0;
    if (!r->write && strcmp(word[1], "READ") != 0) return false;
    if (!read_whole(&r->address_B, word[0], 16) || !read_whole(&cycle, word[2], 10)) return false;
    r->cycle_ck = (int64_t)cycle;
    return cycle < UINT64_C(1) << 56;
}

/* The next request: 1, at the end 0, and -1 with err filled where a line cannot be read. */
static int read_request(struct request *r, struct trace *t, f2f_error *err) {
    char line[MAX_LINE], *word[3];
    while (fgets(line, sizeof line, t->file)) {
        t->line++;
        if (!strchr(line, '\n') && !feof(t->file))
            return f2f_fail(err, F2F_EINPUT, "%.150s:%ld: a line of more than %d characters: %s", t->path, t->line,
                            MAX_LINE - 2, forms),
                   -1;
        int n = split(word, 3, line);
        if (!n || word[0][0] == '#') continue;
        if (!read_words(r, word, n))
            return f2f_fail(err, F2F_EINPUT, "%.150s:%ld: '%.40s%s' is no request: %s", t->path, t->line, word[0],
                            n > 1 ? " ..." : "", forms),
                   -1;
        if (r->cycle_ck < t->last_ck)
            return f2f_fail(err, F2F_EINPUT, "%.150s:%ld: cycle %lld comes after cycle %lld: sort the trace", t->path,
                            t->line, (long long)r->cycle_ck, (long long)t->last_ck),
                   -1;
        t->last_ck = r->cycle_ck;
        return 1;
    }
    return 0;
}

f2f_status f2f_dram_trace_check(int64_t *requests, const char *path, f2f_error *err) {
    struct trace t = {.file = fopen(path, "r"), .path = path};
    struct request r;
    int got;
    *requests = 0;
    if (!t.file) return f2f_fail(err, F2F_EINPUT, "%.200s: %s", path, strerror(errno));
    while ((got = read_request(&r, &t, err)) > 0) ++*requests;
    bool failed = ferror(t.file) != 0;
    (void)fclose(t.file);
    if (got < 0) return F2F_EINPUT;
    if (failed) return f2f_fail(err, F2F_EINPUT, "%.200s cannot be read: is it a folder?", path);
    return *requests ? F2F_OK : f2f_fail(err, F2F_EINPUT, "%.200s holds no request: %s", path, forms);
}

static f2f_status open_trace(struct source *s, f2f_error *err) {
    s->trace = calloc(1, sizeof *s->trace);
    if (!s->trace) return f2f_fail(err, F2F_ERUN, "no memory for a trace reader");
    s->trace->path = s->traffic->trace;
    s->trace->file = fopen(s->trace->path, "r");
    return s->trace->file ? F2F_OK : f2f_fail(err, F2F_EINPUT, "%.200s: %s", s->trace->path, strerror(errno));
}

static void close_trace(struct source *s) {
    if (!s->trace) return;
    if (s->trace->file) (void)fclose(s->trace->file);
    free(s->trace);
    s->trace = NULL;
}

static bool next_request(struct source *s, struct wish *w) {
    struct request r;
    uint64_t all = (uint64_t)s->layout.bursts * (uint64_t)s->layout.channels;
    while (s->left > 0 && read_request(&r, s->trace, NULL) > 0) {
        s->left--;
        int64_t local = f2f_dram_layout_local(&s->layout, (int64_t)(r.address_B / (uint64_t)s->layout.burst_B % all));
        if (local < 0) continue;
        *w = (struct wish){.burst = local, .due_ck = r.cycle_ck, .write = r.write};
        s->left++; /* the caller counts it */
        return true;
    }
    return false;
}

const struct traffic_ops f2f_dram_traffic_trace = {
    .name = "trace", .pattern = F2F_MEM_TRACE, .open = open_trace, .close = close_trace, .next = next_request};
