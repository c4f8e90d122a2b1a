/* explore.h - runs a study: its jobs on every system, in threads, then ratios, sweeps and claims. */
#ifndef F2F_EXPLORE_PUBLIC_H
#define F2F_EXPLORE_PUBLIC_H

#include "fab2fleet/program.h"
#include "fab2fleet/record.h"
#include "fab2fleet/study.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Called as work proceeds; returns false to stop (F2F_EINTERRUPTED, what was finished is kept). */
typedef bool f2f_progress_fn(void *context, int done, int total, const char *what);

/* What a journal held of a study. */
struct f2f_resumed {
    int taken, total; /* jobs of the study that are taken over, and all */
    int entries, damaged; /* whole entries, of other studies too; those that are not */
};
/* Called before the work, where there is a journal. */
typedef void f2f_resumed_fn(void *context, const struct f2f_resumed *resumed);

struct f2f_study_options {
    const struct f2f_set *sets; /* applied to every system, after its own */
    size_t n_sets;
    const struct f2f_price *price; /* for money in the records; NULL: none */
    int threads; /* 0: all cores */
    f2f_progress_fn *progress;
    void *progress_context;
    const char *journal; /* file that keeps every job as it finishes, and gives those it has; NULL: none */
    bool fresh; /* whatever the journal has */
    f2f_resumed_fn *resumed; /* or NULL */
    void *resumed_context;
};

/* Answers the study: a record per system and job, ratios, claims, sweeps. When a job fails or the work is stopped the
 * status says so, and out holds what was finished (NULL: nothing was started). F2F_EINPUT: a name in the study that
 * stands for nothing, a job that cannot run, more than 5,000 jobs; a journal that is none. F2F_ERUN: the journal cannot
 * be written. */
f2f_status f2f_study_run(struct f2f_results **out, struct f2f_catalog *catalog, const struct f2f_study *study,
                         const struct f2f_study_options *options, f2f_error *err);

struct f2f_program_options {
    const struct f2f_price *price;
    int samples, seed; /* of the Monte Carlo run; 0 samples: none */
    int threads; /* of the simulation; 0: all cores */
    f2f_progress_fn *progress;
    void *progress_context;
};

/* Answers a purchasing program (plan.h): every demand is simulated on every vendor's system first. Ranges of what was
 * loaded since f2f_catalog_ranges_start are its uncertainty. */
f2f_status f2f_program_run(struct f2f_results **out, struct f2f_catalog *catalog, const struct f2f_program *program,
                           const struct f2f_program_options *options, f2f_error *err);

/* All that can be known without running it: F2F_EINPUT as above, or a demand that no vendor can meet. */
f2f_status f2f_program_check(struct f2f_catalog *catalog, const struct f2f_program *program, f2f_error *err);
f2f_status f2f_study_check(struct f2f_catalog *catalog, const struct f2f_study *study, f2f_error *err);

#ifdef __cplusplus
}
#endif
#endif
