/* arrivals.h - requests of an open load, one after the other, from a generator or a file. Memory does not grow. */
#ifndef F2F_SERVE_ARRIVALS_H
#define F2F_SERVE_ARRIVALS_H

#include "fab2fleet/serve.h"

struct f2f_arrival {
    double at_s; /* from the first request or the window's begin on, ascending */
    long long isl, osl; /* 1 or more */
    const unsigned *ids; /* names of the prompt's blocks, lent until the next call */
    int n_ids;
    double ttft_s, tpot_s; /* as measured; 0: not in the log */
};

struct f2f_arrivals;

/* Opens what the stream says. F2F_EINPUT: no such file, or no known format. */
f2f_status f2f_arrivals_open(struct f2f_arrivals **out, f2f_arena *arena, const struct f2f_serve_stream *stream,
                             f2f_error *err);
void f2f_arrivals_close(struct f2f_arrivals *arrivals);
/* *more is false at the end. F2F_EINPUT: file:line:col of what cannot be read. */
f2f_status f2f_arrivals_next(struct f2f_arrivals *arrivals, struct f2f_arrival *out, bool *more, f2f_error *err);
/* Tokens that a name stands for; 0: prompts have none. */
int f2f_arrivals_id_tok(const struct f2f_arrivals *arrivals);
/* Are the times taken inside the engine, behind its front end? */
bool f2f_arrivals_inside(const struct f2f_arrivals *arrivals);
/* Requests passed over because the log says they failed. */
long long f2f_arrivals_skipped(const struct f2f_arrivals *arrivals);
/* How far a file is read, 0..1; of a generator 0. */
double f2f_arrivals_share(const struct f2f_arrivals *arrivals);

#endif
