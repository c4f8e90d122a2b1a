/* refresh.c - refreshes fall due, wait for a good moment, and go out.
 *
 * A unit is what one command refreshes: a pseudo-channel or rank (all-bank), a bank, or the banks of one index
 * (DDR5's same-bank). In each tREFI every unit has its turn, in any order within a round. A refresh may be owed: it is
 * taken when a unit has no requests, and goes first once more are owed than the controller may postpone. The unit's
 * banks are held, closed, refreshed, released. Refresh management (RFM) is due after RAAIMT activates of a bank and
 * goes first too (JESD79-5); a controller that refreshes nothing manages nothing. Left out: pulling in refreshes ahead
 * of time, self-refresh. */
#include "memory/channel.h"

static bool all_bank(const struct channel *c) { return c->controller->refresh == F2F_DRAM_REFRESH_ALL_BANK; }

static int refresh_action(const struct channel *c) {
    return all_bank(c) || !c->spec->has[F2F_DRAM_REFRESH_BANK] ? F2F_DRAM_REFRESH_ALL : F2F_DRAM_REFRESH_BANK;
}

/* Calls for the banks of a unit. */
struct banks {
    int next, step, left;
};

static struct banks banks_of(const struct channel *c, int scope, int first) {
    const int *per = c->spec->per_parent;
    int in_rank = per[F2F_DRAM_GROUP] * per[F2F_DRAM_BANK];
    switch (scope) {
    case F2F_DRAM_OF_BANK: return (struct banks){first, 1, 1};
    case F2F_DRAM_OF_SAME_BANK: return (struct banks){first, per[F2F_DRAM_BANK], per[F2F_DRAM_GROUP]};
    case F2F_DRAM_OF_RANK: return (struct banks){first, 1, in_rank};
    default: return (struct banks){first, 1, c->banks_per_pseudo};
    }
}

static int next_bank(struct banks *banks) {
    if (!banks->left--) return -1;
    int bank = banks->next;
    banks->next += banks->step;
    return bank;
}

void f2f_dram_refresh_init(struct channel *c, f2f_arena *arena) {
    int scope = c->spec->scope[refresh_action(c)];
    for (int p = 0; p < c->pseudos; p++) {
        struct refresh *r = &c->refresh[p];
        int base = p * c->banks_per_pseudo;
        r->unit = f2f_arena_alloc(arena, (size_t)c->banks_per_pseudo * sizeof *r->unit);
        for (int b = 0; b < c->banks_per_pseudo; b++) {
            if (c->bank[base + b].unit) continue;
            struct banks banks = banks_of(c, scope, base + b);
            for (int bank; (bank = next_bank(&banks)) >= 0;) c->bank[bank].unit = &r->unit[r->units];
            r->unit[r->units++].first_bank = base + b;
        }
        r->undone = r->units;
        r->last = r->units - 1;
        r->active = -1;
        r->interval = later(1, c->spec->refresh_interval / r->units);
        bool refreshes = c->controller->refresh != F2F_DRAM_REFRESH_NONE && c->spec->has[refresh_action(c)];
        /* From the middle of an interval on, so that a run of n intervals has n refreshes; pseudo-channels take turns.
         */
        r->due = refreshes ? r->interval / 2 + (all_bank(c) ? 0 : r->interval * p / c->pseudos) : NEVER;
    }
}

static void start(struct channel *c, struct refresh *r, int unit, int action) {
    r->active = unit;
    r->action = action;
    struct banks banks = banks_of(c, c->spec->scope[action], r->unit[unit].first_bank);
    for (int bank; (bank = next_bank(&banks)) >= 0;) f2f_dram_bank_hold(c, &c->bank[bank]);
}

/* The next unit of the round that has no requests; where one must go, that with the fewest. A controller that does not
 * postpone takes them as they come. Ranks take turns, as refreshes of one rank must lie apart (tpbR2pbR). */
static int choose(const struct refresh *r, bool in_order, bool must, int ranks) {
    int best = -1, per_rank = r->units / ranks, last = r->last % per_rank * ranks + r->last / per_rank;
    for (int i = 1; i <= r->units; i++) {
        int turn = (last + i) % r->units, u = turn % ranks * per_rank + turn / ranks;
        if (r->unit[u].done) continue;
        if (in_order || !r->unit[u].pending) return u;
        if (must && (best < 0 || r->unit[u].pending < r->unit[best].pending)) best = u;
    }
    return best;
}

static void start_if_good(struct channel *c, struct refresh *r) {
    if (r->active >= 0) return;
    for (int u = 0; c->spec->raaimt && u < r->units; u++)
        if (r->unit[u].manage) {
            start(c, r, u,
                  c->spec->has[F2F_DRAM_MANAGE_BANK] && !all_bank(c) ? F2F_DRAM_MANAGE_BANK : F2F_DRAM_MANAGE_ALL);
            return;
        }
    if (!r->owed) return;
    int ranks = c->spec->per_parent[F2F_DRAM_RANK];
    if (r->units % ranks) ranks = 1; /* one unit is the whole pseudo-channel */
    int unit = choose(r, !c->controller->postpone, r->owed > c->controller->postpone, ranks);
    if (unit >= 0) start(c, r, unit, refresh_action(c));
}

/* An open bank of the active unit, or -1; how many there are, and whether one must stay open a while. */
static int open_bank(const struct channel *c, const struct refresh *r, int *n, bool *blocked) {
    int found = -1;
    struct banks banks = banks_of(c, c->spec->scope[r->action], r->unit[r->active].first_bank);
    *n = 0;
    for (int bank; (bank = next_bank(&banks)) >= 0;) {
        if (c->bank[bank].opened) *blocked = true;
        if (c->bank[bank].open_row != CLOSED && ++*n == 1) found = bank;
    }
    return found;
}

/* The next command of the active unit, -1 while a row must stay open. */
static int next_command(const struct channel *c, const struct refresh *r, int *bank) {
    int n;
    bool blocked = false;
    if (c->spec->scope[r->action] == F2F_DRAM_OF_BANK) { /* asked often: no need to look around */
        *bank = r->unit[r->active].first_bank;
        if (c->bank[*bank].opened) return -1;
        return c->bank[*bank].open_row == CLOSED ? r->action : F2F_DRAM_PRECHARGE;
    }
    *bank = open_bank(c, r, &n, &blocked);
    if (blocked) return -1;
    if (*bank < 0) {
        *bank = r->unit[r->active].first_bank;
        return r->action;
    }
    bool at_once = n > 1 && c->spec->has[F2F_DRAM_PRECHARGE_ALL] &&
                   c->spec->scope[F2F_DRAM_PRECHARGE_ALL] == c->spec->scope[r->action];
    return at_once ? F2F_DRAM_PRECHARGE_ALL : F2F_DRAM_PRECHARGE;
}

int64_t f2f_dram_refresh_next(const struct channel *c, int pseudo, int *action) {
    int bank;
    *action = next_command(c, &c->refresh[pseudo], &bank);
    if (*action < 0) {
        *action = F2F_DRAM_REFRESH_ALL;
        return NEVER;
    }
    return later(f2f_dram_device_ready(&c->device, *action, bank), aligned(c->now, c->spec->edge[*action]));
}

static void finish(struct channel *c, int pseudo, int64_t tick) {
    struct refresh *r = &c->refresh[pseudo];
    struct unit *unit = &r->unit[r->active];
    int action = r->action, scope = c->spec->scope[action];
    int64_t length =
        scope == F2F_DRAM_OF_BANK || scope == F2F_DRAM_OF_SAME_BANK ? c->spec->refresh_bank : c->spec->refresh_all;
    bool manages = action == F2F_DRAM_MANAGE_ALL || action == F2F_DRAM_MANAGE_BANK;
    r->last = r->active;
    r->active = -1;
    unit->manage = false;
    if (!manages) {
        r->owed--;
        unit->done = true;
        if (--r->undone == 0) {
            for (int u = 0; u < r->units; u++) r->unit[u].done = false;
            r->undone = r->units;
        }
    }
    struct banks banks = banks_of(c, scope, unit->first_bank);
    for (int bank; (bank = next_bank(&banks)) >= 0;) {
        struct bank *b = &c->bank[bank];
        b->refresh_begin = tick;
        b->refresh_end = tick + length;
        b->activates = b->activates > c->spec->raaimt ? b->activates - c->spec->raaimt : 0;
        if (!manages) c->refreshed_banks++;
        f2f_dram_bank_release(c, b);
    }
}

static void close_all(struct channel *c, const struct refresh *r) {
    struct banks banks = banks_of(c, c->spec->scope[r->action], r->unit[r->active].first_bank);
    for (int bank; (bank = next_bank(&banks)) >= 0;) {
        if (c->closes) f2f_dram_page_idle(c, bank, false);
        f2f_dram_bank_closed(c, &c->bank[bank]);
    }
}

void f2f_dram_refresh_due(struct channel *c, int pseudo, int64_t tick) {
    struct refresh *r = &c->refresh[pseudo];
    c->now = later(c->now, tick);
    r->due += r->interval;
    r->owed++;
    picks_stale(c, pseudo);
    start_if_good(c, r);
}

void f2f_dram_refresh_step(struct channel *c, int pseudo, int64_t tick) {
    struct refresh *r = &c->refresh[pseudo];
    int bank, action = next_command(c, r, &bank);
    if (action == F2F_DRAM_PRECHARGE) f2f_dram_issue_precharge(c, &c->bank[bank], tick);
    else f2f_dram_issue(c, action, bank, -1, -1, tick);
    if (action == F2F_DRAM_PRECHARGE_ALL) close_all(c, r);
    if (action == r->action) finish(c, pseudo, tick);
    f2f_dram_candidates_stale(c, pseudo);
    start_if_good(c, r);
}

void f2f_dram_refresh_activated(struct channel *c, struct bank *b) {
    if (!c->spec->raaimt || c->controller->refresh == F2F_DRAM_REFRESH_NONE) return;
    if (++b->activates < c->spec->raaimt) return;
    b->unit->manage = true;
    start_if_good(c, &c->refresh[b->pseudo]);
}

/* Nothing but refresh happens before `until`: whole rounds of it are counted at once. A log wants every command, and
 * an open row is closed by the first round, which is therefore left to go command by command. */
void f2f_dram_refresh_skip(struct channel *c, int64_t until) {
    int action = refresh_action(c);
    for (int p = 0; p < c->pseudos && !c->log; p++) {
        struct refresh *r = &c->refresh[p];
        int64_t round = r->interval * r->units, rounds = r->due < until ? (until - r->due) / round - 1 : 0;
        bool quiet = r->active < 0 && !r->owed && rounds > 0;
        for (int b = 0; quiet && b < c->banks_per_pseudo; b++)
            quiet = c->bank[p * c->banks_per_pseudo + b].open_row == CLOSED;
        if (!quiet) continue;
        r->due += rounds * round;
        c->commands[action] += rounds * r->units;
        c->refreshed_banks += rounds * c->banks_per_pseudo;
        picks_stale(c, p);
    }
}
