/* device.h - timing state of the DRAM of one channel, without a clock: the earliest tick of a command, and
 * what issuing it at a tick forbids afterwards. It knows no requests and no policy. */
#ifndef F2F_MEMORY_DEVICE_H
#define F2F_MEMORY_DEVICE_H

#include "memory/spec.h"

/* Members of all levels are numbered through, the channel first. */
struct dram_path {
    int32_t at[F2F_DRAM_LEVELS + 3]; /* the members a bank belongs to, then `OTHER` ones; eight are found fast */
};
/* From a level, rank to bank, to where the only sibling stands if there are two members. */
enum { OTHER = F2F_DRAM_LEVELS - F2F_DRAM_RANK };

/* A rule of a command to one bank: where it finds the ticks of `after`. */
struct dram_step {
    int64_t *next;
    int64_t latency, edges; /* past the next edge; the ticks that are one, as a mask */
    int64_t level; /* or OTHER past it */
    int32_t ring; /* where that of member 0 would start */
    uint8_t window;
    bool sibling;
};

/* What an action forbids at its own members at once, to their siblings, and after a window. */
struct dram_steps {
    const struct dram_step *plain, *sibling, *window, *end; /* each up to where the next begins */
    const int64_t *latency, *edges; /* of the plain ones again, which are most: see `target` */
    int targets; /* where a bank's begin */
    int n;
    bool wide; /* it goes to more than one bank */
    bool any_edge; /* it may be issued at any tick: `edges` matter */
};

struct dram_device {
    const struct dram_spec *spec;
    int64_t *ticks; /* all that follow */
    int64_t *next[F2F_DRAM_ACTIONS]; /* earliest tick of the action at each member */
    uint16_t *target; /* of each bank and plain step of each action: which of the ticks */
    int targets; /* of a bank */
    struct dram_steps steps[F2F_DRAM_ACTIONS];
    int64_t *ring; /* last ticks of windowed commands */
    struct dram_path *path; /* of each bank of the channel */
    int32_t first[F2F_DRAM_LEVELS]; /* the level's first member */
};

void f2f_dram_device_init(struct dram_device *device, f2f_arena *arena, const struct dram_spec *spec);

static inline int64_t later(int64_t a, int64_t b) { return a > b ? a : b; }

/* Earliest tick of an action at the levels from `from` to `to` above and at a bank. */
static inline int64_t ready_at(const struct dram_device *d, int action, int bank, int from, int to) {
    const struct dram_path *path = &d->path[bank];
    int64_t tick = 0;
    for (int l = from; l <= to; l++) tick = later(tick, d->next[action][path->at[l]]);
    return tick;
}

/* Lowest level whose members one command of that scope concerns as a whole. */
static inline int level_of_scope(int scope) {
    static const uint8_t level[] = {[F2F_DRAM_OF_BANK] = F2F_DRAM_BANK,
                                    [F2F_DRAM_OF_SAME_BANK] = F2F_DRAM_RANK,
                                    [F2F_DRAM_OF_RANK] = F2F_DRAM_RANK,
                                    [F2F_DRAM_OF_PSEUDO] = F2F_DRAM_PSEUDO};
    return level[scope];
}

/* Parts of dram_device_issue(): an action that goes to many banks; what it forbids to many siblings. */
void f2f_dram_device_issue_wide(const struct dram_device *d, int action, int bank, int64_t tick);
void f2f_dram_device_apply_siblings(const struct dram_device *d, const struct dram_steps *steps, const int32_t *at,
                                    int64_t tick);

/* `next` holds reference ticks an action may have: readers need not align. */
static inline void dram_forbid(const struct dram_step *step, int64_t member, int64_t tick) {
    int64_t *next = &step->next[member];
    *next = later(*next, (tick + step->latency) & step->edges);
}

/* Ring of a member: slot 0 is the place of the oldest, then the ticks. */
static inline void dram_forbid_window(const struct dram_device *d, const struct dram_step *step, int32_t member,
                                      int64_t tick) {
    int size = step->window;
    int64_t *ring = d->ring + step->ring + member * (size + 1), oldest = ring[0];
    ring[1 + oldest] = tick;
    oldest = oldest + 1 == size ? 0 : oldest + 1;
    ring[0] = oldest;
    dram_forbid(step, member, ring[1 + oldest]);
}

/* Issues an action at a tick: to one bank, or to all banks of the action's scope around it. Inline, as each kind of
 * command has its own number of rules, which a processor learns by place. */
static inline void dram_device_issue(const struct dram_device *d, int action, int bank, int64_t tick) {
    const struct dram_steps *steps = &d->steps[action];
    if (steps->wide) {
        f2f_dram_device_issue_wide(d, action, bank, tick);
        return;
    }
    const uint16_t *target = d->target + bank * d->targets + steps->targets;
    const int64_t *latency = steps->latency, *edges = steps->edges;
    int64_t *ticks = d->ticks;
    int n = steps->n;
    if (steps->any_edge)
        for (int i = 0; i < n; i++) ticks[target[i]] = later(ticks[target[i]], (tick + latency[i]) & edges[i]);
    else
        for (int i = 0; i < n; i++) ticks[target[i]] = later(ticks[target[i]], tick + latency[i]);
    const int32_t *at = d->path[bank].at;
    if (steps->sibling < steps->window) f2f_dram_device_apply_siblings(d, steps, at, tick);
    for (const struct dram_step *step = steps->window; step < steps->end; step++)
        dram_forbid_window(d, step, at[step->level], tick);
}

/* Earliest tick of an action at a bank, everything counted. */
int64_t f2f_dram_device_ready(const struct dram_device *d, int action, int bank);

#endif
