/* pacing.c - when the next request is accepted: one offered at every tick, so many in flight, or at a rate.
 *
 * A request that finds its queue full waits at the source, and all behind it. A write to an address that an
 * accepted read still wants waits too, so that the read gets the old data. */
#include <string.h>

#include "memory/channel.h"

void f2f_dram_pacing_init(struct channel *c, f2f_arena *arena) {
    const struct f2f_mem_traffic *t = c->source.traffic;
    struct pacing *p = &c->pacing;
    uint32_t size = 1;
    *p = (struct pacing){0};
    if (t->rate_Bps > 0.0) p->gap = c->spec->burst_B / t->rate_Bps / c->spec->tick_s;
    while (size < (uint32_t)t->outstanding + 1) size *= 2;
    p->ring_mask = size - 1;
    for (int d = 0; d < 2; d++) p->done[d] = f2f_arena_alloc(arena, size * sizeof *p->done[d]);
}

/* Requests that are complete by the tick leave the count of those in flight. */
static void collect(struct pacing *p, int64_t tick) {
    for (int d = 0; d < 2; d++)
        while (p->head[d] != p->tail[d] && p->done[d][p->head[d] & p->ring_mask] <= tick) {
            p->head[d]++;
            p->in_flight--;
        }
}

static int64_t next_completion(const struct pacing *p) {
    int64_t next = NEVER;
    for (int d = 0; d < 2; d++)
        if (p->head[d] != p->tail[d] && p->done[d][p->head[d] & p->ring_mask] < next)
            next = p->done[d][p->head[d] & p->ring_mask];
    return next;
}

/* An accepted entry of the other kind with the same address. */
static bool meets(const struct queue *q, const struct place *place) {
    for (uint16_t e = q->head[place->bank]; e != NO_ENTRY; e = q->entry[e].after)
        if (q->entry[e].row == place->row && q->entry[e].column == place->column) return true;
    return false;
}

bool f2f_dram_pacing_forwards(const struct channel *c) { return !c->wish.write && meets(&c->queue[1], &c->place); }

static int64_t due_tick(const struct channel *c) {
    const struct pacing *p = &c->pacing;
    if (c->source.traffic->pattern == F2F_MEM_TRACE)
        return later(p->offered, c->wish.due_ck * c->spec->ticks_per_clock);
    return p->gap > 0.0 ? later(p->offered, (int64_t)p->next_due) : p->offered;
}

int64_t f2f_dram_pacing_next(struct channel *c) {
    struct pacing *p = &c->pacing;
    const struct queue *q = &c->queue[c->wish.write];
    int outstanding = c->source.traffic->outstanding;
    if (!c->wishing) return NEVER;
    if (q->count >= q->capacity && !f2f_dram_pacing_forwards(c)) return NEVER;
    if (c->wish.write && meets(&c->queue[0], &c->place)) return NEVER;
    int64_t tick = later(due_tick(c), p->room);
    if (outstanding) {
        collect(p, later(c->now, tick));
        if (p->in_flight >= outstanding) tick = later(tick, next_completion(p));
    }
    return tick >= NEVER ? NEVER : later(tick, c->now);
}

void f2f_dram_pacing_accepted(struct channel *c, int64_t tick) {
    struct pacing *p = &c->pacing;
    if (c->source.traffic->outstanding) {
        collect(p, tick);
        p->in_flight++;
    }
    bool paced = p->gap > 0.0 || c->source.traffic->outstanding || c->source.traffic->pattern == F2F_MEM_TRACE;
    p->offered = paced ? 0 : tick + 1;
    p->next_due += p->gap;
}

void f2f_dram_pacing_completed(struct channel *c, bool write, int64_t tick) {
    struct pacing *p = &c->pacing;
    p->done[write][p->tail[write]++ & p->ring_mask] = tick;
}
