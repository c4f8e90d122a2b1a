/* kind_space.c - field table of a space of designs (space.h); its axes are read in axes.c. */
#include <string.h>

#include "desc/axes.h"
#include "desc/table.h"
#include "fab2fleet/space.h"

static const char *const price_kinds[] = {"price", NULL};

#define T struct f2f_space
static const struct f2f_field fields[] = {
    F2F_TEXT(T, "question", question, true, "what is asked, in plain words"),
    F2F_NAME(T, "base", base, true, f2f_system_kinds, "a system, node or chip of the catalog, or a path"),
    F2F_MANY(T, SETS, "set", sets, n_sets, false, "fields changed against the base in every design"),
    F2F_STRUCT(T, "job", job, true, &f2f_study_job_table, "what each design does: one model, one precision"),
    F2F_MANY(T, AXES, "space", axes, n_axes, true,
             "what may be chosen: a --set path, job.FIELD, price.FIELD, engine.FIELD, base or price, and its values: a "
             "list, or {from:, to:, step: | factor: | count:}; or a name and a list of {name:, set:}"),
    F2F_MANY(T, GOALS, "objectives", objectives, n_objectives, true, "keys of the results, each min or max"),
    F2F_MANY(T, TEXTS, "require", require, n_require, false, "what a design must meet, e.g. 'ttft_p99_s<=0.5'"),
    F2F_MANY(T, TEXTS, "keep", keep, n_keep, false, "more keys of the results that are kept of each design"),
    F2F_INT_OR(T, "samples", samples, 0, 10000000, 0, "designs of a Latin hypercube over the axes; 0: all"),
    F2F_INT_OR(T, "seed", seed, 0, 2000000000, 1, "seed of the samples"),
    F2F_NAME(T, "price", price, false, price_kinds, "price list for money in the answer; us-2024 if left out"),
};

static void check(const void *object, const struct f2f_doc *node, struct f2f_diag *diag) {
    const T *space = object;
    if (space->job.n_models != 1 || space->job.n_precisions != 1)
        f2f_doc_error(diag, f2f_doc_get(node, "job"),
                      "a design does one job: give one model and one precision, and vary them by 'job.model' and "
                      "'job.precision' in 'space'");
}

const struct f2f_table f2f_space_table = F2F_TABLE("space", T, fields, false, check);

f2f_status f2f_space_load(const struct f2f_space **out, struct f2f_catalog *catalog, const char *path, f2f_error *err) {
    void *object;
    struct f2f_doc *tree;
    *out = NULL;
    F2F_TRY(f2f_desc_resolve(&tree, catalog, &f2f_space_table, path, NULL, err));
    F2F_TRY(f2f_desc_load_tree(&object, catalog, &f2f_space_table, tree, NULL, 0, err));
    T *space = object;
    space->tree = tree;
    struct f2f_diag *diag = f2f_catalog_diag(catalog);
    size_t before = diag->n + diag->dropped;
    f2f_axes_check_set(catalog, space, f2f_doc_get(tree, "set"));
    F2F_TRY(f2f_diag_status(diag, before, err));
    *out = space;
    return F2F_OK;
}
