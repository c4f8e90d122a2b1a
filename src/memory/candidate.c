/* candidate.c - which command of a kind goes out next in a pseudo-channel, and when; and which of all kinds.
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
    const int64_t *next = c->device.next[action];
    return later(aligned(c->now, c->spec->edge[action]),
                 later(next[0], next[c->device.first[F2F_DRAM_PSEUDO] + pseudo]));
}

/* The tick of an entry of a pseudo-channel in which nothing can go before `least`. */
static inline int64_t bank_tick(const struct dram_device *d, int action, int bank, int64_t least) {
    const int32_t *at = d->path[bank].at;
    const int64_t *next = d->next[action];
    return later(later(next[at[F2F_DRAM_RANK]], next[at[F2F_DRAM_GROUP]]), later(next[at[F2F_DRAM_BANK]], least));
}

/* Walks a set by age to the first entry that is ready by `least`; without one the earliest counts. */
static inline struct candidate best_by_age(const struct channel *c, const struct queue *q, const struct age_set *set,
                                           int action, int64_t least) {
    struct candidate best = {.tick = NEVER, .position = UINT32_MAX, .entry = NO_ENTRY};
    uint32_t p = (uint32_t)set->oldest;
    for (int left = set->n; left; left--) {
        uint16_t e = q->at_position[p];
        int64_t tick = bank_tick(&c->device, action, q->entry[e].bank, least);
        if (tick < best.tick) best = (struct candidate){.tick = tick, .position = p, .entry = e};
        if (tick == least) break;
        if (left > 1) p = age_next(set, p);
    }
    return best;
}

/* The best of a bank group, whose entries cannot go before `least`. */
static struct candidate best_of_group(const struct queue *q, const struct age_set *set, const int64_t *of_bank,
                                      int64_t least, struct candidate best) {
    uint32_t p = (uint32_t)set->oldest;
    for (int left = set->n;; p = age_next(set, p)) {
        uint16_t e = q->at_position[p];
        int64_t tick = later(least, of_bank[q->entry[e].bank]);
        if (tick < best.tick || (tick == best.tick && p < best.position))
            best = (struct candidate){.tick = tick, .position = p, .entry = e};
        if (tick == least || !--left) return best;
    }
}

/* Orders bank groups by the tick from which they may go (from `least`), then by the age of their oldest. */
static inline uint64_t group_key(int64_t tick, int64_t least, const struct age_set *set) {
    return ((uint64_t)(tick - least) << 32) + set->oldest;
}

static struct candidate best_of_groups(const struct channel *c, const struct queue *q, int pseudo, int action,
                                       int64_t least) {
    const struct dram_device *d = &c->device;
    int ranks = c->spec->per_parent[F2F_DRAM_RANK], groups = c->spec->per_parent[F2F_DRAM_GROUP];
    const int64_t *of_rank = d->next[action] + d->first[F2F_DRAM_RANK] + pseudo * ranks;
    const int64_t *of_group = d->next[action] + d->first[F2F_DRAM_GROUP] + pseudo * ranks * groups;
    const int64_t *of_bank = d->next[action] + d->first[F2F_DRAM_BANK];
    const struct age_set *set = q->group_set + pseudo * ranks * groups;
    uint64_t first = UINT64_MAX;
    for (int r = 0, g = 0; r < ranks; r++) {
        int64_t rank_tick = later(least, of_rank[r]);
        for (int end = g + groups; g < end; g++) {
            uint64_t key = group_key(later(rank_tick, of_group[g]), least, &set[g]);
            first = key < first ? key : first;
        }
    }
    uint32_t position = (uint32_t)first;
    struct candidate best = {.tick = least + (int64_t)(first >> 32), .position = position, .entry = q->at_position[position]};
    if (of_bank[q->entry[best.entry].bank] <= best.tick) return best; /* nor does its bank stand in the way */
    best = (struct candidate){.tick = NEVER, .position = UINT32_MAX, .entry = NO_ENTRY};
    for (int g = 0; g < ranks * groups; g++) {
        int64_t tick = later(least, later(of_rank[g / groups], of_group[g]));
        if (set[g].n && (tick < best.tick || (tick == best.tick && set[g].oldest < best.position)))
            best = best_of_group(q, &set[g], of_bank, tick, best);
    }
    return best;
}

/* Only the oldest request of the direction is served; which one that is changes with any other. */
static struct candidate find_oldest(struct channel *c, int direction, int pseudo, int want) {
    struct queue *q = &c->queue[direction];
    struct candidate none = {.tick = NEVER, .stale = true};
    if (!q->live) return none;
    uint32_t oldest = queue_oldest(q);
    uint16_t e = q->at_position[oldest];
    const struct entry *entry = &q->entry[e];
    if (entry->want != want || c->pseudo_of[entry->bank] != pseudo) return none;
    int action = action_of[direction][want];
    return (struct candidate){bank_tick(&c->device, action, entry->bank, pseudo_tick(c, pseudo, action)), oldest, e,
                              true};
}

static struct candidate find(struct channel *c, int direction, int pseudo, int want) {
    const struct queue *q = &c->queue[direction];
    int action = action_of[direction][want];
    if (c->scheduler->in_order) return find_oldest(c, direction, pseudo, want);
    int64_t least = pseudo_tick(c, pseudo, action);
    if (want == WANT_COLUMN) return best_of_groups(c, q, pseudo, action, least);
    return best_by_age(c, q, &q->set[pseudo * WANTS + want], action, least);
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
    int64_t tick = bank_tick(&c->device, action, entry->bank, least);
    if (tick > known->tick || (tick == known->tick && entry->position > known->position)) return;
    *known = (struct candidate){.tick = tick, .position = entry->position, .entry = e};
    pick_stale(c, pseudo);
}

void f2f_dram_candidates_stale(struct channel *c, int pseudo) {
    for (int w = 0; w < 2 * WANTS; w++) c->candidate[w / WANTS][pseudo][w % WANTS].stale = true;
    pick_stale(c, pseudo);
}

/* What begins first goes first, then by kind, then the oldest. */
static inline int64_t key_of(int64_t begin, enum pick_kind kind) {
    static const uint8_t rank_of[] = {0, 1, 2, 2, 3, 4, 4, 5};
    return begin * 8 + rank_of[kind];
}

/* Considers a kind of command, its candidate found anew if it is stale or its bus has been taken since. */
static inline __attribute__((always_inline)) void consider(struct channel *c, struct pick *best, int p,
                                                           enum pick_kind kind, int action, int direction, int want) {
    struct candidate *k = &c->candidate[direction][p][want];
    if (!queue_wants(&c->queue[direction], p, want)) {
        *k = (struct candidate){.tick = NEVER, .entry = NO_ENTRY};
        return;
    }
    if (k->stale || k->tick < c->device.next[action][0]) *k = find(c, direction, p, want);
    int64_t key = key_of(k->tick - c->spec->lead[action], kind);
    if (key > best->key || (key == best->key && k->position > best->position)) return;
    best->key = key;
    best->tick = k->tick;
    best->position = k->position;
    best->kind = (uint8_t)kind;
    best->action = (uint8_t)action;
    best->direction = (uint8_t)direction;
}

static void find_pick(struct channel *c, int p) {
    const struct refresh *r = &c->refresh[p];
    int d = c->direction, action = F2F_DRAM_REFRESH_ALL, bank = -1;
    int64_t tick = r->active < 0 ? NEVER : f2f_dram_refresh_next(c, p, &action);
    struct pick best = {.key = key_of(r->due, PICK_DUE), .tick = r->due, .kind = PICK_DUE};
    if (tick < r->due)
        best = (struct pick){
            .key = key_of(tick, PICK_REFRESH), .tick = tick, .kind = PICK_REFRESH, .action = (uint8_t)action};
    if (c->controller->early_release) {
        consider(c, &best, p, PICK_OPENED_READ, F2F_DRAM_READ, 0, WANT_OPENED);
        consider(c, &best, p, PICK_OPENED_WRITE, F2F_DRAM_WRITE, 1, WANT_OPENED);
    }
    consider(c, &best, p, PICK_COLUMN, d ? F2F_DRAM_WRITE : F2F_DRAM_READ, d, WANT_COLUMN);
    consider(c, &best, p, PICK_ACTIVATE, F2F_DRAM_ACTIVATE, d, WANT_ACTIVATE);
    consider(c, &best, p, PICK_PRECHARGE, F2F_DRAM_PRECHARGE, d, WANT_PRECHARGE);
    tick = c->closes ? f2f_dram_page_next(c, p, &bank) : NEVER;
    if (key_of(tick, PICK_IDLE_ROW) < best.key)
        best = (struct pick){.key = key_of(tick, PICK_IDLE_ROW),
                             .tick = tick,
                             .kind = PICK_IDLE_ROW,
                             .action = F2F_DRAM_PRECHARGE,
                             .bank = bank};
    best.stale = c->scheduler->in_order; /* which is the oldest request changes without notice */
    c->pick[p] = best;
}

int f2f_dram_candidate_choose(struct channel *c) {
    int best = 0;
    c->stale = false;
    for (int p = 0; p < c->pseudos; p++) {
        struct pick *pick = &c->pick[p], *other = &c->pick[best];
        bool late = pick->kind != PICK_DUE && pick->tick < c->device.next[pick->action][0];
        if (pick->stale || late) find_pick(c, p);
        if (pick->key < other->key || (pick->key == other->key && pick->position < other->position)) best = p;
        c->stale |= pick->stale;
    }
    return best;
}
