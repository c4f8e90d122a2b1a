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

/* Walks a set by age to the first entry that is ready by `least`; without one the earliest counts. */
static struct candidate best_by_age(const struct channel *c, const struct queue *q, const struct age_set *set,
                                    int pseudo, int action, int64_t least) {
    const int64_t *next = c->device.next + action;
    const struct group_rows *rows = c->device.rows_of_group + pseudo * q->grouping.groups_per_pseudo;
    struct candidate best = {.tick = NEVER, .position = UINT32_MAX, .entry = NO_ENTRY};
    uint32_t p = set->oldest;
    for (int left = set->n; left; left--) {
        uint16_t e = q->at_position[p];
        const struct entry *entry = &q->entry[e];
        const struct group_rows *r = &rows[q->group_of[entry->bank]];
        int64_t tick = later(later(next[r->rank], next[r->group]), next[entry->bank_row]);
        if (tick <= least) return (struct candidate){.tick = least, .position = p, .entry = e};
        if (tick < best.tick) best = (struct candidate){.tick = tick, .position = p, .entry = e};
        if (left > 1) p = age_next(set, p);
    }
    return best;
}

/* The best of a bank group, whose entries cannot go before `least`. */
static struct candidate best_of_group(const struct queue *q, const struct age_set *set, const int64_t *next,
                                      int64_t least, struct candidate best) {
    uint32_t p = set->oldest;
    for (int left = set->n;; p = age_next(set, p)) {
        uint16_t e = q->at_position[p];
        int64_t tick = later(least, next[q->entry[e].bank_row]);
        if (tick < best.tick || (tick == best.tick && p < best.position))
            best = (struct candidate){.tick = tick, .position = p, .entry = e};
        if (tick == least || !--left) return best;
    }
}

static struct candidate best_of_groups(const struct channel *c, const struct queue *q, int pseudo, int action,
                                       int64_t least) {
    int groups = q->grouping.groups_per_pseudo;
    const int64_t *next = c->device.next + action;
    const struct group_rows *rows = c->device.rows_of_group + pseudo * groups;
    struct candidate best = {.tick = NEVER, .position = UINT32_MAX, .entry = NO_ENTRY};
    for (uint64_t left = q->filled[pseudo]; left; left &= left - 1) {
        int g = __builtin_ctzll(left);
        const struct age_set *set = &q->group_set[pseudo * groups + g];
        int64_t tick = later(least, later(next[rows[g].rank], next[rows[g].group]));
        if (tick < best.tick || (tick == best.tick && set->oldest < best.position))
            best = best_of_group(q, set, next, tick, best);
    }
    return best;
}

static void find(struct channel *c, int direction, int pseudo, int want) {
    const struct queue *q = &c->queue[direction];
    int action = action_of[direction][want];
    int64_t least = pseudo_tick(c, pseudo, action);
    c->candidate[direction][pseudo][want] =
        want == WANT_COLUMN ? best_of_groups(c, q, pseudo, action, least)
                            : best_by_age(c, q, &q->set[pseudo * WANTS + want], pseudo, action, least);
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
    uint32_t oldest = q->live.oldest;
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
