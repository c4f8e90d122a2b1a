/* device.c - see device.h. Same-bank commands touch the bank of that index in every group of the rank. */
#include "memory/device.h"

enum kind { PLAIN, SIBLING, WINDOW, KINDS };

static enum kind kind_of(const struct dram_step *step) {
    if (step->window > 1) return WINDOW;
    return step->sibling ? SIBLING : PLAIN;
}

/* The cheap rules first: they are applied without a question. */
static struct dram_steps compile(const struct dram_device *device, f2f_arena *arena, int action) {
    const struct dram_spec *spec = device->spec;
    bool wide = spec->scope[action] != F2F_DRAM_OF_BANK;
    struct dram_step *sorted = f2f_arena_alloc(arena, (size_t)(spec->rules[action] + 1) * sizeof *sorted);
    const struct dram_step *from[KINDS + 1] = {sorted};
    for (int kind = 0, n = 0; kind < KINDS; from[++kind] = sorted + n)
        for (int i = 0; i < spec->rules[action]; i++) {
            const struct dram_rule *rule = &spec->rule[action][i];
            bool one = rule->sibling && !wide && rule->level >= F2F_DRAM_RANK && spec->per_parent[rule->level] == 2;
            struct dram_step step = {.next = device->next[rule->after],
                                     .latency = rule->latency + rule->edge,
                                     .edges = ~(int64_t)rule->edge,
                                     .level = one ? rule->level + OTHER : rule->level,
                                     .ring = rule->ring - device->first[rule->level] * (rule->window + 1),
                                     .window = rule->window,
                                     .sibling = rule->sibling && !one};
            if ((int)kind_of(&step) == kind) sorted[n++] = step;
        }
    int n = (int)(from[SIBLING] - from[PLAIN]);
    int64_t *latency = f2f_arena_alloc(arena, (size_t)(2 * n + 1) * sizeof *latency);
    for (int i = 0; i < n; i++) {
        latency[i] = sorted[i].latency;
        latency[n + i] = sorted[i].edges;
    }
    return (struct dram_steps){.plain = from[PLAIN],
                               .sibling = from[SIBLING],
                               .window = from[WINDOW],
                               .end = from[KINDS],
                               .latency = latency,
                               .edges = latency + n,
                               .n = n,
                               .wide = wide,
                               .any_edge = spec->edge[action] != spec->mask};
}

/* What the plain steps at each bank concern: looked up in one place instead of by level. */
static void place_targets(struct dram_device *device, f2f_arena *arena) {
    int banks = device->spec->members[F2F_DRAM_BANK];
    for (int a = 0; a < F2F_DRAM_ACTIONS; a++) {
        device->steps[a].targets = device->targets;
        device->targets += device->steps[a].n;
    }
    device->target = f2f_arena_alloc(arena, (size_t)(banks * device->targets + 1) * sizeof *device->target);
    for (int b = 0; b < banks; b++)
        for (int a = 0; a < F2F_DRAM_ACTIONS; a++)
            for (int i = 0; i < device->steps[a].n; i++) {
                const struct dram_step *step = &device->steps[a].plain[i];
                device->target[b * device->targets + device->steps[a].targets + i] =
                    (uint16_t)(step->next - device->ticks + device->path[b].at[step->level]);
            }
}

void f2f_dram_device_init(struct dram_device *device, f2f_arena *arena, const struct dram_spec *spec) {
    int members = 0, banks = spec->members[F2F_DRAM_BANK];
    *device = (struct dram_device){.spec = spec};
    for (int l = 0; l < F2F_DRAM_LEVELS; l++) {
        device->first[l] = members;
        members += spec->members[l];
    }
    device->ticks = f2f_arena_alloc(arena, (size_t)members * F2F_DRAM_ACTIONS * sizeof *device->ticks);
    for (int a = 0; a < F2F_DRAM_ACTIONS; a++) device->next[a] = device->ticks + a * members;
    for (int a = 0; a < F2F_DRAM_ACTIONS; a++) device->steps[a] = compile(device, arena, a);
    device->ring = f2f_arena_alloc(arena, ((size_t)spec->rings + 1) * sizeof *device->ring);
    for (int i = 0; i < spec->rings; i++) device->ring[i] = -NEVER;
    for (int a = 0; a < F2F_DRAM_ACTIONS; a++)
        for (int i = 0; i < spec->rules[a]; i++) {
            const struct dram_rule *rule = &spec->rule[a][i];
            for (int m = 0; rule->window > 1 && m < spec->members[rule->level]; m++)
                device->ring[rule->ring + m * (rule->window + 1)] = 0;
        }
    device->path = f2f_arena_alloc(arena, (size_t)banks * sizeof *device->path);
    for (int b = 0; b < banks; b++)
        for (int l = 0; l < F2F_DRAM_LEVELS; l++)
            device->path[b].at[l] = device->first[l] + b / (banks / spec->members[l]);
    for (int b = 0; b < banks; b++)
        for (int l = F2F_DRAM_RANK; l < F2F_DRAM_LEVELS; l++) {
            int32_t *at = device->path[b].at;
            at[l + OTHER] = at[l] + 1 - 2 * (b / (banks / spec->members[l]) % spec->per_parent[l]);
        }
    place_targets(device, arena);
}

/* All of the parent, then its own member as it was. */
static inline void apply_sibling(const struct dram_device *d, const struct dram_step *step, const int32_t *at,
                                 int64_t tick) {
    const int32_t *first = d->first + step->level, *own = at + step->level;
    int32_t siblings = d->spec->per_parent[step->level];
    int64_t before = step->next[*own], until = (tick + step->latency) & step->edges;
    int64_t *next = &step->next[first[0] + (own[-1] - first[-1]) * siblings], *end = next + siblings;
    for (; next < end; next++) *next = later(*next, until);
    step->next[*own] = before;
}

static void apply(const struct dram_device *d, const struct dram_step *step, const int32_t *at, int64_t tick) {
    if (step->window > 1) dram_forbid_window(d, step, at[step->level], tick);
    else if (step->sibling) apply_sibling(d, step, at, tick);
    else dram_forbid(step, at[step->level], tick);
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

void f2f_dram_device_issue_wide(const struct dram_device *d, int action, int bank, int64_t tick) {
    const struct dram_spec *spec = d->spec;
    const struct dram_steps *steps = &d->steps[action];
    int scope = spec->scope[action];
    for (const struct dram_step *step = steps->plain; step < steps->end; step++) {
        int first = bank, distance = 0, n = 1;
        if (step->level > level_of_scope(scope)) n = reached(spec, scope, (int)step->level, bank, &first, &distance);
        for (int k = 0; k < n; k++) apply(d, step, d->path[first + k * distance].at, tick);
    }
}

void f2f_dram_device_apply_siblings(const struct dram_device *d, const struct dram_steps *steps, const int32_t *at,
                                    int64_t tick) {
    for (const struct dram_step *step = steps->sibling; step < steps->window; step++) apply_sibling(d, step, at, tick);
}

int64_t f2f_dram_device_ready(const struct dram_device *d, int action, int bank) {
    const struct dram_spec *spec = d->spec;
    int scope = spec->scope[action], top = level_of_scope(scope), first, step;
    int64_t tick = ready_at(d, action, bank, F2F_DRAM_CHANNEL, top);
    for (int l = top + 1; l < F2F_DRAM_LEVELS; l++) {
        int n = reached(spec, scope, l, bank, &first, &step);
        for (int k = 0; k < n; k++) tick = later(tick, d->next[action][d->path[first + k * step].at[l]]);
    }
    return tick;
}
