/* config.c - the strict readers of config.h.
 *
 * Keys as in Hugging Face transformers' configuration classes. Rotary scaling is checked for sense but
 * changes no time. Unknown keys are fine: configs carry many. */
#include <string.h>

#include "model/config.h"

const struct f2f_doc *f2f_config_get(const struct f2f_config *c, const char *key) {
    const struct f2f_doc *node = f2f_doc_get(c->doc, key);
    return node && !f2f_doc_is_null(node) ? node : NULL;
}

static const char *shown(const struct f2f_doc *node) {
    static const char *const kinds[] = {[F2F_DOC_MAP] = "an object", [F2F_DOC_SEQ] = "a list"};
    return node->kind == F2F_DOC_SCALAR ? node->text : kinds[node->kind];
}

static long long read_count(const struct f2f_config *c, const struct f2f_doc *node, long long least, long long most) {
    long long value;
    if (f2f_doc_integer(node, &value) && value >= least && value <= most) return value;
    f2f_doc_error(c->diag, node, "%s is %s%.40s%s: write a whole number from %lld to %lld", node->key,
                  node->quoted ? "the text \"" : "", shown(node), node->quoted ? "\"" : "", least, most);
    return least;
}

long long f2f_config_count(const struct f2f_config *c, const char *key, long long most) {
    const struct f2f_doc *node = f2f_config_get(c, key);
    if (node) return read_count(c, node, 1, most);
    f2f_doc_error(c->diag, c->doc, "key \"%s\" is missing: add it with a whole number from 1 to %lld", key, most);
    return 1;
}

long long f2f_config_count_or(const struct f2f_config *c, const char *key, long long most, long long absent) {
    const struct f2f_doc *node = f2f_config_get(c, key);
    return node ? read_count(c, node, 0, most) : absent;
}

bool f2f_config_flag(const struct f2f_config *c, const char *key, bool absent) {
    const struct f2f_doc *node = f2f_config_get(c, key);
    bool value = absent;
    if (node && !f2f_doc_bool(node, &value))
        f2f_doc_error(c->diag, node, "%s is %.40s: write true or false, without quotes", key, shown(node));
    return value;
}

static void check_positive(const struct f2f_config *c, const struct f2f_doc *node) {
    double value;
    if (node && (!f2f_doc_number(node, &value) || value <= 0.0))
        f2f_doc_error(c->diag, node, "%s is %.40s: write a number above 0", node->key, shown(node));
}

/* `rope_scaling`, called `rope_parameters` from transformers 5 on. */
static void check_rope_scaling(const struct f2f_config *c, const char *key) {
    static const char *const types[] = {"default", "linear", "dynamic", "yarn", "longrope",
                                        "su",      "llama3", "mrope",   "ntk"};
    const struct f2f_doc *node = f2f_config_get(c, key);
    if (!node) return;
    if (node->kind != F2F_DOC_MAP) {
        f2f_doc_error(c->diag, node, "%s is %.40s: write null or an object with rope_type and factor", key,
                      shown(node));
        return;
    }
    const struct f2f_config inner = {.doc = node, .diag = c->diag};
    const struct f2f_doc *type = f2f_config_get(&inner, "rope_type");
    if (!type) type = f2f_config_get(&inner, "type");
    bool known = false;
    for (size_t i = 0; type && i < sizeof types / sizeof types[0]; i++)
        known |= type->kind == F2F_DOC_SCALAR && strcmp(type->text, types[i]) == 0;
    if (!known)
        f2f_doc_error(c->diag, type ? type : node,
                      "rope_type is %.40s: write default, linear, dynamic, yarn, longrope, llama3 or mrope",
                      type ? shown(type) : "missing");
    check_positive(c, f2f_config_get(&inner, "factor"));
    check_positive(c, f2f_config_get(&inner, "rope_theta"));
    check_positive(c, f2f_config_get(&inner, "original_max_position_embeddings"));
}

/* Does the key say so? If not, what is wrong with it was told when it was read. */
static bool says(const struct f2f_config *c, const char *key, long long value) {
    long long seen;
    const struct f2f_doc *node = f2f_config_get(c, key);
    return node && f2f_doc_integer(node, &seen) && seen == value;
}

/* A quotient that must come out even. */
static long long divided(const struct f2f_config *c, const char *whole_key, long long whole, const char *part_key,
                         long long part, const char *remedy) {
    if (part > 0 && whole % part == 0) return whole / part;
    if (!says(c, whole_key, whole)) return 1;
    const struct f2f_doc *node = f2f_config_get(c, part_key);
    f2f_doc_error(c->diag, node ? node : c->doc, "%s %lld is not a multiple of %s %lld: %s", whole_key, whole, part_key,
                  part, remedy);
    return 1;
}

static void read_heads(const struct f2f_config *c, struct f2f_model *m) {
    m->heads = f2f_config_count(c, "num_attention_heads", F2F_MAX_HEADS);
    m->kv_heads = f2f_config_count_or(c, "num_key_value_heads", F2F_MAX_HEADS, m->heads);
    (void)divided(c, "num_attention_heads", m->heads, "num_key_value_heads", m->kv_heads,
                  "each key-value head serves the same number of query heads, change one of them");
    m->head_dim = f2f_config_get(c, "head_dim") ? f2f_config_count(c, "head_dim", F2F_MAX_HEADS)
                                                : divided(c, "hidden_size", m->hidden, "num_attention_heads", m->heads,
                                                          "change one of them or add head_dim");
}

void f2f_config_decoder(const struct f2f_config *c, struct f2f_model *m) {
    m->layers = f2f_config_count(c, "num_hidden_layers", F2F_MAX_LAYERS);
    m->hidden = f2f_config_count(c, "hidden_size", F2F_MAX_WIDTH);
    m->ffn = f2f_config_count(c, "intermediate_size", F2F_MAX_WIDTH);
    read_heads(c, m);
    m->vocab = f2f_config_count(c, "vocab_size", F2F_MAX_WIDTH);
    m->max_positions = f2f_config_count(c, "max_position_embeddings", F2F_MAX_POSITIONS);
    m->tied_embeddings = f2f_config_flag(c, "tie_word_embeddings", false);
    m->gated = true;
    check_positive(c, f2f_config_get(c, "rope_theta"));
    check_rope_scaling(c, "rope_scaling");
    check_rope_scaling(c, "rope_parameters");
}

void f2f_config_experts(const struct f2f_config *c, struct f2f_model *m, const char *experts_key,
                        const char *width_key) {
    m->experts = f2f_config_count(c, experts_key, F2F_MAX_HEADS);
    m->experts_per_tok = f2f_config_count(c, "num_experts_per_tok", F2F_MAX_HEADS);
    m->expert_ffn = f2f_config_count(c, width_key, F2F_MAX_WIDTH);
    const struct f2f_doc *node = f2f_config_get(c, "num_experts_per_tok");
    if (node && m->experts_per_tok > m->experts)
        f2f_doc_error(c->diag, node, "num_experts_per_tok is %lld of %lld experts: write at most %s",
                      m->experts_per_tok, m->experts, experts_key);
}

void f2f_config_all_sparse(const struct f2f_config *c) {
    const struct f2f_doc *step = f2f_config_get(c, "decoder_sparse_step"),
                         *dense = f2f_config_get(c, "mlp_only_layers");
    if (step && f2f_config_count(c, "decoder_sparse_step", F2F_MAX_LAYERS) != 1)
        f2f_doc_error(c->diag, step,
                      "decoder_sparse_step is %.40s: only models with experts in every layer (1) are supported",
                      shown(step));
    if (dense && (dense->kind != F2F_DOC_SEQ || f2f_doc_count(dense) > 0))
        f2f_doc_error(c->diag, dense,
                      "mlp_only_layers must be an empty list: only models with experts in every layer are supported");
}
