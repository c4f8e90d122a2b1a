/* queue.h - requests of one direction in a channel: by bank in order of arrival, and in sets by what each waits for,
 * in order of age. Those that want a column are many, and all of a bank group wait for the same bus: they have a set
 * for each group.
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
    int32_t bank_row; /* of its bank in the device's ticks */
};

struct age_set {
    uint64_t *word;
    uint32_t oldest; /* the first member, UINT32_MAX if there is none */
    int n, words;
};

/* Banks of a channel in groups, groups in pseudo-channels; at most 64 groups in each. */
struct grouping {
    int banks, banks_per_group, groups_per_pseudo, pseudos;
};

struct queue {
    struct entry *entry;
    uint16_t *free_entry, *at_position; /* entries not in use; the entry of a position */
    uint16_t *head, *tail, *key; /* of each bank; key: the entry that calls for its row command, or NO_ENTRY */
    uint8_t *group_of, *pseudo_of; /* of a bank; groups are counted in the pseudo-channel */
    struct age_set *set; /* [pseudo * WANTS + want], but for columns: */
    struct age_set *group_set; /* [pseudo * groups + group] */
    uint64_t *filled; /* of each pseudo-channel: groups whose set has members */
    struct age_set live;
    struct grouping grouping;
    int n_free, words;
    uint32_t next_position;
    int capacity, count; /* entries that take a place */
};

void f2f_dram_queue_init(struct queue *q, f2f_arena *arena, int capacity, const struct grouping *grouping);
/* All entries get new positions, in order of age. */
void f2f_dram_queue_renumber(struct queue *q);
static inline bool queue_out_of_positions(const struct queue *q) { return q->next_position == (uint32_t)q->words * 64; }

static inline void age_put(struct age_set *s, uint32_t position) {
    s->word[position >> 6] |= UINT64_C(1) << (position & 63);
    if (position < s->oldest) s->oldest = position;
    s->n++;
}

/* The next younger member; there must be one. */
static inline uint32_t age_next(const struct age_set *s, uint32_t position) {
    uint32_t w = position >> 6;
    uint64_t bits = s->word[w] & ~UINT64_C(1) << (position & 63);
    while (!bits) bits = s->word[++w];
    return w * 64 + (uint32_t)__builtin_ctzll(bits);
}

static inline void age_take(struct age_set *s, uint32_t position) {
    s->n--;
    if (position == s->oldest) s->oldest = s->n ? age_next(s, position) : UINT32_MAX;
    s->word[position >> 6] &= ~(UINT64_C(1) << (position & 63));
}

static inline void group_put(struct queue *q, const struct entry *entry) {
    int pseudo = q->pseudo_of[entry->bank], group = q->group_of[entry->bank];
    age_put(&q->group_set[pseudo * q->grouping.groups_per_pseudo + group], entry->position);
    q->filled[pseudo] |= UINT64_C(1) << group;
}

static inline void group_take(struct queue *q, const struct entry *entry) {
    int pseudo = q->pseudo_of[entry->bank], group = q->group_of[entry->bank];
    struct age_set *s = &q->group_set[pseudo * q->grouping.groups_per_pseudo + group];
    age_take(s, entry->position);
    if (!s->n) q->filled[pseudo] &= ~(UINT64_C(1) << group);
}

static inline bool queue_wants(const struct queue *q, int pseudo, int want) {
    return want == WANT_COLUMN ? q->filled[pseudo] != 0 : q->set[pseudo * WANTS + want].n > 0;
}

/* Moves an entry to another set of its pseudo-channel. */
static inline void queue_want(struct queue *q, uint16_t e, enum want want) {
    struct entry *entry = &q->entry[e];
    int was = entry->want, now = (int)want, base = q->pseudo_of[entry->bank] * WANTS;
    if (was == now) return;
    if (was == WANT_COLUMN) group_take(q, entry);
    else if (was != WANT_NOTHING) age_take(&q->set[base + was], entry->position);
    if (now == WANT_COLUMN) group_put(q, entry);
    else if (now != WANT_NOTHING) age_put(&q->set[base + now], entry->position);
    entry->want = (uint8_t)now;
}

/* Appends to its bank's list; the caller says what it wants. Needs a free entry and a position. */
static inline uint16_t queue_add(struct queue *q, int bank, int32_t bank_row, int32_t row, int32_t column,
                                 int64_t arrive) {
    uint16_t e = q->free_entry[--q->n_free], tail = q->tail[bank];
    uint32_t position = q->next_position++;
    struct entry *entry = &q->entry[e];
    entry->arrive = arrive;
    entry->row = row;
    entry->column = column;
    entry->position = position;
    entry->bank = (uint16_t)bank;
    entry->before = tail;
    entry->after = NO_ENTRY;
    entry->want = WANT_NOTHING;
    entry->missed = false;
    entry->bank_row = bank_row;
    if (tail == NO_ENTRY) q->head[bank] = e;
    else q->entry[tail].after = e;
    q->tail[bank] = e;
    q->at_position[position] = e;
    age_put(&q->live, position);
    q->count++;
    return e;
}

/* An entry that wants nothing any more. */
static inline void queue_remove(struct queue *q, uint16_t e) {
    const struct entry *entry = &q->entry[e];
    if (entry->before == NO_ENTRY) q->head[entry->bank] = entry->after;
    else q->entry[entry->before].after = entry->after;
    if (entry->after == NO_ENTRY) q->tail[entry->bank] = entry->before;
    else q->entry[entry->after].before = entry->before;
    age_take(&q->live, entry->position);
    q->free_entry[q->n_free++] = e;
}

#endif
