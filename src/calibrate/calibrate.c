/* calibrate.c - measured tables in, a class's constants and their errors out; see include/fab2fleet/calibrate.h. */
#include <string.h>

#include "calibrate/calibration.h"
#include "desc/table.h"

static f2f_status load_class(struct f2f_calibration *c, const char **path, struct f2f_catalog *catalog,
                             const char *name, f2f_error *err) {
    void *loaded;
    F2F_TRY(f2f_desc_load(&loaded, catalog, &f2f_class_table, name, NULL, 0, err));
    c->cls = *(const struct f2f_chip_class *)loaded;
    *path = f2f_desc_is_path(name) ? name : f2f_catalog_file(catalog, "class", name);
    return F2F_OK;
}

/* Keeps the rows of tables that are fitted on and of chips of the class, and gives their machines our constants. */
static void keep_class(struct f2f_calibration *c) {
    size_t kept = 0;
    for (size_t i = 0; i < c->samples.n; i++) {
        struct f2f_measured_run *s = &c->samples.item[i];
        bool ours = s->machine->cls == &c->cls || strcmp(s->machine->cls->id.name, c->cls.id.name) == 0;
        if (!ours || f2f_fit_of_table(s->table) == F2F_FIT_N) continue;
        s->machine->cls = &c->cls;
        c->samples.item[kept++] = *s;
    }
    c->samples.n = kept;
}

static bool same_group(const struct f2f_measured_run *a, const struct f2f_measured_run *b) {
    return strcmp(a->table, b->table) == 0 && strcmp(a->chip, b->chip) == 0 &&
           strcmp(a->framework, b->framework) == 0 && strcmp(a->dtype, b->dtype) == 0;
}

/* What exceeds the bounds joins the last group, and is no chip that can be left out. */
static void make_groups(struct f2f_calibration *c) {
    c->group_of = f2f_arena_alloc(c->arena, (c->samples.n + 1) * sizeof *c->group_of);
    for (size_t i = 0; i < c->samples.n; i++) {
        struct f2f_measured_run *s = &c->samples.item[i];
        size_t g = 0, chip = 0;
        while (g < c->n_groups && !same_group(c->groups[g].first, s)) g++;
        if (g == F2F_CALIBRATION_GROUPS) g--;
        if (g == c->n_groups)
            c->groups[c->n_groups++] = (struct f2f_sample_group){.first = s, .fit = f2f_fit_of_table(s->table)};
        c->groups[g].n++;
        c->group_of[i] = g;
        while (chip < c->n_chips && strcmp(c->chips[chip], s->chip) != 0) chip++;
        if (chip == c->n_chips && chip < F2F_CALIBRATION_CHIPS) c->chips[c->n_chips++] = s->chip;
    }
}

static f2f_status read_samples(struct f2f_calibration *c, struct f2f_catalog *catalog,
                               const struct f2f_calibrate_opts *opts, f2f_error *err) {
    for (size_t i = 0; i < opts->n_files; i++)
        F2F_TRY(f2f_measured_runs_read(&c->samples, catalog, opts->files[i], err));
    keep_class(c);
    if (!c->samples.n)
        return f2f_fail(err, F2F_EINPUT, "no row is a kernel of a chip of class '%.60s'", opts->class_name);
    make_groups(c);
    return F2F_OK;
}

static void put_constants(struct f2f_results *out, struct f2f_calibration *c, const struct f2f_chip_class *before) {
    struct f2f_record *r = f2f_record_new(out->arena, f2f_arena_printf(out->arena, "constants of %s", c->cls.id.name));
    struct f2f_chip_class old = *before;
    for (size_t i = 0; i < f2f_n_constants; i++) {
        const struct f2f_constant *constant = &f2f_constants[i];
        if (constant->fit == F2F_FIT_STATED) continue;
        struct f2f_record *one = f2f_record_sub(r, constant->key, f2f_fit_table(constant->fit));
        f2f_record_num(one, "fitted", *f2f_constant_value(&c->cls, constant), NULL);
        f2f_record_num(one, "before", *f2f_constant_value(&old, constant), NULL);
    }
    f2f_results_add(out, r);
}

static bool step(const struct f2f_calibrate_opts *opts, int done, int total, const char *what) {
    return !opts->progress || opts->progress(opts->progress_context, done, total, what);
}

/* Fits without each chip in turn; ratio receives what each chip's own rows come out at. */
static f2f_status leave_out(struct f2f_results *out, double *ratio, struct f2f_calibration *c,
                            const struct f2f_calibrate_opts *opts, f2f_error *err) {
    const struct f2f_chip_class all = c->cls;
    for (size_t i = 0; i < c->n_chips && c->n_chips > 1; i++) {
        if (!step(opts, (int)i + 1, (int)c->n_chips + 1, c->chips[i]))
            return f2f_fail(err, F2F_EINTERRUPTED, "interrupted: %zu of %zu chips were left out", i, c->n_chips);
        F2F_TRY(f2f_calibration_fit(c, c->chips[i], err));
        f2f_calibration_report(out, c, c->chips[i], true);
        f2f_calibration_ratios(ratio, c, c->chips[i]);
        c->cls = all;
        c->left_out = true;
    }
    return F2F_OK;
}

/* One line for each group that was reported, for the class's file. */
static const char **statistics(size_t *n, const struct f2f_results *out, f2f_arena *arena) {
    const char **lines = f2f_arena_alloc(arena, (out->n_items + 1) * sizeof *lines);
    *n = 0;
    for (size_t i = 0; i < out->n_items; i++) {
        const struct f2f_record *r = out->items[i];
        if (!f2f_record_find(r, "mape_frac")) continue;
        lines[(*n)++] = f2f_arena_printf(
            arena, "%s: %d.%d %% of %d rows", r->title, (int)(f2f_record_get(r, "mape_frac") * 1000.0 + 0.5) / 10,
            (int)(f2f_record_get(r, "mape_frac") * 1000.0 + 0.5) % 10, (int)f2f_record_get(r, "n"));
    }
    return lines;
}

static f2f_status calibrate(struct f2f_results *out, const char **class_text, struct f2f_calibration *c,
                            struct f2f_catalog *catalog, const struct f2f_calibrate_opts *opts, f2f_error *err) {
    const char *path;
    struct f2f_residuals errors[F2F_FIT_N];
    size_t n_lines;
    F2F_TRY(load_class(c, &path, catalog, opts->class_name, err));
    const struct f2f_chip_class before = c->cls;
    F2F_TRY(read_samples(c, catalog, opts, err));
    if (!step(opts, 0, (int)c->n_chips + 1, "all chips")) return f2f_fail(err, F2F_EINTERRUPTED, "interrupted");
    if (opts->evaluations > 0) F2F_TRY(f2f_calibration_fit(c, NULL, err));
    if (!opts->summary) {
        put_constants(out, c, &before);
        f2f_calibration_report(out, c, NULL, false);
    }
    double *ratio = f2f_arena_alloc(c->arena, (c->samples.n + 1) * sizeof *ratio);
    f2f_calibration_ratios(ratio, c, NULL);
    if (opts->left_out && opts->evaluations > 0) F2F_TRY(leave_out(out, ratio, c, opts, err));
    for (int fit = 0; fit < F2F_FIT_N; fit++) errors[fit] = f2f_calibration_quantiles(c, ratio, (enum f2f_fit)fit);
    if (!class_text) return F2F_OK;
    const char **lines = statistics(&n_lines, out, c->arena);
    F2F_TRY(f2f_calibration_write(class_text, c, path, errors, lines, n_lines, err));
    *class_text = f2f_arena_strdup(out->arena, *class_text);
    return F2F_OK;
}

f2f_status f2f_calibrate(struct f2f_results *out, const char **class_text, struct f2f_catalog *catalog,
                         const struct f2f_calibrate_opts *opts, f2f_error *err) {
    f2f_arena *arena = f2f_arena_new();
    struct f2f_calibration *c = f2f_arena_alloc(arena, sizeof *c);
    c->arena = c->samples.arena = arena;
    c->evaluations = opts->evaluations;
    f2f_status status = calibrate(out, class_text, c, catalog, opts, err);
    f2f_arena_free(arena);
    return status;
}
