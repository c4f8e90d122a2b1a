/* measure.c - a team of pinned threads with its kernels and buffers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "measure/state.h"

/* Sets of other formats alone do not do the rest. */
static f2f_status choose_sets(struct f2f_measure *m, const char *name, f2f_error *err) {
    enum { SETS_MAX = 16 };
    const struct f2f_kernel_set *set[SETS_MAX];
    char known[128] = "";
    size_t n = f2f_kernel_set_all(set, SETS_MAX), length = 0;
    for (int p = 0; p < F2F_PRODUCTS && !name; p++) m->set[p] = f2f_kernel_set_for((enum f2f_product)p);
    for (size_t i = 0; i < n && name; i++) {
        if (!set[i]->add_norm) continue;
        if (strcmp(set[i]->name, name) == 0) m->set[F2F_PRODUCT_FP32] = set[i];
        length += (size_t)snprintf(known + length, sizeof known - length, "%s%s", length ? ", " : "", set[i]->name);
        if (length >= sizeof known) length = sizeof known - 1;
    }
    if (m->set[F2F_PRODUCT_FP32]) return F2F_OK;
    return f2f_fail(err, F2F_EUSAGE, "no kernels '%.40s' on this machine: %s are there", name, known);
}

f2f_status f2f_measure_new(struct f2f_measure **out, const struct f2f_host *host, const struct f2f_clock *clock,
                           const char *kernels, f2f_error *err) {
    *out = NULL;
    struct f2f_measure *m = calloc(1, sizeof *m);
    if (!m) return f2f_fail(err, F2F_ERUN, "no memory");
    *m = (struct f2f_measure){.host = *host, .clock = *clock, .wall = *clock, .pool_holds = -1};
    f2f_status status = choose_sets(m, kernels, err);
    if (status == F2F_OK) status = f2f_team_new(&m->team, host->cpu, host->cores, err);
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
