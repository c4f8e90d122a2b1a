/* candidate.c - which command of a kind goes out next in a pseudo-channel, and when; and which of all kinds.
 *
 * First ready, first come: the earliest tick wins, then the oldest entry. What holds for the whole pseudo-channel (bus,
 * turnaround, tFAW) bounds all entries: the first entry by age that is ready by then is the one. */
#include "memory/channel.h"

void f2f_dram_candidates_init(struct channel *c) {
    static const uint8_t action_of[2][WANTS] = {
        {[WANT_OPENED] = F2F_DRAM_READ, F2F_DRAM_READ, F2F_DRAM_ACTIVATE, F2F_DRAM_PRECHARGE},
        {[WANT_OPENED] = F2F_DRAM_WRITE, F2F_DRAM_WRITE, F2F_DRAM_ACTIVATE, F2F_DRAM_PRECHARGE}};
    static const uint8_t kind_of[2][WANTS] = {
        {[WANT_OPENED] = PICK_OPENED_READ, PICK_COLUMN, PICK_ACTIVATE, PICK_PRECHARGE},
        {[WANT_OPENED] = PICK_OPENED_WRITE, PICK_COLUMN, PICK_ACTIVATE, PICK_PRECHARGE}};
    static const uint8_t rank_of[WANTS] = {[WANT_OPENED] = 2, 3, 4, 4};
    const int32_t *first = c->device.first;
    c->in_order = c->scheduler->in_order;
    c->early_release = c->controller->early_release;
    for (int i = 0; i < c->pseudos * 2 * WANTS; i++) {
        int p = i / WANTS / 2, d = i / WANTS % 2, want = i % WANTS, action = action_of[d][want];
        c->candidate[p][d][want] = (struct candidate){.direction = (uint8_t)d,
                                                      .want = (uint8_t)want,
                                                      .kind = kind_of[d][want],
                                                      .pseudo = (uint8_t)p,
                                                      .order = rank_of[want] - 8 * c->spec->lead[action],
                                                      .edge = (uint8_t)c->spec->edge[action],
                                                      .set = c->queue[d].set + p * WANTS + want,
                                                      .queue = &c->queue[d],
                                                      .next = c->device.next[action],
                                                      .of_pseudo = first[F2F_DRAM_PSEUDO] + p};
    }
    for (int p = 0; p < c->pseudos; p++) {
        c->pick[p].bus = c->device.next[F2F_DRAM_READ];
        f2f_dram_candidates_stale(c, p);
    }
}

/* The tick of an entry where nothing can go before `least`. */
static inline int64_t bank_tick(const struct channel *c, const struct candidate *k, int bank, int64_t least) {
    const int32_t *at = c->device.path[bank].at;
    const int64_t *next = k->next;
    return later(later(next[at[F2F_DRAM_RANK]], next[at[F2F_DRAM_GROUP]]), later(next[at[F2F_DRAM_BANK]], least));
}

static inline void candidate_set(struct candidate *k, int64_t tick, uint32_t position, uint16_t entry) {
    k->tick = tick;
    k->position = position;
    k->entry = entry;
}

/* The key of a pick for it. */
static inline int64_t candidate_key(const struct candidate *k, int64_t tick) { return tick * 8 + k->order; }

/* Walks the set by age, past its oldest, to the first entry that is ready by `least`; without one the earliest counts.
 */
static __attribute__((noinline)) void find_younger(const struct channel *c, struct candidate *k, int64_t least,
                                                   int64_t best_tick) {
    const struct slot *slot = k->queue->slot;
    uint32_t p = (uint32_t)k->set->oldest, best = p;
    for (int left = k->set->n - 1; left && best_tick > least; left--) {
        p = age_next(k->set, p);
        int64_t tick = bank_tick(c, k, slot[p].bank, least);
        best = tick < best_tick ? p : best;
        best_tick = tick < best_tick ? tick : best_tick;
    }
    candidate_set(k, best_tick, best, slot[best].entry);
}

/* Mostly the oldest is ready by `least`, or the only one. */
static inline void find_by_age(const struct channel *c, struct candidate *k, int64_t least) {
    uint32_t oldest = (uint32_t)k->set->oldest;
    struct slot slot = k->queue->slot[oldest];
    int64_t tick = bank_tick(c, k, slot.bank, least);
    if (tick > least && k->set->n > 1) find_younger(c, k, least, tick);
    else candidate_set(k, tick, oldest, slot.entry);
}

/* Only the oldest request of the direction is served; which one that is changes with any other. */
static __attribute__((noinline)) void find_oldest(struct channel *c, struct candidate *k, int64_t least) {
    struct queue *q = &c->queue[k->direction];
    uint32_t oldest = queue_oldest(q);
    const struct entry *entry = &q->entry[q->slot[oldest].entry];
    k->tick = NO_TICK;
    k->entry = NO_ENTRY;
    if (entry->want == k->want && c->pseudo_of[entry->bank] == k->pseudo)
        candidate_set(k, bank_tick(c, k, entry->bank, least), oldest, q->slot[oldest].entry);
}

void f2f_dram_candidate_compare(struct channel *c, struct candidate *known, const struct entry *entry) {
    bool only = known->set->n == 1;
    if (c->in_order) {
        pick_stale(c, known->pseudo);
        return;
    }
    int64_t tick = bank_tick(c, known, entry->bank, least_tick(c, known));
    if (only || known->tick != STALE) {
        bool before = tick < known->tick || (tick == known->tick && entry->position <= known->position);
        if (!only && !before) return;
        candidate_set(known, tick, entry->position, (uint16_t)(entry - known->queue->entry));
    }
    if (c->closes || candidate_key(known, tick) <= c->pick[known->pseudo].key) pick_stale(c, known->pseudo);
}

void f2f_dram_candidates_stale(struct channel *c, int pseudo) {
    for (int w = 0; w < 2 * WANTS; w++) c->candidate[pseudo][w / WANTS][w % WANTS].tick = STALE;
    pick_stale(c, pseudo);
}

/* What begins first goes first, then by kind. */
enum rank { RANK_DUE, RANK_REFRESH, RANK_IDLE_ROW = 5 };
static inline int64_t key_of(int64_t begin, enum rank rank) { return begin * 8 + (int64_t)rank; }

/* The least key so far and its candidate. */
struct least {
    int64_t key;
    const struct candidate *candidate;
};

/* Considers a kind of command, its candidate found anew if it is stale or its bus has been taken since. */
static inline __attribute__((always_inline)) struct least consider(struct channel *c, struct least least,
                                                                   struct candidate *k) {
    if (!k->set->n) return least;
    if (k->tick < *k->next) {
        if (c->in_order) find_oldest(c, k, least_tick(c, k));
        else find_by_age(c, k, least_tick(c, k));
    }
    int64_t key = candidate_key(k, k->tick);
    return __builtin_expect_with_probability(key < least.key, 1, 0.5) ? (struct least){key, k} : least;
}

/* Of two of the same rank with the same tick the older goes first. */
static inline __attribute__((always_inline)) struct least
consider_age(struct channel *c, struct least least, struct candidate *k, const struct candidate *rival) {
    struct least found = consider(c, least, k);
    bool tie = found.candidate == rival && k->set->n && candidate_key(k, k->tick) == least.key &&
               k->position <= rival->position;
    return tie ? (struct least){least.key, k} : found;
}

/* The best of what requests wait for. */
static inline struct least consider_requests(struct channel *c, int p, int64_t key, int64_t must) {
    struct candidate(*k)[WANTS] = c->candidate[p], *own = k[c->direction], *activate = &own[WANT_ACTIVATE];
    struct least least = {key, NULL};
    if (c->early_release) {
        least = consider(c, least, &k[0][WANT_OPENED]);
        least = consider_age(c, least, &k[1][WANT_OPENED], &k[0][WANT_OPENED]);
    }
    least = consider(c, least, &own[WANT_COLUMN]);
    struct least before = least;
    least = consider(c, least, activate);
    /* an activate takes its bus earlier: it would put off a refresh that must go for ever */
    if (least.candidate == activate && activate->tick >= must) least = before;
    return consider_age(c, least, &own[WANT_PRECHARGE], activate);
}

void f2f_dram_pick_find(struct channel *c, int p) {
    static const int64_t never_taken = 0;
    const struct refresh *r = &c->refresh[p];
    struct pick *pick = &c->pick[p];
    const int64_t *bus = &never_taken;
    int64_t key = key_of(r->due, RANK_DUE), must = NEVER; /* tick of a refresh that must go */
    enum pick_kind kind = PICK_DUE;
    int action;
    if (c->in_order) f2f_dram_candidates_stale(c, p); /* which is the oldest request changes without notice */
    if (r->active >= 0) {
        int64_t refresh = f2f_dram_refresh_next(c, p, &action);
        if (r->owed > c->controller->postpone) must = refresh - c->spec->refresh_lag;
        if (key_of(refresh, RANK_REFRESH) < key) {
            key = key_of(refresh, RANK_REFRESH);
            kind = PICK_REFRESH;
            bus = c->device.next[action];
        }
    }
    struct least least = consider_requests(c, p, key, must);
    const struct candidate *k = least.candidate;
    if (c->closes) {
        key = key_of(f2f_dram_page_next(c, p, &pick->bank), RANK_IDLE_ROW);
        if (key < least.key) {
            least = (struct least){key, k = NULL};
            kind = PICK_IDLE_ROW;
            bus = c->device.next[F2F_DRAM_PRECHARGE];
        }
    }
    pick->key = least.key;
    pick->tick = k ? k->tick : least.key >> 3;
    pick->bus = k ? k->next : bus;
    pick->candidate = k;
    pick->kind = k ? k->kind : (uint8_t)kind;
}
