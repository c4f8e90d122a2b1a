/* candidate.c - which command of a kind goes out next in a pseudo-channel, and when.
 *
 * First ready, first come: the earliest tick wins, then the oldest entry. What holds for the whole pseudo-channel (bus,
 * turnaround, tFAW) bounds all entries, what holds for a bank group (and its rank) bounds those of the group: the
 * first entry by age that is ready by then is the group's, and the walk over it ends there. */
#include "memory/channel.h"

static const uint8_t action_of[2][WANTS] = {
    {[WANT_OPENED] = F2F_DRAM_READ, F2F_DRAM_READ, F2F_DRAM_ACTIVATE, F2F_DRAM_PRECHARGE},
    {[WANT_OPENED] = F2F_DRAM_WRITE, F2F_DRAM_WRITE, F2F_DRAM_ACTIVATE, F2F_DRAM_PRECHARGE}};

/* No entry of the pseudo-channel can go before it. */
static inline int64_t pseudo_tick(const struct channel *c, int pseudo, int action) {
    const struct dram_device *d = &c->device;
    int64_t own = d->next[d->first[F2F_DRAM_PSEUDO] + pseudo * ROW + action];
    return later(aligned(c->now, c->spec->edge[action]), later(d->next[action], own));
}

/* From entry `p` on, by age, to the first that is ready by `least`. */
static struct candidate find_in_set(const struct queue *q, int s, const int64_t *next, int64_t least,
                                    struct candidate best) {
    uint32_t p = q->oldest[s];
    for (int left = q->set[s].n;; p = age_next(&q->set[s], p)) {
        uint16_t e = q->at_position[p];
        int64_t tick = later(least, next[q->entry[e].bank_row]);
        if (tick < best.tick || (tick == best.tick && p < best.position))
            best = (struct candidate){.tick = tick, .position = p, .entry = e};
        if (tick == least || !--left) return best;
    }
}

static void find(struct channel *c, int direction, int pseudo, int want) {
    const struct queue *q = &c->queue[direction];
    int action = action_of[direction][want], groups = q->grouping.groups_per_pseudo,
        base = (pseudo * WANTS + want) * groups;
    const int64_t *next = c->device.next + action;
    const struct group_rows *rows = c->device.rows_of_group + pseudo * groups;
    const uint32_t *oldest = q->oldest + base;
    struct candidate best = {.tick = NEVER, .position = UINT32_MAX, .entry = NO_ENTRY};
    int64_t least = pseudo_tick(c, pseudo, action);
    for (uint64_t left = q->filled[pseudo * WANTS + want]; left; left &= left - 1) {
        int g = __builtin_ctzll(left);
        int64_t tick = later(least, later(next[rows[g].rank], next[rows[g].group]));
        if (tick > best.tick || (tick == best.tick && oldest[g] > best.position)) continue;
        uint16_t e = q->at_position[oldest[g]];
        if (next[q->entry[e].bank_row] <= tick)
            best = (struct candidate){.tick = tick, .position = oldest[g], .entry = e};
        else best = find_in_set(q, base + g, next, tick, best);
    }
    c->candidate[direction][pseudo][want] = best;
}

/* The tick of one entry in which nothing of the pseudo-channel can go before `least`. */
static inline int64_t entry_tick(const struct channel *c, int pseudo, const struct entry *e, int action,
                                 int64_t least) {
    const struct queue *q = &c->queue[0];
    const struct group_rows *rows =
        &c->device.rows_of_group[pseudo * q->grouping.groups_per_pseudo + q->group_of[e->bank]];
    const int64_t *next = c->device.next + action;
    return later(later(next[rows->rank], next[rows->group]), later(next[e->bank_row], least));
}

/* Only the oldest request of the direction is served; which one that is changes with any other. */
static void find_oldest(struct channel *c, int direction, int pseudo, int want) {
    struct queue *q = &c->queue[direction];
    struct candidate *known = &c->candidate[direction][pseudo][want];
    *known = (struct candidate){.tick = NEVER, .stale = true};
    if (!q->live.n) return;
    uint32_t oldest = q->live_oldest;
    uint16_t e = q->at_position[oldest];
    const struct entry *entry = &q->entry[e];
    if (entry->want != want || c->pseudo_of[entry->bank] != pseudo) return;
    int action = action_of[direction][want];
    *known = (struct candidate){entry_tick(c, pseudo, entry, action, pseudo_tick(c, pseudo, action)), oldest, e, true};
}

void f2f_dram_candidate_find(struct channel *c, int direction, int pseudo, int want) {
    if (c->scheduler->in_order) find_oldest(c, direction, pseudo, want);
    else find(c, direction, pseudo, want);
}

void f2f_dram_candidate_offer(struct channel *c, int direction, int pseudo, uint16_t e) {
    const struct entry *entry = &c->queue[direction].entry[e];
    struct candidate *known = &c->candidate[direction][pseudo][entry->want];
    int action = action_of[direction][entry->want];
    if (known->stale) {
        pick_stale(c, pseudo);
        return;
    }
    int64_t least = pseudo_tick(c, pseudo, action);
    if (known->tick <= least && known->position < entry->position) return; /* it cannot go earlier */
    int64_t tick = entry_tick(c, pseudo, entry, action, least);
    if (tick > known->tick || (tick == known->tick && entry->position > known->position)) return;
    *known = (struct candidate){.tick = tick, .position = entry->position, .entry = e};
    pick_stale(c, pseudo);
}

void f2f_dram_candidates_stale(struct channel *c, int pseudo) {
    for (int w = 0; w < 2 * WANTS; w++) c->candidate[w / WANTS][pseudo][w % WANTS].stale = true;
    pick_stale(c, pseudo);
}
