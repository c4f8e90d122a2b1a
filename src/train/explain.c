/* Where a training step goes: a tree of seconds, operators at the leaves.
 *
 * It shows the slowest stage: its own work for all micro-batches, then what it waits for. */
#include "train/plan.h"

#include <string.h>

/* Collectives inside layers, by the parallelism they serve. */
static const char *const AXIS_NAMES[] = {[F2F_AXIS_TENSOR] = "tensor_parallel",
                                         [F2F_AXIS_CONTEXT] = "context_parallel",
                                         [F2F_AXIS_EXPERT] = "expert_parallel"};

struct tree {
    struct f2f_record *r;
    const struct f2f_machine *machine;
    const struct f2f_train_job *job;
    const struct f2f_train_choice *choice;
    struct f2f_share *root;
};

/* How often the slowest stage runs an operator in a step: once for each micro-batch, and layer. */
static double runs(const struct tree *t, const struct f2f_train_pass *pass, size_t i) {
    const struct f2f_train_step *step = &t->choice->step;
    const double share[] = {[F2F_TRAIN_LAYER] = step->layers / (double)t->job->model->layers,
                            [F2F_TRAIN_FIRST] = step->has_first,
                            [F2F_TRAIN_LAST] = step->has_last};
    return pass->graph->ops[i].count * share[f2f_train_place(pass, i)] * t->choice->layout.micro_batches;
}

static void add_pass(struct tree *t, const char *name, const struct f2f_train_pass *pass, bool again) {
    struct f2f_share *node = f2f_share_child(t->r->arena, t->root, name, NULL);
    for (size_t i = 0; i < pass->graph->n_ops; i++) {
        const struct f2f_op *op = &pass->graph->ops[i];
        double share = again ? f2f_train_again(t->job, t->choice->strategy.recompute, pass, i) : 1;
        double n = share * runs(t, pass, i);
        if (n <= 0) continue;
        struct f2f_op_cost cost = f2f_machine_op(t->machine, op);
        struct f2f_share *parent = node;
        if (op->kind == F2F_OP_COLLECTIVE)
            parent = f2f_share_child(t->r->arena, t->root, AXIS_NAMES[op->axis], "network");
        f2f_share_child(t->r->arena, parent, op->name, f2f_bound_name(cost.bound))->amount +=
            n * f2f_train_op_s(t->machine, t->job, op, cost);
    }
}

static void add_leaf(struct tree *t, const char *name, const char *bound, double amount_s) {
    if (amount_s > 0) f2f_share_child(t->r->arena, t->root, name, bound)->amount += amount_s;
}

/* Leaves of a node were added as if each ran alone and in every layer; what hides or is left out is taken from all
 * alike. */
static void scale_to(struct tree *t, const char *name, double amount_s) {
    struct f2f_share *node = NULL;
    double sum_s = 0;
    for (struct f2f_share *c = t->root->child; c; c = c->next)
        if (strcmp(c->name, name) == 0) node = c;
    if (!node) return;
    for (struct f2f_share *c = node->child; c; c = c->next) sum_s += c->amount;
    for (struct f2f_share *c = node->child; c; c = c->next) c->amount *= sum_s > 0 ? amount_s / sum_s : 0;
}

void f2f_train_explain(struct f2f_record *r, const struct f2f_machine *machine, const struct f2f_train_job *job,
                       const struct f2f_train_choice *choice) {
    const struct f2f_train_step *step = &choice->step;
    struct tree t = {.r = r, .machine = machine, .job = job, .choice = choice};
    t.root = f2f_share_root(r, "step", "s");
    add_pass(&t, "forward", &choice->costs->forward, false);
    if (step->recompute_s > 0) add_pass(&t, "recompute", &choice->costs->forward, true);
    add_pass(&t, "backward", &choice->costs->backward, false);
    scale_to(&t, "recompute", step->recompute_s);
    scale_to(&t, AXIS_NAMES[F2F_AXIS_TENSOR], step->tensor_s);
    scale_to(&t, AXIS_NAMES[F2F_AXIS_CONTEXT], step->context_s);
    scale_to(&t, AXIS_NAMES[F2F_AXIS_EXPERT], step->expert_s);
    add_leaf(&t, "gradient_sum", "memory", step->sum_s);
    add_leaf(&t, "pipeline_bubble", NULL, step->bubble_s);
    add_leaf(&t, "data_parallel_exposed", "network", step->data_s);
    add_leaf(&t, "optimizer", "memory", step->optimizer_s);
    add_leaf(&t, "stragglers", NULL, step->straggler_s);
    add_leaf(&t, "host", "latency", step->overhead_s);
    f2f_share_sum(t.root);
}
