/* tally.h - what users saw: times of requests as means and quantiles, and how many met the objectives. */
#ifndef F2F_SERVE_TALLY_H
#define F2F_SERVE_TALLY_H

#include "serve/request.h"
#include "serve/slo.h"
#include "sim/quantiles.h"

struct f2f_tally {
    const struct f2f_slo *slo;
    struct f2f_quantiles ttft, tpot, itl, e2e, queue;
    long long requests, good;
};

struct f2f_tally f2f_tally_make(f2f_arena *arena, const struct f2f_slo *slo);
/* A request whose last token is delivered. */
void f2f_tally_add(struct f2f_tally *t, const struct f2f_serve_request *q, double end_s);
/* n times between two tokens of a sequence, evenly from first to last. */
void f2f_tally_intervals(struct f2f_tally *t, double first_s, double last_s, double n);
/* n of the intervals that follow are longer: stall_s on top of base_s. */
void f2f_tally_stall(struct f2f_tally *t, double stall_s, double base_s, double n);
struct f2f_serve_stat f2f_tally_stat(struct f2f_quantiles *q);

#endif
