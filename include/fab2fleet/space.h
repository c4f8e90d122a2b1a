/* space.h - a space of designs in one file: what may be chosen, what it is judged by, and what it must meet. */
#ifndef F2F_SPACE_H
#define F2F_SPACE_H

#include "fab2fleet/study.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a value of an axis changes. */
enum f2f_space_part {
    F2F_SPACE_SYSTEM, /* a --set path of the system */
    F2F_SPACE_JOB, /* job.FIELD */
    F2F_SPACE_MODEL, /* job.model */
    F2F_SPACE_PRICE, /* price.FIELD */
    F2F_SPACE_PRICE_LIST, /* price: another list */
    F2F_SPACE_ENGINE, /* engine.FIELD */
    F2F_SPACE_BASE /* base: another system */
};

struct f2f_field;

struct f2f_space_change {
    struct f2f_set set;
    int part; /* enum f2f_space_part */
    const struct f2f_field *field; /* of a JOB; else NULL */
    const struct f2f_model *model; /* of a MODEL; else NULL */
    bool pays; /* only what things cost */
    const char *place; /* the path with all its steps, the same for whatever way it may be written: node.chip.tdp */
};

/* One value of an axis: one change, or several that belong together. */
struct f2f_space_value {
    const char *name; /* as written */
    struct f2f_space_change *changes;
    int n_changes;
    const struct f2f_doc *at;
};

struct f2f_space_axis {
    const char *name; /* the path, or of an axis of several changes its own name */
    struct f2f_space_value *values;
    int n_values;
};

/* A key of the results, to be small (min) or large (max). */
struct f2f_space_objective {
    const char *key;
    bool most;
};

struct f2f_space {
    struct f2f_ident id;
    const char *question;
    const char *base; /* a system, node or chip of the catalog, or a path */
    struct f2f_set *sets; /* against the base, of every design */
    int n_sets;
    struct f2f_study_job job; /* with one model and one precision */
    struct f2f_space_axis *axes; /* the last one runs fastest */
    int n_axes;
    struct f2f_space_objective *objectives;
    int n_objectives;
    const char **require; /* 'ttft_p99_s<=0.5' */
    int n_require;
    const char **keep; /* more keys to keep of each design */
    int n_keep;
    int samples; /* designs of a Latin hypercube; 0: all */
    int seed; /* of the samples */
    const char *price; /* price list, by name or path; NULL: the default */
    const struct f2f_doc *tree; /* as read */
};

enum { F2F_SPACE_AXES_MAX = 24, F2F_SPACE_OBJECTIVES_MAX = 8 };

/* F2F_EINPUT: paths and values that stand for nothing, ranges without end, too many axes; all of it at once. */
f2f_status f2f_space_load(const struct f2f_space **out, struct f2f_catalog *catalog, const char *path, f2f_error *err);

#ifdef __cplusplus
}
#endif
#endif
