/* samples.c - rows of kernel tables, kept instead of compared. */
#include "validate/samples.h"

#include <math.h>
#include <string.h>

#include "validate/state.h"

double f2f_measured_run_predicted_s(const struct f2f_measured_run *sample) {
    double sum_s = 0.0;
    for (size_t i = 0; i < sample->n_ops; i++) sum_s += f2f_machine_op(sample->machine, &sample->ops[i]).time_s;
    if (sample->reading.profiled) sum_s -= f2f_machine_gap_s(sample->machine);
    return fmax(fmax(sum_s - sample->reading.cut_s, sample->reading.cut_s), sample->reading.least_s);
}

static void keep(struct f2f_validation *v, const struct f2f_key *key, struct f2f_machine *machine,
                 const struct f2f_op *ops, size_t n_ops, double measured_us, struct f2f_reading reading) {
    struct f2f_measured_runs *s = v->samples;
    if (s->n == s->cap) {
        size_t cap = s->cap ? 2 * s->cap : 1024;
        s->item = f2f_arena_grow(s->arena, s->item, s->n * sizeof *s->item, cap * sizeof *s->item);
        s->cap = cap;
    }
    struct f2f_op *copy = f2f_arena_alloc(s->arena, n_ops * sizeof *copy);
    memcpy(copy, ops, n_ops * sizeof *copy);
    s->item[s->n++] = (struct f2f_measured_run){.table = v->header.schema->name,
                                                .chip = f2f_arena_strdup(s->arena, key->chip),
                                                .framework = f2f_arena_strdup(s->arena, key->framework),
                                                .dtype = f2f_arena_strdup(s->arena, key->dtype),
                                                .machine = machine,
                                                .ops = copy,
                                                .n_ops = n_ops,
                                                .measured_s = measured_us * 1e-6,
                                                .reading = reading};
}

void f2f_validation_profile(struct f2f_validation *v, const struct f2f_key *key, struct f2f_machine *machine,
                            const struct f2f_op *ops, size_t n_ops, double measured_us, struct f2f_reading reading) {
    if (v->samples) {
        keep(v, key, machine, ops, n_ops, measured_us, reading);
        return;
    }
    const struct f2f_measured_run row = {.machine = machine, .ops = ops, .n_ops = n_ops, .reading = reading};
    f2f_validation_point(v, key, measured_us, f2f_measured_run_predicted_s(&row) * 1e6);
}

void f2f_validation_kernels(struct f2f_validation *v, const struct f2f_key *key, struct f2f_machine *machine,
                            const struct f2f_op *ops, size_t n_ops, double measured_us) {
    f2f_validation_profile(v, key, machine, ops, n_ops, measured_us, (struct f2f_reading){0});
}

f2f_status f2f_measured_runs_read(struct f2f_measured_runs *samples, struct f2f_catalog *catalog, const char *path,
                                  f2f_error *err) {
    struct f2f_validation *v = f2f_arena_alloc(samples->arena, sizeof *v);
    size_t before = samples->n;
    v->samples = samples;
    v->arena = samples->arena;
    F2F_TRY(f2f_validation_read(v, catalog, path, err));
    for (size_t i = 0; i < v->n_groups; i++) samples->skipped += v->groups[i].skipped;
    if (samples->n == before)
        return f2f_fail(err, F2F_EINPUT, "%s: no row of this '%s' table is a kernel of a chip of the catalog", path,
                        v->header.schema->name);
    return F2F_OK;
}
