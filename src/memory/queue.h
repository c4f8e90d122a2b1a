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
#define NO_POSITION (UINT64_C(1) << 62)

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
    struct entry_sets {
        uint16_t first, columns; /* sets of its pseudo-channel; that of its group for columns */
    } sets;
    uint8_t want;
    bool missed; /* a row had to be opened for it */
};

struct age_set {
    uint64_t *word;
    uint64_t oldest; /* the first member, or NO_POSITION */
    int n, words;
    uint64_t groups; /* of all columns of a pseudo-channel: the groups that have some */
};

struct slot {
    uint16_t entry, bank;
};

/* Entries of a bank in order of arrival. */
struct bank_list {
    uint16_t head, tail;
    uint16_t key; /* the entry that calls for the bank's row command, or NO_ENTRY */
    uint16_t columns; /* entries that want a column */
};

/* Banks of a channel in groups, groups in pseudo-channels: at most 64 in each. */
struct grouping {
    int banks, banks_per_group, groups_per_pseudo, pseudos;
};

struct queue {
    struct entry *entry;
    uint16_t *free_entry; /* entries not in use */
    struct slot *slot; /* of each position: its entry or NO_ENTRY */
    struct bank_list *list; /* of each bank */
    struct entry_sets *sets_of; /* of a bank */
    /* Of each pseudo-channel one for each want, then one for each group with the entries that want a column: of these
     * the first only has the number. */
    struct age_set *set;
    struct grouping grouping;
    int n_free, words, sets_per_pseudo;
    uint32_t first_position, next_position; /* no entry has an earlier one; the next to be dealt */
    int live; /* entries in use */
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
    if (position == s->oldest) s->oldest = s->n ? age_next(s, position) : NO_POSITION;
    s->word[position >> 6] &= ~(UINT64_C(1) << (position & 63));
}

static inline int queue_wants(const struct queue *q, int pseudo, enum want want) {
    return q->set[pseudo * q->sets_per_pseudo + (int)want].n;
}

/* Its bank group, counted in the pseudo-channel. */
static inline int entry_group(const struct entry *entry) { return entry->sets.columns - entry->sets.first - WANTS; }

/* An entry that waited for nothing. */
static inline void queue_put(struct queue *q, struct entry *entry, enum want want) {
    struct age_set *set = &q->set[entry->sets.first + (int)want];
    entry->want = (uint8_t)want;
    if (want != WANT_COLUMN) {
        age_put(set, entry->position);
        return;
    }
    set->n++;
    set->groups |= UINT64_C(1) << entry_group(entry);
    q->list[entry->bank].columns++;
    age_put(&q->set[entry->sets.columns], entry->position);
}

/* An entry that waits for nothing any more. */
static inline void queue_take(struct queue *q, struct entry *entry) {
    struct age_set *set = &q->set[entry->sets.first + entry->want];
    bool column = entry->want == WANT_COLUMN;
    entry->want = WANT_NOTHING;
    if (!column) {
        age_take(set, entry->position);
        return;
    }
    set->n--;
    q->list[entry->bank].columns--;
    struct age_set *group = &q->set[entry->sets.columns];
    age_take(group, entry->position);
    if (!group->n) set->groups &= ~(UINT64_C(1) << entry_group(entry));
}

/* Appends to its bank's list; the caller says what it wants. Needs a free entry and a position. */
static inline uint16_t queue_add(struct queue *q, int bank, int32_t row, int32_t column, int64_t arrive) {
    struct bank_list *list = &q->list[bank];
    uint16_t e = q->free_entry[--q->n_free], tail = list->tail;
    uint32_t position = q->next_position++;
    q->entry[e] = (struct entry){.arrive = arrive,
                                 .row = row,
                                 .column = column,
                                 .position = position,
                                 .bank = (uint16_t)bank,
                                 .before = tail,
                                 .after = NO_ENTRY,
                                 .sets = q->sets_of[bank],
                                 .want = WANT_NOTHING};
    if (tail == NO_ENTRY) list->head = e;
    else q->entry[tail].after = e;
    list->tail = e;
    q->slot[position] = (struct slot){e, (uint16_t)bank};
    q->live++;
    q->count++;
    return e;
}

/* Position of the oldest entry; there must be one. */
static inline uint32_t queue_oldest(struct queue *q) {
    while (q->slot[q->first_position].entry == NO_ENTRY) q->first_position++;
    return q->first_position;
}

/* An entry that wants nothing any more. */
static inline void queue_remove(struct queue *q, const struct entry *entry) {
    struct bank_list *list = &q->list[entry->bank];
    uint16_t before = entry->before, after = entry->after;
    if (before == NO_ENTRY) list->head = after;
    else q->entry[before].after = after;
    if (after == NO_ENTRY) list->tail = before;
    else q->entry[after].before = before;
    q->slot[entry->position].entry = NO_ENTRY;
    q->live--;
    q->free_entry[q->n_free++] = (uint16_t)(entry - q->entry);
}

#endif
