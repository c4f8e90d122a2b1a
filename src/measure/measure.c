/* measure.c - a team of pinned threads with its kernels and buffers. */
#include <stdlib.h>

#include "measure/state.h"

f2f_status f2f_measure_new(struct f2f_measure **out, const struct f2f_host *host, const struct f2f_clock *clock,
                           f2f_error *err) {
    *out = NULL;
    struct f2f_measure *m = calloc(1, sizeof *m);
    if (!m) return f2f_fail(err, F2F_ERUN, "no memory");
    *m = (struct f2f_measure){.host = *host, .clock = *clock, .pool_holds = -1};
    for (int p = 0; p < F2F_PRODUCTS; p++) m->set[p] = f2f_kernel_set_for((enum f2f_product)p);
    f2f_status status = f2f_team_new(&m->team, host->cpu, host->cores, err);
    if (status != F2F_OK) {
        f2f_measure_free(m);
        return status;
    }
    if (clock->thread_s) {
        f2f_team_watch(m->team, clock->thread_s, clock->context);
        m->clock = (struct f2f_clock){.now_s = f2f_team_busy_s, .context = m->team};
    }
    *out = m;
    return F2F_OK;
}

void f2f_measure_free(struct f2f_measure *m) {
    if (!m) return;
    f2f_team_free(m->team);
    free(m->pool);
    free(m);
}
