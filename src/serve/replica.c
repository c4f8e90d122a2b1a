/* replica.c - room in a replica: admission, chunks, preemption. See replica.h; flight.c lets time pass. */
#include "serve/replica.h"

#include <math.h>

#include "serve/fleet.h"

void f2f_replica_make(struct f2f_replica *r, struct f2f_fleet *fleet, struct f2f_plant *plant, int index) {
    const struct f2f_engine *engine = &plant->job.engine;
    *r = (struct f2f_replica){.fleet = fleet, .plant = plant, .pool = &fleet->pool, .index = index, .up = true};
    r->kv =
        f2f_kv_make(fleet->arena, plant->budget.blocks, engine->block_tok, engine->prefix_caching ? fleet->id_tok : 0);
    r->decodes = f2f_decodes_make(&fleet->pool, engine->block_tok);
    r->waiting = r->prefilling = f2f_serve_list_empty();
}

struct f2f_serve_request *f2f_replica_request(const struct f2f_replica *r, int slot) {
    return &r->pool->items[slot];
}

bool f2f_replica_seat(const struct f2f_replica *r) {
    return f2f_decodes_n(&r->decodes) + r->prefilling.n < r->plant->seats;
}

/* Blocks of its own that a request holds for a context. */
static long long own_blocks(const struct f2f_replica *r, const struct f2f_serve_request *q, long long context) {
    const struct f2f_engine *engine = &r->plant->job.engine;
    long long tokens = engine->reserves ? (long long)q->isl + q->osl : context;
    return f2f_serve_blocks(engine, tokens) - (long long)q->held * r->kv.node_blocks;
}

/* Blocks that are free once the decodes have theirs for the next iteration. */
static long long spare(const struct f2f_replica *r) {
    long long free = f2f_kv_free(&r->kv);
    if (r->plant->job.engine.reserves || f2f_decodes_n(&r->decodes) == 0) return free;
    return free - f2f_decodes_growth(&r->decodes, (long long)ceil(r->plant->yield + r->credit));
}

void f2f_replica_release(struct f2f_replica *r, int slot) {
    struct f2f_serve_request *q = f2f_replica_request(r, slot);
    f2f_kv_give(&r->kv, q->blocks);
    f2f_kv_release(&r->kv, q);
    q->blocks = 0;
}

/* ---- preemption ---- */

static void leave_decode(struct f2f_replica *r, int slot) {
    struct f2f_serve_request *q = f2f_replica_request(r, slot);
    long long context = f2f_decodes_context(&r->decodes, q), left = q->end_step - r->decodes.step;
    q->blocks = own_blocks(r, q, context);
    q->generated = q->osl - (int)(left > 0 ? left : 0);
    f2f_decodes_remove(&r->decodes, slot);
    q->arrives_whole = r->plant->job.engine.swaps;
    q->prompt = q->isl + q->generated - (q->arrives_whole ? 1 : 0);
    if (q->arrives_whole) r->swap_B += (double)context * r->fleet->kv_B_per_tok;
}

/* With prefix caching the whole blocks of a sequence that gives way stay until others need them. */
static void leave_blocks(struct f2f_replica *r, struct f2f_serve_request *q) {
    const struct f2f_engine *engine = &r->plant->job.engine;
    if (!engine->prefix_caching || engine->swaps) return;
    long long tokens = q->computed < q->prompt ? q->computed : q->prompt - 1;
    long long full = tokens / engine->block_tok - (long long)q->held * r->kv.node_blocks;
    if (full > q->blocks) full = q->blocks;
    if (full <= 0) return;
    q->blocks -= full;
    q->left = f2f_kv_leave(&r->kv, full);
    q->left_held = q->held;
}

static void preempt(struct f2f_replica *r, int slot) {
    struct f2f_serve_request *q = f2f_replica_request(r, slot);
    if (slot == r->prefilling.tail) f2f_serve_list_remove(&r->prefilling, r->pool, slot);
    else leave_decode(r, slot);
    leave_blocks(r, q);
    f2f_replica_release(r, slot);
    q->computed = 0;
    q->ready_s = r->now_s;
    f2f_serve_list_insert(&r->waiting, r->pool, slot, r->waiting.head);
    r->fleet->out.preemptions++;
}

/* The last that was admitted. */
static int youngest(const struct f2f_replica *r) {
    return r->prefilling.n > 0 ? r->prefilling.tail : r->decodes.order.tail;
}

void f2f_replica_make_room(struct f2f_replica *r) {
    while (f2f_decodes_n(&r->decodes) > 0 && f2f_decodes_n(&r->decodes) + r->prefilling.n > 1 && spare(r) < 0)
        preempt(r, youngest(r));
}

/* ---- prompts ---- */

/* Named stretches of the prompt that may be found: the last token is always computed. */
static int names_within(const struct f2f_replica *r, long long tokens) {
    return r->kv.node_tok ? (int)(tokens / r->kv.node_tok) : 0;
}

static void start_decode(struct f2f_replica *r, int slot) {
    struct f2f_serve_request *q = f2f_replica_request(r, slot);
    if (q->started_s < 0.0) q->started_s = r->now_s;
    r->swap_B += r->plant->job.engine.swaps ? (double)q->prompt * r->fleet->kv_B_per_tok : 0.0;
    q->arrives_whole = false;
    f2f_decodes_add(&r->decodes, slot);
}

bool f2f_replica_admit(struct f2f_replica *r, int slot, long long tokens) {
    const struct f2f_engine *engine = &r->plant->job.engine;
    struct f2f_serve_request *q = f2f_replica_request(r, slot);
    long long idle = 0, mark = (long long)(engine->watermark_frac * (double)r->kv.total);
    if (!f2f_replica_seat(r)) return false;
    if (f2f_decodes_n(&r->decodes) + r->prefilling.n == 0) mark = 0;
    int found = q->arrives_whole ? 0 : f2f_kv_match(&r->kv, q, names_within(r, q->prompt - 1), &idle);
    long long left = found >= q->left_held ? f2f_kv_left(&r->kv, q->left) : 0;
    long long cached = (long long)found * r->kv.node_tok;
    if (left > 0) found = q->left_held;
    if (left > 0) cached = (long long)found * r->kv.node_tok + left * engine->block_tok;
    long long context = q->arrives_whole || cached + tokens > q->prompt ? q->prompt : cached + tokens;
    long long needed = own_blocks(r, q, context) - (long long)found * r->kv.node_blocks;
    long long soon =
        q->arrives_whole ? own_blocks(r, q, context + (long long)ceil(r->plant->yield + r->credit)) : needed;
    if ((soon > needed ? soon : needed) + idle + mark > spare(r)) return false;
    f2f_serve_list_remove(&r->waiting, r->pool, slot);
    f2f_kv_hold(&r->kv, q, found);
    if (!q->arrives_whole) r->kv.looked_tok += q->prompt;
    r->kv.hit_tok += cached;
    if (left > 0) f2f_kv_take_back(&r->kv, q->left);
    else f2f_kv_forget(&r->kv, q->left);
    q->left = -1;
    f2f_kv_take(&r->kv, needed - left);
    q->blocks = needed;
    q->computed = (int)cached;
    if (q->arrives_whole) start_decode(r, slot);
    else f2f_serve_list_insert(&r->prefilling, r->pool, slot, -1);
    return true;
}

/* Blocks for the next tokens of a prompt; false: it was preempted itself. */
static bool grow(struct f2f_replica *r, int slot, long long context) {
    struct f2f_serve_request *q = f2f_replica_request(r, slot);
    long long needed = own_blocks(r, q, context) - q->blocks;
    while (needed > spare(r)) {
        int victim = youngest(r);
        if (f2f_decodes_n(&r->decodes) + r->prefilling.n == 1) break;
        preempt(r, victim);
        if (victim == slot) return false;
    }
    if (needed > 0) {
        f2f_kv_take(&r->kv, needed);
        q->blocks += needed;
    }
    return true;
}

long long f2f_replica_chunk(struct f2f_replica *r, struct f2f_serve_batch *batch, int slot, long long tokens) {
    struct f2f_serve_request *q = f2f_replica_request(r, slot);
    long long left = q->prompt - q->computed, n = left < tokens ? left : tokens;
    if (!grow(r, slot, q->computed + n)) return 0;
    if (q->started_s < 0.0) q->started_s = r->now_s;
    batch->chunks++;
    batch->chunk_tok += n;
    batch->chunk_pairs += (double)n * ((double)q->computed + 0.5 * (double)(n + 1));
    q->computed += (int)n;
    q->blocks -= f2f_kv_keep(&r->kv, q, names_within(r, q->computed < q->isl ? q->computed : q->isl));
    if (q->computed == q->prompt) batch->ends++;
    return n;
}

void f2f_replica_decode(const struct f2f_replica *r, struct f2f_serve_batch *batch) {
    batch->decodes = f2f_decodes_n(&r->decodes);
    if (batch->decodes > 0) batch->decode_kv = (double)r->decodes.context / (double)batch->decodes + 1.0 + r->credit;
}

bool f2f_replica_seed(struct f2f_replica *r, int slot) {
    struct f2f_serve_request *q = f2f_replica_request(r, slot);
    long long needed = own_blocks(r, q, q->prompt);
    if (q->generated < 1 || !f2f_replica_seat(r) || needed > spare(r)) return false;
    f2f_kv_take(&r->kv, needed);
    f2f_decodes_add(&r->decodes, slot);
    return true;
}
