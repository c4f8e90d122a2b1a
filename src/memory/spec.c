/* spec.c - compiles descriptions to ticks and rules.
 *
 * A timing in ns becomes clocks by rounding up, as JEDEC prescribes. What the command bus forbids follows from
 * lead and tail of its commands. Rules that another one implies are dropped: nothing is checked twice in the
 * loop. */
#include <math.h>
#include <string.h>

#include "memory/spec.h"

static int clocks_of(const struct f2f_memory *m, int symbol, double clock_s) {
    if (symbol == F2F_DRAM_SYMBOL_nBL) return m->burst / m->standard->bits_per_clock;
    return (int)fmax(ceil(m->timing[symbol].s / clock_s - 1e-6), m->timing[symbol].ck);
}

static int32_t ticks_of(const struct f2f_memory *m, const struct f2f_dram_latency *latency, double clock_s) {
    long long clocks = latency->clocks;
    for (int s = 0; s < F2F_DRAM_SYMBOLS; s++)
        if (latency->times[s]) clocks += (long long)latency->times[s] * clocks_of(m, s, clock_s);
    return clocks > 0 ? (int32_t)(clocks * m->standard->ticks_per_clock) : 0;
}

/* Is rule b already enforced by rule a? */
static bool implies(const struct dram_rule *a, const struct dram_rule *b) {
    bool covers = a->level < b->level || (a->level == b->level && !b->sibling);
    return a->after == b->after && a->window == 1 && !a->sibling && covers && a->latency >= b->latency;
}

static f2f_status add_rule(struct dram_spec *spec, int before, struct dram_rule rule, f2f_error *err) {
    struct dram_rule *rules = spec->rule[before];
    int n = spec->rules[before], kept = 0;
    if (rule.latency <= 0) return F2F_OK;
    for (int i = 0; i < n; i++)
        if (implies(&rules[i], &rule)) return F2F_OK;
    for (int i = 0; i < n; i++)
        if (!implies(&rule, &rules[i])) rules[kept++] = rules[i];
    if (kept == MAX_RULES) return f2f_fail(err, F2F_EINPUT, "more than %d constraints after one command", MAX_RULES);
    rule.edge = (int32_t)spec->edge[rule.after];
    rules[kept] = rule;
    spec->rules[before] = kept + 1;
    return F2F_OK;
}

static int action_of(const struct f2f_dram_standard *standard, const char *name) {
    for (int i = 0; i < standard->commands; i++)
        if (strcmp(standard->command[i].name, name) == 0) return standard->command[i].action;
    return -1;
}

static f2f_status add_constraint(struct dram_spec *spec, const struct f2f_memory *m,
                                 const struct f2f_dram_constraint *c, double clock_s, f2f_error *err) {
    struct f2f_dram_latency latency;
    F2F_TRY(f2f_dram_latency_parse(&latency, c->latency, err));
    for (int b = 0; b < c->n_before; b++)
        for (int a = 0; a < c->n_after; a++) {
            int before = action_of(m->standard, c->before[b]), after = action_of(m->standard, c->after[a]);
            if (before < 0 || after < 0)
                return f2f_fail(err, F2F_EINPUT, "a constraint names '%.40s', which is no command of %s",
                                before < 0 ? c->before[b] : c->after[a], m->standard->id.name);
            if (!spec->has[before] || !spec->has[after]) continue;
            struct dram_rule rule = {.level = (uint8_t)c->level,
                                     .after = (uint8_t)after,
                                     .window = (uint8_t)c->window,
                                     .sibling = c->sibling,
                                     .latency = ticks_of(m, &latency, clock_s)};
            F2F_TRY(add_rule(spec, before, rule, err));
        }
    return F2F_OK;
}

/* Two commands of one bus may not overlap. */
static f2f_status add_buses(struct dram_spec *spec, const struct f2f_dram_standard *standard, f2f_error *err) {
    for (int i = 0; i < standard->commands; i++)
        for (int j = 0; j < standard->commands; j++) {
            const struct f2f_dram_command *a = &standard->command[i], *b = &standard->command[j];
            struct dram_rule rule = {
                .level = F2F_DRAM_CHANNEL, .after = (uint8_t)b->action, .window = 1, .latency = a->tail + 1 + b->lead};
            if (a->bus == b->bus && spec->has[a->action] && spec->has[b->action])
                F2F_TRY(add_rule(spec, a->action, rule, err));
        }
    return F2F_OK;
}

/* A latency of whole clocks keeps what is on an edge there. */
static void drop_edges(struct dram_spec *spec) {
    for (int a = 0; a < F2F_DRAM_ACTIONS; a++)
        for (int i = 0; i < spec->rules[a]; i++) {
            struct dram_rule *rule = &spec->rule[a][i];
            if (spec->edge[a] != spec->mask) continue;
            rule->latency = (int32_t)aligned(rule->latency, rule->edge);
            rule->edge = 0;
        }
}

/* How long after an activate another command of its rank has to wait, by its shortest or longest rule. */
static int32_t after_activate(const struct dram_spec *spec, int action, bool least) {
    int32_t found = 0;
    for (int i = 0; i < spec->rules[F2F_DRAM_ACTIVATE]; i++) {
        const struct dram_rule *rule = &spec->rule[F2F_DRAM_ACTIVATE][i];
        bool counts = rule->after == action && rule->window == 1 && !rule->sibling &&
                      (rule->level == F2F_DRAM_PSEUDO || rule->level == F2F_DRAM_RANK);
        if (counts && (!found || (rule->latency < found) == least)) found = rule->latency;
    }
    return found;
}

static void place_rings(struct dram_spec *spec) {
    for (int a = 0; a < F2F_DRAM_ACTIONS; a++)
        for (int i = 0; i < spec->rules[a]; i++) {
            struct dram_rule *rule = &spec->rule[a][i];
            if (rule->window < 2) continue;
            rule->ring = spec->rings;
            spec->rings += spec->members[rule->level] * (rule->window + 1); /* and where the oldest stands */
        }
}

static void set_organisation(struct dram_spec *spec, const struct f2f_memory *m) {
    const int per_parent[F2F_DRAM_LEVELS] = {1, m->pseudos, m->ranks, m->groups, m->banks};
    int members = 1;
    for (int l = 0; l < F2F_DRAM_LEVELS; l++) {
        spec->per_parent[l] = per_parent[l];
        spec->members[l] = members *= per_parent[l];
    }
    spec->burst_B = m->pins / (m->channels * m->pseudos) * m->burst / 8;
    spec->rows = m->rows;
    spec->columns = (int)(m->page_B / spec->burst_B);
}

static void set_timings(struct dram_spec *spec, const struct f2f_memory *m, double clock_s) {
    int ticks = m->standard->ticks_per_clock;
    spec->ticks_per_clock = ticks;
    spec->mask = ticks - 1;
    spec->tick_s = clock_s / ticks;
    spec->read_delay = (int64_t)ticks * clocks_of(m, F2F_DRAM_SYMBOL_nCL, clock_s);
    spec->write_delay = (int64_t)ticks * clocks_of(m, F2F_DRAM_SYMBOL_nCWL, clock_s);
    spec->burst = (int64_t)ticks * clocks_of(m, F2F_DRAM_SYMBOL_nBL, clock_s);
    spec->refresh_interval = (int64_t)ticks * clocks_of(m, F2F_DRAM_SYMBOL_nREFI, clock_s);
    spec->refresh_all = (int64_t)ticks * clocks_of(m, F2F_DRAM_SYMBOL_nRFCab, clock_s);
    spec->refresh_bank = (int64_t)ticks * clocks_of(m, F2F_DRAM_SYMBOL_nRFCpb, clock_s);
    spec->raaimt = m->raaimt;
}

f2f_status f2f_dram_spec_make(struct dram_spec *out, const struct f2f_memory *memory, double pin_rate_bps,
                              const bool used[F2F_DRAM_ACTIONS], f2f_error *err) {
    const struct f2f_dram_standard *standard = memory->standard;
    double rate_bps = pin_rate_bps > 0.0 ? pin_rate_bps : memory->pin_rate_bps;
    if (rate_bps > memory->pin_rate_bps * 1.0000001)
        return f2f_fail(err, F2F_EINPUT, "memory %s: driven at %g Gb/s a pin but rated for %g Gb/s", memory->id.name,
                        rate_bps / 1e9, memory->pin_rate_bps / 1e9);
    double clock_s = standard->bits_per_clock / rate_bps;
    *out = (struct dram_spec){0};
    set_organisation(out, memory);
    set_timings(out, memory, clock_s);
    for (int i = 0; i < standard->commands; i++) {
        const struct f2f_dram_command *command = &standard->command[i];
        out->has[command->action] = used[command->action];
        out->edge[command->action] = command->any_edge ? 0 : out->mask;
        out->scope[command->action] = command->scope;
        out->lead[command->action] = command->lead;
    }
    for (int i = 0; i < standard->constraints; i++)
        F2F_TRY(add_constraint(out, memory, &standard->constraint[i], clock_s, err));
    F2F_TRY(add_buses(out, standard, err));
    int32_t lag = after_activate(out, F2F_DRAM_REFRESH_BANK, false) - after_activate(out, F2F_DRAM_ACTIVATE, true);
    out->refresh_lag = lag > 0 ? lag : 0;
    drop_edges(out);
    place_rings(out);
    return F2F_OK;
}
