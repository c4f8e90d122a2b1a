/* design_keys.c - which figures of a design are kept, and rows of them as bytes. */
#include <string.h>
#include <strings.h>

#include "explore/design.h"

/* Where a job has them. */
static const char *const usual[] = {"usd_per_Mtok",     "kgCO2e_per_Mtok", "output_tokps",  "users_max", "ttft_p99_s",
                                    "tpot_p99_s",       "step_s",          "tokps",         "mfu_frac",  "power_W",
                                    "energy_per_tok_J", "chips",           "cost.chip_usd", "chip.tdp_W"};

enum { USUAL, WANTED, ASKED };

/* A column of the database: SQL knows no case, and has some of its own. */
static f2f_status check_column(const struct f2f_design_keys *keys, const char *key, f2f_error *err) {
    static const char *const own[] = {"id", "status", "work", "front", "why"};
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
        if (strcasecmp(own[i], key) == 0) return f2f_fail(err, F2F_EINPUT, "no result has a figure '%.60s'", key);
    for (int i = 0; i < keys->n; i++)
        if (strcasecmp(keys->key[i], key) == 0 && strcmp(keys->key[i], key) != 0)
            return f2f_fail(err, F2F_EINPUT, "'%.60s' and '%.60s': no two keys of results differ in case only",
                            keys->key[i], key);
    return F2F_OK;
}

static f2f_status add(struct f2f_design_keys *keys, const char *key, int how, f2f_error *err) {
    int i = 0;
    F2F_TRY(check_column(keys, key, err));
    while (i < keys->n && strcmp(keys->key[i], key) != 0) i++;
    if (i == F2F_DESIGN_KEYS_MAX)
        return f2f_fail(err, F2F_EINPUT, "objectives, requirements and `keep` name more than %d keys", i);
    keys->key[i] = key;
    keys->wanted[i] = keys->wanted[i] || how >= WANTED;
    keys->asked[i] = keys->asked[i] || how == ASKED;
    if (i == keys->n) keys->n++;
    return F2F_OK;
}

/* Each requirement, reported where it stands. */
static void add_tests(struct f2f_design_keys *keys, struct f2f_catalog *catalog, const struct f2f_space *space) {
    f2f_arena *arena = f2f_catalog_arena(catalog);
    const struct f2f_doc *list = f2f_doc_get(space->tree, "require");
    keys->tests = f2f_arena_alloc(arena, ((size_t)space->n_require + 1) * sizeof *keys->tests);
    for (int i = 0; i < space->n_require; i++) {
        const struct f2f_doc *at = f2f_doc_item(list, i) ? f2f_doc_item(list, i) : list;
        f2f_error reason = {0};
        if (f2f_test_parse(&keys->tests[i], space->require[i], &reason) != F2F_OK)
            f2f_doc_error(f2f_catalog_diag(catalog), at, "%s", reason.message);
    }
    keys->n_tests = space->n_require;
}

f2f_status f2f_design_keys_make(struct f2f_design_keys *keys, struct f2f_catalog *catalog,
                                const struct f2f_space *space, f2f_error *err) {
    const struct f2f_diag *diag = f2f_catalog_diag(catalog);
    size_t before = diag->n + diag->dropped;
    *keys = (struct f2f_design_keys){.n = 0};
    for (int i = 0; i < space->n_objectives; i++) F2F_TRY(add(keys, space->objectives[i].key, ASKED, err));
    add_tests(keys, catalog, space);
    F2F_TRY(f2f_diag_status(diag, before, err));
    for (int i = 0; i < keys->n_tests; i++) {
        F2F_TRY(add(keys, keys->tests[i].key, ASKED, err));
        keys->tests_cost = keys->tests_cost || strncmp(keys->tests[i].key, "cost.", 5) == 0;
    }
    for (int i = 0; i < space->n_keep; i++) F2F_TRY(add(keys, space->keep[i], WANTED, err));
    for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++) F2F_TRY(add(keys, usual[i], USUAL, err));
    return F2F_OK;
}

static void put(struct f2f_buffer *out, const void *bytes, size_t n) { f2f_buffer_bytes(out, bytes, n); }

void f2f_design_pack(struct f2f_buffer *out, const struct f2f_design_row *row, int n_keys) {
    size_t why_B = row->why ? strlen(row->why) + 1 : 0;
    put(out, &row->id, sizeof row->id);
    put(out, &row->status, sizeof row->status);
    put(out, &row->work, sizeof row->work);
    put(out, row->figure, (size_t)n_keys * sizeof *row->figure);
    put(out, &why_B, sizeof why_B);
    if (why_B) put(out, row->why, why_B);
}

static bool take(void *to, const char **at, const char *end, size_t n) {
    if ((size_t)(end - *at) < n) return false;
    memcpy(to, *at, n);
    *at += n;
    return true;
}

bool f2f_design_unpack(struct f2f_design_row *row, const char **at, const char *end, int n_keys) {
    size_t why_B;
    bool good = take(&row->id, at, end, sizeof row->id) && take(&row->status, at, end, sizeof row->status) &&
                take(&row->work, at, end, sizeof row->work) &&
                take(row->figure, at, end, (size_t)n_keys * sizeof *row->figure) && take(&why_B, at, end, sizeof why_B);
    if (!good || (size_t)(end - *at) < why_B) return false;
    row->why = why_B ? *at : NULL;
    *at += why_B;
    return true;
}
