/* sizes.c - one job on several numbers of chips, side by side in threads.
 *
 * Sizes share nothing but what is only read, so that threads change nothing. */
#include "base/threads.h"
#include "fab2fleet/train.h"

struct sizes {
    struct f2f_train_size *sizes;
    const struct f2f_system *system;
    const struct f2f_train_job *job;
    bool ranked;
    f2f_arena *arenas[F2F_TRAIN_SIZES_MAX];
};

static void run_size(void *context, size_t i) {
    struct sizes *all = context;
    struct f2f_train_size *size = &all->sizes[i];
    struct f2f_train_job job = *all->job;
    job.chips = size->chips;
    all->arenas[i] = f2f_arena_new();
    size->status = f2f_train_run_ranked(&size->record, all->ranked ? &size->ranking : NULL, all->arenas[i], all->system,
                                        &job, &size->err);
}

f2f_status f2f_train_run_sizes(struct f2f_train_size *sizes, size_t n, f2f_arena *arena,
                               const struct f2f_system *system, const struct f2f_train_job *job, bool ranked,
                               int threads, f2f_error *err) {
    if (n > F2F_TRAIN_SIZES_MAX)
        return f2f_fail(err, F2F_EINPUT, "%zu numbers of chips at once; at most %d", n, F2F_TRAIN_SIZES_MAX);
    struct sizes all = {.sizes = sizes, .system = system, .job = job, .ranked = ranked};
    f2f_threads_each(n, threads, run_size, &all);
    for (size_t i = 0; i < n; i++) f2f_arena_adopt(arena, all.arenas[i]);
    for (size_t i = 0; i < n; i++)
        if (sizes[i].status == F2F_EINTERRUPTED) return f2f_fail(err, sizes[i].status, "%s", sizes[i].err.message);
    for (size_t i = 0; i < n; i++)
        if (sizes[i].status != F2F_OK) return f2f_fail(err, sizes[i].status, "%s", sizes[i].err.message);
    return F2F_OK;
}
