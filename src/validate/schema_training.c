/* schema_training.c - published training runs.
 *
 * Of a row the step time is compared where it is given, else tokens per second, else TFLOP/s, of one chip.
 * What a source does not state is chosen as a search would choose it. TFLOP/s depend on what is counted:
 * PaLM's convention (arXiv 2204.02311 appendix B) unless the source is known to count recompute. */
#include <math.h>
#include <string.h>

#include "fab2fleet/train.h"
#include "validate/aliases.h"
#include "validate/state.h"

#define COLUMNS(X)                                  \
    X(CHIP, "chip", WORD)                           \
    X(CHIPS, "chips", COUNT_IF_KNOWN)               \
    X(MODEL, "model", WORD)                         \
    X(PARAMS, "params_B", REAL_IF_KNOWN)            \
    X(LAYERS, "layers", COUNT_IF_KNOWN)             \
    X(HIDDEN, "hidden", COUNT_IF_KNOWN)             \
    X(HEADS, "heads", COUNT_IF_KNOWN)               \
    X(KV_HEADS, "kv_heads", COUNT_IF_KNOWN)         \
    X(FFN, "ffn", COUNT_IF_KNOWN)                   \
    X(VOCAB, "vocab", COUNT_IF_KNOWN)               \
    X(GATED, "gated", TEXT)                         \
    X(SEQ, "seq", COUNT_IF_KNOWN)                   \
    X(GLOBAL_BATCH, "global_batch", COUNT_IF_KNOWN) \
    X(MICRO_BATCH, "micro_batch", COUNT_IF_KNOWN)   \
    X(TP, "tp", COUNT_IF_KNOWN)                     \
    X(CP, "cp", COUNT_IF_KNOWN)                     \
    X(PP, "pp", COUNT_IF_KNOWN)                     \
    X(VP, "vp", COUNT_IF_KNOWN)                     \
    X(DP, "dp", COUNT_IF_KNOWN)                     \
    X(ZERO, "zero", TEXT)                           \
    X(RECOMPUTE, "recompute", TEXT)                 \
    X(PRECISION, "precision", TEXT)                 \
    X(STEP, "step_s", REAL_IF_KNOWN)                \
    X(TOKPS, "tokps_per_chip", REAL_IF_KNOWN)       \
    X(TFLOPS, "tflops_per_chip", REAL_IF_KNOWN)

enum { COLUMNS(F2F_COLUMN_ID) };
static const struct f2f_column columns[] = {COLUMNS(F2F_COLUMN_ENTRY)};

/* A published run has fitted; a footprint may be wrong by so much (arXiv 2205.05198's figure 1: 5 %). */
static const double MEMORY_FRAC = 1.05;

/* One row as a job, on its way. */
struct run {
    struct f2f_validation *v;
    const struct f2f_row *row;
    const struct f2f_source *source;
    f2f_arena *arena;
    struct f2f_node node;
    struct f2f_system system; /* with that node */
    struct f2f_train_job job;
};

/* 0 where it is not known: open, or the model's default. */
static int known(const struct run *run, int column) {
    double x = run->row->number[column];
    return isnan(x) ? 0 : (int)x;
}

static f2f_status find_named(struct run *run, const char *text, f2f_error *err) {
    const char *reason;
    run->job.model = f2f_lookup_model(run->v, text, &reason);
    return run->job.model ? F2F_OK : f2f_fail(err, F2F_EINPUT, "%s", reason);
}

/* The row's own numbers. Where it does not say whether the MLP is gated, the block that comes nearer to the stated
 * parameters. */
static f2f_status from_numbers(struct run *run, struct f2f_model shape, f2f_error *err) {
    double stated = run->row->number[PARAMS] * 1e9;
    struct f2f_model *made, *gated;
    F2F_TRY(f2f_model_from_shape(&made, run->arena, &shape, err));
    run->job.model = made;
    if (run->row->text[GATED][0] || !(stated > 0.0) || !shape.ffn) return F2F_OK;
    shape.gated = true;
    if (f2f_model_from_shape(&gated, run->arena, &shape, NULL) == F2F_OK &&
        fabs((double)gated->params - stated) < fabs((double)made->params - stated))
        run->job.model = gated;
    return F2F_OK;
}

/* A model of the catalog or of a paper where the name is known, else the row's own numbers. */
static f2f_status find_model(struct run *run, f2f_error *err) {
    const char *text = run->row->text[MODEL];
    if (f2f_alias_model(text) != text || f2f_alias_shape(text)) return find_named(run, text, err);
    const struct f2f_model shape = {.layers = known(run, LAYERS),
                                    .hidden = known(run, HIDDEN),
                                    .heads = known(run, HEADS),
                                    .kv_heads = known(run, KV_HEADS),
                                    .ffn = known(run, FFN),
                                    .vocab = known(run, VOCAB),
                                    .gated = run->row->text[GATED][0] == 'y',
                                    .tied_embeddings = true};
    if (shape.layers && shape.hidden && shape.heads && shape.vocab) return from_numbers(run, shape, err);
    f2f_error named;
    if (find_named(run, text, &named) == F2F_OK) return F2F_OK; /* the catalog's own name */
    return f2f_fail(err, F2F_EINPUT, "layers, hidden, heads or vocab are not stated");
}

/* The source's cluster or one of its chip, with the source's network where that is known to differ. */
static f2f_status find_system(struct run *run, f2f_error *err) {
    const char *reason, *name = run->source->system ? run->source->system : run->row->text[CHIP];
    const struct f2f_machine *machine = f2f_lookup_machine(run->v, name, run->job.chips, &reason);
    if (!machine) return f2f_fail(err, F2F_EINPUT, "%s", reason);
    run->node = *machine->system->node;
    if (run->source->nic_Bps > 0.0) run->node.nic_Bps = run->source->nic_Bps;
    run->system = *machine->system;
    run->system.node = &run->node;
    return F2F_OK;
}

static f2f_status read_strategy(struct run *run, f2f_error *err) {
    struct f2f_strategy *s = &run->job.strategy;
    const struct f2f_row *row = run->row;
    *s = (struct f2f_strategy){.tp = known(run, TP),
                               .cp = known(run, CP),
                               .pp = known(run, PP),
                               .vp = known(run, VP),
                               .dp = known(run, DP),
                               .micro_batch = known(run, MICRO_BATCH)};
    if (!s->cp) s->cp = 1; /* sources that split sequences say so */
    s->sequence = run->source->sequence;
    s->context = run->source->context;
    if (strstr(row->text[RECOMPUTE], "no seq-parallel")) s->sequence = F2F_SEQUENCE_WHOLE;
    if (!f2f_alias_zero(&s->zero, row->text[ZERO]))
        return f2f_fail(err, F2F_EINPUT, "zero '%.60s' is no known word", row->text[ZERO]);
    /* No tensor group is wider than the heads: what is called data parallel there counts pods, each sharded in its own
     * way. */
    double rest = (double)run->job.chips / ((s->pp ? s->pp : 1) * s->cp * (s->dp ? s->dp : 1));
    if (!s->tp && s->dp && rest > (double)run->job.model->heads) s->dp = 0;
    if (!s->tp && !row->text[ZERO][0]) s->zero = F2F_ZERO_CHOSEN; /* nothing stated: not Megatron-LM's */
    if (!f2f_alias_recompute(&s->recompute, row->text[RECOMPUTE]))
        return f2f_fail(err, F2F_EINPUT, "recompute '%.60s' is no known word", row->text[RECOMPUTE]);
    return F2F_OK;
}

static f2f_status make_job(struct run *run, const char *precision, f2f_error *err) {
    struct f2f_train_job *job = &run->job;
    *job = (struct f2f_train_job){.chips = known(run, CHIPS),
                                  .quantile = run->v->quantile,
                                  .global_batch = known(run, GLOBAL_BATCH),
                                  .seq = known(run, SEQ),
                                  .search = true,
                                  .undisturbed = true, /* published steps are */
                                  .memory_frac = MEMORY_FRAC,
                                  .software = run->source->software};
    if (!precision) return f2f_fail(err, F2F_EINPUT, "precision '%.60s' is no known word", run->row->text[PRECISION]);
    if (!job->chips || !job->global_batch || !job->seq)
        return f2f_fail(err, F2F_EINPUT, "chips, seq or global_batch are not stated");
    F2F_TRY(f2f_precision_parse(&job->precision, precision, NULL, err));
    F2F_TRY(find_model(run, err));
    F2F_TRY(read_strategy(run, err));
    return find_system(run, err);
}

/* FLOPs a source counts for one token. With recompute: equation 3 of arXiv 2104.04473 over its tokens. */
static double counted_flop(const struct run *run) {
    const struct f2f_model *m = run->job.model;
    double l = (double)m->layers, h = (double)m->hidden, vocab = (double)m->vocab, seq = run->job.seq;
    if (!run->source->counts_recompute) return f2f_train_flop_per_tok(m, run->job.seq);
    return 96.0 * l * h * h * (1.0 + seq / (6.0 * h) + vocab / (16.0 * l * h));
}

/* Which of the three figures is compared, and the record's in its unit. */
struct figure {
    const char *metric;
    double measured;
};

static struct figure figure_of(const struct f2f_row *row) {
    static const struct {
        const char *metric;
        int column;
    } figures[] = {{"step_s", STEP}, {"tokps_per_chip", TOKPS}, {"tflops_per_chip", TFLOPS}};
    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++)
        if (row->number[figures[i].column] > 0.0)
            return (struct figure){figures[i].metric, row->number[figures[i].column]};
    return (struct figure){"step_s", (double)NAN};
}

static double predicted_figure(const struct run *run, const char *metric, const struct f2f_record *r) {
    if (strcmp(metric, "tflops_per_chip") == 0) return f2f_record_get(r, "tokps_per_chip") * counted_flop(run) / 1e12;
    return f2f_record_get(r, metric);
}

static void predict(struct f2f_validation *v, const struct f2f_row *row) {
    struct run run = {
        .v = v, .row = row, .source = f2f_alias_source(row->source, row->text[ZERO]), .arena = f2f_arena_new()};
    const char *precision = f2f_alias_precision(row->text[PRECISION]);
    struct figure figure = figure_of(row);
    const struct f2f_key key = {row->text[CHIP], "", precision ? precision : row->text[PRECISION], figure.metric};
    struct f2f_record *r;
    f2f_error err;
    f2f_status status = isnan(figure.measured) ? f2f_fail(&err, F2F_EINPUT, "no measured figure in the row")
                                               : make_job(&run, precision, &err);
    if (status == F2F_OK) status = f2f_train_run(&r, run.arena, &run.system, &run.job, &err);
    if (status == F2F_OK) f2f_validation_point(v, &key, figure.measured, predicted_figure(&run, figure.metric, r));
    else f2f_validation_skip(v, &key, err.message);
    f2f_arena_free(run.arena);
}

F2F_SCHEMA(f2f_schema_training, "training", columns, predict);
