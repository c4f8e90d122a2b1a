/* queue.h - requests of one direction in a channel: by bank in order of arrival, and in sets by what each
 * waits for, in order of age.
 *
 * Every entry holds a position; positions grow with arrival and are dealt anew, closely packed, when they run out.
 * A set is a bitmap over positions, so the oldest member is the first bit. */
#ifndef F2F_MEMORY_QUEUE_H
#define F2F_MEMORY_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include "fab2fleet/arena.h"

enum { NO_ENTRY = 0xffff };

/* What an entry waits for. At most one entry of a bank calls for its row command. */
enum want {
    WANT_OPENED, /* its data: the row was opened for it, and it goes first (early release only) */
    WANT_COLUMN, /* its data: it finds its row open */
    WANT_ACTIVATE,
    WANT_PRECHARGE,
    WANTS,
    WANT_NOTHING = WANTS
};

struct entry {
    int64_t arrive; /* tick */
    int32_t row, column;
    uint32_t position;
    uint16_t bank, before, after; /* neighbours in the bank's list */
    uint8_t want;
    bool missed; /* a row had to be opened for it */
};

struct age_set {
    uint64_t *word;
    int low; /* no bit is set below this word */
    int n;
};

struct queue {
    struct entry *entry;
    uint16_t *free_entry, *at_position; /* entries not in use; the entry of a position */
    int n_free;
    uint16_t *head, *tail, *key; /* of each bank; key: the entry that calls for its row command, or NO_ENTRY */
    struct age_set *set; /* [pseudo * WANTS + want] */
    struct age_set live;
    int sets, words;
    uint32_t next_position;
    int capacity, count; /* entries that take a place */
};

void f2f_dram_queue_init(struct queue *q, f2f_arena *arena, int capacity, int banks, int pseudos);
/* Appends to its bank's list; the caller says what it wants. Needs a free entry. */
uint16_t f2f_dram_queue_add(struct queue *q, int bank, int32_t row, int32_t column, int64_t arrive);
void f2f_dram_queue_remove(struct queue *q, uint16_t e);
/* Moves an entry to another set of its pseudo-channel. */
void f2f_dram_queue_want(struct queue *q, uint16_t e, int pseudo, enum want want);
/* All entries get new positions, in order of age. pseudo_of: of a bank. */
void f2f_dram_queue_renumber(struct queue *q, const uint8_t *pseudo_of);
static inline bool queue_full_of_positions(const struct queue *q) {
    return q->next_position == (uint32_t)q->words * 64;
}

/* The first member from position `from` on, or -1. */
static inline int age_next(const struct age_set *s, int words, int from) {
    int w = from >> 6;
    if (w >= words) return -1;
    uint64_t bits = s->word[w] & (~UINT64_C(0) << (from & 63));
    while (!bits) {
        if (++w == words) return -1;
        bits = s->word[w];
    }
    return w * 64 + __builtin_ctzll(bits);
}

static inline int age_first(struct age_set *s, int words) {
    if (!s->n) return -1;
    while (s->low < words && !s->word[s->low]) s->low++;
    return age_next(s, words, s->low * 64);
}

#endif
