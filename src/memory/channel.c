/* channel.c - the loop of one channel: from event to event, a request comes or a command goes.
 *
 * At one tick requests come first, then refresh, then the command that became ready first; of those ready together
 * columns go before rows, then the oldest. Reads go first until the writes waiting pass the high watermark or no read
 * waits; then writes until they fall below the low one. A read of an address with a waiting write is answered from
 * the write. */
#include <math.h>
#include <string.h>

#include "memory/channel.h"

void f2f_dram_actions_used(bool used[F2F_DRAM_ACTIONS], const struct f2f_memory *memory,
                           const struct f2f_controller *controller) {
    bool refreshes = controller->refresh != F2F_DRAM_REFRESH_NONE,
         all = controller->refresh == F2F_DRAM_REFRESH_ALL_BANK;
    bool closed = controller->page == F2F_DRAM_PAGE_CLOSED, has_bank = false, has_manage = false;
    for (int i = 0; i < memory->standard->commands; i++) {
        has_bank |= memory->standard->command[i].action == F2F_DRAM_REFRESH_BANK;
        has_manage |= memory->standard->command[i].action == F2F_DRAM_MANAGE_BANK;
    }
    memset(used, 0, F2F_DRAM_ACTIONS * sizeof *used);
    used[F2F_DRAM_ACTIVATE] = used[F2F_DRAM_PRECHARGE] = used[F2F_DRAM_READ] = used[F2F_DRAM_WRITE] = true;
    used[F2F_DRAM_READ_AUTO] = used[F2F_DRAM_WRITE_AUTO] = closed;
    used[F2F_DRAM_REFRESH_ALL] = refreshes && (all || !has_bank);
    used[F2F_DRAM_REFRESH_BANK] = refreshes && !all;
    used[F2F_DRAM_MANAGE_BANK] = memory->raaimt && !all;
    used[F2F_DRAM_MANAGE_ALL] = memory->raaimt && (all || !has_manage);
    used[F2F_DRAM_PRECHARGE_ALL] = used[F2F_DRAM_REFRESH_ALL] || used[F2F_DRAM_MANAGE_ALL];
}

static void take_wish(struct channel *c) {
    c->wishing = f2f_dram_source_next(&c->source, &c->wish);
    if (c->wishing) c->place = f2f_dram_mapping_place(&c->mapping, c->wish.burst);
}

f2f_status f2f_dram_channel_init(struct channel *c, f2f_arena *arena, const struct f2f_mem_run *run,
                                 const struct dram_spec *spec, int number, int64_t requests, f2f_error *err) {
    const struct f2f_controller *controller = run->controller;
    int banks = spec->members[F2F_DRAM_BANK];
    *c = (struct channel){.spec = spec, .controller = controller, .number = number};
    c->scheduler = f2f_dram_scheduler_find(controller->scheduler);
    F2F_TRY(f2f_dram_mapping_make(&c->mapping, controller->mapping, controller->hash, spec, err));
    c->pseudos = spec->members[F2F_DRAM_PSEUDO];
    c->banks_per_pseudo = banks / c->pseudos;
    f2f_dram_device_init(&c->device, arena, spec);
    struct grouping grouping = {banks, spec->per_parent[F2F_DRAM_BANK],
                                c->banks_per_pseudo / spec->per_parent[F2F_DRAM_BANK], c->pseudos};
    f2f_dram_queue_init(&c->queue[0], arena, controller->read_queue, &grouping);
    f2f_dram_queue_init(&c->queue[1], arena, controller->write_queue, &grouping);
    c->high = (int)(controller->drain_high_frac * controller->write_queue);
    c->low = (int)ceil(controller->drain_low_frac * controller->write_queue);
    c->bank = f2f_arena_alloc(arena, (size_t)banks * sizeof *c->bank);
    c->pseudo_of = f2f_arena_alloc(arena, (size_t)banks);
    for (int b = 0; b < banks; b++) {
        c->bank[b].open_row = CLOSED;
        c->pseudo_of[b] = (uint8_t)(b / c->banks_per_pseudo);
    }
    for (int p = 0; p < c->pseudos; p++) f2f_dram_candidates_stale(c, p);
    c->closes = controller->page != F2F_DRAM_PAGE_OPEN;
    f2f_dram_page_init(c, arena, run->memory);
    f2f_dram_refresh_init(c, arena);
    struct layout layout = {.bursts = c->mapping.bursts,
                            .chunk = (int64_t)(controller->interleave_B / spec->burst_B),
                            .burst_B = spec->burst_B,
                            .channels = run->channels,
                            .channel = number};
    if (layout.chunk < 1) layout.chunk = 1;
    F2F_TRY(f2f_dram_source_open(&c->source, &run->traffic, &layout, requests, err));
    f2f_dram_pacing_init(c, arena);
    take_wish(c);
    return F2F_OK;
}

void f2f_dram_channel_close(struct channel *c) { f2f_dram_source_close(&c->source); }

static inline void turn(struct channel *c) {
    int reads = c->queue[0].live.n, writes = c->queue[1].live.n, direction = c->direction;
    if (!direction && (c->queue[1].count > c->high || (!reads && writes))) direction = 1;
    else if (direction && reads && (c->queue[1].count < c->low || !writes)) direction = 0;
    if (direction == c->direction) return;
    c->direction = direction;
    for (int p = 0; p < c->pseudos; p++) f2f_dram_candidates_stale(c, p); /* time has passed */
}

static void enqueue(struct channel *c, int64_t tick) {
    int direction = c->wish.write, bank = c->place.bank, pseudo = c->pseudo_of[bank];
    struct queue *q = &c->queue[direction];
    struct bank *b = &c->bank[bank];
    if (queue_out_of_positions(q)) {
        f2f_dram_queue_renumber(q);
        for (int p = 0; p < c->pseudos; p++) f2f_dram_candidates_stale(c, p);
    }
    uint16_t e = queue_add(q, bank, c->device.path[bank].at[F2F_DRAM_BANK], c->place.row, c->place.column, tick);
    b->pending++;
    c->refresh[pseudo].unit[b->unit].pending++;
    if (c->closes) f2f_dram_page_idle(c, bank, false);
    if (b->held) return;
    bool capped = c->controller->cap && b->over >= c->controller->cap;
    if (b->open_row != c->place.row || capped) {
        bank_key(c, direction, bank);
        return;
    }
    bank_column(c, direction, e);
    f2f_dram_candidate_offer(c, direction, pseudo, e);
}

static void accept(struct channel *c, int64_t tick) {
    c->now = tick;
    c->events++;
    f2f_dram_pacing_accepted(c, tick);
    if (f2f_dram_pacing_forwards(c)) {
        int64_t done = tick + c->spec->ticks_per_clock;
        f2f_dram_count_forwarded(c, done - tick);
        if (c->source.traffic->outstanding) f2f_dram_pacing_completed(c, false, done);
        c->end = later(c->end, done);
    } else {
        enqueue(c, tick);
        turn(c);
    }
    take_wish(c);
}

/* What may go next in a pseudo-channel; at the same tick in this order, activates and precharges by age. */
enum {
    PICK_DUE, /* a refresh falls due */
    PICK_REFRESH,
    PICK_OPENED_READ,
    PICK_OPENED_WRITE,
    PICK_COLUMN,
    PICK_ACTIVATE,
    PICK_PRECHARGE,
    PICK_IDLE_ROW
};
static const uint8_t rank_of[] = {0, 1, 2, 2, 3, 4, 4, 5};

static inline bool goes_before(const struct pick *a, const struct pick *b) {
    if (a->begin != b->begin) return a->begin < b->begin;
    return rank_of[a->kind] != rank_of[b->kind] ? a->kind < b->kind : a->position < b->position;
}

/* Considers a kind of command, its candidate found anew if it is stale or its bus has been taken since. */
static inline __attribute__((always_inline)) void consider(struct channel *c, struct pick *best, int p, int kind,
                                                           int action, int direction, int want) {
    struct candidate *k = &c->candidate[direction][p][want];
    if (!queue_wants(&c->queue[direction], p, want)) {
        k->tick = NEVER;
        k->entry = NO_ENTRY;
        k->stale = c->scheduler->in_order; /* no newcomer may be offered */
        return;
    }
    if (k->stale || k->tick < c->device.next[action]) f2f_dram_candidate_find(c, direction, p, want);
    int64_t begin = k->tick - c->spec->lead[action];
    if (begin > best->begin) return;
    if (begin == best->begin) {
        if (rank_of[kind] > rank_of[best->kind]) return;
        if (rank_of[kind] == rank_of[best->kind] && k->position > best->position) return;
    }
    best->begin = begin;
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
    struct pick best = {.begin = r->due, .tick = r->due, .kind = PICK_DUE};
    if (tick < r->due)
        best = (struct pick){.begin = tick, .tick = tick, .kind = PICK_REFRESH, .action = (uint8_t)action};
    if (c->controller->early_release) {
        consider(c, &best, p, PICK_OPENED_READ, F2F_DRAM_READ, 0, WANT_OPENED);
        consider(c, &best, p, PICK_OPENED_WRITE, F2F_DRAM_WRITE, 1, WANT_OPENED);
    }
    if (d) consider(c, &best, p, PICK_COLUMN, F2F_DRAM_WRITE, 1, WANT_COLUMN);
    else consider(c, &best, p, PICK_COLUMN, F2F_DRAM_READ, 0, WANT_COLUMN);
    struct pick before = best;
    consider(c, &best, p, PICK_ACTIVATE, F2F_DRAM_ACTIVATE, d, WANT_ACTIVATE);
    /* an activate takes its bus earlier: it would put off a refresh that must go for ever */
    bool must = r->active >= 0 && r->owed > c->controller->postpone;
    if (must && best.kind == PICK_ACTIVATE && best.tick >= tick) best = before;
    consider(c, &best, p, PICK_PRECHARGE, F2F_DRAM_PRECHARGE, d, WANT_PRECHARGE);
    tick = c->closes ? f2f_dram_page_next(c, p, &bank) : NEVER;
    if (tick < best.begin)
        best = (struct pick){
            .begin = tick, .tick = tick, .kind = PICK_IDLE_ROW, .action = F2F_DRAM_PRECHARGE, .bank = bank};
    best.stale = c->scheduler->in_order; /* which is the oldest request changes without notice */
    c->pick[p] = best;
}

/* The pseudo-channel whose command goes next. */
static int choose(struct channel *c) {
    int best = 0;
    c->stale = false;
    for (int p = 0; p < c->pseudos; p++) {
        struct pick *pick = &c->pick[p];
        bool late = pick->kind != PICK_DUE && pick->tick < c->device.next[pick->action];
        if (pick->stale || late) find_pick(c, p);
        if (p && goes_before(pick, &c->pick[best])) best = p;
        c->stale |= pick->stale;
    }
    return best;
}

static void issue(struct channel *c, int p) {
    struct pick *pick = &c->pick[p];
    const struct candidate *k = c->candidate[pick->direction][p];
    c->events++;
    pick_stale(c, p);
    switch (pick->kind) {
    case PICK_DUE: f2f_dram_refresh_due(c, p, pick->tick); return;
    case PICK_REFRESH: f2f_dram_refresh_step(c, p, pick->tick); return;
    case PICK_IDLE_ROW: f2f_dram_issue_precharge(c, pick->bank, pick->tick); return;
    case PICK_COLUMN: f2f_dram_issue_column(c, pick->direction, p, k[WANT_COLUMN].entry, pick->tick); break;
    case PICK_ACTIVATE: f2f_dram_issue_activate(c, p, k[WANT_ACTIVATE].entry, pick->tick); break;
    case PICK_PRECHARGE:
        f2f_dram_issue_precharge(c, c->queue[pick->direction].entry[k[WANT_PRECHARGE].entry].bank, pick->tick);
        break;
    default: f2f_dram_issue_column(c, pick->direction, p, k[WANT_OPENED].entry, pick->tick);
    }
    turn(c);
}

f2f_status f2f_dram_channel_run(struct channel *c, int64_t events, bool *more, f2f_error *err) {
    while (events-- > 0) {
        *more = c->wishing || c->queue[0].live.n || c->queue[1].live.n;
        if (!*more) return F2F_OK;
        if (c->stale) c->best = choose(c);
        const struct pick *pick = &c->pick[c->best];
        int64_t arrival = f2f_dram_pacing_next(c);
        if (arrival >= NEVER && pick->begin >= NEVER)
            return f2f_fail(err, F2F_ERUN, "memory channel %d: %d reads and %d writes wait, but no command can go out",
                            c->number, c->queue[0].live.n, c->queue[1].live.n);
        if (arrival <= pick->begin) accept(c, arrival);
        else issue(c, c->best);
    }
    return F2F_OK;
}
