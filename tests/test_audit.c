/* test_audit.c - the audit of DRAM commands finds each class of fault, and nothing in a log without one.
 *
 * Each constraint of each standard is tried alone: legal at its tick, illegal one before, between every pair of
 * its commands and every pair of places. What a constraint concerns is worked out here by enumerating banks,
 * and compared with a run of the same log under no constraint at all, so other faults of the log cancel. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "memory_rig.h"

struct place {
    int at[F2F_DRAM_LEVELS]; /* the channel's is 0 */
};

static struct f2f_mem_command command(int64_t tick, int action, struct place p, int row, int column) {
    return (struct f2f_mem_command){.tick = tick,
                                    .action = action,
                                    .pseudo = p.at[F2F_DRAM_PSEUDO],
                                    .rank = p.at[F2F_DRAM_RANK],
                                    .group = p.at[F2F_DRAM_GROUP],
                                    .bank = p.at[F2F_DRAM_BANK],
                                    .row = row,
                                    .column = column};
}

static const struct place origin = {{0}};

static struct place bank(int pseudo, int rank, int group, int index) {
    return (struct place){{0, pseudo, rank, group, index}};
}

/* Violations in a log; the first one's sentence goes to `first` (of 160 bytes) if that is given. */
static int64_t audit(const struct f2f_memory *memory, const struct f2f_mem_command *log, int n, char *first) {
    struct f2f_mem_audit *a;
    const char *sentence;
    f2f_error err;
    if (f2f_mem_audit_new(&a, memory, 0, &err) != F2F_OK) fail_msg("%s: %s", memory->id.name, err.message);
    for (int i = 0; i < n; i++) f2f_mem_audit_command(a, &log[i]);
    int64_t violations = f2f_mem_audit_violations(a, &sentence);
    assert_true(violations == 0 || strlen(sentence) > 10);
    if (first) memcpy(first, sentence, strlen(sentence) + 1);
    f2f_mem_audit_free(a);
    return violations;
}

static void clean(const struct f2f_memory *memory, const struct f2f_mem_command *log, int n) {
    char first[160];
    if (audit(memory, log, n, first) != 0) fail_msg("%s: %s", memory->id.name, first);
}

/* The log breaks exactly one rule, and the sentence about it has the words. */
static void faulty(const struct f2f_memory *memory, const struct f2f_mem_command *log, int n, const char *words) {
    char first[160];
    assert_int_equal(audit(memory, log, n, first), 1);
    if (!strstr(first, words)) fail_msg("'%s' does not speak of '%s'", first, words);
}

/* The memory under constraints of the caller's own: `n` of them, 0 for none. */
struct under {
    struct f2f_memory memory;
    struct f2f_dram_standard standard;
};
static const struct f2f_memory *under(struct under *u, const struct f2f_memory *memory,
                                      const struct f2f_dram_constraint *constraint, int n) {
    u->standard = *memory->standard;
    u->standard.constraint = constraint;
    u->standard.constraints = n;
    u->memory = *memory;
    u->memory.standard = &u->standard;
    return &u->memory;
}

static int64_t clocks_of(const struct f2f_memory *m, int symbol) {
    if (symbol == F2F_DRAM_SYMBOL_nBL) return m->burst / m->standard->bits_per_clock;
    double exact = m->timing[symbol].s * m->pin_rate_bps / m->standard->bits_per_clock;
    int64_t whole = llround(exact);
    if (fabs(exact - (double)whole) > 1e-6) whole = (int64_t)exact + 1;
    return whole > (int64_t)m->timing[symbol].ck ? whole : (int64_t)m->timing[symbol].ck;
}

static int64_t ticks_of(const struct f2f_memory *m, const char *text) {
    struct f2f_dram_latency latency;
    assert_int_equal(f2f_dram_latency_parse(&latency, text, NULL), F2F_OK);
    int64_t clocks = latency.clocks;
    for (int s = 0; s < F2F_DRAM_SYMBOLS; s++)
        if (latency.times[s]) clocks += latency.times[s] * clocks_of(m, s);
    return clocks * m->standard->ticks_per_clock;
}

static const struct f2f_dram_command *kind_named(const struct f2f_dram_standard *standard, const char *name) {
    int i = 0;
    while (strcmp(standard->command[i].name, name) != 0) i++;
    return &standard->command[i];
}

static bool same_down_to(const struct place *a, const struct place *b, int level) {
    for (int l = 0; l <= level; l++)
        if (a->at[l] != b->at[l]) return false;
    return true;
}

static bool reaches(int scope, const struct place *from, const struct place *to) {
    switch (scope) {
    case F2F_DRAM_OF_BANK: return same_down_to(from, to, F2F_DRAM_BANK);
    case F2F_DRAM_OF_SAME_BANK:
        return same_down_to(from, to, F2F_DRAM_RANK) && from->at[F2F_DRAM_BANK] == to->at[F2F_DRAM_BANK];
    case F2F_DRAM_OF_RANK: return same_down_to(from, to, F2F_DRAM_RANK);
    default: return same_down_to(from, to, F2F_DRAM_PSEUDO);
    }
}

enum { MOST_BANKS = 2048 };

static int all_reached(struct place *out, const struct f2f_memory *m, int scope, const struct place *from) {
    int n = 0;
    for (int p = 0; p < m->pseudos; p++)
        for (int r = 0; r < m->ranks; r++)
            for (int g = 0; g < m->groups; g++)
                for (int b = 0; b < m->banks; b++) {
                    struct place to = bank(p, r, g, b);
                    if (reaches(scope, from, &to) && n < MOST_BANKS) out[n++] = to;
                }
    return n;
}

/* Does the constraint lie between a command that reaches `from` and one that reaches `to`? */
static bool concerns(const struct f2f_memory *m, const struct f2f_dram_constraint *c, int scope_before,
                     const struct place *from, int scope_after, const struct place *to) {
    static struct place before[MOST_BANKS], after[MOST_BANKS];
    int n_before = all_reached(before, m, scope_before, from), n_after = all_reached(after, m, scope_after, to);
    for (int i = 0; i < n_before; i++)
        for (int j = 0; j < n_after; j++) {
            if (!c->sibling && same_down_to(&before[i], &after[j], c->level)) return true;
            if (c->sibling && c->level && same_down_to(&before[i], &after[j], c->level - 1) &&
                before[i].at[c->level] != after[j].at[c->level])
                return true;
        }
    return false;
}

/* Violations of one constraint alone: `repeat` commands before, a tick apart from 0 on, then one at `tick`. */
static int64_t broken(const struct f2f_memory *m, const struct f2f_dram_constraint *c, int before, struct place from,
                      int repeat, int after, struct place to, int64_t tick) {
    struct f2f_mem_command log[32];
    struct under with, without;
    for (int i = 0; i < repeat; i++) log[i] = command(i, before, from, 0, 0);
    log[repeat] = command(tick, after, to, 0, 0);
    return audit(under(&with, m, c, 1), log, repeat + 1, NULL) -
           audit(under(&without, m, NULL, 0), log, repeat + 1, NULL);
}

/* One pair of commands at one pair of places. */
static int try_places(const struct f2f_memory *m, const struct f2f_dram_constraint *c,
                      const struct f2f_dram_command *before, struct place from, const struct f2f_dram_command *after,
                      struct place to) {
    int64_t tick = ticks_of(m, c->latency);
    bool concerned = concerns(m, c, before->scope, &from, after->scope, &to);
    if (tick <= c->window) return 0; /* the commands before would not be over: nothing is forbidden */
    int64_t at = broken(m, c, before->action, from, c->window, after->action, to, tick),
            early = broken(m, c, before->action, from, c->window, after->action, to, tick - 1),
            fewer = broken(m, c, before->action, from, c->window - 1, after->action, to, tick - 1);
    if (at != 0 || early != concerned || fewer != 0)
        fail_msg("%s: %s after %s (%s, %s): %d violations at %d, %d one tick before, want %d; %d in a half-full window",
                 m->id.name, after->name, before->name, c->latency, f2f_dram_level_words[c->level], (int)at, (int)tick,
                 (int)early, concerned, (int)fewer);
    return concerned;
}

/* From the last bank of the channel to itself and to one that differs in one level alone. */
static int try_pair(const struct f2f_memory *m, const struct f2f_dram_constraint *c, const char *before,
                    const char *after) {
    const int members[F2F_DRAM_LEVELS] = {1, m->pseudos, m->ranks, m->groups, m->banks};
    struct place from = bank(m->pseudos - 1, m->ranks - 1, m->groups - 1, m->banks - 1);
    const struct f2f_dram_command *b = kind_named(m->standard, before), *a = kind_named(m->standard, after);
    int tried = try_places(m, c, b, from, a, from);
    for (int level = F2F_DRAM_PSEUDO; level < F2F_DRAM_LEVELS; level++) {
        struct place to = from;
        if (members[level] == 1) continue;
        to.at[level] = 0;
        tried += try_places(m, c, b, from, a, to) + try_places(m, c, b, to, a, from);
    }
    return tried;
}

static void each_constraint_alone(void **state) {
    (void)state;
    struct memory_rig rig = memory_rig_open();
    int tried = 0;
    for (int i = 0; i < rig.n; i++) {
        const struct f2f_dram_standard *s = rig.memory[i]->standard;
        for (int k = 0; k < s->constraints; k++) {
            const struct f2f_dram_constraint *c = &s->constraint[k];
            for (int b = 0; b < c->n_before; b++)
                for (int a = 0; a < c->n_after; a++) tried += try_pair(rig.memory[i], c, c->before[b], c->after[a]);
        }
    }
    print_message("%d pairs of commands and places in %d memories\n", tried, rig.n);
    assert_true(tried > 100 * rig.n);
    memory_rig_close(&rig);
}

/* What the catalog's standards may not use: same-bank scope and rank scope, numbers of clocks, any level beside. */
static void constraints_of_other_standards(void **state) {
    (void)state;
    static const int scopes[] = {F2F_DRAM_OF_SAME_BANK, F2F_DRAM_OF_RANK, F2F_DRAM_OF_PSEUDO};
    static const char *const latencies[] = {"2 nRP - 1", "nBL + 7"};
    struct memory_rig rig = memory_rig_open();
    const struct f2f_memory *m = memory_rig_find(&rig, "hbm3-8h-16gb");
    struct f2f_dram_command commands[24];
    int tried = 0;
    for (size_t s = 0; s < sizeof scopes / sizeof scopes[0]; s++)
        for (int level = 0; level < F2F_DRAM_LEVELS; level++)
            for (int beside = 0; beside < 2; beside++) {
                const char *names[] = {"REFpb", "ACT"};
                struct f2f_dram_constraint c = {.level = level,
                                                .before = names,
                                                .n_before = 2,
                                                .after = names,
                                                .n_after = 2,
                                                .latency = latencies[beside],
                                                .window = beside ? 1 : 3,
                                                .sibling = beside};
                struct under u;
                (void)under(&u, m, &c, 1);
                memcpy(commands, m->standard->command, (size_t)m->standard->commands * sizeof *commands);
                for (int i = 0; i < m->standard->commands; i++)
                    if (commands[i].action == F2F_DRAM_REFRESH_BANK) commands[i].scope = scopes[s];
                u.standard.command = commands;
                for (int pair = 0; pair < 4; pair++) tried += try_pair(&u.memory, &c, names[pair & 1], names[pair / 2]);
            }
    assert_true(tried > 100);
    memory_rig_close(&rig);
}

/* Each standard of the catalog must be some memory's, or nothing above has tried it. */
static void each_standard_is_used(void **state) {
    (void)state;
    struct memory_rig rig = memory_rig_open();
    struct f2f_results *all = f2f_results_new(f2f_catalog_arena(rig.catalog), "list");
    assert_int_equal(f2f_catalog_list(all, rig.catalog, "dram", NULL), F2F_OK);
    assert_true(all->n_items > 0);
    for (size_t i = 0; i < all->n_items; i++) {
        int users = 0;
        for (int m = 0; m < rig.n; m++) users += strcmp(rig.memory[m]->standard->id.name, all->items[i]->title) == 0;
        if (!users) fail_msg("no memory follows %s", all->items[i]->title);
    }
    memory_rig_close(&rig);
}

static bool has(const struct f2f_memory *m, int action) {
    for (int i = 0; i < m->standard->commands; i++)
        if (m->standard->command[i].action == action) return true;
    return false;
}

/* Time enough for any command after any other. */
static int64_t ages(const struct f2f_memory *m) { return ticks_of(m, "2 nRFCab + nRC + nRCDRD + nCL + nBL + nRP"); }

/* Every command of every standard, far apart: at the last bank, row and column. */
static void slow_logs_are_clean(void **state) {
    (void)state;
    static const int order[] = {
        F2F_DRAM_ACTIVATE,    F2F_DRAM_READ,          F2F_DRAM_WRITE,     F2F_DRAM_PRECHARGE,    F2F_DRAM_PRECHARGE,
        F2F_DRAM_ACTIVATE,    F2F_DRAM_READ_AUTO,     F2F_DRAM_ACTIVATE,  F2F_DRAM_WRITE_AUTO,   F2F_DRAM_ACTIVATE,
        F2F_DRAM_WRITE,       F2F_DRAM_PRECHARGE_ALL, F2F_DRAM_PRECHARGE, F2F_DRAM_REFRESH_BANK, F2F_DRAM_REFRESH_ALL,
        F2F_DRAM_MANAGE_BANK, F2F_DRAM_MANAGE_ALL,    F2F_DRAM_ACTIVATE,  F2F_DRAM_PRECHARGE};
    struct memory_rig rig = memory_rig_open();
    for (int i = 0; i < rig.n; i++) {
        const struct f2f_memory *m = rig.memory[i];
        struct f2f_mem_command log[sizeof order / sizeof order[0]];
        int n = 0, columns = (int)(m->page_B * 8 * m->channels * m->pseudos / m->pins / m->burst);
        struct place last = bank(m->pseudos - 1, m->ranks - 1, m->groups - 1, m->banks - 1);
        for (size_t k = 0; k < sizeof order / sizeof order[0]; k++)
            if (has(m, order[k])) {
                log[n] = command(n * ages(m), order[k], last, m->rows - 1, columns - 1);
                log[n++].channel = m->channels - 1;
            }
        clean(m, log, n);
    }
    memory_rig_close(&rig);
}

/* HBM3 at 6.4 Gb/s as tightly as figures worked out by hand allow; a tick is half a clock of 625 ps. */
static void tight_log_of_hbm3(void **state) {
    (void)state;
    struct memory_rig rig = memory_rig_open();
    const struct f2f_memory *m = memory_rig_find(&rig, "hbm3-8h-16gb");
    const struct place a = bank(0, 0, 0, 0), b = bank(0, 0, 1, 0), sid = bank(0, 1, 0, 0), pc = bank(1, 0, 0, 0);
    const struct f2f_mem_command log[] = {
        command(2, F2F_DRAM_ACTIVATE, a, 5, -1),
        command(8, F2F_DRAM_ACTIVATE, pc, 6, -1), /* a pseudo-channel of its own; the bus is free from 3 on */
        command(12, F2F_DRAM_ACTIVATE, b, 7,
                -1), /* nRRDS is over at 10, but an activate at 10 would take 8 to 10, and 8 is taken */
        command(64, F2F_DRAM_READ, a, 5, 0), /* nRCDRD = 31 clocks after 2 */
        command(72, F2F_DRAM_READ, a, 5, 1), /* nCCDL = 4 clocks */
        command(76, F2F_DRAM_READ, b, 7, 31), /* nCCDS = 2 clocks, nRCDRD after 12 is 74 */
        command(80, F2F_DRAM_READ, a, 5, 2),
        command(98, F2F_DRAM_PRECHARGE, a, -1, -1), /* nRTP = 9 clocks after 80; nRAS = 45 after 2 is 92 */
        command(103, F2F_DRAM_PRECHARGE, b, -1, -1), /* nRAS after 12 is 102: any edge, odd ones too */
        command(120, F2F_DRAM_WRITE, pc, 6, 0),
        command(150, F2F_DRAM_ACTIVATE, a, 8, -1), /* nRP = 26 clocks after 98; nRC = 72 after 2 is 146 */
        command(168, F2F_DRAM_ACTIVATE, sid, 9, -1),
        command(180, F2F_DRAM_WRITE, a, 8, 0), /* nRCDWR = 15 clocks after 150 */
        command(212, F2F_DRAM_WRITE, a, 8, 1),
        command(254, F2F_DRAM_READ, sid, 9, 1), /* 212 + 2 (nCWL 10 + nBL 2 + nWTRS 7) is 250 */
        command(302, F2F_DRAM_PRECHARGE_ALL, a, -1, -1), /* 212 + 2 (nCWL 10 + nBL 2 + nWR 33) */
        command(354, F2F_DRAM_REFRESH_ALL, a, -1, -1), /* nRP */
        command(1474, F2F_DRAM_ACTIVATE, b, 5, -1), /* nRFCab = 560 clocks */
    };
    enum { N = sizeof log / sizeof log[0] };
    static const int earliest[N] = {0, 0, 1, 1, 1, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0, 1, 1, 1};
    clean(m, log, N);
    for (int i = 0; i < N; i++) {
        struct f2f_mem_command early[N];
        char first[160];
        if (!earliest[i]) continue;
        memcpy(early, log, sizeof log);
        early[i].tick -= log[i].action == F2F_DRAM_PRECHARGE || log[i].action == F2F_DRAM_PRECHARGE_ALL ? 1 : 2;
        if (audit(m, early, i + 1, first) == 0) fail_msg("command %d may come earlier than worked out by hand", i);
    }
    memory_rig_close(&rig);
}

/* Five activates as fast as nRRDS lets them: the fifth waits for the first. */
static void fifth_activate_waits(void **state) {
    (void)state;
    struct memory_rig rig = memory_rig_open();
    const struct f2f_memory *m = memory_rig_find(&rig, "hbm3-8h-16gb");
    struct f2f_mem_command log[5];
    for (int i = 0; i < 4; i++) log[i] = command(2 + 8 * i, F2F_DRAM_ACTIVATE, bank(0, 0, i, 0), 0, -1);
    log[4] = command(50, F2F_DRAM_ACTIVATE, bank(0, 1, 0, 0), 0, -1); /* nFAW = 24 clocks */
    clean(m, log, 5);
    log[4].tick = 48;
    faulty(m, log, 5, "nFAW");
    log[4].pseudo = 1;
    clean(m, log, 5);
    memory_rig_close(&rig);
}

static void nonsense_is_counted(void **state) {
    (void)state;
    struct memory_rig rig = memory_rig_open();
    const struct f2f_memory *m = memory_rig_find(&rig, "hbm3-8h-16gb");
    const struct f2f_mem_command good[2] = {command(10, F2F_DRAM_ACTIVATE, origin, 5, -1),
                                            command(80, F2F_DRAM_READ, origin, 5, 3)};
    const int wrong[] = {-1, INT32_MIN, INT32_MAX};
    clean(m, good, 2);
    for (size_t w = 0; w < sizeof wrong / sizeof wrong[0]; w++)
        for (int field = 0; field < 8; field++) {
            struct f2f_mem_command bad[2] = {good[0], good[1]};
            int *fields[] = {&bad[1].channel, &bad[1].action, &bad[1].pseudo, &bad[1].rank,
                             &bad[1].group,   &bad[1].bank,   &bad[1].row,    &bad[1].column};
            *fields[field] = wrong[w];
            assert_int_equal(audit(m, bad, 2, NULL), 1);
        }
    struct f2f_mem_command bad[2] = {good[0], good[1]};
    bad[1].column = 32; /* 1 KiB in bursts of 32 B */
    faulty(m, bad, 2, "column");
    bad[1] = good[1], bad[1].row = m->rows;
    faulty(m, bad, 2, "row");
    bad[1] = good[1], bad[1].channel = 1;
    faulty(m, bad, 2, "channel");
    bad[1] = good[1], bad[1].tick = 7; /* the activate begins at 8 */
    faulty(m, bad, 2, "order");
    bad[1].tick = INT64_MAX;
    faulty(m, bad, 2, "order");
    bad[1].tick = INT64_MIN;
    faulty(m, bad, 2, "order");
    bad[1] = good[1], bad[1].tick = 81;
    faulty(m, bad, 2, "clock");
    memory_rig_close(&rig);
}

/* A standard without refresh management must not be sent any. */
static void unknown_commands_are_counted(void **state) {
    (void)state;
    struct memory_rig rig = memory_rig_open();
    for (int i = 0; i < rig.n; i++)
        for (int action = 0; action < F2F_DRAM_ACTIONS; action++) {
            struct f2f_mem_command one = command(8, action, origin, 0, 0);
            if (!has(rig.memory[i], action)) faulty(rig.memory[i], &one, 1, "no command");
        }
    memory_rig_close(&rig);
}

/* Two commands whose second one meets a bank in the wrong state, in every memory. */
static void state_of_banks(void **state) {
    (void)state;
    static const struct {
        int first, second, row;
        const char *words;
    } pairs[] = {
        {F2F_DRAM_ACTIVATE, F2F_DRAM_ACTIVATE, 0, "still open"}, {F2F_DRAM_PRECHARGE, F2F_DRAM_READ, 0, "not open"},
        {F2F_DRAM_PRECHARGE, F2F_DRAM_WRITE, 0, "not open"},     {F2F_DRAM_ACTIVATE, F2F_DRAM_READ, 1, "not open"},
        {F2F_DRAM_ACTIVATE, F2F_DRAM_WRITE, 1, "not open"},      {F2F_DRAM_ACTIVATE, F2F_DRAM_REFRESH_ALL, -1, "open"},
        {F2F_DRAM_ACTIVATE, F2F_DRAM_REFRESH_BANK, -1, "open"},  {F2F_DRAM_ACTIVATE, F2F_DRAM_MANAGE_ALL, -1, "open"},
        {F2F_DRAM_ACTIVATE, F2F_DRAM_MANAGE_BANK, -1, "open"},
    };
    struct memory_rig rig = memory_rig_open();
    for (int i = 0; i < rig.n; i++)
        for (size_t k = 0; k < sizeof pairs / sizeof pairs[0]; k++) {
            const struct f2f_memory *m = rig.memory[i];
            struct place last = bank(m->pseudos - 1, m->ranks - 1, m->groups - 1, m->banks - 1);
            struct f2f_mem_command log[] = {command(ages(m), pairs[k].first, last, 0, -1),
                                            command(2 * ages(m), pairs[k].second, last, pairs[k].row, 0)};
            if (has(m, pairs[k].first) && has(m, pairs[k].second)) faulty(m, log, 2, pairs[k].words);
        }
    memory_rig_close(&rig);
}

/* A row stays open until a precharge or an auto-precharge, in its bank alone. */
static void rows_close(void **state) {
    (void)state;
    static const int closing[] = {F2F_DRAM_PRECHARGE, F2F_DRAM_PRECHARGE_ALL, F2F_DRAM_READ_AUTO, F2F_DRAM_WRITE_AUTO};
    struct memory_rig rig = memory_rig_open();
    for (int i = 0; i < rig.n; i++)
        for (size_t k = 0; k < sizeof closing / sizeof closing[0]; k++) {
            const struct f2f_memory *m = rig.memory[i];
            const struct place other = bank(0, 0, m->groups - 1, m->banks - 1);
            int64_t t = ages(m);
            const struct f2f_mem_command log[] = {
                command(t, F2F_DRAM_ACTIVATE, origin, 7, -1), command(2 * t, F2F_DRAM_ACTIVATE, other, 9, -1),
                command(3 * t, F2F_DRAM_READ, origin, 7, 0), command(4 * t, closing[k], origin, 7, 0),
                command(5 * t, F2F_DRAM_READ, origin, 7, 0)};
            const struct f2f_mem_command elsewhere = command(5 * t, F2F_DRAM_READ, other, 9, 0);
            if (!has(m, closing[k])) continue;
            faulty(m, log, 5, "not open");
            struct f2f_mem_command kept[5];
            memcpy(kept, log, sizeof log);
            kept[4] = elsewhere;
            assert_int_equal(audit(m, kept, 5, NULL), closing[k] == F2F_DRAM_PRECHARGE_ALL);
        }
    memory_rig_close(&rig);
}

/* Commands that fit the constraints but not the bus they share. */
static void command_buses(void **state) {
    (void)state;
    struct memory_rig rig = memory_rig_open();
    struct under free;
    const struct f2f_memory *m = under(&free, memory_rig_find(&rig, "hbm3-8h-16gb"), NULL, 0);
    const struct place other = bank(1, 1, 1, 1);
    struct f2f_mem_command log[] = {
        command(4, F2F_DRAM_ACTIVATE, origin, 1, -1), command(8, F2F_DRAM_ACTIVATE, other, 1, -1), /* takes 6 to 8 */
        command(8, F2F_DRAM_READ, origin, 1, 0), /* another bus */
        command(10, F2F_DRAM_WRITE, other, 1, 0), command(11, F2F_DRAM_PRECHARGE, other, -1, -1)};
    clean(m, log, 5);
    log[0].tick = 6;
    faulty(m, log, 5, "taken up to 6");
    log[0].tick = 4, log[3].tick = 8;
    faulty(m, log, 5, "taken up to 9");
    log[3] = command(8, F2F_DRAM_PRECHARGE, other, -1, -1);
    faulty(m, log, 4, "taken up to 8");
    log[1] = command(6, F2F_DRAM_PRECHARGE, other, -1, -1); /* amid the two ticks before an activate's last */
    log[2] = command(8, F2F_DRAM_ACTIVATE, other, 1, -1);
    faulty(m, log, 3, "taken up to 6");
    memory_rig_close(&rig);
}

/* A log may follow reference ticks or beginnings: here a read of two clocks begins before a precharge that comes
 * with the read's reference tick or right before it. */
static void either_order(void **state) {
    (void)state;
    struct memory_rig rig = memory_rig_open();
    const struct f2f_memory *m = memory_rig_find(&rig, "gddr7");
    int64_t t = ages(m);
    const struct place other = bank(0, 0, 0, 1);
    struct f2f_mem_command log[] = {
        command(t, F2F_DRAM_ACTIVATE, origin, 1, -1), command(2 * t, F2F_DRAM_ACTIVATE, other, 1, -1),
        command(3 * t, F2F_DRAM_PRECHARGE, other, -1, -1), command(3 * t + 1, F2F_DRAM_READ, origin, 1, 0)};
    const struct f2f_mem_command read_first[] = {log[0], log[1], log[3], log[2]};
    clean(m, log, 4);
    clean(m, read_first, 4);
    struct f2f_mem_command wrong[] = {log[0], log[1], log[3], log[2]};
    wrong[2].bank = other.at[F2F_DRAM_BANK]; /* read from the bank the precharge just closed */
    faulty(m, wrong, 4, "not open");
    memory_rig_close(&rig);
}

/* Bursts on the wires, whatever the constraints say: CL 20, CWL 10, BL 2 clocks. */
static void data_bus(void **state) {
    (void)state;
    struct memory_rig rig = memory_rig_open();
    struct under free;
    const struct f2f_memory *m = under(&free, memory_rig_find(&rig, "hbm3-8h-16gb"), NULL, 0);
    const struct place pc = bank(1, 0, 0, 0);
    struct f2f_mem_command log[] = {
        command(4, F2F_DRAM_ACTIVATE, origin, 1, -1), command(8, F2F_DRAM_ACTIVATE, pc, 1, -1),
        command(100, F2F_DRAM_READ, origin, 1, 0), /* data in 140 to 143 */
        command(104, F2F_DRAM_WRITE, origin, 1, 0),   command(108, F2F_DRAM_WRITE, origin, 1, 1),
        command(110, F2F_DRAM_WRITE, pc, 1, 1),       command(112, F2F_DRAM_WRITE, origin, 1, 2),
        command(116, F2F_DRAM_WRITE, origin, 1, 2), /* in 136 to 139, just before */
        command(124, F2F_DRAM_WRITE, origin, 1, 3)}; /* just after */
    clean(m, log, 9);
    for (int64_t tick = 118; tick < 124; tick += 2) {
        log[8].tick = tick;
        faulty(m, log, 9, "meets the burst that starts at ");
    }
    log[8].pseudo = 1;
    clean(m, log, 9);
    memory_rig_close(&rig);
}

enum { MOST_REFRESHES = 4096 };

/* All-bank refreshes of the one pseudo-channel and rank there is, with the gaps given, in units of tREFI. */
static int64_t refreshed(const struct f2f_memory *memory, const double *gap, int n) {
    struct under free;
    struct f2f_memory m = *under(&free, memory, NULL, 0);
    static struct f2f_mem_command log[MOST_REFRESHES];
    int64_t step = ticks_of(&m, "nREFI"), now = 0;
    int used = 0;
    m.pseudos = m.ranks = 1;
    m.pins = memory->pins / memory->pseudos;
    log[used++] = command(0, F2F_DRAM_PRECHARGE, origin, -1, -1);
    for (int i = 0; i < n; i++) {
        now += (int64_t)(gap[i] * (double)step);
        log[used++] = command(now - now % m.standard->ticks_per_clock, F2F_DRAM_REFRESH_ALL, origin, -1, -1);
    }
    return audit(&m, log, used, NULL);
}

/* A bank may wait two tREFI longer than refreshes may be postponed, and owe one of them more in the long run. */
static void refresh_debt(void **state) {
    (void)state;
    struct memory_rig rig = memory_rig_open();
    for (int i = 0; i < rig.n; i++) {
        const struct f2f_memory *m = rig.memory[i];
        int most = m->standard->postponed + 2;
        double regular[120], slow[120];
        const double late[] = {1, most, 1, .5, .5, .5, .5, .5, .5, .5, .5}, too_late[] = {1, most + .01},
                     never[] = {most + .01}, early[] = {.1, .1, .1, .1, .1, .1, .1, .1, most + .5};
        int banks = m->groups * m->banks;
        for (int k = 0; k < 120; k++) regular[k] = 1, slow[k] = k % 2 ? .8 : 1.4; /* a tenth too rarely on average */
        assert_int_equal(refreshed(m, regular, 120), 0);
        assert_int_equal(refreshed(m, late, 11), 0);
        assert_int_equal(refreshed(m, too_late, 2), banks);
        assert_int_equal(refreshed(m, never, 1), banks);
        assert_int_equal(refreshed(m, early, 8), 0);
        assert_int_equal(refreshed(m, early, 9), banks); /* early ones buy no longer wait */
        assert_int_equal(refreshed(m, slow, 10 * (most - 2)), 0);
        assert_true(refreshed(m, slow, 10 * (most + 1)) >= banks);
    }
    memory_rig_close(&rig);
}

/* Per-bank refreshes in turn, `skipped` left out (-1: none), for `rounds` of all banks, in the time they are due. */
static int64_t refreshed_in_turn(const struct f2f_memory *memory, int skipped, int rounds) {
    struct under free;
    static struct f2f_mem_command log[MOST_REFRESHES];
    const struct f2f_memory *m = under(&free, memory, NULL, 0);
    int n = 0, banks = m->pseudos * m->ranks * m->groups * m->banks;
    for (int i = 0; i < rounds * banks && n < MOST_REFRESHES; i++) {
        int b = i % banks, group = b / m->banks, rank = group / m->groups;
        int64_t tick = ticks_of(m, "nREFI") / banks * i;
        if (b == skipped) continue;
        log[n++] = command(tick - tick % m->standard->ticks_per_clock, F2F_DRAM_REFRESH_BANK,
                           bank(rank / m->ranks, rank % m->ranks, group % m->groups, b % m->banks), -1, -1);
    }
    return audit(m, log, n, NULL);
}

static void forgotten_bank(void **state) {
    (void)state;
    struct memory_rig rig = memory_rig_open();
    int tried = 0;
    for (int i = 0; i < rig.n; i++) {
        const struct f2f_memory *m = rig.memory[i];
        int banks = m->pseudos * m->ranks * m->groups * m->banks, scope = -1;
        for (int k = 0; k < m->standard->commands; k++)
            if (m->standard->command[k].action == F2F_DRAM_REFRESH_BANK) scope = m->standard->command[k].scope;
        if (scope != F2F_DRAM_OF_BANK || 14 * banks > MOST_REFRESHES) continue;
        assert_int_equal(refreshed_in_turn(m, -1, 14), 0);
        assert_int_equal(refreshed_in_turn(m, 0, 14), 1);
        assert_int_equal(refreshed_in_turn(m, banks / 2, 14), 1);
        assert_int_equal(refreshed_in_turn(m, banks - 1, 14), 1);
        tried++;
    }
    assert_true(tried > 0);
    memory_rig_close(&rig);
}

/* With RAAIMT 2, twelve activates of a bank are the most before it is refreshed or managed. */
static void activate_counters(void **state) {
    (void)state;
    static const int relief[] = {F2F_DRAM_REFRESH_BANK, F2F_DRAM_REFRESH_ALL, F2F_DRAM_MANAGE_BANK,
                                 F2F_DRAM_MANAGE_ALL};
    struct memory_rig rig = memory_rig_open();
    struct f2f_memory m = *memory_rig_find(&rig, "hbm3-8h-16gb");
    struct f2f_mem_command log[51];
    int64_t row = ticks_of(&m, "nRC + nRP");
    m.raaimt = 2;
    for (int i = 0; i < 25; i++) {
        log[2 * i] = command(row * i + 2, F2F_DRAM_ACTIVATE, origin, i, -1);
        log[2 * i + 1] = command(row * (i + 1) - ticks_of(&m, "nRP"), F2F_DRAM_PRECHARGE, origin, -1, -1);
    }
    clean(&m, log, 24);
    faulty(&m, log, 26, "more than 12 activates");
    for (size_t k = 0; k < sizeof relief / sizeof relief[0]; k++) {
        struct f2f_mem_command relieved[51];
        int64_t pause = ticks_of(&m, "nRFCab");
        memcpy(relieved, log, 24 * sizeof *log);
        relieved[24] = command(log[24].tick + 2, relief[k], origin, -1, -1);
        for (int i = 24; i < 50; i++) relieved[i + 1] = log[i], relieved[i + 1].tick += pause + 4;
        clean(&m, relieved, 49);
        faulty(&m, relieved, 51, "more than 12 activates");
    }
    m.raaimt = 0;
    clean(&m, log, 50);
    memory_rig_close(&rig);
}

/* Timings in ns take fewer clocks at a slower pin rate, rounded up; those in clocks do not. */
static void pin_rate(void **state) {
    (void)state;
    struct memory_rig rig = memory_rig_open();
    const struct f2f_memory *m = memory_rig_find(&rig, "hbm3-8h-16gb");
    static const struct {
        double rate_bps;
        int64_t clocks; /* of nRCDRD = 19.375 ns */
    } rates[] = {{6.4e9, 31}, {3.2e9, 16}, {5.2e9, 26}, {0, 31}};
    for (size_t r = 0; r < sizeof rates / sizeof rates[0]; r++)
        for (int early = 0; early < 2; early++) {
            struct f2f_mem_audit *a;
            assert_int_equal(f2f_mem_audit_new(&a, m, rates[r].rate_bps, NULL), F2F_OK);
            struct f2f_mem_command log[] = {command(2, F2F_DRAM_ACTIVATE, origin, 0, -1),
                                            command(2 * rates[r].clocks + 2 - 2 * early, F2F_DRAM_READ, origin, 0, 0)};
            for (int i = 0; i < 2; i++) f2f_mem_audit_command(a, &log[i]);
            assert_int_equal(f2f_mem_audit_violations(a, NULL), early);
            f2f_mem_audit_free(a);
        }
    static const double refused[] = {-1, 1, 1e12, (double)NAN, (double)INFINITY};
    for (size_t r = 0; r < sizeof refused / sizeof refused[0]; r++) {
        struct f2f_mem_audit *a;
        f2f_error err;
        assert_int_equal(f2f_mem_audit_new(&a, m, refused[r], &err), F2F_EINPUT);
        assert_null(a);
    }
    f2f_mem_audit_free(NULL);
    memory_rig_close(&rig);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_constraint_alone),
                                       cmocka_unit_test(constraints_of_other_standards),
                                       cmocka_unit_test(each_standard_is_used),
                                       cmocka_unit_test(slow_logs_are_clean),
                                       cmocka_unit_test(tight_log_of_hbm3),
                                       cmocka_unit_test(fifth_activate_waits),
                                       cmocka_unit_test(nonsense_is_counted),
                                       cmocka_unit_test(unknown_commands_are_counted),
                                       cmocka_unit_test(state_of_banks),
                                       cmocka_unit_test(rows_close),
                                       cmocka_unit_test(command_buses),
                                       cmocka_unit_test(either_order),
                                       cmocka_unit_test(data_bus),
                                       cmocka_unit_test(refresh_debt),
                                       cmocka_unit_test(forgotten_bank),
                                       cmocka_unit_test(activate_counters),
                                       cmocka_unit_test(pin_rate)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
