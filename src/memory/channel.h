/* channel.h - one channel: its device, its controller's queues and candidates, its source, its counts.
 *
 * The loop jumps from event to event. For each pseudo-channel and each kind of command it keeps the candidate
 * that the scheduler would issue next if nothing happened before, and of these the pick of row and of column commands;
 * what happens makes some of them stale. Nothing is allocated in the loop. */
#ifndef F2F_MEMORY_CHANNEL_H
#define F2F_MEMORY_CHANNEL_H

#include "memory/device.h"
#include "memory/mapping.h"
#include "memory/queue.h"
#include "memory/traffic.h"

enum { CLOSED = -1, MAX_PSEUDOS = 4 };

struct bank {
    struct bank_list list[2]; /* reads, writes */
    int32_t open_row; /* or CLOSED */
    int32_t over; /* column commands past an older request for another row */
    uint16_t opened; /* entries that the open row was opened for and must stay open for */
    bool held; /* about to be refreshed: no new commands for requests */
    uint8_t pseudo;
    uint16_t number; /* in the channel */
    int32_t activates; /* since refreshes last caught up (RAA) */
    int64_t used; /* tick of the last column command */
    int64_t refresh_begin, refresh_end; /* of the last one */
    struct unit *unit; /* of refresh */
};

#define STALE INT64_C(-1) /* before any tick */
#define NO_TICK (2 * NEVER) /* later than all that never comes */

/* What goes next of those that want the same in a pseudo-channel. */
struct candidate {
    int64_t tick; /* or NO_TICK if there is none, or it must wait for an older request */
    int64_t until; /* tick from which an older one is ready, or STALE: from then on it is found anew */
    uint32_t position; /* age of its entry */
    /* What never changes: */
    uint8_t want, direction, pseudo, kind;
    uint8_t top; /* the highest level below the pseudo-channel with rules for its action */
    int32_t order; /* what makes 8 times its tick the key of a pick */
    const struct age_set *set; /* who wants it */
    struct queue *queue;
    const int64_t *next; /* earliest ticks of its action at each member, the channel first, and where there */
    int64_t of_pseudo; /* that of the pseudo-channel */
    int64_t edge, edges; /* of its action, as a mask; the ticks that are one */
};

/* Banks that one refresh command reaches. */
struct unit {
    int first_bank; /* the others follow from the command's scope */
    int pending; /* entries in its banks */
    bool done; /* in this round */
    bool manage; /* refresh management is due */
};

/* Refresh of one pseudo-channel; see refresh.c. */
struct refresh {
    int64_t due; /* tick at which the next one is owed */
    int64_t interval;
    int owed, units, undone, last;
    int active; /* unit being prepared, or -1 */
    int action; /* it is prepared for */
    struct unit *unit;
};

struct scheduler;

/* Row commands and column commands of a pseudo-channel go their own ways: each has a pick. */
enum lane { ROWS, COLUMNS, LANES };

/* What may go next in a pseudo-channel; at the same tick in this order, but activates and precharges by age. */
enum pick_kind {
    PICK_DUE, /* a refresh falls due */
    PICK_REFRESH,
    PICK_OPENED_READ,
    PICK_OPENED_WRITE,
    PICK_COLUMN,
    PICK_ACTIVATE,
    PICK_PRECHARGE,
    PICK_IDLE_ROW
};

/* The command of a lane that goes next: that with the least key, then the oldest. */
struct pick {
    int64_t key; /* 8 times the tick its bus is first taken, and the order of kinds */
    int64_t tick; /* or STALE */
    const int64_t *bus; /* tick from which its bus is free: where that is later the pick is stale too */
    const struct candidate *candidate; /* what is for an entry, or NULL */
    uint32_t age; /* position of the entry + 1, or 0 */
    int bank; /* of an idle row */
    uint8_t kind, pseudo;
};
static inline int64_t pick_begin(const struct pick *pick) { return pick->key >> 3; }

struct pacing {
    int64_t offered; /* tick from which another request may be there */
    int64_t due; /* tick from which the next one is */
    bool met; /* an accepted request of the other direction has its address */
    bool dated; /* requests say when they come */
    int64_t room; /* tick from which its queue has room */
    int64_t in_flight; /* at most: those complete leave the count when it is full */
    int outstanding; /* as the traffic asks; 0: any number */
    int64_t *done[2]; /* rings of completion ticks, reads and writes */
    uint32_t head[2], tail[2], ring_mask;
    double gap; /* open loop: ticks between requests */
    double next_due;
};

struct channel {
    const struct dram_spec *spec;
    const struct f2f_controller *controller;
    const struct scheduler *scheduler;
    struct dram_device device;
    struct mapping mapping;
    struct source source;
    struct pacing pacing;
    struct queue queue[2]; /* reads, writes */
    struct bank *bank;
    int pseudos, banks_per_pseudo;
    int direction; /* of the commands now served: 0 reads, 1 writes */
    int high, low; /* write entries at which it turns */
    struct candidate candidate[MAX_PSEUDOS][2][WANTS]; /* by direction */
    struct refresh refresh[MAX_PSEUDOS];
    struct pick pick[MAX_PSEUDOS][LANES];
    bool entwined; /* a command of one lane may put off many of the other */
    uint64_t *idle; /* banks with an open row and no entries, by pseudo-channel; kept unless pages stay open */
    int idle_words; /* of one pseudo-channel */
    int64_t idle_close; /* ticks */
    bool closes; /* pages do not stay open */
    bool in_order, early_release; /* of the scheduler; of the controller */
    int64_t now;
    struct wish wish; /* the next request, if `wishing` */
    struct place place; /* of it */
    bool wishing;
    bool stale; /* a pick is, or a bus has been taken */
    const struct pick *best; /* goes first */
    int number; /* of the channel */
    f2f_mem_log_fn *log; /* may be NULL */
    void *log_context;
    /* Counts, in ticks where they are times. */
    int64_t bus_free[MAX_PSEUDOS], end;
    int64_t commands[F2F_DRAM_ACTIONS], refreshed_banks, reads, writes, forwarded, hits, events;
    int64_t loss[F2F_MEM_LOSSES], data;
    int64_t dry, served; /* tick at which the last request was accepted, and requests done by then */
    int64_t latency_sum, latency_max;
    uint64_t latency_count[F2F_MEM_BINS];
};

/* A scheduler of requests (scheduler_list.h). */
struct scheduler {
    const char *name;
    bool in_order; /* only the oldest request is served */
    /* The entry of the bank on whose behalf its open row may be closed, or NO_ENTRY. NULL: the oldest of the bank, if
     * it wants another row. */
    uint16_t (*closer)(const struct queue *q, const struct bank_list *list, int32_t open_row);
};
const struct scheduler *f2f_dram_scheduler_find(const char *name);

f2f_status f2f_dram_channel_init(struct channel *c, f2f_arena *arena, const struct f2f_mem_run *run,
                                 const struct dram_spec *spec, int number, int64_t requests, f2f_error *err);
void f2f_dram_channel_close(struct channel *c);
/* Runs at most so many events; false when all requests are done. F2F_ERUN if nothing can happen any more. */
f2f_status f2f_dram_channel_run(struct channel *c, int64_t events, bool *more, f2f_error *err);

/* candidate.c */
void f2f_dram_candidates_init(struct channel *c);
/* Finds a pick of a pseudo-channel anew. */
void f2f_dram_pick_row(struct channel *c, int pseudo);
void f2f_dram_pick_column(struct channel *c, int pseudo);
/* See candidate_offer: an entry that may be served before the candidate. */
void f2f_dram_candidate_compare(struct channel *c, struct candidate *known, uint32_t position);
void f2f_dram_candidates_stale(struct channel *c, int pseudo);
static inline enum lane lane_of(int want) { return want < WANT_ACTIVATE ? COLUMNS : ROWS; }
static inline void pick_stale(struct channel *c, int pseudo, enum lane lane) {
    c->pick[pseudo][lane].tick = STALE;
    c->stale = true;
}
static inline void picks_stale(struct channel *c, int pseudo) {
    pick_stale(c, pseudo, ROWS);
    pick_stale(c, pseudo, COLUMNS);
}
/* Its entry, where there is one. */
static inline struct entry *candidate_entry(const struct candidate *k) {
    return &k->queue->entry[k->queue->slot[k->position].entry];
}
static inline void candidate_stale(struct channel *c, int direction, int pseudo, int want) {
    c->candidate[pseudo][direction][want].until = STALE;
    pick_stale(c, pseudo, lane_of(want));
}

/* No entry of the pseudo-channel can go before it. */
static inline int64_t least_tick(const struct channel *c, const struct candidate *k) {
    return later((c->now + k->edge) & k->edges, later(k->next[0], k->next[k->of_pseudo]));
}

/* There is a new entry. Of the direction that is not served nothing need be known, as a turn makes all stale. */
static inline void candidate_offer(struct channel *c, int direction, int pseudo, const struct entry *entry) {
    if (direction != c->direction && entry->want != WANT_OPENED) return;
    struct candidate *known = &c->candidate[pseudo][direction][entry->want];
    uint32_t position = entry->position;
    bool later_bank = known->next[known->queue->slot[position].bank] >= known->tick;
    if (known->until == STALE || (later_bank && position > known->position)) return;
    f2f_dram_candidate_compare(c, known, position);
}

/* bank.c: sets of the entries of a bank follow its state. */
void f2f_dram_bank_key_set(struct channel *c, int direction, struct bank *b, uint16_t e, enum want want);
static inline void bank_key(struct channel *c, int direction, struct bank *b) {
    const struct queue *q = &c->queue[direction];
    const struct bank_list *list = &b->list[direction];
    if (b->held || b->opened) return;
    uint16_t e = list->head;
    if (b->open_row != CLOSED) {
        if (c->scheduler->closer) e = c->scheduler->closer(q, list, b->open_row);
        else if (e != NO_ENTRY && q->entry[e].row == b->open_row) e = NO_ENTRY;
    }
    if (e != list->key)
        f2f_dram_bank_key_set(c, direction, b, e, b->open_row == CLOSED ? WANT_ACTIVATE : WANT_PRECHARGE);
}
void f2f_dram_bank_opened(struct channel *c, struct bank *b, int32_t row);
void f2f_dram_bank_closed(struct channel *c, struct bank *b);
void f2f_dram_bank_hold(struct channel *c, struct bank *b);
void f2f_dram_bank_release(struct channel *c, struct bank *b);

/* issue.c: a command goes out. */
void f2f_dram_issue_column(struct channel *c, const struct candidate *k, int64_t tick);
void f2f_dram_issue_activate(struct channel *c, const struct candidate *k, int64_t tick);
void f2f_dram_issue_precharge(struct channel *c, struct bank *b, int64_t tick);
/* A read answered from the write queue. */
void f2f_dram_count_forwarded(struct channel *c, int64_t latency);
void f2f_dram_issue(struct channel *c, int action, int bank, int32_t row, int32_t column, int64_t tick);

/* page.c: rows without requests, where the page policy closes them. */
void f2f_dram_page_init(struct channel *c, f2f_arena *arena, const struct f2f_memory *memory);
void f2f_dram_page_idle(struct channel *c, int bank, bool idle);
/* The bank that closes next and when; NEVER if none. */
int64_t f2f_dram_page_next(const struct channel *c, int pseudo, int *bank);
/* Whether a column command should close its row itself. */
bool f2f_dram_page_auto(const struct channel *c, int direction, const struct bank *b, uint16_t e, int64_t tick);

/* refresh.c */
void f2f_dram_refresh_init(struct channel *c, f2f_arena *arena);
/* One more refresh is owed. */
void f2f_dram_refresh_due(struct channel *c, int pseudo, int64_t tick);
/* Tick and action of the next command of the unit being prepared; NEVER while a row must stay open. */
int64_t f2f_dram_refresh_next(const struct channel *c, int pseudo, int *action);
void f2f_dram_refresh_step(struct channel *c, int pseudo, int64_t tick);
void f2f_dram_refresh_activated(struct channel *c, struct bank *b);
/* Passes over the refreshes of a time in which no request is there. */
void f2f_dram_refresh_skip(struct channel *c, int64_t until);

/* Actions a run may take, for f2f_dram_spec_make. */
void f2f_dram_actions_used(bool used[F2F_DRAM_ACTIONS], const struct f2f_memory *memory,
                           const struct f2f_controller *controller);

#endif
