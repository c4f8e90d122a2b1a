/* samples.h - measured runs of operators with what predicts them: what calibration works on. */
#ifndef F2F_VALIDATE_SAMPLES_H
#define F2F_VALIDATE_SAMPLES_H

#include "fab2fleet/catalog.h"
#include "fab2fleet/machine.h"

/* What a method makes of a time. */
struct f2f_reading {
    bool profiled; /* elementwise kernels, to the end of the last one: what passes before the next is left out */
    double cut_s; /* what is lost on average where readings are cut to whole units of time: half a unit */
    double least_s; /* rows that took less are left out of the table */
};

/* One row: operators that ran one after the other. */
struct f2f_measured_run {
    const char *table, *chip, *framework, *dtype;
    struct f2f_machine *machine; /* shared by the rows of a chip; whoever collects may change its class */
    const struct f2f_op *ops;
    size_t n_ops;
    double measured_s;
    struct f2f_reading reading;
};

struct f2f_measured_runs {
    f2f_arena *arena; /* of everything */
    struct f2f_measured_run *item;
    size_t n, cap;
    size_t skipped; /* rows that no operator can stand for */
};

/* Adds the rows of one measured table of kernels (gemm, attention_prefill, attention_decode, collective, layer).
 * Errors as f2f_validate_file; F2F_EINPUT also for a table of other things. */
f2f_status f2f_measured_runs_read(struct f2f_measured_runs *samples, struct f2f_catalog *catalog, const char *path,
                                  f2f_error *err);

struct f2f_validation;
struct f2f_key;
/* As f2f_validation_kernels (schema.h), for a method that does not keep all its readings as they are. */
void f2f_validation_profile(struct f2f_validation *v, const struct f2f_key *key, struct f2f_machine *machine,
                            const struct f2f_op *ops, size_t n_ops, double measured_us, struct f2f_reading reading);

/* Sum of the predicted times of a row's operators, as the method would read it. */
double f2f_measured_run_predicted_s(const struct f2f_measured_run *sample);

#endif
