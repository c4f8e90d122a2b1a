/* spec.h - a memory at a pin rate, compiled: every timing in ticks, every constraint a rule. */
#ifndef F2F_MEMORY_SPEC_H
#define F2F_MEMORY_SPEC_H

#include <stdint.h>

#include "fab2fleet/memory.h"

/* A tick that never comes; far enough from the end for latencies to be added and for a sort key (channel.h). */
#define NEVER (INT64_MAX / 64)

/* After a command: `after` not before `latency` ticks, at the command's own member of the level or, for a
 * sibling rule, at the other members of its parent. window: counts from the last but so many. */
struct dram_rule {
    uint8_t level, after, window;
    bool sibling;
    int32_t latency, edge; /* edge: mask of the reference ticks of `after` */
    int32_t ring; /* window > 1: where its members' rings start */
};

enum { MAX_RULES = 64 };

struct dram_spec {
    int64_t mask; /* ticks of a clock - 1: reference ticks of most commands are multiples */
    int ticks_per_clock;
    double tick_s;
    int members[F2F_DRAM_LEVELS]; /* of a level in one channel */
    int per_parent[F2F_DRAM_LEVELS];
    int rows, columns; /* of a bank; a column is a burst */
    int burst_B;
    int64_t read_delay, write_delay, burst; /* ticks to first data, and of data */
    int32_t refresh_lag; /* an activate puts a refresh off by so much more than it does the next activate */
    int64_t refresh_interval; /* tREFI in ticks, at the temperature asked for */
    int64_t refresh_all, refresh_bank; /* tRFCab, tRFCpb */
    bool has[F2F_DRAM_ACTIONS];
    int64_t edge[F2F_DRAM_ACTIONS]; /* mask of an action's reference ticks: 0 or `mask` */
    int scope[F2F_DRAM_ACTIONS];
    int lead[F2F_DRAM_ACTIONS]; /* ticks its bus is taken before the reference tick */
    struct dram_rule rule[F2F_DRAM_ACTIONS][MAX_RULES];
    int rules[F2F_DRAM_ACTIONS];
    int rings; /* ticks all rings need together */
    int raaimt;
};

/* used: the actions the controller may take; rules about others are left out. F2F_EINPUT on contradictions. */
f2f_status f2f_dram_spec_make(struct dram_spec *out, const struct f2f_memory *memory, double pin_rate_bps,
                              const bool used[F2F_DRAM_ACTIONS], f2f_error *err);

static inline int64_t aligned(int64_t tick, int64_t mask) { return (tick + mask) & ~mask; }

#endif
