/* bank.c - what the entries of a bank wait for, as its row opens and closes. */
#include "memory/channel.h"

void f2f_dram_bank_key_set(struct channel *c, int direction, int bank, uint16_t e, enum want want) {
    struct queue *q = &c->queue[direction];
    int pseudo = c->pseudo_of[bank];
    uint16_t old = q->list[bank].key;
    if (old == e) return;
    if (old != NO_ENTRY) {
        int was = q->entry[old].want;
        queue_take(q, &q->entry[old]);
        if (c->candidate[pseudo][direction][was].entry == old) candidate_stale(c, direction, pseudo, was);
    }
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
        f2f_dram_bank_key_set(c, d, bank, NO_ENTRY, WANT_NOTHING);
        bool offered = false; /* of several in one bank the oldest goes first */
        for (uint16_t e = q->list[bank].head; e != NO_ENTRY; e = q->entry[e].after) {
            struct entry *entry = &q->entry[e];
            if (entry->row != row) continue;
            if (entry->want == WANT_OPENED) {
                candidate_offer(c, d, pseudo, entry);
                continue;
            }
            queue_put(q, entry, WANT_COLUMN);
            if (!offered) candidate_offer(c, d, pseudo, entry);
            offered = true;
        }
        bank_key(c, d, bank);
    }
}

/* What finds its row open no longer does. */
static void drop_columns(struct channel *c, int bank) {
    for (int d = 0; d < 2; d++) {
        struct queue *q = &c->queue[d];
        if (!q->list[bank].columns) continue;
        for (uint16_t e = q->list[bank].head; e != NO_ENTRY; e = q->entry[e].after)
            if (q->entry[e].want == WANT_COLUMN) queue_take(q, &q->entry[e]);
        candidate_stale(c, d, c->pseudo_of[bank], WANT_COLUMN);
    }
}

void f2f_dram_bank_closed(struct channel *c, int bank) {
    drop_columns(c, bank);
    c->bank[bank].open_row = CLOSED;
    for (int d = 0; d < 2; d++) {
        /* the entry that had the row closed mostly is the one that wants its own opened */
        uint16_t key = c->queue[d].list[bank].key, head = c->queue[d].list[bank].head;
        if (key != NO_ENTRY && key == head && !c->bank[bank].held && !c->bank[bank].opened) {
            int pseudo = c->pseudo_of[bank];
            if (c->candidate[pseudo][d][WANT_PRECHARGE].entry == key) candidate_stale(c, d, pseudo, WANT_PRECHARGE);
            struct queue *q = &c->queue[d];
            queue_take(q, &q->entry[key]);
            queue_put(q, &q->entry[key], WANT_ACTIVATE);
            candidate_offer(c, d, pseudo, &q->entry[key]);
        } else {
            f2f_dram_bank_key_set(c, d, bank, NO_ENTRY, WANT_NOTHING);
            bank_key(c, d, bank);
        }
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
