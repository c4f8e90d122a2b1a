/* queue.c - see queue.h. */
#include <assert.h>
#include <string.h>

#include "memory/queue.h"

static void set_init(struct age_set *s, f2f_arena *arena, int words) {
    s->word = f2f_arena_alloc(arena, (size_t)words * sizeof *s->word);
}

static inline void set_put(struct age_set *s, uint32_t position) {
    int w = (int)(position >> 6);
    s->word[w] |= UINT64_C(1) << (position & 63);
    if (w < s->low) s->low = w;
    s->n++;
}

static inline void set_take(struct age_set *s, uint32_t position) {
    s->word[position >> 6] &= ~(UINT64_C(1) << (position & 63));
    s->n--;
}

void f2f_dram_queue_init(struct queue *q, f2f_arena *arena, int capacity, int banks, int pseudos) {
    int entries = capacity + banks; /* with early release an entry may outlive its place */
    *q = (struct queue){.capacity = capacity, .sets = pseudos * WANTS, .words = (2 * entries + 63) / 64 + 2};
    q->entry = f2f_arena_alloc(arena, (size_t)entries * sizeof *q->entry);
    q->free_entry = f2f_arena_alloc(arena, (size_t)entries * sizeof *q->free_entry);
    for (int i = 0; i < entries; i++) q->free_entry[q->n_free++] = (uint16_t)(entries - 1 - i);
    q->at_position = f2f_arena_alloc(arena, (size_t)q->words * 64 * sizeof *q->at_position);
    uint16_t **lists[] = {&q->head, &q->tail, &q->key};
    for (int l = 0; l < 3; l++) {
        *lists[l] = f2f_arena_alloc(arena, (size_t)banks * sizeof **lists[l]);
        for (int b = 0; b < banks; b++) (*lists[l])[b] = NO_ENTRY;
    }
    q->set = f2f_arena_alloc(arena, (size_t)q->sets * sizeof *q->set);
    for (int i = 0; i < q->sets; i++) set_init(&q->set[i], arena, q->words);
    set_init(&q->live, arena, q->words);
}

uint16_t f2f_dram_queue_add(struct queue *q, int bank, int32_t row, int32_t column, int64_t arrive) {
    assert(q->n_free > 0 && !queue_full_of_positions(q));
    uint16_t e = q->free_entry[--q->n_free], tail = q->tail[bank];
    q->entry[e] = (struct entry){.arrive = arrive,
                                 .row = row,
                                 .column = column,
                                 .position = q->next_position++,
                                 .bank = (uint16_t)bank,
                                 .before = tail,
                                 .after = NO_ENTRY,
                                 .want = WANT_NOTHING};
    if (tail == NO_ENTRY) q->head[bank] = e;
    else q->entry[tail].after = e;
    q->tail[bank] = e;
    q->at_position[q->entry[e].position] = e;
    set_put(&q->live, q->entry[e].position);
    q->count++;
    return e;
}

void f2f_dram_queue_want(struct queue *q, uint16_t e, int pseudo, enum want want) {
    struct entry *entry = &q->entry[e];
    if (entry->want == want) return;
    if (entry->want != WANT_NOTHING) set_take(&q->set[pseudo * WANTS + entry->want], entry->position);
    if (want != WANT_NOTHING) set_put(&q->set[pseudo * WANTS + (int)want], entry->position);
    entry->want = (uint8_t)want;
}

void f2f_dram_queue_remove(struct queue *q, uint16_t e) {
    struct entry *entry = &q->entry[e];
    assert(entry->want == WANT_NOTHING);
    if (entry->before == NO_ENTRY) q->head[entry->bank] = entry->after;
    else q->entry[entry->before].after = entry->after;
    if (entry->after == NO_ENTRY) q->tail[entry->bank] = entry->before;
    else q->entry[entry->after].before = entry->before;
    set_take(&q->live, entry->position);
    q->free_entry[q->n_free++] = e;
}

void f2f_dram_queue_renumber(struct queue *q, const uint8_t *pseudo_of) {
    uint32_t next = 0;
    for (int i = 0; i < q->sets; i++) {
        memset(q->set[i].word, 0, (size_t)q->words * sizeof *q->set[i].word);
        q->set[i].low = q->set[i].n = 0;
    }
    for (int p = age_next(&q->live, q->words, 0); p >= 0; p = age_next(&q->live, q->words, p + 1)) {
        uint16_t e = q->at_position[p];
        struct entry *entry = &q->entry[e];
        entry->position = next;
        q->at_position[next++] = e;
        if (entry->want != WANT_NOTHING)
            set_put(&q->set[pseudo_of[entry->bank] * WANTS + entry->want], entry->position);
    }
    memset(q->live.word, 0, (size_t)q->words * sizeof *q->live.word);
    q->live.low = q->live.n = 0;
    for (uint32_t p = 0; p < next; p++) set_put(&q->live, p);
    q->next_position = next;
}
