/* One training job: choose or take a strategy, and put the answer into a record.
 *
 * Conventions. flops_per_chip counts what the model needs: three times the exact forward FLOPs, causal
 * attention once, nothing for recompute. mfu_frac follows PaLM (arXiv 2204.02311 appendix B): 6 FLOPs a
 * parameter and 12 * layers * heads * head_dim * seq for attention, causal mask ignored, over the dense peak.
 * Leaves out: the ramp of the batch, power limits of a site. */
#include "train/goodput.h"
#include "train/plan.h"
#include "train/rank.h"

#include <math.h>
#include <stddef.h>

double f2f_train_flop_per_tok(const struct f2f_model *model, int seq) {
    double attention = 12.0 * (double)model->layers * (double)model->heads * (double)model->head_dim * seq;
    return 6.0 * (double)model->active_params + attention;
}

/* Exact forward FLOPs of a token, from the operators themselves. */
static f2f_status forward_flop_per_tok(double *out, f2f_arena *arena, const struct f2f_train_job *job, f2f_error *err) {
    struct f2f_graph *g;
    struct f2f_pass pass = {
        .prefill_seqs = 1, .prefill_q = job->seq, .prefill_kv = job->seq, .prefill_ends = 1, .training = true};
    F2F_TRY(f2f_graph_forward(&g, arena, job->model, &job->precision, &pass, err));
    double flop = 0;
    for (size_t i = 0; i < g->n_ops; i++) flop += g->ops[i].count * f2f_op_flop(&g->ops[i]);
    *out = flop / job->seq;
    return F2F_OK;
}

/* Named parts of a footprint, for the record and for the reason why it does not fit. */
static const struct {
    const char *key, *name, *remedy;
    size_t offset;
} PARTS[] = {
    {"weights_B", "weights", "more tp or pp, or zero=3", offsetof(struct f2f_train_memory, weights_B)},
    {"gradients_B", "gradients", "more tp or pp, or zero=2 without pp", offsetof(struct f2f_train_memory, gradients_B)},
    {"optimizer_B", "optimizer state", "zero=1 over more dp, offload=1, or more tp or pp",
     offsetof(struct f2f_train_memory, optimizer_B)},
    {"activations_B", "activations", "recompute=full, a smaller micro_batch, more tp or cp",
     offsetof(struct f2f_train_memory, activations_B)},
    {"workspace_B", "workspace", "a smaller micro_batch, more tp or cp",
     offsetof(struct f2f_train_memory, workspace_B)},
    {"fragmentation_B", "fragmentation", "a smaller micro_batch", offsetof(struct f2f_train_memory, fragmentation_B)},
};
enum { N_PARTS = sizeof PARTS / sizeof PARTS[0] };

static double part_B(const struct f2f_train_memory *m, int i) {
    return *(const double *)(const void *)((const char *)m + PARTS[i].offset);
}

static const char *why_not(f2f_arena *arena, const struct f2f_train_memory *m, double capacity_B) {
    int largest = 0;
    for (int i = 1; i < N_PARTS; i++)
        if (part_B(m, i) > part_B(m, largest)) largest = i;
    return f2f_arena_printf(arena,
                            "needs %.2f GB of %.2f GB on the fullest chip, %.0f B short; most is %s (%.2f GB): try %s",
                            m->total_B / 1e9, capacity_B / 1e9, m->total_B - capacity_B, PARTS[largest].name,
                            part_B(m, largest) / 1e9, PARTS[largest].remedy);
}

static void add_memory(struct f2f_record *r, const struct f2f_train_memory *m, double capacity_B) {
    f2f_record_num(r, "hbm_used_B", m->total_B, "memory taken on the fullest chip");
    struct f2f_record *sub = f2f_record_sub(r, "memory", "of the fullest chip, by what");
    for (int i = 0; i < N_PARTS; i++) f2f_record_num(sub, PARTS[i].key, part_B(m, i), PARTS[i].name);
    f2f_record_num(sub, "free_B", capacity_B - m->total_B, "negative: that much is missing");
}

static void add_strategy(struct f2f_record *r, const struct f2f_strategy *s) {
    struct f2f_record *sub = f2f_record_sub(r, "strategy", "how the model is spread");
    f2f_record_int(sub, "tp", s->tp, "tensor parallel, with sequence parallelism");
    f2f_record_int(sub, "cp", s->cp, "context parallel");
    f2f_record_int(sub, "pp", s->pp, "pipeline stages");
    f2f_record_int(sub, "vp", s->vp, "model chunks of a stage (interleaving)");
    f2f_record_int(sub, "dp", s->dp, "data parallel");
    f2f_record_int(sub, "ep", s->ep, "expert parallel, inside dp");
    f2f_record_int(sub, "micro_batch", s->micro_batch, "sequences");
    f2f_record_int(sub, "zero", s->zero, "sharded over dp: 1 optimizer, 2 gradients too, 3 weights too");
    f2f_record_text(sub, "recompute", f2f_recompute_name(s->recompute),
                    "activations computed again in the backward pass");
    f2f_record_int(sub, "recompute_layers", s->recompute_layers, "of each stage, where not all (0)");
    f2f_record_text(sub, "schedule", f2f_schedule_name(s), "of the pipeline");
    f2f_record_int(sub, "shard", s->shard, "chips ZeRO shards over, 0: all with the same weights");
    f2f_record_bool(sub, "offload", s->offload, "optimizer state on the host");
    f2f_record_text(sub, "order", s->order == F2F_ORDER_DATA_INNER ? "tp-cp-dp-pp" : "tp-cp-pp-dp",
                    "on the network, from inner to outer");
    f2f_record_text(sub, "context", s->context == F2F_CONTEXT_RING ? "ring" : "gather", "how keys and values travel");
    f2f_record_text(sub, "sequence", s->sequence == F2F_SEQUENCE_WHOLE ? "whole" : "parallel",
                    "what tensor parallelism does not cut");
}

/* Peak of what a job computes in; 0: the chip has none. Plain fp8 stands in for 8 bits with scales of blocks. */
static double peak_of(const struct f2f_chip *chip, enum f2f_dtype compute) {
    bool scaled = compute == F2F_DTYPE_FP8_BLOCK || compute == F2F_DTYPE_MXFP8;
    return chip->peak_flops[scaled && !(chip->peak_flops[compute] > 0.0) ? F2F_DTYPE_FP8 : compute];
}

static void add_speed(struct f2f_record *r, const struct f2f_machine *machine, const struct f2f_train_job *job,
                      const struct f2f_train_step *step, double forward_flop) {
    double tokps = (double)job->global_batch * job->seq / step->total_s, per_chip = tokps / job->chips;
    double peak = peak_of(machine->chip, job->precision.compute);
    f2f_record_num(r, "step_s", step->total_s, "one optimizer step");
    f2f_record_num(r, "tokps", tokps, "tokens trained on in a second");
    f2f_record_num(r, "tokps_per_chip", per_chip, NULL);
    f2f_record_num(r, "flops_per_chip", 3 * forward_flop * per_chip,
                   "model FLOP/s: 3 x exact forward, causal attention, no recompute");
    f2f_record_num(r, "mfu_frac", per_chip * f2f_train_flop_per_tok(job->model, job->seq) / peak,
                   "PaLM's convention: 6 N + 12 layers heads head_dim seq, over the dense peak");
}

/* Idle power runs on all the time; hosts at full load. What failures waste is spent at idle power, what they undo at
 * full. */
static void add_energy(struct f2f_record *r, const struct f2f_machine *machine, const struct f2f_train_job *job,
                       const struct f2f_train_step *step, double goodput) {
    const struct f2f_node *node = machine->system->node;
    double nodes = ceil((double)job->chips / node->chips), step_tok = (double)job->global_batch * job->seq;
    double idle_W = job->chips * machine->chip->idle_W + nodes * node->host_W;
    double power_W = step->energy_J / step->total_s + idle_W, lost = f2f_record_get(r, "failures.lost_frac");
    double again = lost > 0 ? lost / goodput : 0, idle = fmax(0, 1 / goodput - 1 - again); /* of the time of work */
    double step_J = step->total_s * (power_W * (1 + again) + idle_W * idle);
    f2f_record_num(r, "power_W", power_W, "all chips and hosts, before facility losses");
    f2f_record_num(r, "facility_power_W", power_W * machine->system->pue, "with them");
    f2f_record_num(r, "energy_J", step_J * (job->tokens > 0 ? job->tokens / step_tok : 1),
                   job->tokens > 0 ? "of the whole run, with what failures cost" : "of one step");
    f2f_record_num(r, "energy_per_tok_J", step_J / step_tok, NULL);
}

static f2f_status job_check(const struct f2f_machine *machine, const struct f2f_train_job *job, f2f_error *err) {
    const struct f2f_system *system = machine->system;
    long long chips = (long long)system->nodes * system->node->chips;
    if (job->chips < 1 || job->chips > chips)
        return f2f_fail(err, F2F_EINPUT, "%d chips asked for, the system has %lld", job->chips, chips);
    if (job->global_batch < 1 || job->seq < 1)
        return f2f_fail(err, F2F_EINPUT, "global batch %d and sequence %d must be positive", job->global_batch,
                        job->seq);
    if (job->jobs < 0 || (job->jobs > 1 && job->chips % job->jobs != 0))
        return f2f_fail(err, F2F_EINPUT, "%d chips do not divide by %d jobs", job->chips, job->jobs);
    enum f2f_dtype compute = job->precision.compute;
    if (compute == F2F_DTYPE_INT8 || job->precision.weight != compute)
        return f2f_fail(err, F2F_EUSAGE, "precision %s is for inference: train in bf16, fp16, fp8, mxfp8 or nvfp4",
                        job->precision.name);
    if (!(peak_of(machine->chip, compute) > 0.0))
        return f2f_fail(err, F2F_EINPUT, "chip %s does not support %s", machine->chip->id.name,
                        f2f_dtype_name(compute));
    return F2F_OK;
}

static struct f2f_record *make_record(f2f_arena *arena, const struct f2f_machine *machine,
                                      const struct f2f_train_job *asked, const struct f2f_train_found *found,
                                      double forward_flop) {
    const struct f2f_train_choice *c = &found->best[0];
    const struct f2f_strategy *s = &c->strategy;
    struct f2f_train_job job = *asked;
    job.chips = s->tp * s->cp * s->pp * s->dp;
    struct f2f_record *r =
        f2f_record_new(arena, f2f_arena_printf(arena, "%s / train %s on %d chips", machine->system->id.name,
                                               job.model->name, asked->chips));
    add_speed(r, machine, &job, &c->step, forward_flop);
    add_memory(r, &c->memory, f2f_train_capacity_B(machine, asked));
    add_strategy(r, s);
    if (asked->jobs > 1) {
        f2f_record_int(r, "jobs", asked->jobs, "that share the chips; all else is of one of them");
        f2f_record_num(r, "fleet_tokps", asked->jobs * f2f_record_get(r, "tokps"), "of all jobs, before failures");
    }
    f2f_record_int(r, "chips", job.chips, "that train");
    f2f_record_int(r, "spares", asked->chips - job.chips, "that stand by, as they suit no strategy");
    add_energy(r, machine, &job, &c->step, f2f_train_goodput(r, machine->system, asked, c, job.chips));
    f2f_record_int(r, "evaluated", found->evaluated, "strategies looked at");
    f2f_record_int(r, "feasible_n", found->feasible_n, "of them, how many fit");
    f2f_record_int(r, "dominated_n", found->dominated_n, "of these, how many a lower bound of their time rules out");
    f2f_record_bool(r, "feasible", c->fits, "fits into memory; if not, the times are what it would take");
    if (!c->fits) {
        double capacity_B = f2f_train_capacity_B(machine, asked);
        f2f_record_num(r, "shortfall_B", c->memory.total_B - capacity_B, "missing on the fullest chip");
        f2f_record_text(r, "why", why_not(arena, &c->memory, capacity_B), NULL);
    }
    f2f_train_explain(r, machine, &job, c);
    return r;
}

f2f_status f2f_train_check(const struct f2f_system *system, const struct f2f_train_job *job, f2f_error *err) {
    f2f_arena *memo = f2f_arena_new();
    struct f2f_train_warm *w = f2f_arena_alloc(memo, sizeof *w);
    struct f2f_train_job one = *job;
    f2f_status status = f2f_train_warm_make(w, system, err);
    if (status == F2F_OK) status = job_check(&w->machine, job, err);
    if (job->jobs > 1) one.chips /= job->jobs;
    if (status == F2F_OK) status = f2f_train_search_check(memo, &w->machine, &one, err);
    f2f_arena_free(memo);
    return status;
}

f2f_status f2f_train_run(struct f2f_record **out, f2f_arena *arena, const struct f2f_system *system,
                         const struct f2f_train_job *job, f2f_error *err) {
    return f2f_train_run_ranked(out, NULL, arena, system, job, err);
}

f2f_status f2f_train_run_ranked(struct f2f_record **out, struct f2f_record **ranking, f2f_arena *arena,
                                const struct f2f_system *system, const struct f2f_train_job *job, f2f_error *err) {
    struct f2f_train_warm *w = f2f_arena_alloc(arena, sizeof *w);
    struct f2f_train_found *found = f2f_arena_alloc(arena, sizeof *found);
    double forward_flop;
    struct f2f_train_job one = *job;
    F2F_TRY(f2f_train_warm_make(w, system, err));
    w->machine.quantile = job->quantile;
    F2F_TRY(job_check(&w->machine, job, err));
    if (job->jobs > 1) one.chips /= job->jobs;
    F2F_TRY((job->search ? f2f_train_search : f2f_train_given)(found, arena, &w->machine, &one, err));
    F2F_TRY(forward_flop_per_tok(&forward_flop, arena, job, err));
    *out = make_record(arena, &w->machine, &one, found, forward_flop);
    if (ranking) *ranking = job->search ? f2f_train_rank(arena, found) : NULL;
    return F2F_OK;
}
