/* pacing.h - when the next request is accepted: one offered at every tick, so many in flight, or at a rate.
 *
 * A request that finds its queue full waits at the source, and all behind it. A write to an address that an
 * accepted read still wants waits too, so that the read gets the old data. */
#ifndef F2F_MEMORY_PACING_H
#define F2F_MEMORY_PACING_H

#include "memory/channel.h"

void f2f_dram_pacing_init(struct channel *c, f2f_arena *arena);
/* The tick from which one more may be in flight. */
int64_t f2f_dram_pacing_in_flight(struct channel *c, int64_t tick);
/* Tick of a request that says when it comes. */
int64_t f2f_dram_pacing_due(struct channel *c);

/* An accepted entry of the other kind with the address of the wish. */
static inline bool pacing_meets(const struct channel *c) {
    const struct queue *q = &c->queue[!c->wish.write];
    for (uint16_t e = c->bank[c->place.bank].list[!c->wish.write].head; e != NO_ENTRY; e = q->entry[e].after)
        if (q->entry[e].row == c->place.row && q->entry[e].column == c->place.column) return true;
    return false;
}

/* There is another wish. */
static inline void pacing_wish(struct channel *c) {
    struct pacing *p = &c->pacing;
    p->due = p->dated ? f2f_dram_pacing_due(c) : p->offered;
    p->met = pacing_meets(c);
}

/* Tick at which the wish can be accepted, NEVER while it cannot. */
static inline int64_t pacing_next(struct channel *c) {
    struct pacing *p = &c->pacing;
    const struct queue *q = &c->queue[c->wish.write];
    if (!c->wishing) return NEVER;
    if (p->met) p->met = pacing_meets(c); /* what it meets may go, but no other comes before it */
    if (p->met ? c->wish.write : q->count >= q->capacity) return NEVER;
    int64_t tick = later(p->due, p->room);
    bool full = p->outstanding && p->in_flight >= p->outstanding;
    return full ? f2f_dram_pacing_in_flight(c, tick) : later(tick, c->now);
}

/* A read that meets a write. */
static inline bool pacing_forwards(const struct channel *c) { return c->pacing.met && !c->wish.write; }

static inline void pacing_accepted(struct channel *c, int64_t tick) {
    struct pacing *p = &c->pacing;
    p->in_flight++;
    p->offered = p->outstanding ? tick : tick + 1;
}

static inline void pacing_completed(struct channel *c, bool write, int64_t tick) {
    struct pacing *p = &c->pacing;
    p->done[write][p->tail[write]++ & p->ring_mask] = tick;
}

#endif
