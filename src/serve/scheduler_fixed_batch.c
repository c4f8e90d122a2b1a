/* scheduler_fixed_batch.c - a batch begins when the one before has ended: all prompts in one pass, then all decodes. */
#include "serve/scheduler.h"

static void form(struct f2f_replica *r, struct f2f_serve_batch *batch) {
    long long tokens = 0;
    f2f_replica_make_room(r);
    if (f2f_decodes_n(&r->decodes) == 0)
        for (int slot; (slot = f2f_scheduler_first(r)) >= 0;) {
            long long prompt = f2f_replica_request(r, slot)->prompt;
            if (!f2f_replica_admit(r, slot, prompt)) break;
            tokens += prompt;
        }
    if (r->prefilling.n > 0) f2f_scheduler_go_on(r, batch, tokens);
    else f2f_replica_decode(r, batch);
}

const struct f2f_scheduler f2f_scheduler_fixed_batch = {"fixed-batch", "one batch after the other, no refill", form,
                                                        false};
