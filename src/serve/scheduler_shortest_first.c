/* scheduler_shortest_first.c - as decode_first, but of those that wait the shortest prompt is next.
 *
 * Shortest job first: lower mean time to first token, and long prompts may starve. */
#include "serve/scheduler.h"

static int shortest(const struct f2f_replica *r) {
    int best = -1;
    for (int slot = r->waiting.head; slot >= 0; slot = f2f_replica_request(r, slot)->next) {
        const struct f2f_serve_request *q = f2f_replica_request(r, slot);
        if (q->ready_s > r->now_s) continue;
        if (best < 0 || q->prompt < f2f_replica_request(r, best)->prompt) best = slot;
    }
    return best;
}

static void form(struct f2f_replica *r, struct f2f_serve_batch *batch) {
    f2f_replica_make_room(r);
    long long preempted = r->fleet->out.preemptions;
    long long tokens = r->plant->batched_tok - f2f_decodes_n(&r->decodes);
    if (r->prefilling.n > 0) tokens = f2f_scheduler_go_on(r, batch, tokens);
    for (int slot; tokens > 0 && preempted == r->fleet->out.preemptions && (slot = shortest(r)) >= 0;) {
        if (!f2f_replica_admit(r, slot, tokens)) break;
        if (r->prefilling.tail == slot) tokens -= f2f_replica_chunk(r, batch, slot, tokens);
    }
    f2f_replica_decode(r, batch);
}

const struct f2f_scheduler f2f_scheduler_shortest_first = {"shortest-first",
                                                           "as decode-first, the shortest prompt next", form, true};
