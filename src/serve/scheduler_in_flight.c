/* scheduler_in_flight.c - decodes and whole prompts share an iteration.
 *
 * After TensorRT-LLM's in-flight batching: a request is admitted when its cache has room, and its prompt runs when the
 * whole of it fits into the tokens that are left; where chunks are allowed, a piece of it. A prompt that no iteration
 * could hold is cut in any case. */
#include "serve/scheduler.h"

static bool fits(const struct f2f_replica *r, const struct f2f_serve_batch *batch, int slot, long long tokens) {
    const struct f2f_engine *engine = &r->plant->job.engine;
    const struct f2f_serve_request *q = f2f_replica_request(r, slot);
    long long left = q->prompt - q->computed;
    return engine->chunked || left <= tokens || (batch->chunks == 0 && left > r->plant->batched_tok);
}

static void form(struct f2f_replica *r, struct f2f_serve_batch *batch) {
    f2f_replica_make_room(r);
    for (int slot; (slot = f2f_scheduler_first(r)) >= 0;)
        if (!f2f_replica_admit(r, slot, f2f_replica_request(r, slot)->prompt)) break;
    long long tokens = r->plant->batched_tok - f2f_decodes_n(&r->decodes);
    for (int slot = r->prefilling.head; slot >= 0 && tokens > 0 && fits(r, batch, slot, tokens);) {
        long long n = f2f_replica_chunk(r, batch, slot, tokens);
        if (n == 0) break;
        tokens -= n;
        slot = f2f_replica_request(r, slot)->next;
    }
    f2f_replica_decode(r, batch);
}

const struct f2f_scheduler f2f_scheduler_in_flight = {"in-flight", "decodes and whole prompts together (TensorRT-LLM)",
                                                      form, false};
