/* strategy.c - is a strategy possible, and the names of recomputation.
 *
 * What must divide, after Megatron-LM and vLLM. Whether it fits in memory is not asked here. */
#include <string.h>
#include <strings.h>

#include "parallel/spread.h"

static const char *const recompute_names[] = {
    [F2F_RECOMPUTE_NONE] = "none",
    [F2F_RECOMPUTE_SELECTIVE] = "selective",
    [F2F_RECOMPUTE_FULL] = "full",
    [F2F_RECOMPUTE_SELECTIVE_OP] = "selective-op",
};

#define N_RECOMPUTE ((int)(sizeof recompute_names / sizeof recompute_names[0]))

const char *f2f_recompute_name(int recompute) {
    return recompute >= 0 && recompute < N_RECOMPUTE ? recompute_names[recompute] : "?";
}

f2f_status f2f_recompute_parse(int *out, const char *text, f2f_error *err) {
    for (int i = 0; i < N_RECOMPUTE; i++) {
        if (strcasecmp(text, recompute_names[i]) != 0) continue;
        *out = i;
        return F2F_OK;
    }
    return f2f_fail(err, F2F_EUSAGE, "unknown recompute '%.40s': none, selective, full and selective-op are known",
                    text);
}

static int or_one(int size) { return size == 0 ? 1 : size; }

struct f2f_strategy f2f_strategy_whole(const struct f2f_strategy *s) {
    struct f2f_strategy whole = *s;
    whole.tp = or_one(s->tp);
    whole.cp = or_one(s->cp);
    whole.pp = or_one(s->pp);
    whole.vp = or_one(s->vp);
    whole.dp = or_one(s->dp);
    whole.ep = or_one(s->ep);
    whole.micro_batch = or_one(s->micro_batch);
    return whole;
}

int f2f_strategy_stride(const struct f2f_strategy *s, enum f2f_axis axis) {
    const double most = 1 << 30, tp = s->tp, column = tp * s->cp; /* chips of one stage of one replica */
    bool data_inner = s->order == F2F_ORDER_DATA_INNER;
    const double strides[] = {
        [F2F_AXIS_TENSOR] = 1,
        [F2F_AXIS_CONTEXT] = tp,
        [F2F_AXIS_PIPELINE] = data_inner ? column * s->dp : column,
        [F2F_AXIS_EXPERT] = data_inner ? column : column * s->pp,
        [F2F_AXIS_DATA] = data_inner ? tp : tp * s->pp, /* members of a context group are among them */
    };
    return (int)(strides[axis] < most ? strides[axis] : most);
}

static f2f_status check_sizes(const struct f2f_strategy *s, f2f_error *err) {
    const struct {
        const char *name;
        int value;
    } sizes[] = {{"tp", s->tp},
                 {"cp", s->cp},
                 {"pp", s->pp},
                 {"vp", s->vp},
                 {"dp", s->dp},
                 {"ep", s->ep},
                 {"micro_batch", s->micro_batch}};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        if (sizes[i].value < 1)
            return f2f_fail(err, F2F_EINPUT, "%s is %d: give a whole number from 1", sizes[i].name, sizes[i].value);
    const struct {
        const char *name;
        int value, most;
    } words[] = {{"recompute_layers", s->recompute_layers, 1 << 20},
                 {"offload", s->offload, 1},
                 {"order", s->order, F2F_ORDER_DATA_INNER},
                 {"sequence", s->sequence, F2F_SEQUENCE_WHOLE},
                 {"context", s->context, F2F_CONTEXT_RING}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (words[i].value < 0 || words[i].value > words[i].most)
            return f2f_fail(err, F2F_EINPUT, "%s is %d: give a whole number from 0 to %d", words[i].name,
                            words[i].value, words[i].most);
    if (s->zero < 0 || s->zero > 3) return f2f_fail(err, F2F_EINPUT, "zero is %d: give a stage from 0 to 3", s->zero);
    if (s->recompute < 0 || s->recompute >= N_RECOMPUTE)
        return f2f_fail(err, F2F_EINPUT, "recompute is %d: choose none, selective, full or selective-op", s->recompute);
    return F2F_OK;
}

static f2f_status check_tensor(const struct f2f_strategy *s, const struct f2f_model *m, f2f_error *err) {
    const struct {
        const char *name;
        long long value;
    } widths[] = {{"heads", m->heads},
                  {"hidden size", m->hidden},
                  {"feed-forward width", m->experts ? m->expert_ffn : m->ffn},
                  {"shared expert width", m->shared_ffn}};
    for (size_t i = 0; i < sizeof widths / sizeof widths[0]; i++)
        if (widths[i].value % s->tp != 0)
            return f2f_fail(err, F2F_EINPUT, "tp %d does not divide the %s %lld of %s: choose a tp that divides it",
                            s->tp, widths[i].name, widths[i].value, m->name);
    if (m->kv_heads % s->tp != 0 && s->tp % m->kv_heads != 0)
        return f2f_fail(
            err, F2F_EINPUT,
            "tp %d neither divides the %lld key-value heads of %s nor is a multiple of them: choose another tp", s->tp,
            m->kv_heads, m->name);
    return F2F_OK;
}

static f2f_status check_pipeline(const struct f2f_strategy *s, const struct f2f_model *m, f2f_error *err) {
    long long chunks = (long long)s->pp * s->vp;
    if (s->vp > 1 && s->pp == 1)
        return f2f_fail(err, F2F_EINPUT, "vp %d interleaves pipeline stages, but pp is 1: set vp to 1 or raise pp",
                        s->vp);
    if (chunks > m->layers + (s->vp > 1 ? 2 : 0)) /* the embedding and the head may be chunks of their own (Llama 3) */
        return f2f_fail(err, F2F_EINPUT, "pp %d x vp %d make %lld stages, but %s has %lld layers: lower pp or vp",
                        s->pp, s->vp, chunks, m->name, m->layers);
    return F2F_OK;
}

static f2f_status check_expert(const struct f2f_strategy *s, const struct f2f_model *m, f2f_error *err) {
    if (s->ep == 1) return F2F_OK;
    if (m->experts == 0)
        return f2f_fail(err, F2F_EINPUT, "ep is %d, but %s has no experts: set ep to 1", s->ep, m->name);
    if (m->experts % s->ep != 0)
        return f2f_fail(err, F2F_EINPUT, "ep %d does not divide the %lld experts of %s: choose an ep that divides them",
                        s->ep, m->experts, m->name);
    if (s->dp % s->ep != 0)
        return f2f_fail(err, F2F_EINPUT,
                        "ep %d does not divide dp %d: experts are spread inside the data group, choose ep so", s->ep,
                        s->dp);
    return F2F_OK;
}

static f2f_status check_chips(const struct f2f_strategy *s, const struct f2f_system *system, f2f_error *err) {
    double needed = (double)s->tp * s->cp * s->pp * s->dp, there = (double)system->node->chips * system->nodes;
    if (needed <= there) return F2F_OK;
    return f2f_fail(err, F2F_EINPUT,
                    "tp %d x cp %d x pp %d x dp %d need %.0f chips, but %s has %.0f: lower one of them, "
                    "or give a larger system",
                    s->tp, s->cp, s->pp, s->dp, needed, system->id.name, there);
}

f2f_status f2f_strategy_check(const struct f2f_strategy *s, const struct f2f_model *m, const struct f2f_system *system,
                              f2f_error *err) {
    const struct f2f_strategy whole = f2f_strategy_whole(s);
    F2F_TRY(check_sizes(&whole, err));
    F2F_TRY(check_tensor(&whole, m, err));
    F2F_TRY(check_pipeline(&whole, m, err));
    F2F_TRY(check_expert(&whole, m, err));
    return system ? check_chips(&whole, system, err) : F2F_OK;
}
