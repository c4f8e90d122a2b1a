/* tally.c - see tally.h. */
#include "serve/tally.h"

struct f2f_tally f2f_tally_make(f2f_arena *arena, const struct f2f_slo *slo) {
    const struct f2f_quantiles none = {.arena = arena};
    return (struct f2f_tally){.slo = slo, .ttft = none, .tpot = none, .itl = none, .e2e = none, .queue = none};
}

void f2f_tally_add(struct f2f_tally *t, const struct f2f_serve_request *q, double end_s) {
    double ttft_s = q->first_s - q->sent_s, e2e_s = end_s - q->sent_s;
    double tpot_s = q->osl > 1 ? (end_s - q->first_s) / (double)(q->osl - 1) : 0.0;
    f2f_quantiles_add(&t->ttft, ttft_s);
    f2f_quantiles_add(&t->e2e, e2e_s);
    if (q->osl > 1) f2f_quantiles_add(&t->tpot, tpot_s); /* one token has none after the first */
    f2f_quantiles_add(&t->queue, q->started_s - q->sent_s);
    t->requests++;
    t->good += f2f_slo_met_by(t->slo, ttft_s, tpot_s, e2e_s);
}

void f2f_tally_intervals(struct f2f_tally *t, double first_s, double last_s, double n) {
    if (first_s <= last_s) f2f_quantiles_add_run(&t->itl, first_s, last_s, n);
    else f2f_quantiles_add_run(&t->itl, last_s, first_s, n);
}

void f2f_tally_stall(struct f2f_tally *t, double stall_s, double base_s, double n) {
    f2f_quantiles_add_run(&t->itl, base_s + stall_s, base_s + stall_s, n);
    f2f_quantiles_add_run(&t->itl, base_s, base_s, -n); /* taken from those about to be counted */
}

struct f2f_serve_stat f2f_tally_stat(struct f2f_quantiles *q) {
    return (struct f2f_serve_stat){.mean_s = f2f_quantiles_mean(q),
                                   .p50_s = f2f_quantiles_at(q, 0.5),
                                   .p90_s = f2f_quantiles_at(q, 0.9),
                                   .p99_s = f2f_quantiles_at(q, 0.99)};
}
