/* hf_config.c - a Hugging Face config.json becomes a model.
 *
 * `architectures` (or, where it is missing, `model_type`) decides which architecture reads the rest.
 * Left out: quantization_config (the job's precision decides), multimodal parts, per-layer patterns
 * (a sliding window holds for all layers or none). */
#include <sys/stat.h>

#include "desc/digest.h"
#include "fab2fleet/doc.h"
#include "model/arch.h"
#include "model/config.h"

static const struct f2f_arch *report_unknown(const struct f2f_config *c, f2f_arena *arena, const struct f2f_doc *node,
                                             const char *found) {
    const char *nearest = f2f_arch_nearest(found);
    const char *hint = nearest ? f2f_arena_printf(arena, "did you mean %s? ", nearest) : "";
    f2f_doc_error(c->diag, node,
                  "unknown architecture '%.80s': %sKnown are %s; docs/howto/add-a-model-architecture.md adds one",
                  found, hint, f2f_arch_names(arena));
    return NULL;
}

/* The first class of the list counts. */
static const struct f2f_arch *find_by_class(const struct f2f_config *c, f2f_arena *arena, const struct f2f_doc *list) {
    const struct f2f_doc *first = list->kind == F2F_DOC_SEQ ? list->child : NULL;
    if (!first || first->kind != F2F_DOC_SCALAR) {
        f2f_doc_error(c->diag, list, "architectures must be a list of names, for example [\"LlamaForCausalLM\"]");
        return NULL;
    }
    const struct f2f_arch *arch = f2f_arch_by_class(first->text);
    return arch ? arch : report_unknown(c, arena, first, first->text);
}

static const struct f2f_arch *find_arch(const struct f2f_config *c, f2f_arena *arena) {
    const struct f2f_doc *list = f2f_config_get(c, "architectures"), *type = f2f_config_get(c, "model_type");
    if (list) return find_by_class(c, arena, list);
    if (!type) {
        f2f_doc_error(c->diag, c->doc,
                      "key \"architectures\" is missing: add it, for example [\"LlamaForCausalLM\"]; known are %s",
                      f2f_arch_names(arena));
        return NULL;
    }
    if (type->kind != F2F_DOC_SCALAR) {
        f2f_doc_error(c->diag, type, "model_type must be text, for example \"llama\"");
        return NULL;
    }
    const struct f2f_arch *arch = f2f_arch_by_type(type->text);
    return arch ? arch : report_unknown(c, arena, type, type->text);
}

/* A folder stands for the config.json in it. */
static const char *config_path(f2f_arena *arena, const char *path) {
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode) ? f2f_arena_printf(arena, "%s/config.json", path) : path;
}

f2f_status f2f_model_read(struct f2f_model **out, f2f_arena *arena, const struct f2f_doc *doc, const char *name,
                          struct f2f_diag *diag, f2f_error *err) {
    size_t before = diag->n + diag->dropped;
    struct f2f_config c = {.doc = doc, .diag = diag};
    *out = NULL;
    if (doc->kind != F2F_DOC_MAP) {
        f2f_doc_error(diag, doc, "not a config.json: the file must hold one object with keys like \"hidden_size\"");
        return f2f_diag_status(diag, before, err);
    }
    struct f2f_model *m = f2f_arena_alloc(arena, sizeof *m);
    m->name = f2f_arena_strdup(arena, name);
    m->arch = find_arch(&c, arena);
    if (m->arch) m->arch->read(&c, m);
    m->digest = f2f_doc_digest(F2F_DIGEST_START, doc);
    F2F_TRY(f2f_diag_status(diag, before, err));
    f2f_error reason;
    if (f2f_model_finish(m, &reason) != F2F_OK) f2f_doc_error(diag, doc, "%s", reason.message);
    F2F_TRY(f2f_diag_status(diag, before, err));
    *out = m;
    return F2F_OK;
}

f2f_status f2f_model_load(struct f2f_model **out, f2f_arena *arena, const char *path, const char *name,
                          struct f2f_diag *diag, f2f_error *err) {
    struct f2f_doc *doc;
    *out = NULL;
    F2F_TRY(f2f_doc_read(&doc, arena, config_path(arena, path), diag, err));
    return f2f_model_read(out, arena, doc, name, diag, err);
}
