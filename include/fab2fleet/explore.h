/* explore.h - runs a study: its jobs on every system, in threads, then ratios, sweeps and claims; and explores a space
 * of designs: which of them are best. */
#ifndef F2F_EXPLORE_PUBLIC_H
#define F2F_EXPLORE_PUBLIC_H

#include "fab2fleet/program.h"
#include "fab2fleet/record.h"
#include "fab2fleet/space.h"
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

/* A space that is explored: shared by threads, and by processes that each made it of the same files. */
struct f2f_explorer;

/* Other processes that take part: called on the caller's thread while this process's own threads work, with
 * f2f_explorer_take, _put and _fail; returns when no process has work left. */
typedef void f2f_explore_share_fn(void *context, struct f2f_explorer *explorer);

struct f2f_explore_options {
    const struct f2f_set *sets; /* the user's, of every design */
    size_t n_sets;
    const char *price; /* a list instead of the space's; NULL */
    int threads; /* 0: all cores; they change nothing but the time */
    int seed; /* of the samples, instead of the space's; 0: the space's */
    bool resume; /* go on with the database, if it is there */
    f2f_resumed_fn *resumed; /* called before the work where the database holds designs; NULL */
    void *resumed_context;
    int rows; /* of the front that are shown; the database has all */
    f2f_progress_fn *progress; /* of designs */
    void *progress_context;
    f2f_explore_share_fn *share; /* NULL: this process is alone */
    void *share_context;
};

/* Explores the space into the database at `path` (docs/explore.md). One result: points, evaluated, feasible, pareto,
 * infeasible, refused, missed, unknown, pruned, simulations; tables: the front, the best by the first objective first,
 * and what each axis is worth. F2F_EUSAGE: the file is there and not to be resumed, a --set of what the space varies;
 * F2F_EINPUT: too many designs, a key that the first result lacks (of a database made by this call nothing is left
 * then), a database that is none or of another space, catalog or program; F2F_EINTERRUPTED: out holds what was
 * finished; F2F_EINFEASIBLE: no design is feasible, out says why. */
f2f_status f2f_explore_run(struct f2f_results **out, struct f2f_catalog *catalog, const struct f2f_space *space,
                           const char *path, const struct f2f_explore_options *options, f2f_error *err);

/* For processes that lend a hand to another's f2f_explore_run: the same space, without a database. */
f2f_status f2f_explorer_new(struct f2f_explorer **out, struct f2f_catalog *catalog, const struct f2f_space *space,
                            const struct f2f_explore_options *options, f2f_error *err);
/* A text that is the same in processes whose work belongs together; lent. */
const char *f2f_explorer_mark(const struct f2f_explorer *explorer);
/* Works through n units, in threads, and appends what came out to the arena: bytes for f2f_explorer_put. */
f2f_status f2f_explorer_work(const struct f2f_explorer *explorer, f2f_arena *arena, const uint64_t *units, size_t n,
                             const char **rows, size_t *length, f2f_error *err);
/* Up to `most` units that nobody has; 0: none is left, or the run is to end. From any thread. */
size_t f2f_explorer_take(struct f2f_explorer *explorer, uint64_t *units, size_t most);
/* Keeps what came out of work. F2F_ERUN: it cannot be written, or was garbled on its way. From any thread. */
f2f_status f2f_explorer_put(struct f2f_explorer *explorer, const char *rows, size_t length, f2f_error *err);
/* Ends the run: a process that took part failed. */
void f2f_explorer_fail(struct f2f_explorer *explorer, const f2f_error *reason);

/* All that can be known without running it. */
f2f_status f2f_space_check(struct f2f_catalog *catalog, const struct f2f_space *space, f2f_error *err);

#ifdef __cplusplus
}
#endif
#endif
