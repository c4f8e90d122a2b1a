/* How a strategy lays a job out: micro-batches, layers of a stage, shards, parameters of a chip.
 *
 * When layers do not divide by the stages, the last and then the first stage get fewer, as they also
 * carry the head and the embedding (Llama 3, arXiv 2407.21783 section 3.3: one layer fewer at both ends).
 * Leaves out: stages balanced by measured time, layers of different kinds. */
#include "train/plan.h"

#include <math.h>

/* Interleaving hands out chunks: a stage holds vp chunks of equal size. */
static void split_layers(struct f2f_train_layout *l, const struct f2f_model *m, const struct f2f_strategy *s) {
    double chunks = (double)s->pp * s->vp, layers = (double)m->layers;
    l->layers = ceil(layers / chunks) * s->vp;
    double missing = l->layers * s->pp - layers;
    double middle = s->pp > 2 ? fmin(missing, 2.0) : missing;
    l->layers_last = l->layers - (s->pp > 1 ? ceil(middle / 2) : 0);
    l->layers_first = l->layers - (s->pp > 1 ? floor(middle / 2) : 0);
}

static f2f_status check_sizes(const struct f2f_strategy *s, f2f_error *err) {
    const int sizes[] = {s->tp, s->cp, s->pp, s->vp, s->dp, s->ep, s->micro_batch};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        if (sizes[i] < 1)
            return f2f_fail(err, F2F_EINPUT, "a strategy with a size of %d: all must be at least 1", sizes[i]);
    return F2F_OK;
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
    if ((long long)s->pp * s->vp > job->model->layers)
        return f2f_fail(err, F2F_EINPUT, "pp %d x vp %d chunks, but the model has %lld layers", s->pp, s->vp,
                        job->model->layers);
    *out = (struct f2f_train_layout){
        .micro_batches = (double)(job->global_batch / replica),
        .tokens = (double)s->micro_batch * job->seq / s->cp,
        .shards = (double)s->dp * s->cp,
        /* fp16 gradients stay 16 bit (ZeRO, arXiv 1910.02054: 16 B/parameter); bf16 ones are summed in
         * fp32 (Megatron-LM's default and Llama 3: 18 B/parameter). */
        .grad_B = job->precision.weight == F2F_DTYPE_FP16 ? 2.0 : 4.0,
        /* Products in fp8 and below still keep a 16-bit copy of the weights (Transformer Engine). */
        .weight_B = fmax(2.0, f2f_dtype_B(job->precision.weight)),
    };
    split_layers(out, job->model, s);
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
