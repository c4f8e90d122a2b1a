/* channel.c - the loop of one channel: from event to event, a request comes or a command goes.
 *
 * At one tick requests come first, then refresh, then the command that became ready first; of those ready together
 * columns go before rows, then the oldest. Reads go first until the writes waiting pass the high watermark or no read
 * waits; then writes until they fall below the low one. A read of an address with a waiting write is answered from
 * the write. */
#include <math.h>
#include <string.h>

#include "memory/channel.h"
#include "memory/pacing.h"

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

static inline void take_wish(struct channel *c) {
    c->wishing = source_next(&c->source, &c->wish);
    if (!c->wishing) {
        c->dry = c->now;
        c->served = c->reads + c->writes;
        return;
    }
    c->place = f2f_dram_mapping_place(&c->mapping, c->wish.burst);
    pacing_wish(c);
}

f2f_status f2f_dram_channel_init(struct channel *c, f2f_arena *arena, const struct f2f_mem_run *run,
                                 const struct dram_spec *spec, int number, int64_t requests, f2f_error *err) {
    const struct f2f_controller *controller = run->controller;
    int banks = spec->members[F2F_DRAM_BANK];
    *c = (struct channel){.spec = spec, .controller = controller, .number = number};
    c->scheduler = f2f_dram_scheduler_find(controller->scheduler);
    int places = controller->read_queue > controller->write_queue ? controller->read_queue : controller->write_queue;
    if (places + banks > MAX_ENTRIES)
        return f2f_fail(err, F2F_EINPUT, "controller %s: a queue of %d is too large: at most %d beside %d banks",
                        controller->id.name, places, MAX_ENTRIES - banks, banks);
    F2F_TRY(f2f_dram_mapping_make(&c->mapping, controller->mapping, controller->hash, spec, err));
    c->pseudos = spec->members[F2F_DRAM_PSEUDO];
    c->banks_per_pseudo = banks / c->pseudos;
    f2f_dram_device_init(&c->device, arena, spec);
    f2f_dram_queue_init(&c->queue[0], arena, controller->read_queue, banks, c->pseudos);
    f2f_dram_queue_init(&c->queue[1], arena, controller->write_queue, banks, c->pseudos);
    c->high = (int)(controller->drain_high_frac * controller->write_queue);
    c->low = (int)ceil(controller->drain_low_frac * controller->write_queue);
    c->bank = f2f_arena_alloc(arena, (size_t)banks * sizeof *c->bank);
    for (int b = 0; b < banks; b++) {
        const int32_t *at = c->device.path[b].at;
        int pseudo = b / c->banks_per_pseudo;
        struct slot slot = {.rank = (uint16_t)at[F2F_DRAM_RANK],
                            .group = (uint16_t)at[F2F_DRAM_GROUP],
                            .bank = (uint16_t)at[F2F_DRAM_BANK]};
        struct bank_list list = {NO_ENTRY, NO_ENTRY, NO_ENTRY, .sets = (uint16_t)(pseudo * WANTS), .slot = slot};
        c->bank[b] =
            (struct bank){.list = {list, list}, .open_row = CLOSED, .pseudo = (uint8_t)pseudo, .number = (uint16_t)b};
    }
    f2f_dram_candidates_init(c);
    c->closes = controller->page != F2F_DRAM_PAGE_OPEN;
    f2f_dram_page_init(c, arena, run->memory);
    f2f_dram_refresh_init(c, arena);
    struct layout layout = {.bursts = c->mapping.bursts,
                            .chunk = (int64_t)(controller->interleave_B / spec->burst_B),
                            .burst_B = spec->burst_B,
                            .channels = run->spread ? run->spread : run->channels,
                            .channel = number};
    if (layout.chunk < 1) layout.chunk = 1;
    F2F_TRY(f2f_dram_source_open(&c->source, &run->traffic, &layout, requests, err));
    f2f_dram_pacing_init(c, arena);
    take_wish(c);
    return F2F_OK;
}

void f2f_dram_channel_close(struct channel *c) { f2f_dram_source_close(&c->source); }

static inline void turn(struct channel *c) {
    int reads = c->queue[0].live, writes = c->queue[1].live, direction = c->direction;
    if (!direction && (c->queue[1].count > c->high || (!reads && writes))) direction = 1;
    else if (direction && reads && (c->queue[1].count < c->low || !writes)) direction = 0;
    if (direction == c->direction) return;
    c->direction = direction;
    for (int p = 0; p < c->pseudos; p++) f2f_dram_candidates_stale(c, p); /* time has passed */
}

static void enqueue(struct channel *c, int64_t tick) {
    int direction = c->wish.write;
    struct queue *q = &c->queue[direction];
    struct bank *b = &c->bank[c->place.bank];
    struct bank_list *list = &b->list[direction];
    if (queue_out_of_positions(q)) {
        f2f_dram_queue_renumber(q);
        for (int p = 0; p < c->pseudos; p++) f2f_dram_candidates_stale(c, p);
    }
    uint16_t e = queue_add(q, list, b->number, c->place.row, c->place.column, tick);
    b->unit->pending++;
    if (c->closes) {
        f2f_dram_page_idle(c, b->number, false);
        pick_stale(c, b->pseudo, ROWS); /* it may be to close its row */
    }
    if (b->held) return;
    bool capped = c->controller->cap && b->over >= c->controller->cap;
    if (b->open_row != c->place.row || capped) {
        bank_key(c, direction, b);
        return;
    }
    if (queue_put_column(q, list, &q->entry[e])) candidate_offer(c, direction, b->pseudo, &q->entry[e]);
}

static void accept(struct channel *c, int64_t tick) {
    c->now = tick;
    c->events++;
    pacing_accepted(c, tick);
    if (pacing_forwards(c)) {
        int64_t done = tick + c->spec->ticks_per_clock;
        f2f_dram_count_forwarded(c, done - tick);
        if (c->pacing.outstanding) pacing_completed(c, false, done);
        c->end = later(c->end, done);
    } else {
        enqueue(c, tick);
        turn(c);
    }
    take_wish(c);
}

static inline void issue(struct channel *c, const struct pick *best) {
    const struct pick pick = *best;
    const struct candidate *k = pick.candidate;
    int p = pick.pseudo;
    c->events++;
    if (c->entwined) picks_stale(c, p);
    switch (pick.kind) {
    case PICK_DUE: f2f_dram_refresh_due(c, p, pick.tick); break;
    case PICK_REFRESH: f2f_dram_refresh_step(c, p, pick.tick); break;
    case PICK_IDLE_ROW: f2f_dram_issue_precharge(c, &c->bank[pick.bank], pick.tick); break;
    case PICK_ACTIVATE:
        f2f_dram_issue_activate(c, k, pick.tick);
        if (c->early_release) turn(c); /* a place is free */
        break;
    case PICK_PRECHARGE: f2f_dram_issue_precharge(c, &c->bank[candidate_entry(k)->bank], pick.tick); break;
    default:
        f2f_dram_issue_column(c, k, pick.tick);
        turn(c);
        f2f_dram_pick_column(c, p);
        return;
    }
    f2f_dram_pick_row(c, p); /* it surely is stale: now choose() mostly finds none that is */
}

static inline bool goes_before(const struct pick *a, const struct pick *b) {
    return a->key < b->key + (a->age < b->age);
}

/* Which one it is cannot be foretold: better no branch. */
static inline const struct pick *first(const struct pick *a, const struct pick *b) {
    return __builtin_expect_with_probability(goes_before(b, a), 1, 0.5) ? b : a;
}

/* The pick that goes first, found anew where they are stale. */
static inline const struct pick *choose(struct channel *c) {
    const struct pick *best = c->pick[0];
    for (int p = 0; p < c->pseudos; p++) {
        const struct pick *row = &c->pick[p][ROWS], *column = &c->pick[p][COLUMNS];
        if (row->tick < *row->bus) f2f_dram_pick_row(c, p);
        if (column->tick < *column->bus) f2f_dram_pick_column(c, p);
        best = first(best, first(row, column));
    }
    c->stale = false;
    return best;
}

f2f_status f2f_dram_channel_run(struct channel *c, int64_t events, bool *more, f2f_error *err) {
    *more = true;
    while (events-- > 0) {
        bool empty = !c->queue[0].live && !c->queue[1].live;
        if (empty && !c->wishing) {
            *more = false;
            return F2F_OK;
        }
        if (empty) f2f_dram_refresh_skip(c, pacing_next(c));
        if (c->in_order) /* which request is the oldest changes without notice */
            for (int p = 0; p < c->pseudos; p++) f2f_dram_candidates_stale(c, p);
        if (c->stale) c->best = choose(c);
        const struct pick *pick = c->best;
        int64_t arrival = pacing_next(c), begin = pick_begin(pick);
        if (arrival <= begin && arrival < NEVER) accept(c, arrival);
        else if (begin < NEVER) issue(c, pick);
        else
            return f2f_fail(err, F2F_ERUN, "memory channel %d: %d reads and %d writes wait, but no command can go out",
                            c->number, c->queue[0].live, c->queue[1].live);
    }
    return F2F_OK;
}
