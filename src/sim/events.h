/* events.h - the kernel of a discrete-event simulation: what happens next.
 *
 * A binary heap by time; what was pushed first comes first among equals, so a run is the same everywhere. An event
 * that has been overtaken is not searched for: its subject counts versions, and an old one is ignored. */
#ifndef F2F_SIM_EVENTS_H
#define F2F_SIM_EVENTS_H

#include <stddef.h>

#include "fab2fleet/arena.h"

struct f2f_event {
    double at_s;
    unsigned long long order;
    int kind, subject;
    unsigned version;
};

/* Start with {.arena = arena}. */
struct f2f_events {
    f2f_arena *arena;
    struct f2f_event *items;
    size_t n, cap;
    unsigned long long pushed;
};

void f2f_events_push(struct f2f_events *events, double at_s, int kind, int subject, unsigned version);
/* Not empty. */
struct f2f_event f2f_events_pop(struct f2f_events *events);

/* Infinity when there is none. */
static inline double f2f_events_next_s(const struct f2f_events *events) {
    return events->n ? events->items[0].at_s : 1.0 / 0.0;
}

#endif
