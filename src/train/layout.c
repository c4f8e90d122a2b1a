/* How a strategy lays a job out: micro-batches, layers of a piece, shards, parameters of a chip.
 *
 * When layers do not divide by the pieces, the last and then the first get fewer, as they also carry the head and
 * the embedding (Llama 3, arXiv 2407.21783 section 3.3: one layer fewer at both ends).
 * Leaves out: stages balanced by measured time, layers of different kinds. */
#include "train/constants.h"
#include "train/plan.h"

#include <math.h>

long long f2f_train_piece_layers(const struct f2f_train_layout *l, int piece) {
    return l->base_layers + (piece >= l->pieces - 1 - l->extra_pieces && piece <= l->pieces - 2);
}

/* The extra pieces are consecutive and end before the last: every stage has as many, the stages before the last
 * one more. */
long long f2f_train_stage_layers(const struct f2f_train_layout *l, const struct f2f_strategy *s, int stage) {
    long long rest = l->extra_pieces % s->pp;
    bool more = stage >= s->pp - 1 - rest && stage <= s->pp - 2;
    return s->vp * l->base_layers + l->extra_pieces / s->pp + more;
}

int f2f_train_inner_stage(const struct f2f_train_layout *l, const struct f2f_strategy *s) {
    int stage = s->pp - 1 - (int)(l->extra_pieces % s->pp);
    if (stage == 0 || stage == s->pp - 1) stage = 1;
    return s->pp > 2 ? stage : 0;
}

static f2f_status check_sizes(const struct f2f_strategy *s, f2f_error *err) {
    const int sizes[] = {s->tp, s->cp, s->pp, s->vp, s->dp, s->ep, s->micro_batch};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        if (sizes[i] < 1)
            return f2f_fail(err, F2F_EINPUT, "a strategy with a size of %d: all must be at least 1", sizes[i]);
    return F2F_OK;
}

static f2f_status check_pieces(const struct f2f_train_job *job, const struct f2f_strategy *s, f2f_error *err) {
    const struct f2f_schedule *schedule = f2f_schedule_get(s->schedule, s->vp);
    const struct f2f_schedule_shape shape = {s->pp, s->vp, 1};
    long long pieces = (long long)s->pp * s->vp, most = job->model->layers + (s->vp > 1 ? 2 : 0);
    if (pieces > most || pieces > F2F_PIECES_MAX)
        return f2f_fail(err, F2F_EINPUT, "pp %d x vp %d make %lld pieces, at most %lld of %lld layers are possible",
                        s->pp, s->vp, pieces, most < F2F_PIECES_MAX ? most : F2F_PIECES_MAX, job->model->layers);
    if (!schedule) return f2f_fail(err, F2F_EINPUT, "there is no schedule %d", s->schedule);
    if (!schedule->legal(&shape))
        return f2f_fail(err, F2F_EINPUT, "schedule %s does not take pp %d with vp %d: %s", schedule->name, s->pp, s->vp,
                        s->vp > 1 ? "it holds one chunk a stage, set vp to 1" : "it wants several chunks, raise vp");
    return F2F_OK;
}

static f2f_status check_shard(const struct f2f_strategy *s, f2f_error *err) {
    long long same = (long long)s->dp * s->cp;
    if (s->shard < 0 || s->shard > same || (s->shard && same % s->shard != 0))
        return f2f_fail(err, F2F_EINPUT,
                        "shard %d does not divide the %lld chips with the same weights (dp %d x cp %d)", s->shard, same,
                        s->dp, s->cp);
    return F2F_OK;
}

static const double WIDE_B = 2; /* of a weight in 16 bit */

/* A layer's weights are held and gathered in 16 bit, or narrow, as products read them; below 8 bit a copy in 16 bit is
 * kept. */
static double layer_weight_B(const struct f2f_train_job *job) {
    double read_B = f2f_dtype_B(job->precision.weight);
    bool narrow = job->software.narrow_weights && read_B >= 1;
    return narrow ? read_B : fmax(read_B, WIDE_B);
}

double f2f_train_weights_B(const struct f2f_train_layout *l, double params, double tables) {
    return l->layer_weight_B * params + fmax(0, WIDE_B - l->layer_weight_B) * tables;
}

f2f_status f2f_train_layout_make(struct f2f_train_layout *out, const struct f2f_train_job *job,
                                 const struct f2f_strategy *s, f2f_error *err) {
    F2F_TRY(check_sizes(s, err));
    long long replica = (long long)s->dp * s->micro_batch;
    if (job->global_batch % replica != 0)
        return f2f_fail(err, F2F_EINPUT, "global batch %d does not divide by dp %d x micro_batch %d", job->global_batch,
                        s->dp, s->micro_batch);
    if (s->dp % s->ep != 0) return f2f_fail(err, F2F_EINPUT, "dp %d does not divide by ep %d", s->dp, s->ep);
    if (job->seq % s->cp != 0)
        return f2f_fail(err, F2F_EINPUT, "sequence of %d tokens does not divide by cp %d", job->seq, s->cp);
    F2F_TRY(check_pieces(job, s, err));
    F2F_TRY(check_shard(s, err));
    int pieces = s->pp * s->vp;
    double same = (double)s->dp * s->cp;
    *out = (struct f2f_train_layout){
        .pieces = pieces,
        .base_layers = job->model->layers / pieces,
        .extra_pieces = job->model->layers % pieces,
        .micro_batches = (int)(job->global_batch / replica),
        .tokens = (double)s->micro_batch * job->seq / s->cp,
        .same = same,
        .shards = s->shard ? s->shard : same,
        .grad_B = job->software.half_gradients ? 2.0 : 4.0,
        .layer_weight_B = layer_weight_B(job),
        .state_B = job->optimizer_B > 0 ? job->optimizer_B : F2F_TRAIN_ADAM_B,
    };
    return F2F_OK;
}

struct f2f_train_params f2f_train_params_make(const struct f2f_model *m, const struct f2f_strategy *s) {
    double table = (double)m->vocab * (double)m->hidden;
    double layers = (double)m->params - (m->tied_embeddings ? 1 : 2) * table;
    double matrices = m->gated ? 3 : 2;
    double experts = (double)m->layers * (double)m->experts * matrices * (double)m->hidden * (double)m->expert_ffn;
    double cuts = (double)m->layers * s->tp;
    return (struct f2f_train_params){
        .layer = (layers - experts + experts / s->ep) / cuts, .layer_state = layers / cuts, .table = table / s->tp};
}

struct f2f_train_stage_params f2f_train_stage_params_make(const struct f2f_train_params *p, const struct f2f_model *m,
                                                          const struct f2f_strategy *s,
                                                          const struct f2f_train_layout *l, int stage) {
    double layers = (double)f2f_train_stage_layers(l, s, stage);
    bool last = stage == s->pp - 1;
    double tables = (stage == 0 ? 1 : 0) + (last && (s->pp > 1 || !m->tied_embeddings) ? 1 : 0);
    return (struct f2f_train_stage_params){.held = layers * p->layer + tables * p->table,
                                           .state = layers * p->layer_state + tables * p->table,
                                           .tables = tables * p->table};
}
