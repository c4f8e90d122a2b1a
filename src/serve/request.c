/* request.c - see request.h. */
#include "serve/request.h"

#include <string.h>

struct f2f_serve_pool f2f_serve_pool_make(f2f_arena *arena) {
    return (struct f2f_serve_pool){.arena = arena, .free = -1};
}

static void grow(struct f2f_serve_pool *pool) {
    int cap = pool->cap ? 2 * pool->cap : 64;
    size_t item_B = sizeof *pool->items;
    pool->items = f2f_arena_grow(pool->arena, pool->items, (size_t)pool->cap * item_B, (size_t)cap * item_B);
    pool->cap = cap;
}

int f2f_serve_pool_take(struct f2f_serve_pool *pool) {
    int slot = pool->free;
    pool->in_flight++;
    if (slot < 0) {
        if (pool->n == pool->cap) grow(pool);
        slot = pool->n++;
    } else pool->free = pool->items[slot].next;
    struct f2f_serve_request *q = &pool->items[slot];
    *q = (struct f2f_serve_request){
        .ids = q->ids, .cap_ids = q->cap_ids, .next = -1, .prev = -1, .started_s = -1.0, .first_s = -1.0, .left = -1};
    return slot;
}

void f2f_serve_pool_give(struct f2f_serve_pool *pool, int slot) {
    pool->items[slot].next = pool->free;
    pool->free = slot;
    pool->in_flight--;
}

void f2f_serve_pool_name(struct f2f_serve_pool *pool, int slot, const unsigned *ids, int n) {
    struct f2f_serve_request *q = &pool->items[slot];
    if (n > q->cap_ids) {
        int cap = q->cap_ids ? q->cap_ids : 16;
        while (cap < n) cap *= 2;
        q->ids = f2f_arena_alloc(pool->arena, (size_t)cap * sizeof *q->ids);
        q->cap_ids = cap;
    }
    if (n > 0) memcpy(q->ids, ids, (size_t)n * sizeof *ids);
    q->n_ids = n;
}

void f2f_serve_list_insert(struct f2f_serve_list *list, struct f2f_serve_pool *pool, int slot, int before) {
    struct f2f_serve_request *q = &pool->items[slot];
    q->next = before;
    q->prev = before < 0 ? list->tail : pool->items[before].prev;
    if (q->prev < 0) list->head = slot;
    else pool->items[q->prev].next = slot;
    if (before < 0) list->tail = slot;
    else pool->items[before].prev = slot;
    list->n++;
}

void f2f_serve_list_remove(struct f2f_serve_list *list, struct f2f_serve_pool *pool, int slot) {
    struct f2f_serve_request *q = &pool->items[slot];
    if (q->prev < 0) list->head = q->next;
    else pool->items[q->prev].next = q->next;
    if (q->next < 0) list->tail = q->prev;
    else pool->items[q->next].prev = q->prev;
    q->next = q->prev = -1;
    list->n--;
}
