/* queue.c - see queue.h: what is done once, or seldom. */
#include <string.h>

#include "memory/queue.h"

static void set_init(struct age_set *s, f2f_arena *arena, int words) {
    s->word = f2f_arena_alloc(arena, (size_t)words * sizeof *s->word);
    s->words = words;
    s->oldest = NO_POSITION;
}

static struct age_set *new_sets(f2f_arena *arena, int n, int words) {
    struct age_set *sets = f2f_arena_alloc(arena, (size_t)n * sizeof *sets);
    for (int i = 0; i < n; i++) set_init(&sets[i], arena, words);
    return sets;
}

void f2f_dram_queue_init(struct queue *q, f2f_arena *arena, int capacity, int banks, int pseudos) {
    int entries = capacity + banks; /* with early release an entry may outlive its place */
    *q = (struct queue){.capacity = capacity, .banks = banks, .pseudos = pseudos, .words = (2 * entries + 63) / 64 + 2};
    q->entry = f2f_arena_alloc(arena, (size_t)entries * sizeof *q->entry);
    q->free_entry = f2f_arena_alloc(arena, (size_t)entries * sizeof *q->free_entry);
    for (int i = 0; i < entries; i++) q->free_entry[q->n_free++] = (uint16_t)(entries - 1 - i);
    q->slot = f2f_arena_alloc(arena, (size_t)q->words * 64 * sizeof *q->slot);
    for (int i = 0; i < q->words * 64; i++) q->slot[i].entry = NO_ENTRY;
    q->set = new_sets(arena, pseudos * WANTS, q->words);
    q->list = f2f_arena_alloc(arena, (size_t)banks * sizeof *q->list);
    for (int b = 0; b < banks; b++)
        q->list[b] =
            (struct bank_list){NO_ENTRY, NO_ENTRY, NO_ENTRY, .sets = (uint16_t)(b / (banks / pseudos) * WANTS)};
}

void f2f_dram_queue_drop_columns(struct queue *q, int bank, uint16_t kept) {
    struct bank_list *list = &q->list[bank];
    if (!list->columns) return;
    struct entry *oldest = &q->entry[list->column];
    uint16_t e = list->column;
    if (e != kept) queue_take(q, oldest);
    while ((e = q->entry[e].after) != NO_ENTRY)
        if (q->entry[e].want == WANT_COLUMN) q->entry[e].want = WANT_NOTHING;
    list->columns = list->column == kept;
}

static void set_clear(struct age_set *s) {
    if (s->n) memset(s->word, 0, (size_t)s->words * sizeof *s->word);
    s->oldest = NO_POSITION;
    s->n = 0;
}

void f2f_dram_queue_renumber(struct queue *q) {
    uint32_t next = 0;
    for (int i = 0; i < q->pseudos * WANTS; i++) set_clear(&q->set[i]);
    for (uint32_t p = q->first_position; p < q->next_position; p++) {
        struct slot slot = q->slot[p];
        if (slot.entry == NO_ENTRY) continue;
        struct entry *entry = &q->entry[slot.entry];
        q->slot[p].entry = NO_ENTRY;
        q->slot[next] = slot;
        entry->position = next++;
        bool stands_back = entry->want == WANT_COLUMN && q->list[entry->bank].column != slot.entry;
        if (entry->want != WANT_NOTHING && !stands_back) queue_put(q, entry, entry->want);
    }
    q->first_position = 0;
    q->next_position = next;
}
