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
    c->bank[bank].open_row = row;
    c->bank[bank].over = 0;
    for (int d = 0; d < 2; d++) {
        struct queue *q = &c->queue[d];
        f2f_dram_bank_key_set(c, d, bank, NO_ENTRY, WANT_NOTHING);
        for (uint16_t e = q->head[bank]; e != NO_ENTRY; e = q->entry[e].after) {
            if (q->entry[e].row != row) continue;
            queue_want(q, e, q->entry[e].want == WANT_OPENED ? WANT_OPENED : WANT_COLUMN);
            f2f_dram_candidate_offer(c, d, pseudo, e);
        }
        bank_key(c, d, bank);
    }
}

/* Nothing of the bank can be served but what its row was opened for. */
static void drop_all(struct channel *c, int bank) {
    int pseudo = c->pseudo_of[bank];
    for (int d = 0; d < 2; d++) {
        struct queue *q = &c->queue[d];
        bool any = false;
        f2f_dram_bank_key_set(c, d, bank, NO_ENTRY, WANT_NOTHING);
        for (uint16_t e = q->head[bank]; e != NO_ENTRY; e = q->entry[e].after) {
            if (q->entry[e].want != WANT_COLUMN) continue;
            any = true;
            queue_want(q, e, WANT_NOTHING);
        }
        if (any) candidate_stale(c, d, pseudo, WANT_COLUMN);
    }
}

void f2f_dram_bank_closed(struct channel *c, int bank) {
    drop_all(c, bank);
    c->bank[bank].open_row = CLOSED;
    for (int d = 0; d < 2; d++) bank_key(c, d, bank);
}

void f2f_dram_bank_hold(struct channel *c, int bank) {
    drop_all(c, bank);
    c->bank[bank].held = true;
}

void f2f_dram_bank_release(struct channel *c, int bank) {
    c->bank[bank].held = false;
    for (int d = 0; d < 2; d++) bank_key(c, d, bank);
}
