/* decodes.c - see decodes.h. */
#include "serve/decodes.h"

struct f2f_decodes f2f_decodes_make(struct f2f_serve_pool *pool, int block_tok) {
    struct f2f_decodes d = {.pool = pool, .order = f2f_serve_list_empty(), .block_tok = block_tok};
    d.growth = f2f_arena_alloc(pool->arena, (size_t)block_tok * sizeof *d.growth);
    return d;
}

/* ---- heap by last step; among equals by slot, so that a run is the same everywhere ---- */

static bool before(const struct f2f_decodes_place *a, const struct f2f_decodes_place *b) {
    return a->end_step < b->end_step || (a->end_step == b->end_step && a->slot < b->slot);
}

static void put(struct f2f_decodes *d, int at, struct f2f_decodes_place place) {
    d->heap[at] = place;
    d->pool->items[place.slot].heap_at = at;
}

static void rise(struct f2f_decodes *d, int at, struct f2f_decodes_place place) {
    for (; at > 0 && before(&place, &d->heap[(at - 1) / 2]); at = (at - 1) / 2) put(d, at, d->heap[(at - 1) / 2]);
    put(d, at, place);
}

static void sink(struct f2f_decodes *d, int n, int at, struct f2f_decodes_place place) {
    for (int child = 2 * at + 1; child < n; child = 2 * at + 1) {
        if (child + 1 < n && before(&d->heap[child + 1], &d->heap[child])) child++;
        if (!before(&d->heap[child], &place)) break;
        put(d, at, d->heap[child]);
        at = child;
    }
    rise(d, at, place);
}

static void need_room(struct f2f_decodes *d) {
    if (d->order.n < d->cap) return;
    int cap = d->cap ? 2 * d->cap : 64;
    size_t item_B = sizeof *d->heap;
    d->heap = f2f_arena_grow(d->pool->arena, d->heap, (size_t)d->cap * item_B, (size_t)cap * item_B);
    d->cap = cap;
}

/* ---- sequences ---- */

static long long *growth_of(struct f2f_decodes *d, const struct f2f_serve_request *q) {
    long long block = d->block_tok;
    return &d->growth[((-q->offset) % block + block) % block];
}

void f2f_decodes_add(struct f2f_decodes *d, int slot) {
    struct f2f_serve_request *q = &d->pool->items[slot];
    q->offset = q->prompt - d->step;
    q->end_step = d->step + q->osl - q->generated;
    d->context += q->prompt;
    ++*growth_of(d, q);
    need_room(d);
    rise(d, d->order.n, (struct f2f_decodes_place){q->end_step, slot});
    f2f_serve_list_insert(&d->order, d->pool, slot, -1);
}

void f2f_decodes_remove(struct f2f_decodes *d, int slot) {
    struct f2f_serve_request *q = &d->pool->items[slot];
    d->context -= f2f_decodes_context(d, q);
    --*growth_of(d, q);
    f2f_serve_list_remove(&d->order, d->pool, slot);
    struct f2f_decodes_place last = d->heap[d->order.n];
    if (last.slot != slot) sink(d, d->order.n, q->heap_at, last);
}

int f2f_decodes_ended(const struct f2f_decodes *d) {
    return d->order.n > 0 && d->heap[0].end_step <= d->step ? d->heap[0].slot : -1;
}

long long f2f_decodes_left(const struct f2f_decodes *d) { return d->heap[0].end_step - d->step; }

/* ---- blocks ---- */

long long f2f_decodes_growth(const struct f2f_decodes *d, long long steps) {
    long long block = d->block_tok, sum = steps / block * (long long)d->order.n;
    for (long long k = steps / block * block; k < steps; k++) sum += d->growth[(d->step + k) % block];
    return sum;
}

long long f2f_decodes_steps_within(const struct f2f_decodes *d, long long steps, long long blocks) {
    long long block = d->block_tok, n = d->order.n;
    if ((steps / block + 1) * n <= blocks) return steps;
    long long rounds = blocks / n, done = rounds * block, left = blocks - rounds * n;
    for (; done < steps; done++) {
        left -= d->growth[(d->step + done) % block];
        if (left < 0) break;
    }
    return done < steps ? done : steps;
}

void f2f_decodes_advance(struct f2f_decodes *d, long long steps) {
    d->context += steps * (long long)d->order.n;
    d->step += steps;
}
