/* queue.h - requests of one direction in a channel: by bank in order of arrival, and in sets by what each waits for,
 * in order of age. Those of a bank that want a column wait for the same: the oldest of them stands for all.
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
    uint16_t sets; /* the first set of its pseudo-channel */
    uint8_t want;
    bool missed; /* a row had to be opened for it */
};

struct age_set {
    uint64_t *word;
    uint64_t any; /* a bit for each word that has one */
};

enum {
    MAX_WORDS = 64, /* so that `any` has a bit for each */
    MAX_ENTRIES = (MAX_WORDS - 1) * 64 /* and places with banks; so that some positions are left over */
};

/* An entry, and where ticks of its bank stand among the members of the device (device.h). */
struct slot {
    uint16_t entry, rank, group, bank;
};

/* Entries of one bank in order of arrival. */
struct bank_list {
    uint16_t head, tail;
    uint16_t key; /* the entry that calls for the bank's row command, or NO_ENTRY */
    uint16_t columns; /* entries that want a column */
    uint16_t column; /* the oldest of them, if any: it alone is in the set */
    uint16_t sets; /* as its entries' */
    struct slot slot; /* of its entries, but for the entry */
};

struct queue {
    struct entry *entry;
    uint16_t *free_entry; /* entries not in use */
    struct slot *slot; /* of each position: its entry or NO_ENTRY */
    struct age_set *set; /* of each pseudo-channel one for each want */
    int pseudos;
    int n_free, words;
    uint32_t first_position, next_position; /* no entry has an earlier one; the next to be dealt */
    int live; /* entries in use */
    int capacity, count; /* entries that take a place */
};

void f2f_dram_queue_init(struct queue *q, f2f_arena *arena, int capacity, int banks, int pseudos);
/* All entries get new positions, in order of age. */
void f2f_dram_queue_renumber(struct queue *q);
static inline bool queue_out_of_positions(const struct queue *q) { return q->next_position == (uint32_t)q->words * 64; }

static inline void age_put(struct age_set *s, uint32_t position) {
    s->word[position >> 6] |= UINT64_C(1) << (position & 63);
    s->any |= UINT64_C(1) << (position >> 6);
}

static inline void age_take(struct age_set *s, uint32_t position) {
    uint64_t left = s->word[position >> 6] & ~(UINT64_C(1) << (position & 63));
    s->word[position >> 6] = left;
    s->any &= ~((uint64_t)!left << (position >> 6));
}

static inline struct age_set *queue_set(const struct queue *q, const struct entry *entry) {
    return &q->set[entry->sets + entry->want];
}

/* An entry that waited for nothing; for columns see below. */
static inline void queue_put(struct queue *q, struct entry *entry, enum want want) {
    entry->want = (uint8_t)want;
    age_put(queue_set(q, entry), entry->position);
}

/* An entry that waits for nothing any more. */
static inline void queue_take(struct queue *q, struct entry *entry) {
    age_take(queue_set(q, entry), entry->position);
    entry->want = WANT_NOTHING;
}

/* An entry that finds its row open, the youngest of its bank that does. Whether it is the only one. */
static inline bool queue_put_column(struct queue *q, struct bank_list *list, struct entry *entry) {
    entry->want = WANT_COLUMN;
    if (list->columns++) return false;
    list->column = (uint16_t)(entry - q->entry);
    age_put(queue_set(q, entry), entry->position);
    return true;
}

/* The oldest of its bank that wants a column no longer does: the next stands for the others. */
static inline void queue_take_column(struct queue *q, struct bank_list *list, struct entry *entry) {
    struct age_set *set = queue_set(q, entry);
    entry->want = WANT_NOTHING;
    if (--list->columns) {
        const struct entry *next = entry;
        do list->column = next->after;
        while ((next = &q->entry[list->column])->want != WANT_COLUMN);
        age_put(set, next->position);
    }
    age_take(set, entry->position);
}
/* No entry of the bank wants a column any more, but `kept` if it is the oldest that does. */
void f2f_dram_queue_drop_columns(struct queue *q, struct bank_list *list, uint16_t kept);

/* Appends to its bank's list; the caller says what it wants. Needs a free entry and a position. */
static inline uint16_t queue_add(struct queue *q, struct bank_list *list, int bank, int32_t row, int32_t column,
                                 int64_t arrive) {
    uint16_t e = q->free_entry[--q->n_free], tail = list->tail;
    uint32_t position = q->next_position++;
    q->entry[e] = (struct entry){.arrive = arrive,
                                 .row = row,
                                 .column = column,
                                 .position = position,
                                 .bank = (uint16_t)bank,
                                 .before = tail,
                                 .after = NO_ENTRY,
                                 .sets = list->sets,
                                 .want = WANT_NOTHING};
    if (tail == NO_ENTRY) list->head = e;
    else q->entry[tail].after = e;
    list->tail = e;
    q->slot[position] = (struct slot){e, list->slot.rank, list->slot.group, list->slot.bank};
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
static inline void queue_remove(struct queue *q, struct bank_list *list, const struct entry *entry) {
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
