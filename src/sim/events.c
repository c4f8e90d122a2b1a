/* events.c - see events.h. */
#include "sim/events.h"

#include <stdbool.h>

static bool before(const struct f2f_event *a, const struct f2f_event *b) {
    return a->at_s < b->at_s || (!(b->at_s < a->at_s) && a->order < b->order);
}

void f2f_events_push(struct f2f_events *events, double at_s, int kind, int subject, unsigned version) {
    if (events->n == events->cap) {
        size_t cap = events->cap ? 2 * events->cap : 64, item_B = sizeof *events->items;
        events->items = f2f_arena_grow(events->arena, events->items, events->cap * item_B, cap * item_B);
        events->cap = cap;
    }
    const struct f2f_event event = {at_s, events->pushed++, kind, subject, version};
    size_t i = events->n++;
    for (; i > 0 && before(&event, &events->items[(i - 1) / 2]); i = (i - 1) / 2)
        events->items[i] = events->items[(i - 1) / 2];
    events->items[i] = event;
}

struct f2f_event f2f_events_pop(struct f2f_events *events) {
    struct f2f_event first = events->items[0], last = events->items[--events->n];
    size_t i = 0;
    for (size_t child = 1; child < events->n; child = 2 * i + 1) {
        if (child + 1 < events->n && before(&events->items[child + 1], &events->items[child])) child++;
        if (!before(&events->items[child], &last)) break;
        events->items[i] = events->items[child];
        i = child;
    }
    if (events->n) events->items[i] = last;
    return first;
}
