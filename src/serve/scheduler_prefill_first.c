/* scheduler_prefill_first.c - while there are prompts that fit, they run, and alone; decodes wait.
 *
 * After vLLM V0 and SGLang's default: short time to first token, stalls in between. */
#include "serve/scheduler.h"

static void form(struct f2f_replica *r, struct f2f_serve_batch *batch) {
    long long tokens = r->plant->batched_tok;
    f2f_replica_make_room(r);
    long long preempted = r->fleet->out.preemptions;
    if (r->prefilling.n > 0) tokens = f2f_scheduler_go_on(r, batch, tokens);
    for (int slot; tokens > 0 && preempted == r->fleet->out.preemptions && (slot = f2f_scheduler_first(r)) >= 0;) {
        if (!f2f_replica_admit(r, slot, tokens)) break;
        if (r->prefilling.tail == slot) tokens -= f2f_replica_chunk(r, batch, slot, tokens);
    }
    if (batch->chunks == 0) f2f_replica_decode(r, batch);
}

const struct f2f_scheduler f2f_scheduler_prefill_first = {
    "prefill-first", "prompts first and alone, decodes wait (vLLM V0, SGLang)", form, false};
