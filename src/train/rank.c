/* The best strategies of a search side by side, and what makes each of them worse than the first. */
#include <math.h>
#include <stddef.h>

#include "train/rank.h"

/* Parts of a step, by the words of the tree that explains it. */
static const struct {
    const char *name;
    size_t offset;
} parts[] = {
    {"forward", offsetof(struct f2f_train_step, forward_s)},
    {"backward", offsetof(struct f2f_train_step, backward_s)},
    {"recompute", offsetof(struct f2f_train_step, recompute_s)},
    {"gradient_sum", offsetof(struct f2f_train_step, sum_s)},
    {"tensor_parallel", offsetof(struct f2f_train_step, tensor_s)},
    {"context_parallel", offsetof(struct f2f_train_step, context_s)},
    {"expert_parallel", offsetof(struct f2f_train_step, expert_s)},
    {"pipeline_bubble", offsetof(struct f2f_train_step, bubble_s)},
    {"data_parallel_exposed", offsetof(struct f2f_train_step, data_s)},
    {"optimizer", offsetof(struct f2f_train_step, optimizer_s)},
    {"stragglers", offsetof(struct f2f_train_step, straggler_s)},
};
enum { N_PARTS = sizeof parts / sizeof parts[0] };

static double part_s(const struct f2f_train_step *s, int i) {
    return *(const double *)(const void *)((const char *)s + parts[i].offset);
}

/* Largest difference of one sign, as a share of the first's step. */
static int most_different(const struct f2f_train_step *a, const struct f2f_train_step *b, double sign) {
    int most = 0;
    for (int i = 1; i < N_PARTS; i++)
        if (sign * (part_s(b, i) - part_s(a, i)) > sign * (part_s(b, most) - part_s(a, most))) most = i;
    return most;
}

static const char *why_worse(f2f_arena *arena, const struct f2f_train_step *a, const struct f2f_train_step *b) {
    int up = most_different(a, b, 1), down = most_different(a, b, -1);
    double more = (part_s(b, up) - part_s(a, up)) / a->total_s, less = (part_s(b, down) - part_s(a, down)) / a->total_s;
    if (!(more > 1e-6)) return "as fast";
    const char *text = f2f_arena_printf(arena, "%s +%.2g %%", parts[up].name, 100 * more);
    return less < -1e-4 ? f2f_arena_printf(arena, "%s, %s %.2g %%", text, parts[down].name, 100 * less) : text;
}

static const char *rest_text(f2f_arena *arena, const struct f2f_strategy *s) {
    const char *layers = s->recompute_layers ? f2f_arena_printf(arena, ":%d", s->recompute_layers) : "";
    const char *shard = s->zero && s->shard ? f2f_arena_printf(arena, "/%d", s->shard) : "";
    const char *ep = s->ep > 1 ? f2f_arena_printf(arena, " ep%d", s->ep) : "";
    return f2f_arena_printf(arena, "mb%d zero%d%s %s%s%s%s%s%s%s%s", s->micro_batch, s->zero, shard,
                            f2f_recompute_name(s->recompute), layers, ep, s->offload ? " offload" : "",
                            s->order ? " dp-inner" : "", s->context ? " ring" : "", s->schedule ? " " : "",
                            s->schedule ? f2f_schedule_name(s) : "");
}

struct f2f_record *f2f_train_rank(f2f_arena *arena, const struct f2f_train_found *found) {
    struct f2f_record *table = f2f_record_new(arena, "best strategies");
    const struct f2f_train_choice *best = &found->best[0];
    if (!found->n || !best->fits) return NULL;
    f2f_record_text(table, "text",
                    "the best ten and the next: what makes each worse than the first, in shares of its step", NULL);
    for (int i = 0; i < found->n; i++) {
        const struct f2f_train_choice *c = &found->best[i];
        struct f2f_record *row = f2f_record_sub(table, f2f_arena_printf(arena, "%d", i + 1), NULL);
        const struct f2f_strategy *s = &c->strategy;
        f2f_record_text(row, "tp-cp-pp-vp-dp",
                        f2f_arena_printf(arena, "%d-%d-%d-%d-%d", s->tp, s->cp, s->pp, s->vp, s->dp), NULL);
        f2f_record_text(row, "and", rest_text(arena, s), NULL);
        f2f_record_num(row, "step_s", c->step.total_s, NULL);
        f2f_record_num(row, "longer_frac", c->step.total_s / best->step.total_s - 1, NULL);
        f2f_record_text(row, "why", i ? why_worse(arena, &best->step, &c->step) : "the best", NULL);
    }
    return table;
}
