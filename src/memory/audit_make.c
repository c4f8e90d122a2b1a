/* audit_make.c - reads a memory's description into the rules the audit applies.
 *
 * A timing of JEDEC is the longer of a time and a number of clocks: max(ceil(time / clock), clocks). Clocks
 * become ticks of the command bus (include/fab2fleet/dram.h). What is shared with the simulator is the
 * grammar of latencies (f2f_dram_latency_parse), not their values. */
#include <math.h>
#include <string.h>

#include "memory/audit.h"

/* Far above any device; they bound what nonsense can ask for. */
enum { MAX_HISTORY_B = 256 << 20, MAX_BURSTS = 1024 };

/* Clocks of each symbol of a latency. */
struct clocks {
    int64_t of[F2F_DRAM_SYMBOLS];
};

static struct clocks count_clocks(const struct f2f_memory *memory, double pin_rate_bps) {
    struct clocks clocks;
    double clock_s = memory->standard->bits_per_clock / pin_rate_bps;
    for (int i = 0; i < F2F_DRAM_SYMBOL_nBL; i++) {
        double whole = ceil(memory->timing[i].s / clock_s - 1e-6); /* 20.0000001 clocks are 20 */
        clocks.of[i] = (int64_t)fmax(whole, ceil(memory->timing[i].ck));
    }
    clocks.of[F2F_DRAM_SYMBOL_nBL] = memory->burst / memory->standard->bits_per_clock;
    return clocks;
}

static unsigned bits_of(const struct f2f_dram_standard *standard, const char *const *names, int n) {
    unsigned bits = 0;
    for (int i = 0; i < n; i++)
        for (int k = 0; k < standard->commands; k++)
            if (strcmp(standard->command[k].name, names[i]) == 0) bits |= 1U << standard->command[k].action;
    return bits;
}

static f2f_status make_rule(struct audit_rule *rule, const struct f2f_mem_audit *audit,
                            const struct f2f_dram_constraint *text, const struct clocks *clocks, f2f_error *err) {
    const struct f2f_dram_standard *standard = audit->memory->standard;
    struct f2f_dram_latency latency;
    F2F_TRY(f2f_dram_latency_parse(&latency, text->latency, err));
    int64_t sum = latency.clocks;
    for (int i = 0; i < F2F_DRAM_SYMBOLS; i++) sum += latency.times[i] * clocks->of[i];
    rule->text = text;
    rule->before = bits_of(standard, text->before, text->n_before);
    rule->after = bits_of(standard, text->after, text->n_after);
    rule->ticks = sum * standard->ticks_per_clock;

    size_t ticks = (size_t)audit->total[text->level] * (size_t)text->window;
    if (f2f_arena_used_B(audit->arena) + ticks * sizeof *rule->last > MAX_HISTORY_B)
        return f2f_fail(err, F2F_EINPUT, "the audit of %d banks and %d constraints needs more than %d MiB",
                        audit->total[F2F_DRAM_BANK], standard->constraints, MAX_HISTORY_B >> 20);
    rule->last = f2f_arena_alloc(audit->arena, ticks * sizeof *rule->last);
    for (size_t i = 0; i < ticks; i++) rule->last[i] = AUDIT_NEVER;
    return F2F_OK;
}

static f2f_status make_rules(struct f2f_mem_audit *audit, const struct clocks *clocks, f2f_error *err) {
    const struct f2f_dram_standard *standard = audit->memory->standard;
    audit->rules = standard->constraints;
    audit->rule = f2f_arena_alloc(audit->arena, (size_t)audit->rules * sizeof *audit->rule);
    for (int i = 0; i < audit->rules; i++)
        F2F_TRY(make_rule(&audit->rule[i], audit, &standard->constraint[i], clocks, err));
    return F2F_OK;
}

static void make_organisation(struct f2f_mem_audit *audit) {
    const struct f2f_memory *m = audit->memory;
    const int members[F2F_DRAM_LEVELS] = {1, m->pseudos, m->ranks, m->groups, m->banks};
    int total = 1, pins = m->pins / (m->channels * m->pseudos);
    for (int level = 0; level < F2F_DRAM_LEVELS; level++) {
        audit->members[level] = members[level];
        audit->total[level] = total *= members[level];
    }
    audit->columns = (int)(m->page_B / (pins * m->burst / 8.0));
    audit->bank = f2f_arena_alloc(audit->arena, (size_t)total * sizeof *audit->bank);
    for (int i = 0; i < total; i++) audit->bank[i].row = -1;
    for (int i = 0; i < m->standard->commands; i++)
        audit->kind[m->standard->command[i].action] = &m->standard->command[i];
}

/* Bursts leave the data bus in order of their starts, not of their commands: as many are kept as can start within
 * the difference of CL and CWL, and one more at each end. */
static f2f_status make_buses(struct f2f_mem_audit *audit, const struct clocks *clocks, f2f_error *err) {
    int64_t per_clock = audit->memory->standard->ticks_per_clock;
    audit->read_ticks = clocks->of[F2F_DRAM_SYMBOL_nCL] * per_clock;
    audit->write_ticks = clocks->of[F2F_DRAM_SYMBOL_nCWL] * per_clock;
    audit->burst_ticks = clocks->of[F2F_DRAM_SYMBOL_nBL] * per_clock;
    audit->refresh_ticks = clocks->of[F2F_DRAM_SYMBOL_nREFI] * per_clock;
    int64_t apart = audit->read_ticks - audit->write_ticks, bursts = (apart < 0 ? -apart : apart) / audit->burst_ticks;
    if (bursts > MAX_BURSTS)
        return f2f_fail(err, F2F_EINPUT, "%lld bursts lie between CL and CWL: at most %d", (long long)bursts,
                        MAX_BURSTS);
    audit->bursts = (int)bursts + 2;
    size_t n = (size_t)audit->bursts * (size_t)audit->total[F2F_DRAM_PSEUDO];
    audit->burst = f2f_arena_alloc(audit->arena, n * sizeof *audit->burst);
    for (size_t i = 0; i < n; i++) audit->burst[i] = AUDIT_NEVER;
    for (int i = 0; i < F2F_DRAM_BUSES; i++) audit->bus_end[i] = AUDIT_NEVER;
    return F2F_OK;
}

f2f_status f2f_mem_audit_new(struct f2f_mem_audit **out, const struct f2f_memory *memory, double pin_rate_bps,
                             f2f_error *err) {
    *out = NULL;
    double rate_bps = pin_rate_bps == 0.0 ? memory->pin_rate_bps : pin_rate_bps;
    if (!(rate_bps >= 1e6 && rate_bps <= 1e11))
        return f2f_fail(err, F2F_EINPUT, "a pin rate of %g b/s is out of its range 1 Mb/s to 100 Gb/s", rate_bps);
    if (memory->burst < memory->standard->bits_per_clock)
        return f2f_fail(err, F2F_EINPUT, "a burst of %d transfers at %d a clock is shorter than a clock", memory->burst,
                        memory->standard->bits_per_clock);
    f2f_arena *arena = f2f_arena_new();
    struct f2f_mem_audit *audit = f2f_arena_alloc(arena, sizeof *audit);
    struct clocks clocks = count_clocks(memory, rate_bps);
    audit->arena = arena;
    audit->memory = memory;
    audit->channel = -1;
    make_organisation(audit);
    f2f_status status = make_buses(audit, &clocks, err);
    if (status == F2F_OK) status = make_rules(audit, &clocks, err);
    if (status == F2F_OK) *out = audit;
    else f2f_arena_free(arena);
    return status;
}

void f2f_mem_audit_free(struct f2f_mem_audit *audit) {
    if (audit) f2f_arena_free(audit->arena);
}
