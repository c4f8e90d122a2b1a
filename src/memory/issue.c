/* issue.c - a command goes out: device, bank, queue and counts follow. */
#include "memory/channel.h"
#include "memory/pacing.h"

static void log_command(const struct channel *c, int action, int bank, int32_t row, int32_t column, int64_t tick) {
    const int *per = c->spec->per_parent;
    int level = level_of_scope(c->spec->scope[action]);
    bool same_bank = c->spec->scope[action] == F2F_DRAM_OF_SAME_BANK;
    int in_group = bank % per[F2F_DRAM_BANK], group = bank / per[F2F_DRAM_BANK], rank = group / per[F2F_DRAM_GROUP];
    struct f2f_mem_command command = {.tick = tick,
                                      .channel = c->number,
                                      .action = action,
                                      .pseudo = c->bank[bank].pseudo,
                                      .rank = level >= F2F_DRAM_RANK ? rank % per[F2F_DRAM_RANK] : -1,
                                      .group = level >= F2F_DRAM_GROUP ? group % per[F2F_DRAM_GROUP] : -1,
                                      .bank = level == F2F_DRAM_BANK || same_bank ? in_group : -1,
                                      .row = row,
                                      .column = column};
    c->log(c->log_context, &command);
}

static inline void issue(struct channel *c, int action, int bank, int32_t row, int32_t column, int64_t tick) {
    dram_device_issue(&c->device, action, bank, tick);
    c->commands[action]++;
    c->now = later(c->now, tick - c->spec->lead[action]);
    if (c->log) log_command(c, action, bank, row, column, tick);
}

void f2f_dram_issue(struct channel *c, int action, int bank, int32_t row, int32_t column, int64_t tick) {
    issue(c, action, bank, row, column, tick);
}

static int64_t at_most(int64_t a, int64_t b) { return a < b ? a : b; }

/* The data bus of the pseudo-channel stood still from `from` until this command: why? */
static void account_gap(struct channel *c, int action, const struct bank *b, const struct entry *e, int64_t tick) {
    const struct dram_device *d = &c->device;
    int pseudo = b->pseudo;
    int64_t from = c->bus_free[pseudo], arrived = at_most(later(e->arrive, from), tick);
    c->loss[F2F_MEM_LOSS_IDLE] += arrived - from;
    int64_t turned = at_most(later(d->next[action][d->first[F2F_DRAM_PSEUDO] + pseudo], arrived), tick);
    c->loss[F2F_MEM_LOSS_TURNAROUND] += turned - arrived;
    int64_t refreshed = at_most(b->refresh_end, tick) - later(b->refresh_begin, turned);
    if (refreshed > 0) c->loss[F2F_MEM_LOSS_REFRESH] += refreshed;
    else refreshed = 0;
    int64_t row = at_most(later(d->next[action][d->first[F2F_DRAM_BANK] + b->number], turned), tick) - turned;
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

/* An entry has been served. */
static inline void retire(struct channel *c, struct queue *q, struct bank *b, struct bank_list *list, struct entry *e,
                          int64_t tick) {
    if (e->want == WANT_OPENED) {
        b->opened--;
        queue_take(q, e);
    } else queue_take_column(q, list, e);
    if (!(e->missed && c->controller->early_release)) {
        if (q->count == q->capacity) c->pacing.room = tick + 1;
        q->count--;
    }
    queue_remove(q, list, e);
    b->unit->pending--;
}

/* Past an older request for another row: only so often. */
static void count_passing(struct channel *c, struct queue *q, struct bank *b, struct bank_list *list,
                          const struct entry *e) {
    const struct entry *head = &q->entry[list->head];
    if (head == e || head->row == b->open_row || ++b->over < c->controller->cap) return;
    f2f_dram_queue_drop_columns(q, list, (uint16_t)(e - q->entry));
}

/* What a column command of a bank may delay in its pseudo-channel. */
static inline void column_stale(struct channel *c, const struct bank *b) {
    const struct refresh *r = &c->refresh[b->pseudo];
    for (int d = 0; d < 2; d++) {
        struct candidate *k = c->candidate[b->pseudo][d];
        uint16_t key = b->list[d].key;
        k[WANT_OPENED].until = k[WANT_COLUMN].until = STALE;
        if (key != NO_ENTRY && c->queue[d].entry[key].position == k[WANT_PRECHARGE].position)
            candidate_stale(c, d, b->pseudo, WANT_PRECHARGE); /* it waits for this data */
    }
    pick_stale(c, b->pseudo, COLUMNS);
    bool refresh_waits = r->active >= 0 && (b->held || c->spec->scope[r->action] != F2F_DRAM_OF_BANK);
    if (c->closes || refresh_waits) pick_stale(c, b->pseudo, ROWS);
}

static inline void count_column(struct channel *c, int pseudo, bool write, const struct entry *e, int64_t tick) {
    const struct dram_spec *spec = c->spec;
    int64_t done = tick + (write ? spec->write_delay : spec->read_delay) + spec->burst;
    c->bus_free[pseudo] = tick + spec->burst;
    c->data += spec->burst;
    c->end = later(c->end, done);
    c->hits += !e->missed;
    if (write) c->writes++;
    else {
        c->reads++;
        count_read(c, done - e->arrive);
    }
    if (c->pacing.outstanding) pacing_completed(c, write, done);
}

void f2f_dram_issue_column(struct channel *c, const struct candidate *k, int64_t tick) {
    struct queue *q = k->queue;
    struct entry *e = candidate_entry(k);
    struct bank *b = &c->bank[e->bank];
    int direction = k->direction;
    struct bank_list *list = &b->list[direction];
    bool write = direction == 1, opened = e->want == WANT_OPENED;
    bool closes = c->closes && c->controller->page == F2F_DRAM_PAGE_CLOSED &&
                  f2f_dram_page_auto(c, direction, b, (uint16_t)(e - q->entry), tick);
    int action = write ? F2F_DRAM_WRITE : F2F_DRAM_READ;
    if (tick > c->bus_free[b->pseudo]) account_gap(c, action, b, e, tick);
    if (closes) action = write ? F2F_DRAM_WRITE_AUTO : F2F_DRAM_READ_AUTO;
    if (c->controller->cap) count_passing(c, q, b, list, e);
    issue(c, action, b->number, e->row, e->column, tick);
    count_column(c, b->pseudo, write, e, tick);
    b->used = tick;
    retire(c, q, b, list, e, tick);
    column_stale(c, b);
    if (closes) {
        f2f_dram_bank_closed(c, b);
        return;
    }
    bank_key(c, direction, b);
    if (opened) bank_key(c, !direction, b);
    if (c->closes && b->list[0].head == NO_ENTRY && b->list[1].head == NO_ENTRY) f2f_dram_page_idle(c, b->number, true);
}

void f2f_dram_issue_activate(struct channel *c, const struct candidate *k, int64_t tick) {
    struct queue *q = k->queue;
    struct entry *e = candidate_entry(k);
    struct bank *b = &c->bank[e->bank];
    issue(c, F2F_DRAM_ACTIVATE, b->number, e->row, -1, tick);
    bool again = e->missed; /* its row was closed before it was served */
    e->missed = true;
    if (c->controller->early_release && !again) {
        if (q->count == q->capacity) c->pacing.room = tick + 1;
        q->count--;
    }
    for (int d = 0; d < 2; d++) candidate_stale(c, d, b->pseudo, WANT_ACTIVATE);
    if (c->controller->early_release) {
        b->list[k->direction].key = NO_ENTRY;
        queue_take(q, e);
        queue_put(q, e, WANT_OPENED);
        b->opened++;
    }
    f2f_dram_bank_opened(c, b, e->row);
    f2f_dram_refresh_activated(c, b);
}

void f2f_dram_issue_precharge(struct channel *c, struct bank *b, int64_t tick) {
    issue(c, F2F_DRAM_PRECHARGE, b->number, -1, -1, tick);
    for (int d = 0; d < 2; d++) candidate_stale(c, d, b->pseudo, WANT_PRECHARGE);
    if (c->closes) f2f_dram_page_idle(c, b->number, false);
    f2f_dram_bank_closed(c, b);
}
