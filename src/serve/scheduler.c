/* scheduler.c - the list of schedulers, and what several of them share. */
#include "serve/scheduler.h"

#include <stdio.h>
#include <string.h>

static const struct f2f_scheduler *const schedulers[] = {
#define X(name) &f2f_scheduler_##name,
#include "serve/scheduler_list.h"
#undef X
};
enum { N_SCHEDULERS = sizeof schedulers / sizeof schedulers[0] };

f2f_status f2f_scheduler_find(const struct f2f_scheduler **out, const char *name, f2f_error *err) {
    char known[256] = "";
    int n = 0;
    for (int i = 0; i < N_SCHEDULERS; i++)
        if (strcmp(schedulers[i]->name, name) == 0) {
            *out = schedulers[i];
            return F2F_OK;
        }
    for (int i = 0; i < N_SCHEDULERS && n < (int)sizeof known; i++)
        n += snprintf(known + n, sizeof known - (size_t)n, "%s%s", i ? ", " : "", schedulers[i]->name);
    return f2f_fail(err, F2F_EINPUT, "unknown scheduler '%.40s': %s are known", name, known);
}

int f2f_scheduler_first(const struct f2f_replica *r) {
    int slot = r->waiting.head;
    return slot >= 0 && f2f_replica_request(r, slot)->ready_s <= r->now_s ? slot : -1;
}

long long f2f_scheduler_go_on(struct f2f_replica *r, struct f2f_serve_batch *batch, long long tokens) {
    for (int slot = r->prefilling.head; slot >= 0 && tokens > 0; slot = f2f_replica_request(r, slot)->next) {
        long long n = f2f_replica_chunk(r, batch, slot, tokens);
        if (n == 0) break; /* it had to give way, and is no longer in the list */
        tokens -= n;
    }
    return tokens;
}
