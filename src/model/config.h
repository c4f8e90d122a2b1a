/* config.h - strict reading of a config.json: each call reports what is wrong at its place and returns
 * a harmless value, so that one run shows all errors. An absent key and null are the same. */
#ifndef F2F_MODEL_CONFIG_H
#define F2F_MODEL_CONFIG_H

#include "fab2fleet/doc.h"
#include "fab2fleet/model.h"

struct f2f_config {
    const struct f2f_doc *doc; /* the map of the file */
    struct f2f_diag *diag;
};

/* Highest figures taken for possible; they keep every product far from overflow. */
#define F2F_MAX_LAYERS 10000
#define F2F_MAX_WIDTH 10000000 /* hidden, feed-forward, vocabulary */
#define F2F_MAX_HEADS 100000 /* also head_dim, experts */
#define F2F_MAX_POSITIONS 1000000000

/* The value of a key that is there and not null, or NULL. */
const struct f2f_doc *f2f_config_get(const struct f2f_config *c, const char *key);
/* A whole number from 1 (`_or`: 0) to most. */
long long f2f_config_count(const struct f2f_config *c, const char *key, long long most);
long long f2f_config_count_or(const struct f2f_config *c, const char *key, long long most, long long absent);
bool f2f_config_flag(const struct f2f_config *c, const char *key, bool absent);

/* The keys most decoders share: num_hidden_layers, hidden_size, intermediate_size, num_attention_heads,
 * num_key_value_heads, head_dim, vocab_size, max_position_embeddings, tie_word_embeddings, rope_*. */
void f2f_config_decoder(const struct f2f_config *c, struct f2f_model *m);
/* Gated experts of width `width_key`, `experts_key` of them; num_experts_per_tok. */
void f2f_config_experts(const struct f2f_config *c, struct f2f_model *m, const char *experts_key,
                        const char *width_key);
/* Only models whose layers all have experts: decoder_sparse_step 1, mlp_only_layers empty. */
void f2f_config_all_sparse(const struct f2f_config *c);

/* What no shape may break, whoever gave it; F2F_EINPUT. Fills params. */
f2f_status f2f_model_finish(struct f2f_model *m, f2f_error *err);

#endif
