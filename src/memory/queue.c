/* queue.c - see queue.h: what is done once, or seldom. */
#include "memory/queue.h"

static void set_init(struct age_set *s, f2f_arena *arena, int words) {
    s->word = f2f_arena_alloc(arena, (size_t)words * sizeof *s->word);
}

static struct age_set *new_sets(f2f_arena *arena, int n, int words) {
    struct age_set *sets = f2f_arena_alloc(arena, (size_t)n * sizeof *sets);
    for (int i = 0; i < n; i++) set_init(&sets[i], arena, words);
    return sets;
}

void f2f_dram_queue_init(struct queue *q, f2f_arena *arena, int capacity, int banks, int pseudos) {
    int entries = capacity + banks; /* with early release an entry may outlive its place */
    int words = (2 * entries + 63) / 64 + 2;
    *q = (struct queue){.capacity = capacity, .pseudos = pseudos, .words = words < MAX_WORDS ? words : MAX_WORDS};
    q->entry = f2f_arena_alloc(arena, (size_t)entries * sizeof *q->entry);
    q->free_entry = f2f_arena_alloc(arena, (size_t)entries * sizeof *q->free_entry);
    for (int i = 0; i < entries; i++) q->free_entry[q->n_free++] = (uint16_t)(entries - 1 - i);
    q->slot = f2f_arena_alloc(arena, (size_t)q->words * 64 * sizeof *q->slot);
    for (int i = 0; i < q->words * 64; i++) q->slot[i].entry = NO_ENTRY;
    q->set = new_sets(arena, pseudos * WANTS, q->words);
}

void f2f_dram_queue_drop_columns(struct queue *q, struct bank_list *list, uint16_t kept) {
    if (!list->columns) return;
    struct entry *oldest = &q->entry[list->column];
    uint16_t e = list->column;
    if (e != kept) queue_take(q, oldest);
    while ((e = q->entry[e].after) != NO_ENTRY)
        if (q->entry[e].want == WANT_COLUMN) q->entry[e].want = WANT_NOTHING;
    list->columns = list->column == kept;
}

/* Gives what may be a member an earlier position, which no other has. */
static void age_move(struct age_set *s, uint32_t from, uint32_t to) {
    if (!(s->word[from >> 6] >> (from & 63) & 1)) return;
    age_take(s, from);
    age_put(s, to);
}

void f2f_dram_queue_renumber(struct queue *q) {
    uint32_t next = 0;
    for (uint32_t p = q->first_position; p < q->next_position; p++) {
        struct slot slot = q->slot[p];
        if (slot.entry == NO_ENTRY) continue;
        struct entry *entry = &q->entry[slot.entry];
        q->slot[p].entry = NO_ENTRY;
        q->slot[next] = slot;
        if (entry->want != WANT_NOTHING) age_move(queue_set(q, entry), p, next);
        entry->position = next++;
    }
    q->first_position = 0;
    q->next_position = next;
}
