/* cut.c - the graph of a whole model becomes the graph of one chip.
 *
 * Each operator passes through the kinds of parallelism in turn; each shrinks it and adds its
 * collectives around it. */
#include "parallel/spread.h"

static const struct f2f_spread_ops *const kinds[] = {&f2f_spread_context, &f2f_spread_expert, &f2f_spread_tensor};

#define N_KINDS (sizeof kinds / sizeof kinds[0])

static void set_group(struct f2f_op *op, const struct f2f_strategy *s, enum f2f_axis axis) {
    const int chips[] = {
        [F2F_AXIS_TENSOR] = s->tp, [F2F_AXIS_CONTEXT] = s->cp, [F2F_AXIS_EXPERT] = s->ep, [F2F_AXIS_PIPELINE] = 2};
    op->axis = (int)axis;
    op->group_chips = chips[axis];
    op->stride_chips = f2f_strategy_stride(s, axis);
}

void f2f_spread_collective(const struct f2f_spread *x, const struct f2f_op *op, enum f2f_collective_kind kind,
                           enum f2f_axis axis, double count, double bytes_B) {
    static const char *const names[F2F_COLLECTIVE_N] = {[F2F_ALL_REDUCE] = "all_reduce",
                                                        [F2F_ALL_GATHER] = "all_gather",
                                                        [F2F_REDUCE_SCATTER] = "reduce_scatter",
                                                        [F2F_ALL_TO_ALL] = "all_to_all",
                                                        [F2F_SEND] = "send"};
    const char *name = f2f_arena_printf(x->graph->arena, "%s.%s", op->name, names[kind]);
    struct f2f_op *collective = f2f_graph_add(x->graph, F2F_OP_COLLECTIVE, name);
    collective->count = count;
    collective->per_layer = op->per_layer;
    collective->act = op->act;
    collective->collective = (int)kind;
    collective->bytes_B = bytes_B;
    collective->general = x->whole->training;
    set_group(collective, x->strategy, axis);
}

void f2f_spread_tokens(struct f2f_op *op, double parts) {
    if (op->over_tokens) op->k /= parts;
    else op->m /= parts;
    op->rows /= parts;
}

static void add_op(const struct f2f_spread *x, struct f2f_op op) {
    for (size_t i = 0; i < N_KINDS; i++) kinds[i]->cut(x, &op);
    for (size_t i = 0; i < N_KINDS; i++) kinds[i]->before(x, &op);
    *f2f_graph_add(x->graph, op.kind, op.name) = op;
    for (size_t i = 0; i < N_KINDS; i++) kinds[i]->after(x, &op);
}

/* Activations of all the pass's tokens go to the next stage, split over the tensor group when they
 * are held so; with interleaving once for each chunk. The ends of the pipeline carry it too. */
static void add_hand_over(const struct f2f_spread *x) {
    const struct f2f_strategy *s = x->strategy;
    const struct f2f_op stage = {.name = "stage", .act = x->whole->ops[0].act};
    double tokens = x->whole->tokens / s->cp / (x->sequence_parallel ? s->tp : 1);
    if (s->pp == 1) return;
    f2f_spread_collective(x, &stage, F2F_SEND, F2F_AXIS_PIPELINE, s->vp,
                          tokens * (double)x->model->hidden * f2f_dtype_B(stage.act));
}

f2f_status f2f_graph_cut_stage(struct f2f_graph **out, f2f_arena *arena, const struct f2f_graph *whole,
                               const struct f2f_model *m, const struct f2f_strategy *s, int stage,
                               bool sequence_parallel, f2f_error *err) {
    const struct f2f_strategy sizes = f2f_strategy_whole(s);
    *out = NULL;
    F2F_TRY(f2f_strategy_check(&sizes, m, NULL, err));
    if (stage < 0 || stage >= sizes.pp)
        return f2f_fail(err, F2F_EINPUT, "stage %d of a pipeline with %d stages: count from 0", stage, sizes.pp);
    if (sizes.cp > 1 && !whole->training)
        return f2f_fail(err, F2F_EINPUT, "cp is %d, but context parallelism is for training: set cp to 1", sizes.cp);
    struct f2f_graph *g = f2f_arena_alloc(arena, sizeof *g);
    *g = (struct f2f_graph){
        .arena = arena, .tokens = whole->tokens / sizes.cp, .training = whole->training, .backward = whole->backward};
    struct f2f_spread x = {.whole = whole,
                           .graph = g,
                           .model = m,
                           .strategy = &sizes,
                           .layers = (double)f2f_stage_layers(&sizes, m, stage),
                           .sequence_parallel = sequence_parallel};
    for (size_t i = 0; i < whole->n_ops; i++) {
        struct f2f_op op = whole->ops[i];
        if (f2f_stage_cut(&op, &sizes, m, stage)) add_op(&x, op);
    }
    add_hand_over(&x);
    *out = g;
    return F2F_OK;
}

f2f_status f2f_graph_cut(struct f2f_graph **out, f2f_arena *arena, const struct f2f_graph *whole,
                         const struct f2f_model *m, const struct f2f_strategy *s, bool sequence_parallel,
                         f2f_error *err) {
    const struct f2f_strategy sizes = f2f_strategy_whole(s);
    F2F_TRY(f2f_strategy_check(&sizes, m, NULL, err));
    return f2f_graph_cut_stage(out, arena, whole, m, &sizes, f2f_stage_fullest(&sizes, m), sequence_parallel, err);
}
