/* candidate.c - which command of a kind goes out next in a pseudo-channel, and when; and which of all kinds.
 *
 * First ready, first come: the earliest tick wins, then the oldest entry. What holds for the whole pseudo-channel (bus,
 * turnaround, tFAW) bounds all entries, what holds for a bank group (and its rank) bounds those of the group: the
 * first entry by age that is ready by then is the group's, and the walk over it ends there. */
#include "memory/channel.h"

void f2f_dram_candidates_init(struct channel *c) {
    static const uint8_t action_of[2][WANTS] = {
        {[WANT_OPENED] = F2F_DRAM_READ, F2F_DRAM_READ, F2F_DRAM_ACTIVATE, F2F_DRAM_PRECHARGE},
        {[WANT_OPENED] = F2F_DRAM_WRITE, F2F_DRAM_WRITE, F2F_DRAM_ACTIVATE, F2F_DRAM_PRECHARGE}};
    const int32_t *first = c->device.first;
    c->in_order = c->scheduler->in_order;
    c->ranks = c->spec->per_parent[F2F_DRAM_RANK];
    c->groups = c->spec->per_parent[F2F_DRAM_GROUP];
    for (int g = 0; g < c->ranks * c->groups; g++) c->rank_of_group[g] = (uint8_t)(g / c->groups);
    for (int i = 0; i < c->pseudos * 2 * WANTS; i++) {
        int p = i / WANTS / 2, d = i / WANTS % 2, want = i % WANTS, action = action_of[d][want];
        c->candidate[p][d][want] = (struct candidate){.direction = (uint8_t)d,
                                                      .want = (uint8_t)want,
                                                      .pseudo = (uint8_t)p,
                                                      .lead = (uint8_t)c->spec->lead[action],
                                                      .edge = (uint8_t)c->spec->edge[action],
                                                      .set = c->queue[d].set + p * c->queue[d].sets_per_pseudo + want,
                                                      .queue = &c->queue[d],
                                                      .next = c->device.next[action],
                                                      .of_pseudo = first[F2F_DRAM_PSEUDO] + p,
                                                      .of_rank = first[F2F_DRAM_RANK] + p * c->ranks,
                                                      .of_group = first[F2F_DRAM_GROUP] + p * c->ranks * c->groups,
                                                      .of_bank = first[F2F_DRAM_BANK]};
    }
    for (int p = 0; p < c->pseudos; p++) f2f_dram_candidates_stale(c, p);
}

/* The tick of an entry where nothing can go before `least`. */
static inline int64_t bank_tick(const struct channel *c, const struct candidate *k, int bank, int64_t least) {
    const int32_t *at = c->device.path[bank].at;
    const int64_t *next = k->next;
    return later(later(next[at[F2F_DRAM_RANK]], next[at[F2F_DRAM_GROUP]]), later(next[at[F2F_DRAM_BANK]], least));
}

static inline void candidate_set(struct candidate *k, int64_t tick, uint32_t position) {
    k->tick = tick;
    k->position = position;
    k->entry = k->queue->slot[position].entry;
    k->stale = false;
}

/* Walks the set by age to the first entry that is ready by `least`; without one the earliest counts. */
static void find_by_age(const struct channel *c, struct candidate *k, int64_t least) {
    const struct slot *slot = k->queue->slot;
    uint32_t p = (uint32_t)k->set->oldest, best = p;
    int64_t best_tick = NEVER;
    for (int left = k->set->n;; p = age_next(k->set, p)) {
        int64_t tick = bank_tick(c, k, slot[p].bank, least);
        best = tick < best_tick ? p : best;
        best_tick = tick < best_tick ? tick : best_tick;
        if (tick == least || !--left) break;
    }
    candidate_set(k, best_tick, best);
}

/* Orders by the tick from which an entry may go (from `least`), then by age. */
static inline uint64_t age_key(int64_t tick, int64_t least, uint64_t position) {
    return ((uint64_t)(tick - least) << 32) + position;
}

/* The best of a bank group, whose entries cannot go before `tick`. */
static inline uint64_t best_of_group(const struct candidate *k, const struct age_set *set, int64_t tick,
                                     int64_t least) {
    const struct slot *slot = k->queue->slot;
    const int64_t *of_bank = k->next + k->of_bank;
    uint64_t best = UINT64_MAX;
    uint32_t p = (uint32_t)set->oldest;
    for (int left = set->n;; p = age_next(set, p)) {
        int64_t own = later(tick, of_bank[slot[p].bank]);
        uint64_t key = age_key(own, least, p);
        best = key < best ? key : best;
        if (own == tick || !--left) return best;
    }
}

/* The best of all groups, one after the other. */
static uint64_t best_of_groups(const struct channel *c, const struct candidate *k, int64_t least) {
    const struct age_set *set = k->set + WANTS - WANT_COLUMN;
    const int64_t *of_rank = k->next + k->of_rank, *of_group = k->next + k->of_group;
    uint64_t best = UINT64_MAX;
    for (uint64_t left = k->set->groups; left; left &= left - 1) {
        int g = __builtin_ctzll(left);
        int64_t tick = later(least, later(of_rank[c->rank_of_group[g]], of_group[g]));
        uint64_t key = best_of_group(k, &set[g], tick, least);
        best = key < best ? key : best;
    }
    return best;
}

/* The best of all groups if their banks do not matter. */
static inline uint64_t best_of_oldest(const struct channel *c, const struct candidate *k, int64_t least) {
    const struct age_set *set = k->set + WANTS - WANT_COLUMN;
    const int64_t *of_rank = k->next + k->of_rank, *of_group = k->next + k->of_group;
    uint64_t best = UINT64_MAX;
    for (int r = 0, g = 0; r < c->ranks; r++) {
        int64_t tick = later(least, of_rank[r]);
        for (int end = g + c->groups; g < end; g++) {
            uint64_t key = age_key(later(tick, of_group[g]), least, set[g].oldest);
            best = key < best ? key : best;
        }
    }
    return best;
}

static void find_by_group(const struct channel *c, struct candidate *k, int64_t least) {
    uint64_t best = UINT64_MAX;
    bool few = k->set->n < c->ranks * c->groups, blocked = few;
    if (!few) {
        best = best_of_oldest(c, k, least);
        blocked = k->next[k->of_bank + k->queue->slot[(uint32_t)best].bank] > least + (int64_t)(best >> 32);
    }
    if (blocked) best = best_of_groups(c, k, least);
    candidate_set(k, least + (int64_t)(best >> 32), (uint32_t)best);
}

/* Only the oldest request of the direction is served; which one that is changes with any other. */
static void find_oldest(struct channel *c, struct candidate *k, int64_t least) {
    struct queue *q = &c->queue[k->direction];
    uint32_t oldest = queue_oldest(q);
    const struct entry *entry = &q->entry[q->slot[oldest].entry];
    k->tick = NEVER;
    k->entry = NO_ENTRY;
    if (entry->want == k->want && c->pseudo_of[entry->bank] == k->pseudo)
        candidate_set(k, bank_tick(c, k, entry->bank, least), oldest);
    k->stale = true;
}

void f2f_dram_candidate_compare(struct channel *c, struct candidate *known, const struct entry *entry) {
    bool only = known->set->n == 1;
    if (c->in_order || (known->stale && !only)) {
        pick_stale(c, known->pseudo);
        return;
    }
    int64_t tick = bank_tick(c, known, entry->bank, least_tick(c, known));
    if (!only && (tick > known->tick || (tick == known->tick && entry->position > known->position))) return;
    candidate_set(known, tick, entry->position);
    pick_stale(c, known->pseudo);
}

void f2f_dram_candidates_stale(struct channel *c, int pseudo) {
    for (int w = 0; w < 2 * WANTS; w++) c->candidate[pseudo][w / WANTS][w % WANTS].stale = true;
    pick_stale(c, pseudo);
}

/* What begins first goes first, then by kind, then the oldest. */
static inline int64_t key_of(int64_t begin, enum pick_kind kind) {
    static const uint8_t rank_of[] = {0, 1, 2, 2, 3, 4, 4, 5};
    return begin * 8 + rank_of[kind];
}

/* The least key so far, its kind, and its candidate. */
struct least {
    int64_t key;
    const struct candidate *candidate;
    enum pick_kind kind;
};

/* Considers a kind of command, its candidate found anew if it is stale or its bus has been taken since. */
static inline __attribute__((always_inline)) struct least consider(struct channel *c, struct least least,
                                                                   struct candidate *k, enum pick_kind kind) {
    if (!k->set->n) return least;
    if (k->stale || k->tick < *k->next) {
        int64_t tick = least_tick(c, k);
        if (c->in_order) find_oldest(c, k, tick);
        else if (kind == PICK_COLUMN) find_by_group(c, k, tick);
        else find_by_age(c, k, tick);
    }
    int64_t key = key_of(k->tick - k->lead, kind);
    bool less = key < least.key || (key == least.key && k->position <= least.candidate->position);
    return less ? (struct least){key, k, kind} : least;
}

static void find_pick(struct channel *c, int p) {
    static const int64_t never_taken = 0;
    const struct refresh *r = &c->refresh[p];
    struct candidate(*k)[WANTS] = c->candidate[p], *own = k[c->direction];
    struct least least = {key_of(r->due, PICK_DUE), NULL, PICK_DUE};
    const int64_t *bus = &never_taken;
    int bank = -1, action;
    int64_t refresh = NEVER;
    if (r->active >= 0) {
        refresh = f2f_dram_refresh_next(c, p, &action);
        int64_t key = key_of(refresh, PICK_REFRESH);
        if (key < least.key) {
            least = (struct least){key, NULL, PICK_REFRESH};
            bus = c->device.next[action];
        }
    }
    if (c->controller->early_release) {
        least = consider(c, least, &k[0][WANT_OPENED], PICK_OPENED_READ);
        least = consider(c, least, &k[1][WANT_OPENED], PICK_OPENED_WRITE);
    }
    least = consider(c, least, &own[WANT_COLUMN], PICK_COLUMN);
    struct least before = least;
    least = consider(c, least, &own[WANT_ACTIVATE], PICK_ACTIVATE);
    /* an activate takes its bus earlier: it would put off a refresh that must go for ever */
    bool must = refresh < NEVER && r->owed > c->controller->postpone;
    if (must && least.kind == PICK_ACTIVATE && least.candidate->tick >= refresh) least = before;
    least = consider(c, least, &own[WANT_PRECHARGE], PICK_PRECHARGE);
    if (c->closes) {
        int64_t key = key_of(f2f_dram_page_next(c, p, &bank), PICK_IDLE_ROW);
        if (key < least.key) {
            least = (struct least){key, NULL, PICK_IDLE_ROW};
            bus = c->device.next[F2F_DRAM_PRECHARGE];
        }
    }
    const struct candidate *best = least.candidate;
    struct pick *pick = &c->pick[p];
    pick->key = least.key;
    pick->tick = best ? best->tick : least.key >> 3;
    pick->bus = best ? best->next : bus;
    pick->candidate = best;
    pick->bank = bank;
    pick->kind = (uint8_t)least.kind;
    pick->stale = c->in_order; /* which is the oldest request changes without notice */
}

static inline bool goes_before(const struct pick *a, const struct pick *b) {
    if (a->key != b->key || !a->candidate || !b->candidate) return a->key < b->key;
    return a->candidate->position < b->candidate->position;
}

int f2f_dram_candidate_choose(struct channel *c) {
    int best = 0;
    for (int p = 0; p < c->pseudos; p++) {
        const struct pick *pick = &c->pick[p];
        if (pick->stale || pick->tick < *pick->bus) find_pick(c, p);
        if (p && goes_before(pick, &c->pick[best])) best = p;
    }
    c->stale = c->in_order;
    return best;
}
