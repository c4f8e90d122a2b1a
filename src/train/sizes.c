/* sizes.c - one job on several numbers of chips, side by side in threads.
 *
 * Sizes share nothing but what is only read, so that threads change nothing. */
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "fab2fleet/train.h"

enum { THREADS_MAX = 64 };

struct pool {
    struct f2f_train_size *sizes;
    size_t n;
    const struct f2f_system *system;
    const struct f2f_train_job *job;
    bool ranked;
    f2f_arena *arenas[F2F_TRAIN_SIZES_MAX];
    atomic_size_t next;
};

static void *work(void *argument) {
    struct pool *pool = argument;
    for (size_t i; (i = atomic_fetch_add(&pool->next, 1)) < pool->n;) {
        struct f2f_train_size *size = &pool->sizes[i];
        struct f2f_train_job job = *pool->job;
        job.chips = size->chips;
        pool->arenas[i] = f2f_arena_new();
        size->status = f2f_train_run_ranked(&size->record, pool->ranked ? &size->ranking : NULL, pool->arenas[i],
                                            pool->system, &job, &size->err);
    }
    return NULL;
}

f2f_status f2f_train_run_sizes(struct f2f_train_size *sizes, size_t n, f2f_arena *arena,
                               const struct f2f_system *system, const struct f2f_train_job *job, bool ranked,
                               int threads, f2f_error *err) {
    if (n > F2F_TRAIN_SIZES_MAX)
        return f2f_fail(err, F2F_EINPUT, "%zu numbers of chips at once; at most %d", n, F2F_TRAIN_SIZES_MAX);
    struct pool pool = {.sizes = sizes, .n = n, .system = system, .job = job, .ranked = ranked};
    pthread_t workers[THREADS_MAX];
    long cores = threads > 0 ? threads : sysconf(_SC_NPROCESSORS_ONLN);
    int started = 0;
    while (started < THREADS_MAX && started < cores - 1 && started < (int)n - 1 &&
           pthread_create(&workers[started], NULL, work, &pool) == 0)
        started++;
    work(&pool);
    for (int i = 0; i < started; i++) pthread_join(workers[i], NULL);
    for (size_t i = 0; i < n; i++) f2f_arena_adopt(arena, pool.arenas[i]);
    for (size_t i = 0; i < n; i++)
        if (sizes[i].status != F2F_OK) return f2f_fail(err, sizes[i].status, "%s", sizes[i].err.message);
    return F2F_OK;
}
