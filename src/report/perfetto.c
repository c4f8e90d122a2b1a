/* perfetto.c - spans and curves of any record in Perfetto's own form.
 *
 * After perfetto/protos/perfetto/trace/trace_packet.proto and track_event/: a track descriptor for each process and
 * track, a begin and an end for each span, a counter value for each sample; times in nanoseconds. Perfetto sorts
 * packets itself. Spans of one track must not overlap: one that does ends where the next begins. */
#include <stdlib.h>
#include <string.h>

#include "report/report.h"

enum { PACKET = 1 }; /* of Trace */
enum { TIMESTAMP = 8, SEQUENCE = 10, EVENT = 11, DESCRIPTOR = 60 }; /* of TracePacket */
enum { UUID = 1, NAME = 2, PROCESS = 3, PARENT = 5, COUNTER = 8 }; /* of TrackDescriptor */
enum { PID = 1, PROCESS_NAME = 6 }; /* of ProcessDescriptor */
enum { TYPE = 9, TRACK = 11, EVENT_NAME = 23, VALUE = 44 }; /* of TrackEvent */
enum { BEGIN = 1, END = 2, COUNT = 4 }; /* of TrackEvent.Type */

/* ---- wire format ---- */

static void varint(struct f2f_buffer *out, unsigned long long value) {
    do {
        char byte = (char)((value & 0x7f) | (value > 0x7f ? 0x80 : 0));
        f2f_buffer_bytes(out, &byte, 1);
        value >>= 7;
    } while (value);
}

static void number(struct f2f_buffer *out, unsigned field, unsigned long long value) {
    varint(out, field << 3);
    varint(out, value);
}

static void bytes(struct f2f_buffer *out, unsigned field, const char *data, size_t n) {
    varint(out, field << 3 | 2);
    varint(out, n);
    f2f_buffer_bytes(out, data, n);
}

static void text(struct f2f_buffer *out, unsigned field, const char *value) { bytes(out, field, value, strlen(value)); }

static void real(struct f2f_buffer *out, unsigned field, double value) {
    unsigned long long bits;
    char data[8];
    memcpy(&bits, &value, sizeof bits);
    for (int i = 0; i < 8; i++) data[i] = (char)(bits >> (8 * i));
    varint(out, field << 3 | 1);
    f2f_buffer_bytes(out, data, sizeof data);
}

static void put(struct f2f_buffer *out, unsigned field, struct f2f_buffer *inner) {
    bytes(out, field, f2f_buffer_str(inner), inner->length);
    inner->length = 0;
}

/* ---- packets ---- */

struct writer {
    struct f2f_buffer *out, packet, inner, inmost;
};

static void end_packet(struct writer *w) {
    number(&w->packet, SEQUENCE, 1);
    put(w->out, PACKET, &w->packet);
}

static void put_process(struct writer *w, unsigned long long uuid, const char *name) {
    number(&w->inmost, PID, uuid);
    text(&w->inmost, PROCESS_NAME, name);
    number(&w->inner, UUID, uuid);
    put(&w->inner, PROCESS, &w->inmost);
    put(&w->packet, DESCRIPTOR, &w->inner);
    end_packet(w);
}

static void put_track(struct writer *w, unsigned long long uuid, unsigned long long parent, const char *name,
                      bool counter) {
    number(&w->inner, UUID, uuid);
    text(&w->inner, NAME, name);
    number(&w->inner, PARENT, parent);
    if (counter) put(&w->inner, COUNTER, &w->inmost);
    put(&w->packet, DESCRIPTOR, &w->inner);
    end_packet(w);
}

static void put_event(struct writer *w, double at_s, int type, unsigned long long track, const char *name,
                      double value) {
    number(&w->packet, TIMESTAMP, (unsigned long long)(at_s > 0.0 ? at_s * 1e9 + 0.5 : 0.0));
    number(&w->inner, TYPE, (unsigned long long)type);
    number(&w->inner, TRACK, track);
    if (name) text(&w->inner, EVENT_NAME, name);
    if (type == COUNT) real(&w->inner, VALUE, value);
    put(&w->packet, EVENT, &w->inner);
    end_packet(w);
}

/* ---- tracks ---- */

static int by_track(const void *a, const void *b) {
    const struct f2f_span *x = *(const struct f2f_span *const *)a, *y = *(const struct f2f_span *const *)b;
    int order = strcmp(x->track, y->track);
    if (order) return order;
    return (x->start_s > y->start_s) - (x->start_s < y->start_s);
}

static void put_spans(struct writer *w, const struct f2f_record *r, unsigned long long process,
                      unsigned long long *next) {
    const struct f2f_span **sorted = f2f_arena_alloc(w->out->arena, (r->n_spans + 1) * sizeof *sorted);
    for (size_t i = 0; i < r->n_spans; i++) sorted[i] = &r->spans[i];
    qsort(sorted, r->n_spans, sizeof *sorted, by_track);
    for (size_t i = 0; i < r->n_spans; i++) {
        const struct f2f_span *span = sorted[i], *after = i + 1 < r->n_spans ? sorted[i + 1] : NULL;
        double end_s = span->start_s + span->duration_s;
        if (i == 0 || strcmp(span->track, sorted[i - 1]->track) != 0)
            put_track(w, ++*next, process, span->track, false);
        if (after && strcmp(after->track, span->track) == 0 && after->start_s < end_s) end_s = after->start_s;
        put_event(w, span->start_s, BEGIN, *next, span->name, 0.0);
        put_event(w, end_s, END, *next, NULL, 0.0);
    }
}

static int by_curve(const void *a, const void *b) {
    const struct f2f_sample *x = *(const struct f2f_sample *const *)a, *y = *(const struct f2f_sample *const *)b;
    int order = strcmp(x->track, y->track);
    if (order) return order;
    return (x->at_s > y->at_s) - (x->at_s < y->at_s);
}

static void put_samples(struct writer *w, const struct f2f_record *r, unsigned long long process,
                        unsigned long long *next) {
    const struct f2f_sample **sorted = f2f_arena_alloc(w->out->arena, (r->n_samples + 1) * sizeof *sorted);
    for (size_t i = 0; i < r->n_samples; i++) sorted[i] = &r->samples[i];
    qsort(sorted, r->n_samples, sizeof *sorted, by_curve);
    for (size_t i = 0; i < r->n_samples; i++) {
        if (i == 0 || strcmp(sorted[i]->track, sorted[i - 1]->track) != 0)
            put_track(w, ++*next, process, sorted[i]->track, true);
        put_event(w, sorted[i]->at_s, COUNT, *next, NULL, sorted[i]->value);
    }
}

void f2f_report_perfetto(struct f2f_buffer *out, const struct f2f_results *results,
                         const struct f2f_report_options *options) {
    const struct f2f_buffer empty = {.arena = out->arena};
    struct writer w = {.out = out, .packet = empty, .inner = empty, .inmost = empty};
    unsigned long long next = 0;
    (void)options;
    for (size_t i = 0; i < results->n_items; i++) {
        const struct f2f_record *r = results->items[i];
        unsigned long long process = ++next;
        if (!r->n_spans && !r->n_samples) continue;
        put_process(&w, process, r->title ? r->title : "result");
        put_spans(&w, r, process, &next);
        put_samples(&w, r, process, &next);
    }
}
