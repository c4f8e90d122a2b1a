/* scheduler.h - how an engine fills an iteration. One file and one line of scheduler_list.h each. */
#ifndef F2F_SERVE_SCHEDULER_H
#define F2F_SERVE_SCHEDULER_H

#include "serve/fleet.h"

struct f2f_scheduler {
    const char *name, *help;
    /* Admits, chunks and preempts, and says what the iteration carries; nothing at all: the replica waits. */
    void (*form)(struct f2f_replica *r, struct f2f_serve_batch *batch);
    bool overtakes; /* one that comes later may be admitted before one that has no room */
};

/* F2F_EINPUT names the known ones. */
f2f_status f2f_scheduler_find(const struct f2f_scheduler **out, const char *name, f2f_error *err);

/* The first that waits, if it is ready, else -1. */
int f2f_scheduler_first(const struct f2f_replica *r);
/* Goes on with the prompts that are under way, in order; returns what is left of the tokens. */
long long f2f_scheduler_go_on(struct f2f_replica *r, struct f2f_serve_batch *batch, long long tokens);

#define X(name) extern const struct f2f_scheduler f2f_scheduler_##name;
#include "serve/scheduler_list.h"
#undef X

#endif
