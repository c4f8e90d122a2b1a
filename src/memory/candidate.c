/* candidate.c - which command of a kind goes out next in a pseudo-channel, and when; and which of all kinds.
 *
 * First ready, first come: the earliest tick wins, then the oldest entry. What holds for the whole pseudo-channel (bus,
 * turnaround, tFAW) bounds all entries: the first entry by age that is ready by then is the one. */
#include "memory/channel.h"

static bool is_column(int action) { return action >= F2F_DRAM_READ && action <= F2F_DRAM_WRITE_AUTO; }
static bool is_row(int action) {
    return action == F2F_DRAM_ACTIVATE || action == F2F_DRAM_PRECHARGE || action == F2F_DRAM_REFRESH_BANK ||
           action == F2F_DRAM_MANAGE_BANK;
}

/* Whether a rule between the lanes reaches beyond a bank. The buses' do too, but see `bus` of a pick. */
static bool entwined(const struct dram_spec *spec) {
    for (int a = 0; a < F2F_DRAM_ACTIONS; a++)
        for (int i = 0; i < spec->rules[a]; i++) {
            const struct dram_rule *rule = &spec->rule[a][i];
            bool between = (is_column(a) && is_row(rule->after)) || (is_row(a) && is_column(rule->after));
            if (between && rule->level != F2F_DRAM_BANK && rule->level != F2F_DRAM_CHANNEL) return true;
        }
    return false;
}

/* The highest level below the pseudo-channel with rules for what comes after. */
static uint8_t top_of(const struct dram_spec *spec, int after) {
    uint8_t top = F2F_DRAM_BANK;
    for (int a = 0; a < F2F_DRAM_ACTIONS; a++)
        for (int i = 0; i < spec->rules[a]; i++) {
            const struct dram_rule *rule = &spec->rule[a][i];
            if (rule->after == after && rule->level >= F2F_DRAM_RANK && rule->level < top) top = rule->level;
        }
    return top;
}

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
                                                      .top = top_of(c->spec, action),
                                                      .order = rank_of[want] - 8 * c->spec->lead[action],
                                                      .edge = c->spec->edge[action],
                                                      .edges = ~c->spec->edge[action],
                                                      .set = c->queue[d].set + p * WANTS + want,
                                                      .queue = &c->queue[d],
                                                      .next = c->device.next[action],
                                                      .of_pseudo = first[F2F_DRAM_PSEUDO] + p};
    }
    c->entwined = entwined(c->spec);
    for (int p = 0; p < c->pseudos; p++) {
        for (int l = 0; l < LANES; l++)
            c->pick[p][l] = (struct pick){.bus = c->device.next[F2F_DRAM_READ], .pseudo = (uint8_t)p};
        f2f_dram_candidates_stale(c, p);
    }
}

/* The tick of a bank's entry as rules of levels from `top` down have it. */
static inline __attribute__((always_inline)) int64_t bank_tick(const int64_t *next, const struct slot *slot, int top) {
    int64_t tick = next[slot->bank];
    if (top <= F2F_DRAM_GROUP) tick = later(tick, next[slot->group]);
    if (top <= F2F_DRAM_RANK) tick = later(tick, next[slot->rank]);
    return tick;
}

static inline void candidate_set(struct candidate *k, int64_t tick, int64_t until, uint32_t position) {
    k->tick = tick;
    k->until = until;
    k->position = position;
}

/* Walks the set by age to the first entry that is ready by `least`; without one the earliest counts. */
static inline __attribute__((always_inline)) void walk(struct candidate *k, int64_t least, int top) {
    const struct slot *slot = k->queue->slot;
    const uint64_t *word = k->set->word;
    const int64_t *next = k->next;
    uint64_t any = k->set->any, w = (uint64_t)__builtin_ctzll(any), bits = word[w];
    uint32_t best = (uint32_t)(w * 64 + (uint64_t)__builtin_ctzll(bits));
    int64_t best_tick = bank_tick(next, &slot[best], top), until = NO_TICK; /* the earliest of those passed over */
    while (best_tick > least) {
        bits &= bits - 1;
        any = bits ? any : any & (any - 1);
        if (!any) break;
        w = (uint64_t)__builtin_ctzll(any);
        bits = bits ? bits : word[w];
        uint32_t p = (uint32_t)(w * 64 + (uint64_t)__builtin_ctzll(bits));
        int64_t tick = bank_tick(next, &slot[p], top);
        best = tick < best_tick ? p : best;
        until = tick < best_tick ? best_tick : until;
        best_tick = tick < best_tick ? tick : best_tick;
    }
    candidate_set(k, later(best_tick, least), until, best);
}

static __attribute__((noinline)) void find_by_age(struct candidate *k, int64_t least) {
    if (!k->set->any) k->tick = k->until = NO_TICK;
    else if (k->top == F2F_DRAM_BANK) walk(k, least, F2F_DRAM_BANK);
    else if (k->top == F2F_DRAM_GROUP) walk(k, least, F2F_DRAM_GROUP);
    else walk(k, least, F2F_DRAM_RANK);
}

/* Only the oldest request of the direction is served; which one that is changes with any other. */
static __attribute__((noinline)) void find_oldest(struct channel *c, struct candidate *k, int64_t least) {
    struct queue *q = &c->queue[k->direction];
    k->tick = NO_TICK;
    if (!k->set->any) return;
    uint32_t oldest = queue_oldest(q);
    const struct entry *entry = &q->entry[q->slot[oldest].entry];
    if (entry->want == k->want && c->bank[entry->bank].pseudo == k->pseudo)
        candidate_set(k, later(least, bank_tick(k->next, &q->slot[oldest], F2F_DRAM_RANK)), STALE, oldest);
}

static inline void pick_set(struct pick *pick, int64_t key, const struct candidate *k) {
    pick->key = key;
    pick->tick = k->tick;
    pick->bus = k->next;
    pick->candidate = k;
    pick->age = k->position + 1;
    pick->kind = k->kind;
}

/* The best of its kind has changed: it may now be the pick. */
static inline void offer_pick(struct channel *c, const struct candidate *k) {
    struct pick *pick = &c->pick[k->pseudo][lane_of(k->want)];
    const struct refresh *r = &c->refresh[k->pseudo];
    int64_t key = k->tick * 8 + k->order;
    if (pick->tick < *pick->bus || key > pick->key) return; /* is stale, or stays */
    if (key == pick->key || r->owed > c->controller->postpone) pick->tick = STALE;
    else pick_set(pick, key, k);
    c->stale = true;
}

void f2f_dram_candidate_compare(struct channel *c, struct candidate *known, uint32_t position) {
    int64_t least = least_tick(c, known);
    int64_t tick = later(least, bank_tick(known->next, &known->queue->slot[position], F2F_DRAM_RANK));
    int64_t known_tick = later(known->tick, least);
    bool older = position < known->position;
    if (known->tick == NO_TICK || tick < known_tick || (tick == known_tick && older)) {
        candidate_set(known, tick, older ? known->until : known_tick, position);
        offer_pick(c, known);
    } else if (older && tick < known->until) known->until = tick;
}

void f2f_dram_candidates_stale(struct channel *c, int pseudo) {
    for (int w = 0; w < 2 * WANTS; w++) c->candidate[pseudo][w / WANTS][w % WANTS].until = STALE;
    picks_stale(c, pseudo);
}

/* What begins first goes first, then by kind. */
enum rank { RANK_DUE, RANK_REFRESH, RANK_IDLE_ROW = 5 };
static inline int64_t key_of(int64_t begin, enum rank rank) { return begin * 8 + (int64_t)rank; }

/* The key of the pick a kind of command would be: 8 times the tick its bus is taken, and its order. What was known is
 * put off with the bus, or found anew. */
static inline __attribute__((always_inline)) int64_t candidate_key(struct channel *c, struct candidate *k) {
    int64_t least = least_tick(c, k);
    if (least < k->until) k->tick = later(k->tick, least);
    else if (c->in_order) find_oldest(c, k, least);
    else find_by_age(k, least);
    return k->tick * 8 + k->order;
}

/* The least key so far and its candidate. */
struct least {
    int64_t key;
    const struct candidate *candidate;
};

/* Which one it is cannot be foretold: better no branch. */
static inline __attribute__((always_inline)) struct least lesser(struct least a, struct least b, bool b_first) {
    return (struct least){b_first ? b.key : a.key, b_first ? b.candidate : a.candidate};
}

/* Of two candidates of the same rank, the older at the same tick. */
static inline __attribute__((always_inline)) struct least older(struct channel *c, struct candidate *a,
                                                                struct candidate *b, int64_t must) {
    struct least la = {candidate_key(c, a), a}, lb = {candidate_key(c, b), b};
    if (a->tick >= must) la.key = INT64_MAX / 2;
    return lesser(la, lb, lb.key < la.key + (b->position <= a->position));
}

void f2f_dram_pick_column(struct channel *c, int p) {
    struct candidate(*k)[WANTS] = c->candidate[p], *own = &k[c->direction][WANT_COLUMN];
    struct least least = {candidate_key(c, own), own};
    if (c->early_release) {
        struct least opened = older(c, &k[0][WANT_OPENED], &k[1][WANT_OPENED], 2 * NO_TICK);
        least = lesser(least, opened, opened.key < least.key);
    }
    pick_set(&c->pick[p][COLUMNS], least.key, least.candidate);
}

static void pick_other(struct pick *pick, int64_t key, enum pick_kind kind, const int64_t *bus) {
    *pick = (struct pick){
        .key = key, .tick = key >> 3, .bus = bus, .bank = pick->bank, .kind = (uint8_t)kind, .pseudo = pick->pseudo};
}

/* The key of what goes before a row command of a request, or after all: refreshes, rows to be closed. */
static __attribute__((noinline)) int64_t consider_others(struct channel *c, int p, int64_t *must) {
    const struct refresh *r = &c->refresh[p];
    struct pick *pick = &c->pick[p][ROWS];
    if (r->active >= 0) {
        int action;
        int64_t refresh = f2f_dram_refresh_next(c, p, &action);
        if (r->owed > c->controller->postpone) *must = refresh - c->spec->refresh_lag;
        if (key_of(refresh, RANK_REFRESH) < pick->key)
            pick_other(pick, key_of(refresh, RANK_REFRESH), PICK_REFRESH, c->device.next[action]);
    }
    if (c->closes) {
        int64_t key = key_of(f2f_dram_page_next(c, p, &pick->bank), RANK_IDLE_ROW);
        if (key < pick->key) pick_other(pick, key, PICK_IDLE_ROW, c->device.next[F2F_DRAM_PRECHARGE]);
    }
    return pick->key;
}

void f2f_dram_pick_row(struct channel *c, int p) {
    static const int64_t never_taken = 0;
    struct pick *pick = &c->pick[p][ROWS];
    struct candidate *own = c->candidate[p][c->direction];
    int64_t other = key_of(c->refresh[p].due, RANK_DUE), must = NEVER; /* tick of a refresh that must go */
    bool more = c->refresh[p].active >= 0 || c->closes;
    if (more) {
        pick_other(pick, other, PICK_DUE, &never_taken);
        other = consider_others(c, p, &must);
    }
    /* an activate takes its bus earlier: it would put off a refresh that must go for ever */
    struct least least = older(c, &own[WANT_ACTIVATE], &own[WANT_PRECHARGE], must);
    if (least.key < other) pick_set(pick, least.key, least.candidate);
    else if (!more) pick_other(pick, other, PICK_DUE, &never_taken);
}
