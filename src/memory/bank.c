/* bank.c - what the entries of a bank wait for, as its row opens and closes. */
#include "memory/channel.h"

void f2f_dram_bank_key_set(struct channel *c, int direction, int bank, uint16_t e, enum want want) {
    struct queue *q = &c->queue[direction];
    int pseudo = c->pseudo_of[bank];
    uint16_t old = q->key[bank];
    if (old == e) return;
    if (old != NO_ENTRY) {
        int was = q->entry[old].want;
        queue_want(q, old, WANT_NOTHING);
        if (c->candidate[direction][pseudo][was].entry == old) candidate_stale(c, direction, pseudo, was);
    }
    q->key[bank] = e;
    if (e == NO_ENTRY) return;
    queue_want(q, e, want);
    f2f_dram_candidate_offer(c, direction, pseudo, e);
}

void f2f_dram_bank_opened(struct channel *c, int bank, int32_t row) {
    int pseudo = c->pseudo_of[bank];
    struct bank *b = &c->bank[bank];
    b->open_row = row;
    b->over = 0;
    for (int d = 0; d < 2; d++) {
        struct queue *q = &c->queue[d];
        if (q->head[bank] == NO_ENTRY) continue;
        f2f_dram_bank_key_set(c, d, bank, NO_ENTRY, WANT_NOTHING);
        for (uint16_t e = q->head[bank]; e != NO_ENTRY; e = q->entry[e].after) {
            if (q->entry[e].row != row) continue;
            if (q->entry[e].want != WANT_OPENED) bank_column(c, d, e);
            f2f_dram_candidate_offer(c, d, pseudo, e);
        }
        bank_key(c, d, bank);
    }
}

/* What finds its row open no longer does. */
static void drop_columns(struct channel *c, int bank) {
    for (int d = 0; d < 2; d++) {
        struct queue *q = &c->queue[d];
        if (!c->bank[bank].columns[d]) continue;
        for (uint16_t e = q->head[bank]; e != NO_ENTRY; e = q->entry[e].after)
            if (q->entry[e].want == WANT_COLUMN) queue_want(q, e, WANT_NOTHING);
        c->bank[bank].columns[d] = 0;
        candidate_stale(c, d, c->pseudo_of[bank], WANT_COLUMN);
    }
}

void f2f_dram_bank_closed(struct channel *c, int bank) {
    drop_columns(c, bank);
    c->bank[bank].open_row = CLOSED;
    for (int d = 0; d < 2; d++) {
        /* the entry that had the row closed mostly is the one that wants its own opened */
        uint16_t key = c->queue[d].key[bank], head = c->queue[d].head[bank];
        if (key != NO_ENTRY && key == head && !c->bank[bank].held && !c->bank[bank].opened) {
            int pseudo = c->pseudo_of[bank];
            if (c->candidate[d][pseudo][WANT_PRECHARGE].entry == key) candidate_stale(c, d, pseudo, WANT_PRECHARGE);
            queue_want(&c->queue[d], key, WANT_ACTIVATE);
            f2f_dram_candidate_offer(c, d, pseudo, key);
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
