/* state.h - one file on its way through the models: its table, what was looked up, its errors. */
#ifndef F2F_VALIDATE_STATE_H
#define F2F_VALIDATE_STATE_H

#include "validate/schema.h"

/* Bounds of one file: more different names than this are no table of measurements. */
enum { F2F_GROUP_MAX = 1000, F2F_REASON_MAX = 30, F2F_NAME_MAX = 1000, F2F_FRAMEWORK_MAX = 100 };

/* Rows of equal key; texts and errors live in the file's arena. */
struct f2f_group {
    struct f2f_key key;
    double *error; /* signed and relative, one for each row: the median wants them all */
    size_t n, cap, skipped;
    size_t apart, inside; /* rows predicted otherwise at p10 than at p90; rows measured between them */
    size_t ranged, within; /* rows with a published range; of these, predicted inside it */
};

/* One compared figure. */
struct f2f_point {
    struct f2f_group *group;
    double measured, predicted;
};

struct f2f_reason {
    const char *text;
    size_t rows;
};

/* A chip in a node that has so many of it. machine NULL: there is none, see reason. */
struct f2f_known_machine {
    const char *name, *reason;
    int chips;
    struct f2f_machine *machine;
};

struct f2f_known_model {
    const char *name, *reason;
    const struct f2f_model *model;
};

/* One of the rows that are most wrong. */
struct f2f_wrong {
    const char *metric;
    const char *cells; /* as in the file, without its source */
    int line;
    double measured, predicted;
};

struct f2f_measured_runs;

struct f2f_validation {
    struct f2f_catalog *catalog;
    f2f_arena *arena; /* freed when the file is done */
    const char *path;
    struct f2f_diag *diag;
    struct f2f_header header;
    struct f2f_csv_count count;
    struct f2f_group groups[F2F_GROUP_MAX];
    size_t n_groups;
    struct f2f_reason reasons[F2F_REASON_MAX];
    size_t n_reasons;
    struct f2f_known_machine machines[F2F_NAME_MAX];
    size_t n_machines;
    struct f2f_measured_runs *samples; /* not NULL: kernels are collected there instead */
    struct f2f_known_model models[F2F_NAME_MAX];
    size_t n_models;
    struct f2f_known_framework frameworks[F2F_FRAMEWORK_MAX + 1]; /* the last: all that are too many */
    size_t n_frameworks;
    enum f2f_quantile quantile; /* of all predictions */
    bool keeps_points, knows_inside;
    struct f2f_point *points; /* in the order of the file */
    size_t n_points, cap_points;
    const struct f2f_csv_row *row; /* being predicted */
    struct f2f_wrong *worst; /* of the whole file, the worst first */
    size_t n_worst, max_worst;
};

/* validate.c: reads a file into v, whose arena and samples are set. */
f2f_status f2f_validation_read(struct f2f_validation *v, struct f2f_catalog *catalog, const char *path, f2f_error *err);

/* worst.c: keeps the row being predicted if it is among the worst; reports them as a table. */
void f2f_worst_offer(struct f2f_validation *v, const char *metric, double measured, double predicted);
void f2f_worst_report(struct f2f_results *out, const struct f2f_validation *v);

/* frameworks.c: notes on names that are neither an engine nor a library that is known. */
void f2f_frameworks_report(struct f2f_results *out, const struct f2f_validation *v);

/* group.c: one record per group, one over all chips per metric that has several, and the notes. */
void f2f_validation_report(struct f2f_results *out, struct f2f_validation *v);

#endif
