/* issue.c - a command goes out: device, bank, queue and counts follow. */
#include "memory/channel.h"

void f2f_dram_issue(struct channel *c, int action, int bank, int32_t row, int32_t column, int64_t tick) {
    f2f_dram_device_issue(&c->device, action, bank, tick);
    c->commands[action]++;
    c->now = later(c->now, tick - c->spec->lead[action]);
    if (!c->log) return;
    const int *per = c->spec->per_parent;
    int level = level_of_scope(c->spec->scope[action]);
    bool same_bank = c->spec->scope[action] == F2F_DRAM_OF_SAME_BANK;
    int in_group = bank % per[F2F_DRAM_BANK], group = bank / per[F2F_DRAM_BANK], rank = group / per[F2F_DRAM_GROUP];
    struct f2f_mem_command command = {.tick = tick,
                                      .channel = c->number,
                                      .action = action,
                                      .pseudo = c->pseudo_of[bank],
                                      .rank = level >= F2F_DRAM_RANK ? rank % per[F2F_DRAM_RANK] : -1,
                                      .group = level >= F2F_DRAM_GROUP ? group % per[F2F_DRAM_GROUP] : -1,
                                      .bank = level == F2F_DRAM_BANK || same_bank ? in_group : -1,
                                      .row = row,
                                      .column = column};
    c->log(c->log_context, &command);
}

static int64_t at_most(int64_t a, int64_t b) { return a < b ? a : b; }

/* The data bus of the pseudo-channel stood still from `from` until this command: why? */
static void account_gap(struct channel *c, int pseudo, int action, const struct entry *e, int64_t tick) {
    const struct dram_device *d = &c->device;
    const struct dram_path *path = &d->path[e->bank];
    const struct bank *b = &c->bank[e->bank];
    int64_t from = c->bus_free[pseudo], arrived = at_most(later(e->arrive, from), tick);
    c->loss[F2F_MEM_LOSS_IDLE] += arrived - from;
    int64_t turned = at_most(later(d->next[d->first[F2F_DRAM_PSEUDO] + pseudo * ROW + action], arrived), tick);
    c->loss[F2F_MEM_LOSS_TURNAROUND] += turned - arrived;
    int64_t refreshed = at_most(b->refresh_end, tick) - later(b->refresh_begin, turned);
    if (refreshed > 0) c->loss[F2F_MEM_LOSS_REFRESH] += refreshed;
    else refreshed = 0;
    int64_t row = at_most(later(d->next[path->at[F2F_DRAM_BANK] + action], turned), tick) - turned;
    int64_t rest = tick - turned - refreshed, opened = at_most(row, rest);
    if (refreshed > 0 || e->missed) opened = rest; /* what follows a refresh or a miss is its row */
    c->loss[F2F_MEM_LOSS_ROW] += opened;
    c->loss[F2F_MEM_LOSS_GROUP] += rest - opened;
}

static void count_read(struct channel *c, int64_t latency) {
    int shift = latency < 32 ? 0 : 59 - __builtin_clzll((uint64_t)latency);
    int bin = 16 * shift + (int)(latency >> shift);
    c->latency_count[bin < F2F_MEM_BINS ? bin : F2F_MEM_BINS - 1]++;
    c->latency_sum += latency;
    c->latency_max = later(c->latency_max, latency);
}

void f2f_dram_count_forwarded(struct channel *c, int64_t latency) {
    c->forwarded++;
    c->reads++;
    count_read(c, latency);
}

/* Entry e has been served. */
static void retire(struct channel *c, int direction, int pseudo, uint16_t e, int64_t tick) {
    struct queue *q = &c->queue[direction];
    int bank = q->entry[e].bank;
    if (q->entry[e].want == WANT_OPENED) c->bank[bank].opened--;
    else c->bank[bank].columns[direction]--;
    queue_want(q, e, WANT_NOTHING);
    if (!(q->entry[e].missed && c->controller->early_release)) {
        if (q->count == q->capacity) c->pacing.room = tick + 1;
        q->count--;
    }
    queue_remove(q, e);
    c->refresh[pseudo].unit[c->bank[bank].unit].pending--;
    c->bank[bank].pending--;
}

/* Past an older request for another row: only so often. */
static void count_passing(struct channel *c, int direction, int bank, uint16_t e) {
    struct bank *b = &c->bank[bank];
    struct queue *q = &c->queue[direction];
    uint16_t head = q->head[bank];
    if (head == e || q->entry[head].row == b->open_row || ++b->over < c->controller->cap) return;
    for (uint16_t other = head; other != NO_ENTRY; other = q->entry[other].after)
        if (q->entry[other].want == WANT_COLUMN && other != e) {
            queue_want(q, other, WANT_NOTHING);
            b->columns[direction]--;
        }
}

void f2f_dram_issue_column(struct channel *c, int direction, int pseudo, uint16_t chosen, int64_t tick) {
    const struct dram_spec *spec = c->spec;
    struct queue *q = &c->queue[direction];
    const struct entry e = q->entry[chosen];
    bool write = direction == 1,
         closes = c->controller->page == F2F_DRAM_PAGE_CLOSED && f2f_dram_page_auto(c, direction, e.bank, chosen, tick);
    int action = write ? (closes ? F2F_DRAM_WRITE_AUTO : F2F_DRAM_WRITE) : closes ? F2F_DRAM_READ_AUTO : F2F_DRAM_READ;
    if (tick > c->bus_free[pseudo]) account_gap(c, pseudo, write ? F2F_DRAM_WRITE : F2F_DRAM_READ, &e, tick);
    if (c->controller->cap) count_passing(c, direction, e.bank, chosen);
    f2f_dram_issue(c, action, e.bank, e.row, e.column, tick);
    c->bus_free[pseudo] = tick + spec->burst;
    c->data += spec->burst;
    int64_t done = tick + (write ? spec->write_delay : spec->read_delay) + spec->burst;
    c->end = later(c->end, done);
    c->hits += !e.missed;
    if (write) c->writes++;
    else {
        c->reads++;
        count_read(c, done - e.arrive);
    }
    if (c->source.traffic->outstanding) f2f_dram_pacing_completed(c, write, done);
    c->bank[e.bank].used = tick;
    retire(c, direction, pseudo, chosen, tick);
    for (int d = 0; d < 2; d++) {
        struct candidate *k = c->candidate[d][pseudo];
        k[WANT_OPENED].stale = k[WANT_COLUMN].stale = true;
        if (c->queue[d].key[e.bank] == k[WANT_PRECHARGE].entry)
            k[WANT_PRECHARGE].stale = true; /* it waits for this data */
    }
    if (closes) f2f_dram_bank_closed(c, e.bank);
    else {
        bank_key(c, direction, e.bank);
        if (e.want == WANT_OPENED) bank_key(c, !direction, e.bank);
        if (!c->bank[e.bank].pending && c->closes) f2f_dram_page_idle(c, e.bank, true);
    }
}

void f2f_dram_issue_activate(struct channel *c, int pseudo, uint16_t chosen, int64_t tick) {
    struct queue *q = &c->queue[c->direction];
    struct entry *e = &q->entry[chosen];
    int bank = e->bank;
    f2f_dram_issue(c, F2F_DRAM_ACTIVATE, bank, e->row, -1, tick);
    bool again = e->missed; /* its row was closed before it was served */
    e->missed = true;
    if (c->controller->early_release && !again) {
        if (q->count == q->capacity) c->pacing.room = tick + 1;
        q->count--;
    }
    for (int d = 0; d < 2; d++) candidate_stale(c, d, pseudo, WANT_ACTIVATE);
    if (c->controller->early_release) {
        q->key[bank] = NO_ENTRY;
        queue_want(q, chosen, WANT_OPENED);
        c->bank[bank].opened++;
    }
    f2f_dram_bank_opened(c, bank, e->row);
    f2f_dram_refresh_activated(c, bank);
}

void f2f_dram_issue_precharge(struct channel *c, int bank, int64_t tick) {
    int pseudo = c->pseudo_of[bank];
    f2f_dram_issue(c, F2F_DRAM_PRECHARGE, bank, -1, -1, tick);
    for (int d = 0; d < 2; d++) candidate_stale(c, d, pseudo, WANT_PRECHARGE);
    if (c->closes) f2f_dram_page_idle(c, bank, false);
    f2f_dram_bank_closed(c, bank);
}
