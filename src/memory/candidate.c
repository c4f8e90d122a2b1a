/* candidate.c - which command of a kind goes out next in a pseudo-channel, and when.
 *
 * First ready, first come: the earliest tick wins, then the oldest entry. What holds for the whole pseudo-channel
 * (bus, turnaround, tFAW) is a lower bound for all; the first entry by age that is ready by then is the one, and
 * the walk ends there. */
#include "memory/channel.h"

static const uint8_t action_of[2][WANTS] = {
    {[WANT_OPENED] = F2F_DRAM_READ, F2F_DRAM_READ, F2F_DRAM_ACTIVATE, F2F_DRAM_PRECHARGE},
    {[WANT_OPENED] = F2F_DRAM_WRITE, F2F_DRAM_WRITE, F2F_DRAM_ACTIVATE, F2F_DRAM_PRECHARGE}};

/* No entry of the pseudo-channel can go before it. */
static inline int64_t least_tick(const struct channel *c, int pseudo, int action) {
    const struct dram_device *d = &c->device;
    int64_t channel = d->next[action], own = d->next[d->first[F2F_DRAM_PSEUDO] + pseudo * ROW + action];
    return aligned(later(c->now, later(channel, own)), c->spec->edge[action]);
}

/* Row by row below the pseudo-channel. */
static inline int64_t entry_tick(const struct channel *c, const struct entry *e, int action, int64_t least) {
    const struct dram_device *d = &c->device;
    const struct dram_path *path = &d->path[e->bank];
    int64_t tick = later(d->next[path->at[F2F_DRAM_RANK] + action], d->next[path->at[F2F_DRAM_GROUP] + action]);
    tick = later(tick, d->next[path->at[F2F_DRAM_BANK] + action]);
    return tick <= least ? least : aligned(tick, c->spec->edge[action]);
}

static void find(struct channel *c, int direction, int pseudo, enum want want) {
    struct queue *q = &c->queue[direction];
    struct candidate best = {.tick = NEVER};
    struct age_set *set = &q->set[pseudo * WANTS + (int)want];
    int action = action_of[direction][want];
    int64_t least = least_tick(c, pseudo, action);
    for (int p = age_first(set, q->words); p >= 0; p = age_next(set, q->words, p + 1)) {
        uint16_t e = q->at_position[p];
        int64_t tick = entry_tick(c, &q->entry[e], action, least);
        if (tick >= best.tick) continue;
        best = (struct candidate){.tick = tick, .position = (uint32_t)p, .entry = e};
        if (tick == least) break;
    }
    c->candidate[direction][pseudo][want] = best;
}

/* Only the oldest request of the channel is served. */
static void find_oldest(struct channel *c, int direction, int pseudo, enum want want) {
    struct queue *q = &c->queue[direction];
    struct candidate none = {.tick = NEVER, .stale = true}; /* which one is the oldest changes with any other */
    c->candidate[direction][pseudo][want] = none;
    int oldest = age_first(&q->live, q->words);
    if (oldest < 0) return;
    uint16_t e = q->at_position[oldest];
    const struct entry *entry = &q->entry[e];
    if (entry->want != want || c->pseudo_of[entry->bank] != pseudo) return;
    int action = action_of[direction][want];
    int64_t tick = entry_tick(c, entry, action, least_tick(c, pseudo, action));
    c->candidate[direction][pseudo][want] = (struct candidate){tick, (uint32_t)oldest, e, true};
}

const struct candidate *f2f_dram_candidate(struct channel *c, int direction, int pseudo, enum want want) {
    struct candidate *known = &c->candidate[direction][pseudo][want];
    bool late = known->tick < c->device.next[action_of[direction][want]] && known->tick < NEVER; /* the bus is taken */
    if (c->scheduler->in_order) find_oldest(c, direction, pseudo, want);
    else if (known->stale || late) find(c, direction, pseudo, want);
    return known;
}

void f2f_dram_candidate_offer(struct channel *c, int direction, int pseudo, uint16_t e) {
    const struct entry *entry = &c->queue[direction].entry[e];
    struct candidate *known = &c->candidate[direction][pseudo][entry->want];
    if (known->stale) return;
    int action = action_of[direction][entry->want];
    int64_t tick = entry_tick(c, entry, action, least_tick(c, pseudo, action));
    if (tick < known->tick || (tick == known->tick && entry->position < known->position))
        *known = (struct candidate){.tick = tick, .position = entry->position, .entry = e};
}

void f2f_dram_candidates_stale(struct channel *c, int pseudo) {
    for (int w = 0; w < 2 * WANTS; w++) c->candidate[w / WANTS][pseudo][w % WANTS].stale = true;
}
