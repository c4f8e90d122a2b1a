/* bank.c - what the entries of a bank wait for, as its row opens and closes. */
#include "memory/channel.h"

/* No entry calls for the bank's row command any more. */
static inline void drop_key(struct channel *c, int direction, struct bank *b) {
    struct queue *q = &c->queue[direction];
    struct bank_list *list = &b->list[direction];
    if (list->key == NO_ENTRY) return;
    struct entry *entry = &q->entry[list->key];
    int was = entry->want;
    queue_take(q, entry);
    if (c->candidate[b->pseudo][direction][was].position == entry->position)
        candidate_stale(c, direction, b->pseudo, was);
    list->key = NO_ENTRY;
}

static inline void set_key(struct channel *c, int direction, struct bank *b, uint16_t e, enum want want) {
    struct queue *q = &c->queue[direction];
    drop_key(c, direction, b);
    b->list[direction].key = e;
    if (e == NO_ENTRY) return;
    queue_put(q, &q->entry[e], want);
    candidate_offer(c, direction, b->pseudo, &q->entry[e]);
}

void f2f_dram_bank_key_set(struct channel *c, int direction, struct bank *b, uint16_t e, enum want want) {
    set_key(c, direction, b, e, want);
}

static inline void opened(struct channel *c, int direction, struct bank *b) {
    struct queue *q = &c->queue[direction];
    struct bank_list *list = &b->list[direction];
    drop_key(c, direction, b);
    for (uint16_t e = list->head; e != NO_ENTRY; e = q->entry[e].after) {
        struct entry *entry = &q->entry[e];
        if (entry->row != b->open_row) continue;
        if (entry->want == WANT_OPENED || queue_put_column(q, list, entry))
            candidate_offer(c, direction, b->pseudo, entry);
    }
    bank_key(c, direction, b);
}

void f2f_dram_bank_opened(struct channel *c, struct bank *b, int32_t row) {
    b->open_row = row;
    b->over = 0;
    for (int d = 0; d < 2; d++)
        if (b->list[d].head != NO_ENTRY) opened(c, d, b);
}

/* What finds its row open no longer does. */
static void drop_columns(struct channel *c, struct bank *b) {
    for (int d = 0; d < 2; d++) {
        if (!b->list[d].columns) continue;
        f2f_dram_queue_drop_columns(&c->queue[d], &b->list[d], NO_ENTRY);
        candidate_stale(c, d, b->pseudo, WANT_COLUMN);
    }
}

void f2f_dram_bank_closed(struct channel *c, struct bank *b) {
    drop_columns(c, b);
    b->open_row = CLOSED;
    bool free = !b->held && !b->opened;
    for (int d = 0; d < 2; d++) {
        struct bank_list *list = &b->list[d];
        if (list->head == NO_ENTRY) continue;
        if (free) set_key(c, d, b, list->head, WANT_ACTIVATE);
        else drop_key(c, d, b);
    }
}

void f2f_dram_bank_hold(struct channel *c, struct bank *b) {
    drop_columns(c, b);
    for (int d = 0; d < 2; d++) drop_key(c, d, b);
    b->held = true;
}

/* Its rows are closed. */
void f2f_dram_bank_release(struct channel *c, struct bank *b) {
    b->held = false;
    for (int d = 0; d < 2; d++) bank_key(c, d, b);
}
