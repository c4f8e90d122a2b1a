/* audit.h - what the audit knows of one channel: made by audit_make.c, used by audit.c. It includes nothing of
 * the simulator, and the simulator nothing of it. */
#ifndef F2F_MEMORY_AUDIT_H
#define F2F_MEMORY_AUDIT_H

#include "fab2fleet/arena.h"
#include "fab2fleet/memory.h"

#define AUDIT_NEVER INT64_MIN
#define AUDIT_LATEST (INT64_MAX / 2) /* tick; sums with a latency do not overflow */

/* Commands that can begin within the longest lead and the tick itself, on each bus. */
enum { AUDIT_WAITING = 17 * F2F_DRAM_BUSES };

/* A constraint, with its latency in ticks and the commands it looks back on. */
struct audit_rule {
    const struct f2f_dram_constraint *text;
    unsigned before, after; /* a bit for each action */
    int64_t ticks;
    int64_t *last; /* [member of the level][window], newest first */
};

struct audit_bank {
    int row; /* -1: precharged */
    int activates; /* since its last refresh or refresh management */
    int64_t refresh_by; /* tick of the latest next refresh */
};

struct f2f_mem_audit {
    f2f_arena *arena;
    const struct f2f_memory *memory;
    const struct f2f_dram_command *kind[F2F_DRAM_ACTIONS]; /* NULL: not of this standard */
    int members[F2F_DRAM_LEVELS], total[F2F_DRAM_LEVELS]; /* of one parent; of the channel */
    int columns;
    struct audit_rule *rule;
    int rules;

    int channel; /* of the first command; -1 before it */
    int64_t now; /* what comes has no reference tick before it */
    struct f2f_mem_command waiting[AUDIT_WAITING]; /* by reference tick: one that comes may still go before them */
    int n_waiting;
    int64_t bus_end[F2F_DRAM_BUSES]; /* last tick taken */
    struct audit_bank *bank;
    int most_overdue; /* bank with the lowest refresh_by */

    int64_t read_ticks, write_ticks, burst_ticks, refresh_ticks; /* CL, CWL, BL, tREFI (0: not checked) */
    int64_t *burst; /* [pseudo-channel][bursts]: first ticks of the latest on the data bus, newest command first */
    int bursts;

    int64_t violations;
    char first[160];
};

#endif
