/* device.c - see device.h. Same-bank commands touch the bank of that index in every group of the rank. */
#include "memory/device.h"

void f2f_dram_device_init(struct dram_device *device, f2f_arena *arena, const struct dram_spec *spec) {
    int rows = 0, banks = spec->members[F2F_DRAM_BANK];
    *device = (struct dram_device){.spec = spec};
    for (int l = 0; l < F2F_DRAM_LEVELS; l++) {
        device->first[l] = rows * ROW;
        rows += spec->members[l];
    }
    device->next = f2f_arena_alloc(arena, (size_t)rows * ROW * sizeof *device->next);
    device->ring = f2f_arena_alloc(arena, ((size_t)spec->rings + 1) * sizeof *device->ring);
    for (int i = 0; i < spec->rings; i++) device->ring[i] = -NEVER;
    for (int a = 0; a < F2F_DRAM_ACTIONS; a++)
        for (int i = 0; i < spec->rules[a]; i++) {
            const struct dram_rule *rule = &spec->rule[a][i];
            for (int m = 0; rule->window > 1 && m < spec->members[rule->level]; m++)
                device->ring[rule->ring + m * (rule->window + 1)] = 0;
        }
    device->rows_of_group =
        f2f_arena_alloc(arena, (size_t)spec->members[F2F_DRAM_GROUP] * sizeof *device->rows_of_group);
    for (int g = 0; g < spec->members[F2F_DRAM_GROUP]; g++)
        device->rows_of_group[g] =
            (struct group_rows){device->first[F2F_DRAM_RANK] + g / spec->per_parent[F2F_DRAM_GROUP] * ROW,
                                device->first[F2F_DRAM_GROUP] + g * ROW};
    device->path = f2f_arena_alloc(arena, (size_t)banks * sizeof *device->path);
    for (int b = 0; b < banks; b++)
        for (int l = 0; l < F2F_DRAM_LEVELS; l++)
            device->path[b].at[l] = device->first[l] + b / (banks / spec->members[l]) * ROW;
}

/* `next` holds reference ticks an action may have: readers need not align. */
static inline void forbid(int64_t *next, int64_t until, int64_t edge) { *next = later(*next, aligned(until, edge)); }

/* Ring of a member: slot 0 is the place of the oldest, then the ticks. */
static void apply_window(struct dram_device *d, const struct dram_rule *rule, int32_t row, int64_t tick) {
    int member = (row - d->first[rule->level]) / ROW, size = rule->window;
    int64_t *ring = d->ring + rule->ring + member * (size + 1), oldest = ring[0];
    ring[1 + oldest] = tick;
    oldest = oldest + 1 == size ? 0 : oldest + 1;
    ring[0] = oldest;
    forbid(&d->next[row + rule->after], ring[1 + oldest] + rule->latency, rule->edge);
}

static void apply_sibling(struct dram_device *d, const struct dram_rule *rule, int bank, int64_t until) {
    int32_t row = d->path[bank].at[rule->level];
    int32_t parent = d->path[bank].at[rule->level - 1] - d->first[rule->level - 1]; /* members before it, times ROW */
    int32_t first = d->first[rule->level] + parent * d->spec->per_parent[rule->level];
    for (int32_t r = first; r < first + ROW * d->spec->per_parent[rule->level]; r += ROW)
        if (r != row) forbid(&d->next[r + rule->after], until, rule->edge);
}

static void apply(struct dram_device *d, const struct dram_rule *rule, int bank, int64_t tick) {
    int32_t row = d->path[bank].at[rule->level];
    if (rule->window > 1) apply_window(d, rule, row, tick);
    else if (rule->sibling) apply_sibling(d, rule, bank, tick + rule->latency);
    else forbid(&d->next[row + rule->after], tick + rule->latency, rule->edge);
}

/* The members of a level that a command around a bank reaches, by their first bank: count and distance. */
static int reached(const struct dram_spec *spec, int scope, int level, int bank, int *first, int *step) {
    int banks = spec->members[F2F_DRAM_BANK], under = banks / spec->members[level];
    int top = level_of_scope(scope), around = banks / spec->members[top];
    *first = scope == F2F_DRAM_OF_SAME_BANK && level == F2F_DRAM_BANK
                 ? bank / around * around + bank % spec->per_parent[F2F_DRAM_BANK]
                 : bank / around * around;
    *step = scope == F2F_DRAM_OF_SAME_BANK && level == F2F_DRAM_BANK ? spec->per_parent[F2F_DRAM_BANK] : under;
    return scope == F2F_DRAM_OF_SAME_BANK && level == F2F_DRAM_BANK ? spec->per_parent[F2F_DRAM_GROUP] : around / under;
}

static void issue_wide(struct dram_device *d, int action, int bank, int64_t tick) {
    const struct dram_spec *spec = d->spec;
    int scope = spec->scope[action];
    for (int i = 0; i < spec->rules[action]; i++) {
        const struct dram_rule *rule = &spec->rule[action][i];
        int first = bank, step = 0, n = 1;
        if (rule->level > level_of_scope(scope)) n = reached(spec, scope, rule->level, bank, &first, &step);
        for (int k = 0; k < n; k++) apply(d, rule, first + k * step, tick);
    }
}

void f2f_dram_device_issue(struct dram_device *d, int action, int bank, int64_t tick) {
    const struct dram_spec *spec = d->spec;
    if (spec->scope[action] != F2F_DRAM_OF_BANK) {
        issue_wide(d, action, bank, tick);
        return;
    }
    const struct dram_path *path = &d->path[bank];
    const struct dram_rule *rule = spec->rule[action], *plain = rule + spec->plain[action],
                           *end = rule + spec->rules[action];
    for (; rule < plain; rule++) {
        int64_t *next = &d->next[path->at[rule->level] + rule->after];
        *next = later(*next, tick + rule->latency);
    }
    for (; rule < end; rule++) apply(d, rule, bank, tick);
}

int64_t f2f_dram_device_ready(const struct dram_device *d, int action, int bank) {
    const struct dram_spec *spec = d->spec;
    int scope = spec->scope[action], top = level_of_scope(scope), first, step;
    int64_t tick = ready_at(d, action, bank, F2F_DRAM_CHANNEL, top);
    for (int l = top + 1; l < F2F_DRAM_LEVELS; l++) {
        int n = reached(spec, scope, l, bank, &first, &step);
        for (int k = 0; k < n; k++) tick = later(tick, d->next[d->path[first + k * step].at[l] + action]);
    }
    return tick;
}
