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

void f2f_dram_queue_init(struct queue *q, f2f_arena *arena, int capacity, const struct grouping *g) {
    int entries = capacity + g->banks; /* with early release an entry may outlive its place */
    *q = (struct queue){.capacity = capacity, .grouping = *g, .words = (2 * entries + 63) / 64 + 2};
    q->entry = f2f_arena_alloc(arena, (size_t)entries * sizeof *q->entry);
    q->free_entry = f2f_arena_alloc(arena, (size_t)entries * sizeof *q->free_entry);
    for (int i = 0; i < entries; i++) q->free_entry[q->n_free++] = (uint16_t)(entries - 1 - i);
    q->slot = f2f_arena_alloc(arena, (size_t)q->words * 64 * sizeof *q->slot);
    for (int i = 0; i < q->words * 64; i++) q->slot[i].entry = NO_ENTRY;
    q->list = f2f_arena_alloc(arena, (size_t)g->banks * sizeof *q->list);
    q->sets_per_pseudo = WANTS + g->groups_per_pseudo;
    q->set = new_sets(arena, g->pseudos * q->sets_per_pseudo, q->words);
    q->sets_of = f2f_arena_alloc(arena, (size_t)g->banks * sizeof *q->sets_of);
    for (int b = 0; b < g->banks; b++) {
        int group = b / g->banks_per_group, first = group / g->groups_per_pseudo * q->sets_per_pseudo;
        q->list[b] = (struct bank_list){.head = NO_ENTRY, .tail = NO_ENTRY, .key = NO_ENTRY};
        q->sets_of[b] = (struct entry_sets){(uint16_t)first, (uint16_t)(first + WANTS + group % g->groups_per_pseudo)};
    }
}

static void set_clear(struct age_set *s) {
    if (s->n) memset(s->word, 0, (size_t)s->words * sizeof *s->word);
    s->oldest = NO_POSITION;
    s->n = 0;
    s->groups = 0;
}

void f2f_dram_queue_renumber(struct queue *q) {
    uint32_t next = 0;
    for (int b = 0; b < q->grouping.banks; b++) q->list[b].columns = 0; /* counted anew */
    for (int i = 0; i < q->grouping.pseudos * q->sets_per_pseudo; i++) set_clear(&q->set[i]);
    for (uint32_t p = q->first_position; p < q->next_position; p++) {
        struct slot slot = q->slot[p];
        if (slot.entry == NO_ENTRY) continue;
        struct entry *entry = &q->entry[slot.entry];
        q->slot[p].entry = NO_ENTRY;
        q->slot[next] = slot;
        entry->position = next++;
        if (entry->want != WANT_NOTHING) queue_put(q, entry, entry->want);
    }
    q->first_position = 0;
    q->next_position = next;
}
