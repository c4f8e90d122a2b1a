/* fingerprint.c - what the figures of an exploration hang on, so that a database is only taken up by the same question.
 *
 * The catalog's folders count as a whole: which of its descriptions a design will name is not known before. What stands
 * outside of them is digested where the space names it. Wording (title, question) does not count. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "desc/digest.h"
#include "explore/build_id.h"
#include "explore/explorer.h"

enum { MOST_NAMES = 1024 };

static uint64_t of_file(uint64_t digest, const char *path) {
    unsigned char bytes[65536];
    FILE *file = fopen(path, "rb");
    if (!file) return f2f_digest_text(digest, NULL);
    for (size_t n; (n = fread(bytes, 1, sizeof bytes, file)) > 0;) digest = f2f_digest_bytes(digest, bytes, n);
    fclose(file);
    return f2f_digest_text(digest, "");
}

/* Every description and model of the catalog, by name: where the folder lies does not matter. */
static uint64_t of_catalog(struct f2f_catalog *catalog) {
    uint64_t digest = F2F_DIGEST_START;
    for (size_t k = 0; f2f_desc_kinds[k]; k++) {
        const char *names[MOST_NAMES];
        size_t n = f2f_catalog_names(names, MOST_NAMES, catalog, f2f_desc_kinds[k]);
        for (size_t i = 0; i < n; i++) {
            const char *path = f2f_catalog_file(catalog, f2f_desc_kinds[k], names[i]);
            if (!path) continue;
            digest = f2f_digest_text(digest, f2f_desc_kinds[k]);
            digest = of_file(f2f_digest_text(digest, names[i]), path);
        }
    }
    return digest;
}

/* A description by path: all it refers to is in its digest. What cannot be made alone is left to its own text. */
static uint64_t of_system(uint64_t digest, struct f2f_catalog *catalog, const char *base, const struct f2f_set *sets,
                          size_t n) {
    const struct f2f_system *system;
    struct f2f_diag *diag = f2f_catalog_diag(catalog), before = *diag;
    if (f2f_catalog_system(&system, catalog, base, sets, n, NULL) == F2F_OK)
        digest = f2f_digest_int(digest, system->id.digest);
    *diag = before;
    return digest;
}

static uint64_t of_price(uint64_t digest, struct f2f_catalog *catalog, const char *name) {
    const struct f2f_price *price;
    struct f2f_diag *diag = f2f_catalog_diag(catalog), before = *diag;
    if (f2f_catalog_price(&price, catalog, name, NULL, 0, NULL) == F2F_OK && price)
        digest = f2f_digest_int(digest, price->id.digest);
    *diag = before;
    return digest;
}

static uint64_t of_job_file(uint64_t digest, struct f2f_catalog *catalog, const char *field, const char *value) {
    struct f2f_engine engine;
    const struct f2f_traffic *traffic;
    struct f2f_diag *diag = f2f_catalog_diag(catalog), before = *diag;
    if (value && strcmp(field, "trace") == 0) digest = of_file(digest, value);
    if (value && strcmp(field, "engine") == 0 && f2f_catalog_engine(&engine, catalog, value, NULL, 0, NULL) == F2F_OK)
        digest = f2f_digest_int(digest, engine.id.digest);
    if (value && strcmp(field, "traffic") == 0 && f2f_catalog_traffic(&traffic, catalog, value, NULL) == F2F_OK)
        digest = f2f_digest_int(digest, traffic->id.digest);
    *diag = before;
    return digest;
}

/* What a change of the system, its price list or engine names by a path. */
static uint64_t of_set(uint64_t digest, struct f2f_catalog *catalog, const struct f2f_space *space,
                       const struct f2f_set *set) {
    if (!f2f_desc_is_path(set->value)) return digest;
    return of_file(of_system(digest, catalog, space->base, set, 1), set->value);
}

/* What a value of an axis names by a path. */
static uint64_t of_change(uint64_t digest, struct f2f_catalog *catalog, const struct f2f_space *space,
                          const struct f2f_space_change *change) {
    const char *value = change->set.value;
    if (change->part == F2F_SPACE_MODEL) return f2f_digest_int(digest, change->model->digest);
    if (change->part == F2F_SPACE_JOB) return of_job_file(digest, catalog, change->field->key, value);
    if (change->part == F2F_SPACE_SYSTEM) return of_set(digest, catalog, space, &change->set);
    if (!f2f_desc_is_path(value)) return digest;
    if (change->part == F2F_SPACE_PRICE_LIST) return of_price(digest, catalog, value);
    if (change->part == F2F_SPACE_BASE) return of_system(digest, catalog, value, NULL, 0);
    return digest;
}

static uint64_t of_outside(struct f2f_catalog *catalog, const struct f2f_space *space,
                           const struct f2f_explore_options *o) {
    uint64_t digest = of_system(F2F_DIGEST_START, catalog, space->base, space->sets, (size_t)space->n_sets);
    digest = of_price(digest, catalog, o->price ? o->price : space->price);
    digest = f2f_digest_int(digest, space->job.models[0]->digest);
    digest = of_job_file(digest, catalog, "trace", space->job.trace);
    digest = of_job_file(digest, catalog, "engine", space->job.engine);
    digest = of_job_file(digest, catalog, "traffic", space->job.traffic);
    for (size_t i = 0; i < o->n_sets; i++) digest = of_set(digest, catalog, space, &o->sets[i]);
    for (int a = 0; a < space->n_axes; a++)
        for (int v = 0; v < space->axes[a].n_values; v++)
            for (int c = 0; c < space->axes[a].values[v].n_changes; c++)
                digest = of_change(digest, catalog, space, &space->axes[a].values[v].changes[c]);
    return digest;
}

/* The space as it is written, but for its wording; then the user's changes. */
static uint64_t of_space(const struct f2f_space *space, const struct f2f_explore_options *o) {
    static const char *const wording[] = {"name", "title", "question", "source", "note", "kind", "status"};
    uint64_t digest = F2F_DIGEST_START;
    for (const struct f2f_doc *child = space->tree->child; child; child = child->next) {
        bool counts = true;
        for (size_t i = 0; i < sizeof wording / sizeof wording[0]; i++)
            counts = counts && strcmp(child->key, wording[i]) != 0;
        if (counts) digest = f2f_doc_digest(digest, child);
    }
    for (size_t i = 0; i < o->n_sets; i++)
        digest = f2f_digest_text(f2f_digest_text(digest, o->sets[i].path), o->sets[i].value);
    return f2f_digest_int(f2f_digest_text(digest, o->price), space->samples > 0 ? (uint64_t)space->seed : 0);
}

f2f_status f2f_fingerprint_make(struct f2f_fingerprint *out, struct f2f_catalog *catalog, const struct f2f_space *space,
                                const struct f2f_explore_options *options, f2f_error *err) {
    f2f_arena *arena = f2f_catalog_arena(catalog);
    struct f2f_catalog *plain; /* without what the program makes of every system it loads */
    F2F_TRY(f2f_catalog_again(&plain, catalog, NULL, err));
    out->program = F2F_BUILD_ID;
    out->space = f2f_arena_printf(arena, "%016" PRIx64, of_space(space, options));
    out->catalog =
        f2f_arena_printf(arena, "%016" PRIx64 "%016" PRIx64, of_catalog(plain), of_outside(plain, space, options));
    f2f_catalog_free(plain);
    return F2F_OK;
}
