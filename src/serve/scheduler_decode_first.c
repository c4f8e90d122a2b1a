/* scheduler_decode_first.c - decodes always go on; prompts fill what they leave of the tokens, in pieces.
 *
 * After Sarathi-Serve (Agrawal et al., OSDI 2024) and vLLM V1's scheduler: running before waiting, in order of arrival.
 * Blocks are taken as tokens come; when they run out the youngest gives way. */
#include "serve/scheduler.h"

static void form(struct f2f_replica *r, struct f2f_serve_batch *batch) {
    f2f_replica_make_room(r);
    long long rows = r->plant->job.speculation.draft ? r->plant->job.speculation.tokens + 1 : 1;
    long long preempted = r->fleet->out.preemptions;
    long long tokens = r->plant->batched_tok - rows * f2f_decodes_n(&r->decodes);
    if (tokens < 1 && f2f_decodes_n(&r->decodes) == 0) tokens = 1;
    if (r->prefilling.n > 0) tokens = f2f_scheduler_go_on(r, batch, tokens);
    for (int slot; tokens > 0 && preempted == r->fleet->out.preemptions && (slot = f2f_scheduler_first(r)) >= 0;) {
        if (!f2f_replica_admit(r, slot, tokens)) break;
        if (r->prefilling.tail == slot) tokens -= f2f_replica_chunk(r, batch, slot, tokens);
    }
    f2f_replica_decode(r, batch);
}

const struct f2f_scheduler f2f_scheduler_decode_first = {
    "decode-first", "decodes always, prompts in the tokens that are left (vLLM V1, Sarathi-Serve)", form, false};
