/* queue.c - see queue.h: what is done once, or seldom. */
#include <string.h>

#include "memory/queue.h"

static void set_init(struct age_set *s, f2f_arena *arena, int words) {
    s->word = f2f_arena_alloc(arena, (size_t)words * sizeof *s->word);
    s->words = words;
    s->oldest = UINT32_MAX;
}

static uint16_t *no_entries(f2f_arena *arena, int n) {
    uint16_t *list = f2f_arena_alloc(arena, (size_t)n * sizeof *list);
    for (int i = 0; i < n; i++) list[i] = NO_ENTRY;
    return list;
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
    q->at_position = f2f_arena_alloc(arena, (size_t)q->words * 64 * sizeof *q->at_position);
    q->head = no_entries(arena, g->banks);
    q->tail = no_entries(arena, g->banks);
    q->key = no_entries(arena, g->banks);
    q->group_of = f2f_arena_alloc(arena, (size_t)g->banks);
    q->pseudo_of = f2f_arena_alloc(arena, (size_t)g->banks);
    for (int b = 0; b < g->banks; b++) {
        q->group_of[b] = (uint8_t)(b / g->banks_per_group % g->groups_per_pseudo);
        q->pseudo_of[b] = (uint8_t)(b / g->banks_per_group / g->groups_per_pseudo);
    }
    q->set = new_sets(arena, g->pseudos * WANTS, q->words);
    q->group_set = new_sets(arena, g->pseudos * g->groups_per_pseudo, q->words);
    q->filled = f2f_arena_alloc(arena, (size_t)g->pseudos * sizeof *q->filled);
    set_init(&q->live, arena, q->words);
}

static void set_clear(struct age_set *s) {
    if (!s->n) return;
    memset(s->word, 0, (size_t)s->words * sizeof *s->word);
    s->oldest = UINT32_MAX;
    s->n = 0;
}

void f2f_dram_queue_renumber(struct queue *q) {
    uint32_t next = 0, p = q->live.oldest;
    for (int i = 0; i < q->grouping.pseudos * WANTS; i++) set_clear(&q->set[i]);
    for (int i = 0; i < q->grouping.pseudos * q->grouping.groups_per_pseudo; i++) set_clear(&q->group_set[i]);
    for (int left = q->live.n; left; p = --left ? age_next(&q->live, p) : 0) {
        struct entry *entry = &q->entry[q->at_position[p]];
        q->at_position[next] = q->at_position[p];
        entry->position = next++;
        if (entry->want == WANT_COLUMN) group_put(q, entry);
        else if (entry->want != WANT_NOTHING)
            age_put(&q->set[q->pseudo_of[entry->bank] * WANTS + entry->want], entry->position);
    }
    set_clear(&q->live);
    for (p = 0; p < next; p++) age_put(&q->live, p);
    q->next_position = next;
}
