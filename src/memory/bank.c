/* bank.c - what the entries of a bank wait for, as its row opens and closes. */
#include "memory/channel.h"

/* No entry calls for the bank's row command any more. */
static inline void drop_key(struct channel *c, int direction, int pseudo, struct bank_list *list) {
    struct queue *q = &c->queue[direction];
    if (list->key == NO_ENTRY) return;
    struct entry *entry = &q->entry[list->key];
    int was = entry->want;
    queue_take(q, entry);
    if (c->candidate[pseudo][direction][was].entry == list->key) candidate_stale(c, direction, pseudo, was);
    list->key = NO_ENTRY;
}

void f2f_dram_bank_key_set(struct channel *c, int direction, int bank, uint16_t e, enum want want) {
    struct queue *q = &c->queue[direction];
    int pseudo = c->pseudo_of[bank];
    drop_key(c, direction, pseudo, &q->list[bank]);
    q->list[bank].key = e;
    if (e == NO_ENTRY) return;
    queue_put(q, &q->entry[e], want);
    candidate_offer(c, direction, pseudo, &q->entry[e]);
}

void f2f_dram_bank_opened(struct channel *c, int bank, int32_t row) {
    int pseudo = c->pseudo_of[bank];
    struct bank *b = &c->bank[bank];
    b->open_row = row;
    b->over = 0;
    for (int d = 0; d < 2; d++) {
        struct queue *q = &c->queue[d];
        if (q->list[bank].head == NO_ENTRY) continue;
        drop_key(c, d, pseudo, &q->list[bank]);
        for (uint16_t e = q->list[bank].head; e != NO_ENTRY; e = q->entry[e].after) {
            struct entry *entry = &q->entry[e];
            if (entry->row != row) continue;
            if (entry->want == WANT_OPENED) {
                candidate_offer(c, d, pseudo, entry);
                continue;
            }
            if (queue_put_column(q, entry)) candidate_offer(c, d, pseudo, entry);
        }
        bank_key(c, d, bank);
    }
}

/* What finds its row open no longer does. */
static void drop_columns(struct channel *c, int bank) {
    for (int d = 0; d < 2; d++) {
        struct queue *q = &c->queue[d];
        if (!q->list[bank].columns) continue;
        f2f_dram_queue_drop_columns(q, bank, NO_ENTRY);
        candidate_stale(c, d, c->pseudo_of[bank], WANT_COLUMN);
    }
}

void f2f_dram_bank_closed(struct channel *c, int bank) {
    drop_columns(c, bank);
    c->bank[bank].open_row = CLOSED;
    bool free = !c->bank[bank].held && !c->bank[bank].opened;
    int pseudo = c->pseudo_of[bank];
    for (int d = 0; d < 2; d++) {
        struct queue *q = &c->queue[d];
        struct bank_list *list = &q->list[bank];
        if (list->head == NO_ENTRY) continue;
        drop_key(c, d, pseudo, list);
        if (free) f2f_dram_bank_key_set(c, d, bank, list->head, WANT_ACTIVATE);
    }
}

void f2f_dram_bank_hold(struct channel *c, int bank) {
    drop_columns(c, bank);
    for (int d = 0; d < 2; d++) f2f_dram_bank_key_set(c, d, bank, NO_ENTRY, WANT_NOTHING);
    c->bank[bank].held = true;
}

/* Its rows are closed. */
void f2f_dram_bank_release(struct channel *c, int bank) {
    c->bank[bank].held = false;
    for (int d = 0; d < 2; d++) bank_key(c, d, bank);
}
