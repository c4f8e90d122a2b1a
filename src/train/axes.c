/* Which values of each field of a strategy are tried.
 *
 * tp in one node; cp only for long sequences; pp and vp where layers divide, also with the two ends one layer
 * lighter; micro_batch powers of two; what is no choice of its own (a ring of one chip, chunks without stages) is
 * left out. Leaves out: tp across nodes, and uneven stages, unless they are given. */
#include "train/axes.h"

#include "train/constants.h"

static void add(struct f2f_train_axis *a, int value) {
    if (a->n < F2F_AXIS_MAX) a->value[a->n++] = value;
}

static void add_powers(struct f2f_train_axis *a, long long to) {
    for (int v = 1; v <= to; v *= 2) add(a, v);
}

static void add_range(struct f2f_train_axis *a, int from, int to) {
    for (int v = from; v <= to; v++) add(a, v);
}

static void add_tp(struct f2f_train_axis *a, const struct f2f_machine *machine, const struct f2f_train_job *job) {
    (void)job;
    for (int v = machine->system->node->chips; v >= 1; v--)
        if (machine->system->node->chips % v == 0) add(a, v);
}

static void add_cp(struct f2f_train_axis *a, const struct f2f_machine *machine, const struct f2f_train_job *job) {
    (void)machine;
    add(a, 1);
    for (int v = 2; v <= job->seq / F2F_TRAIN_CONTEXT_TOK; v *= 2) add(a, v);
}

static void add_micro_batch(struct f2f_train_axis *a, const struct f2f_machine *machine,
                            const struct f2f_train_job *job) {
    (void)machine, (void)job;
    add_powers(a, 8);
}

/* Layers divide, or do so with head and embedding counted as one each. */
static bool divides(const struct f2f_train_job *job, long long pieces) {
    long long layers = job->model->layers;
    return pieces <= layers + 2 && (layers % pieces == 0 || (layers + 2) % pieces == 0);
}

static void add_pp(struct f2f_train_axis *a, const struct f2f_machine *machine, const struct f2f_train_job *job) {
    (void)machine;
    for (int pp = 1; pp <= job->model->layers && pp <= job->chips; pp++)
        if (divides(job, pp) && (job->spares > 0 || job->chips % pp == 0)) add(a, pp);
}

static void add_ep(struct f2f_train_axis *a, const struct f2f_machine *machine, const struct f2f_train_job *job) {
    (void)machine;
    add_powers(a, job->model->experts > 0 ? job->model->experts : 1);
}

static void add_vp(struct f2f_train_axis *a, const struct f2f_machine *machine, const struct f2f_train_job *job) {
    (void)machine;
    for (int v = 1; v <= job->model->layers + 2 && v <= 64; v++)
        if (divides(job, v)) add(a, v);
}

static void add_schedule(struct f2f_train_axis *a, const struct f2f_machine *machine, const struct f2f_train_job *job) {
    (void)machine, (void)job;
    add(a, 0);
    add(a, f2f_schedule_find("zero-bubble"));
    add(a, f2f_schedule_find("gpipe"));
}

static void add_recompute(struct f2f_train_axis *a, const struct f2f_machine *machine,
                          const struct f2f_train_job *job) {
    (void)machine, (void)job;
    add_range(a, F2F_RECOMPUTE_NONE, F2F_RECOMPUTE_FULL);
}

/* Of the layers of a stage: all, then one, two, four, ... */
static void add_recompute_layers(struct f2f_train_axis *a, const struct f2f_machine *machine,
                                 const struct f2f_train_job *job) {
    (void)machine;
    add(a, 0);
    for (long long v = 1; v < job->model->layers; v *= 2) add(a, (int)v);
}

static void add_zero(struct f2f_train_axis *a, const struct f2f_machine *machine, const struct f2f_train_job *job) {
    (void)machine, (void)job;
    add_range(a, 0, 3);
}

static void add_shard(struct f2f_train_axis *a, const struct f2f_machine *machine, const struct f2f_train_job *job) {
    (void)machine, (void)job;
    add(a, 0);
    for (int v = 8; v <= 512; v *= 8) add(a, v);
}

static void add_switch(struct f2f_train_axis *a, const struct f2f_machine *machine, const struct f2f_train_job *job) {
    (void)machine, (void)job;
    add_range(a, 0, 1);
}

static const struct {
    size_t offset;
    int open; /* up to this value the field is to be chosen; below every value: only where asked for */
    void (*add)(struct f2f_train_axis *a, const struct f2f_machine *machine, const struct f2f_train_job *job);
} list[F2F_AXES] = {
    {offsetof(struct f2f_strategy, tp), 0, add_tp},
    {offsetof(struct f2f_strategy, cp), 0, add_cp},
    {offsetof(struct f2f_strategy, context), 0, add_switch},
    {offsetof(struct f2f_strategy, sequence), -1, add_switch},
    {offsetof(struct f2f_strategy, micro_batch), 0, add_micro_batch},
    {offsetof(struct f2f_strategy, pp), 0, add_pp},
    {offsetof(struct f2f_strategy, ep), 0, add_ep},
    {offsetof(struct f2f_strategy, order), 0, add_switch},
    {offsetof(struct f2f_strategy, vp), 0, add_vp},
    {offsetof(struct f2f_strategy, schedule), F2F_SCHEDULE_CHOSEN, add_schedule},
    {offsetof(struct f2f_strategy, recompute), F2F_RECOMPUTE_CHOSEN, add_recompute},
    {offsetof(struct f2f_strategy, recompute_layers), 0, add_recompute_layers},
    {offsetof(struct f2f_strategy, zero), F2F_ZERO_CHOSEN, add_zero},
    {offsetof(struct f2f_strategy, shard), 0, add_shard},
    {offsetof(struct f2f_strategy, offload), 0, add_switch},
};

int *f2f_train_axis_field(struct f2f_strategy *s, const struct f2f_train_axis *axis) {
    return (int *)(void *)((char *)s + axis->offset);
}

/* Fields a caller who knows the run leaves at 0 are as usual; whoever searches freely asks with `wide`. */
static bool usual(size_t offset) {
    return offset == offsetof(struct f2f_strategy, context) || offset == offsetof(struct f2f_strategy, order) ||
           offset == offsetof(struct f2f_strategy, recompute_layers) ||
           offset == offsetof(struct f2f_strategy, shard) || offset == offsetof(struct f2f_strategy, offload);
}

bool f2f_train_axes_make(struct f2f_train_axis axes[F2F_AXES], const struct f2f_machine *machine,
                         const struct f2f_train_job *job) {
    struct f2f_strategy s = job->strategy;
    bool open = false;
    for (int i = 0; i < F2F_AXES; i++) {
        struct f2f_train_axis *a = &axes[i];
        *a = (struct f2f_train_axis){.offset = list[i].offset};
        int given = *f2f_train_axis_field(&s, a);
        if (given > list[i].open || (usual(a->offset) && !job->wide)) add(a, given);
        else list[i].add(a, machine, job);
        open |= a->n > 1;
    }
    return open;
}

bool f2f_train_axes_canonical(const struct f2f_train_job *job, const struct f2f_strategy *s, int depth) {
    if (depth <= F2F_AXES_COST) return (s->context == 0 || s->cp > 1) && (s->order == 0 || s->pp > 1);
    if (depth <= F2F_AXES_PIPE) {
        bool stages = s->pp > 1 || (s->vp == 1 && s->schedule <= 0);
        bool suits = s->schedule <= 0 || s->vp == 1 || job->strategy.schedule > 0;
        bool open = job->strategy.recompute == F2F_RECOMPUTE_CHOSEN;
        bool selective = s->recompute != F2F_RECOMPUTE_SELECTIVE || job->software.stored_scores || !open;
        long long most = (job->model->layers + s->pp - 1) / s->pp;
        bool layers = s->recompute_layers == 0 || (s->recompute == F2F_RECOMPUTE_FULL && s->recompute_layers < most) ||
                      job->strategy.recompute_layers > 0;
        return stages && suits && selective && layers;
    }
    long long same = (long long)s->dp * s->cp;
    bool shard = s->shard == 0 || (s->zero > 0 && s->shard < same && same % s->shard == 0) || job->strategy.shard > 0;
    return shard && (s->zero == 0 || same > 1 || job->strategy.zero != F2F_ZERO_CHOSEN);
}

bool f2f_train_axes_take_rest(struct f2f_strategy *s, const struct f2f_train_job *job) {
    double product = (double)s->tp * s->cp * s->pp; /* may be past any integer */
    if (product > job->chips) return false;
    long long others = (long long)product, most = job->chips / others, given = job->strategy.dp;
    for (long long dp = given > 0 && given < most ? given : most; dp >= 1; dp--) {
        if (job->chips - dp * others > job->spares) return false;
        if (given > 0 && dp != given) return false;
        if (job->spares > 0 && job->global_batch % (dp * s->micro_batch) != 0) continue;
        s->dp = (int)dp;
        return true;
    }
    return false;
}
