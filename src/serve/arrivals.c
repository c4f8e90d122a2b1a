/* arrivals.c - see arrivals.h: a trace in its window and at its rate, or a generator. */
#include "serve/arrivals.h"

#include <math.h>

#include "serve/synthetic.h"
#include "serve/trace.h"

static const struct f2f_trace_format *const formats[] = {
#define X(name) &f2f_trace_##name,
#include "serve/trace_list.h"
#undef X
};
enum { N_FORMATS = sizeof formats / sizeof formats[0] };

static const double most_tok = 1e9;

struct f2f_arrivals {
    struct f2f_serve_stream stream;
    struct f2f_synthetic synthetic;
    struct f2f_lines *lines; /* NULL: synthetic */
    const struct f2f_trace_format *format;
    void *state;
    char *pending; /* a first line that is a request */
    double zero_s, before_s; /* time of the first request; of the one before */
    long long read, skipped;
};

static f2f_status find_format(struct f2f_arrivals *a, f2f_arena *arena, f2f_error *err) {
    char *line;
    const char *wanted = "";
    F2F_TRY(f2f_lines_next(a->lines, &line, err));
    for (int i = 0; line && i < N_FORMATS; i++) {
        if (!formats[i]->recognise(&a->state, arena, line)) continue;
        a->format = formats[i];
        a->pending = formats[i]->header ? NULL : line;
        return formats[i]->check ? formats[i]->check(a->state, a->lines, err) : F2F_OK;
    }
    if (!line) return f2f_fail(err, F2F_EINPUT, "'%.150s' is empty: a trace is wanted", f2f_lines_path(a->lines));
    for (int i = 0; i < N_FORMATS; i++)
        wanted = f2f_arena_printf(arena, "%s%s%s: %s", wanted, i ? "; " : "", formats[i]->name, formats[i]->wanted);
    return f2f_lines_fail(a->lines, 1, err, "no known trace; wanted: %s", wanted);
}

f2f_status f2f_arrivals_open(struct f2f_arrivals **out, f2f_arena *arena, const struct f2f_serve_stream *stream,
                             f2f_error *err) {
    struct f2f_arrivals *a = f2f_arena_alloc(arena, sizeof *a);
    *out = NULL;
    a->stream = *stream;
    if (!(a->stream.rate_scale > 0.0)) a->stream.rate_scale = 1.0;
    if (stream->trace) {
        F2F_TRY(f2f_lines_open(&a->lines, arena, stream->trace, err));
        f2f_status status = find_format(a, arena, err);
        if (status != F2F_OK) f2f_lines_close(a->lines);
        if (status != F2F_OK) return status;
    } else a->synthetic = f2f_synthetic_make(arena, stream->traffic, stream->seed);
    *out = a;
    return F2F_OK;
}

void f2f_arrivals_close(struct f2f_arrivals *a) {
    if (a) f2f_lines_close(a->lines);
}

int f2f_arrivals_id_tok(const struct f2f_arrivals *a) { return a->format ? a->format->id_tok : 0; }

bool f2f_arrivals_inside(const struct f2f_arrivals *a) {
    return a->format && a->format->inside && a->format->inside(a->state);
}

long long f2f_arrivals_skipped(const struct f2f_arrivals *a) { return a->skipped; }

double f2f_arrivals_share(const struct f2f_arrivals *a) { return a->lines ? f2f_lines_share(a->lines) : 0.0; }

static f2f_status check(const struct f2f_arrivals *a, const struct f2f_arrival *r, f2f_error *err) {
    if (r->isl < 1 || r->osl < 1 || (double)r->isl > most_tok || (double)r->osl > most_tok)
        return f2f_lines_fail(a->lines, 1, err, "%lld tokens in and %lld out: both must be from 1 to 1e9", r->isl,
                              r->osl);
    if (!isfinite(r->at_s)) return f2f_lines_fail(a->lines, 1, err, "the time is not finite");
    if (a->read > 0 && r->at_s < a->before_s)
        return f2f_lines_fail(a->lines, 1, err, "the time is %.6g s before the line above: sort the trace by time",
                              a->before_s - r->at_s);
    return F2F_OK;
}

/* The next request of the file, at its own time. */
static f2f_status read_line(struct f2f_arrivals *a, struct f2f_arrival *out, bool *more, f2f_error *err) {
    for (;;) {
        char *line = a->pending;
        bool failed = false;
        a->pending = NULL;
        if (!line) F2F_TRY(f2f_lines_next(a->lines, &line, err));
        if (!line) return F2F_OK;
        if (line[0] == '\0') continue;
        *out = (struct f2f_arrival){0};
        F2F_TRY(a->format->read(out, &failed, a->state, a->lines, line, err));
        a->skipped += failed;
        if (failed) continue;
        F2F_TRY(check(a, out, err));
        if (a->read++ == 0) a->zero_s = out->at_s;
        a->before_s = out->at_s;
        *more = true;
        return F2F_OK;
    }
}

f2f_status f2f_arrivals_next(struct f2f_arrivals *a, struct f2f_arrival *out, bool *more, f2f_error *err) {
    double at_s;
    do {
        *more = false;
        if (a->lines) F2F_TRY(read_line(a, out, more, err));
        else {
            f2f_synthetic_next(&a->synthetic, out);
            *more = true;
        }
        if (!*more) return F2F_OK;
        at_s = out->at_s - a->zero_s;
    } while (at_s < a->stream.from_s);
    if (a->stream.to_s > 0.0 && at_s >= a->stream.to_s) *more = false;
    out->at_s = (at_s - a->stream.from_s) / a->stream.rate_scale;
    return F2F_OK;
}
