/* frameworks.c - who ran a product, attention or a job: an engine of the catalog, or a library of kernels.
 *
 * A name near that of an engine is taken for a misspelling: a fault of the table, told at its first row, and its rows
 * are skipped. Any other is a library's, which a note tells unless the library is known. */
#include <ctype.h>
#include <string.h>

#include "desc/table.h"
#include "validate/aliases.h"
#include "validate/state.h"

enum { ENGINES_MAX = 256 };

/* The engine that may be meant, in any case of letters, or NULL. */
static const char *near_engine(struct f2f_validation *v, const char *name) {
    const char *engines[ENGINES_MAX];
    size_t n = f2f_catalog_names(engines, ENGINES_MAX, v->catalog, "engine");
    char *lower = f2f_arena_strdup(v->arena, name);
    for (char *c = lower; *c; c++) *c = (char)tolower((unsigned char)*c);
    return f2f_catalog_file(v->catalog, "engine", lower) ? lower : f2f_nearest(lower, engines, n);
}

static const struct f2f_csv_cell *framework_cell(const struct f2f_validation *v) {
    size_t i = 0;
    while (strcmp(v->header.schema->columns[i].name, "framework") != 0) i++;
    return &v->row->cell[v->header.place[i]];
}

/* The reason is that of the rows, the fault of the file that of the first of them. */
static const char *refuse(struct f2f_validation *v, const char *reason) {
    const struct f2f_csv_cell *cell = framework_cell(v);
    f2f_diag_add(v->diag, v->path, cell->line, cell->col, "framework: %s", reason);
    return reason;
}

static const struct f2f_known_framework *refuse_more(struct f2f_validation *v) {
    struct f2f_known_framework *more = &v->frameworks[F2F_FRAMEWORK_MAX];
    if (!more->reason)
        more->reason =
            refuse(v, f2f_arena_printf(v->arena, "more than %d different ones in a file: split it", F2F_FRAMEWORK_MAX));
    return more;
}

const struct f2f_known_framework *f2f_lookup_framework(struct f2f_validation *v, const char *name) {
    size_t i = 0;
    while (i < v->n_frameworks && strcmp(v->frameworks[i].name, name) != 0) i++;
    if (i == F2F_FRAMEWORK_MAX) return refuse_more(v);
    struct f2f_known_framework *known = &v->frameworks[i];
    if (i < v->n_frameworks) return known;
    v->n_frameworks++;
    *known = (struct f2f_known_framework){.name = f2f_arena_strdup(v->arena, name), .line = v->row->cell[0].line};
    known->engine = f2f_catalog_file(v->catalog, "engine", name) != NULL;
    known->library = !known->engine && f2f_alias_is_library(name);
    const char *near = known->engine || known->library ? NULL : near_engine(v, name);
    if (near)
        known->reason = refuse(v, f2f_arena_printf(v->arena,
                                                   "no engine '%.60s' in the catalog (did you mean '%s'?); another "
                                                   "engine wants a file engine/%.60s.yaml there, kernels alone the "
                                                   "name of their library, e.g. cutlass",
                                                   name, near, name));
    return known;
}

void f2f_frameworks_report(struct f2f_results *out, const struct f2f_validation *v) {
    for (size_t i = 0; i < v->n_frameworks; i++) {
        const struct f2f_known_framework *known = &v->frameworks[i];
        if (known->engine || known->library || known->reason) continue;
        f2f_results_note(out,
                         "%s:%d: framework '%.60s' is no engine of the catalog: kernels are taken as a library's, to "
                         "which activations come as it wants them, and runs as those of the engine 'generic'",
                         v->path, known->line, known->name);
    }
}
