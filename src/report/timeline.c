/* timeline.c - spans as a trace that Perfetto and chrome://tracing open.
 *
 * After the "Trace Event Format" (Google, 2016): a process per result, a thread per track, complete
 * events ("X") in microseconds, one to a line. */
#include <string.h>

#include "base/json_out.h"
#include "report/report.h"

static void open_event(struct f2f_json *json, const char *name, const char *phase, size_t process, size_t thread) {
    json->compact = false;
    f2f_json_object(json, NULL);
    json->compact = true;
    f2f_json_text(json, "name", name);
    f2f_json_text(json, "ph", phase);
    f2f_json_int(json, "pid", (long long)process);
    f2f_json_int(json, "tid", (long long)thread);
}

static void close_event(struct f2f_json *json) {
    f2f_json_object_end(json);
    json->compact = false;
}

static void put_name(struct f2f_json *json, const char *what, size_t process, size_t thread, const char *name) {
    open_event(json, what, "M", process, thread);
    f2f_json_object(json, "args");
    f2f_json_text(json, "name", name);
    f2f_json_object_end(json);
    close_event(json);
}

/* Number of the span's track: tracks count from 1 in order of first appearance. */
static size_t thread_of(const char **tracks, size_t *n, const char *track) {
    for (size_t i = 0; i < *n; i++)
        if (strcmp(tracks[i], track) == 0) return i + 1;
    tracks[(*n)++] = track;
    return *n;
}

static void put_record(struct f2f_json *json, const struct f2f_record *r, size_t process) {
    const char **tracks = f2f_arena_alloc(json->out->arena, r->n_spans * sizeof *tracks);
    size_t n_tracks = 0;
    put_name(json, "process_name", process, 0, r->title ? r->title : "result");
    for (size_t i = 0; i < r->n_spans; i++) {
        const struct f2f_span *span = &r->spans[i];
        size_t known = n_tracks, thread = thread_of(tracks, &n_tracks, span->track);
        if (n_tracks > known) put_name(json, "thread_name", process, thread, span->track);
        open_event(json, span->name, "X", process, thread);
        f2f_json_number(json, "ts", span->start_s * 1e6);
        f2f_json_number(json, "dur", span->duration_s * 1e6);
        close_event(json);
    }
}

/* Curves: counter events, one track each. */
static void put_samples(struct f2f_json *json, const struct f2f_record *r, size_t process) {
    for (size_t i = 0; i < r->n_samples; i++) {
        open_event(json, r->samples[i].track, "C", process, 0);
        f2f_json_number(json, "ts", r->samples[i].at_s * 1e6);
        f2f_json_object(json, "args");
        f2f_json_number(json, "value", r->samples[i].value);
        f2f_json_object_end(json);
        close_event(json);
    }
}

void f2f_report_timeline(struct f2f_buffer *out, const struct f2f_results *results,
                         const struct f2f_report_options *options) {
    (void)options;
    struct f2f_json json = {.out = out};
    f2f_json_object(&json, NULL);
    f2f_json_text(&json, "displayTimeUnit", "ms");
    f2f_json_array(&json, "traceEvents");
    for (size_t i = 0; i < results->n_items; i++)
        if (results->items[i]->n_spans) {
            put_record(&json, results->items[i], i + 1);
            put_samples(&json, results->items[i], i + 1);
        }
    f2f_json_array_end(&json);
    f2f_json_object_end(&json);
    f2f_buffer_text(out, "\n");
}
