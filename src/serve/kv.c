/* kv.c - see kv.h. */
#include "serve/kv.h"

#include <assert.h>

enum { FIRST_TABLE = 1024 };

struct f2f_kv f2f_kv_make(f2f_arena *arena, long long blocks, int block_tok, int node_tok) {
    struct f2f_kv kv = {.arena = arena, .total = blocks, .blank = blocks, .unused = -1, .oldest = -1, .newest = -1};
    if (node_tok < block_tok) return kv; /* no names, but perhaps remainders */
    kv.node_tok = node_tok;
    kv.node_blocks = node_tok / block_tok;
    kv.table_mask = FIRST_TABLE - 1;
    kv.table = f2f_arena_alloc(arena, FIRST_TABLE * sizeof *kv.table);
    for (int i = 0; i < FIRST_TABLE; i++) kv.table[i] = -1;
    return kv;
}

/* ---- table of names ---- */

static int bucket(const struct f2f_kv *kv, unsigned id) {
    return (int)((id * 2654435769u) >> 7) & kv->table_mask; /* Knuth's multiplicative hash */
}

static int find(const struct f2f_kv *kv, unsigned id) {
    int at = kv->table[bucket(kv, id)];
    while (at >= 0 && kv->nodes[at].id != id) at = kv->nodes[at].chain;
    return at;
}

static void rehash(struct f2f_kv *kv) {
    int *old = kv->table, size = 2 * (kv->table_mask + 1);
    kv->table = f2f_arena_alloc(kv->arena, (size_t)size * sizeof *kv->table);
    for (int i = 0; i < size; i++) kv->table[i] = -1;
    int before = kv->table_mask;
    kv->table_mask = size - 1;
    for (int i = 0; i <= before; i++)
        for (int at = old[i], next; at >= 0; at = next) {
            int *head = &kv->table[bucket(kv, kv->nodes[at].id)];
            next = kv->nodes[at].chain;
            kv->nodes[at].chain = *head;
            *head = at;
        }
}

static int new_node(struct f2f_kv *kv) {
    int at = kv->unused;
    if (at >= 0) {
        kv->unused = kv->nodes[at].chain;
        return at;
    }
    if (kv->n_nodes == kv->cap_nodes) {
        int cap = kv->cap_nodes ? 2 * kv->cap_nodes : 256;
        size_t item_B = sizeof *kv->nodes;
        kv->nodes = f2f_arena_grow(kv->arena, kv->nodes, (size_t)kv->cap_nodes * item_B, (size_t)cap * item_B);
        kv->cap_nodes = cap;
    }
    return kv->n_nodes++;
}

static void add(struct f2f_kv *kv, unsigned id) {
    if (++kv->named > kv->table_mask) rehash(kv);
    int at = new_node(kv), *head = &kv->table[bucket(kv, id)];
    kv->nodes[at] = (struct f2f_kv_node){
        .id = id, .references = 1, .newer = -1, .older = -1, .chain = *head, .blocks = kv->node_blocks};
    *head = at;
}

static void drop(struct f2f_kv *kv, int at) {
    int *link = &kv->table[bucket(kv, kv->nodes[at].id)];
    while (*link != at) link = &kv->nodes[*link].chain;
    *link = kv->nodes[at].chain;
    kv->nodes[at].chain = kv->unused;
    kv->unused = at;
    kv->named--;
}

/* ---- the idle, by last use ---- */

static void idle_add(struct f2f_kv *kv, int at) {
    kv->nodes[at].older = kv->newest;
    kv->nodes[at].newer = -1;
    if (kv->newest >= 0) kv->nodes[kv->newest].newer = at;
    else kv->oldest = at;
    kv->newest = at;
    kv->idle += kv->nodes[at].blocks;
}

static void idle_remove(struct f2f_kv *kv, int at) {
    int older = kv->nodes[at].older, newer = kv->nodes[at].newer;
    if (older >= 0) kv->nodes[older].newer = newer;
    else kv->oldest = newer;
    if (newer >= 0) kv->nodes[newer].older = older;
    else kv->newest = older;
    kv->idle -= kv->nodes[at].blocks;
}

/* The oldest goes, or, of a remainder, so many blocks as are needed. */
static void evict(struct f2f_kv *kv, long long needed) {
    int at = kv->oldest;
    assert(at >= 0);
    struct f2f_kv_node *node = &kv->nodes[at];
    if (node->remainder && node->blocks > needed) {
        node->blocks -= needed;
        kv->idle -= needed;
        kv->blank += needed;
        return;
    }
    idle_remove(kv, at);
    kv->blank += node->blocks;
    if (node->remainder) node->blocks = 0; /* its owner still knows it */
    else drop(kv, at);
}

/* ---- blocks ---- */

static void count_taken(struct f2f_kv *kv, long long blocks) {
    kv->taken += blocks;
    if (f2f_kv_used(kv) > kv->peak) kv->peak = f2f_kv_used(kv);
}

void f2f_kv_take(struct f2f_kv *kv, long long blocks) {
    while (kv->blank < blocks) evict(kv, blocks - kv->blank);
    kv->blank -= blocks;
    count_taken(kv, blocks);
}

void f2f_kv_give(struct f2f_kv *kv, long long blocks) {
    kv->blank += blocks;
    kv->freed += blocks;
}

/* ---- prefixes ---- */

int f2f_kv_match(const struct f2f_kv *kv, const struct f2f_serve_request *q, int most, long long *idle) {
    int n = 0;
    *idle = 0;
    if (kv->node_blocks == 0) return 0;
    for (; n < q->n_ids && n < most; n++) {
        int at = find(kv, q->ids[n]);
        if (at < 0) break;
        if (kv->nodes[at].references == 0) *idle += kv->node_blocks;
    }
    return n;
}

static void reference(struct f2f_kv *kv, int at) {
    if (kv->nodes[at].references++ > 0) return;
    idle_remove(kv, at);
    count_taken(kv, kv->node_blocks);
}

void f2f_kv_hold(struct f2f_kv *kv, struct f2f_serve_request *q, int n) {
    for (; q->held < n; q->held++) reference(kv, find(kv, q->ids[q->held]));
}

long long f2f_kv_keep(struct f2f_kv *kv, struct f2f_serve_request *q, int n) {
    long long moved = 0;
    if (kv->node_blocks == 0) return 0;
    for (; q->held < n && q->held < q->n_ids; q->held++) {
        int at = find(kv, q->ids[q->held]);
        if (at < 0) {
            add(kv, q->ids[q->held]); /* its own blocks change hands */
        } else { /* computed twice, side by side: one copy is enough from now on */
            reference(kv, at);
            f2f_kv_give(kv, kv->node_blocks);
        }
        moved += kv->node_blocks;
    }
    return moved;
}

void f2f_kv_release(struct f2f_kv *kv, struct f2f_serve_request *q) {
    for (; q->held > 0; q->held--) {
        int at = find(kv, q->ids[q->held - 1]);
        if (--kv->nodes[at].references > 0) continue;
        idle_add(kv, at);
        kv->freed += kv->node_blocks;
    }
}

/* ---- what preempted sequences leave ---- */

int f2f_kv_leave(struct f2f_kv *kv, long long full) {
    int at = new_node(kv);
    kv->nodes[at] = (struct f2f_kv_node){.newer = -1, .older = -1, .blocks = full, .remainder = true};
    idle_add(kv, at);
    kv->freed += full;
    return at;
}

void f2f_kv_forget(struct f2f_kv *kv, int node) {
    if (node < 0) return;
    if (kv->nodes[node].blocks > 0) {
        idle_remove(kv, node);
        kv->blank += kv->nodes[node].blocks;
    }
    kv->nodes[node].chain = kv->unused;
    kv->unused = node;
}

void f2f_kv_take_back(struct f2f_kv *kv, int node) {
    long long blocks = kv->nodes[node].blocks;
    f2f_kv_forget(kv, node);
    kv->blank -= blocks;
    count_taken(kv, blocks);
}
