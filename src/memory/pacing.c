/* pacing.c - see pacing.h: requests in flight. */
#include "memory/pacing.h"

void f2f_dram_pacing_init(struct channel *c, f2f_arena *arena) {
    const struct f2f_mem_traffic *t = c->source.traffic;
    struct pacing *p = &c->pacing;
    uint32_t size = 1;
    *p = (struct pacing){.outstanding = t->outstanding};
    if (t->rate_Bps > 0.0) p->gap = c->spec->burst_B / t->rate_Bps / c->spec->tick_s;
    p->dated = p->gap > 0.0 || t->pattern == F2F_MEM_TRACE;
    while (size < (uint32_t)t->outstanding + 1) size *= 2;
    p->ring_mask = size - 1;
    for (int d = 0; d < 2; d++) p->done[d] = f2f_arena_alloc(arena, size * sizeof *p->done[d]);
}

/* Requests that are complete by the tick leave the count of those in flight: done only when it is full. */
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

int64_t f2f_dram_pacing_in_flight(struct channel *c, int64_t tick) {
    struct pacing *p = &c->pacing;
    collect(p, later(c->now, tick));
    if (p->in_flight >= p->outstanding) tick = later(tick, next_completion(p));
    return tick >= NEVER ? NEVER : later(tick, c->now);
}

int64_t f2f_dram_pacing_due(struct channel *c) {
    struct pacing *p = &c->pacing;
    double due = p->next_due;
    if (c->source.traffic->pattern == F2F_MEM_TRACE) return c->wish.due_ck * c->spec->ticks_per_clock;
    p->next_due += p->gap;
    return (int64_t)due;
}
