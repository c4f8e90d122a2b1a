/* threads.c - equal pieces of work side by side: each thread takes the next that nobody has. */
#include "base/threads.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

enum { MAX_THREADS = 256 };

struct pool {
    size_t n;
    atomic_size_t next;
    void (*work)(void *context, size_t i);
    void *context;
};

static void *take(void *argument) {
    struct pool *pool = argument;
    for (size_t i; (i = atomic_fetch_add(&pool->next, 1)) < pool->n;) pool->work(pool->context, i);
    return NULL;
}

size_t f2f_threads_wanted(int threads) {
    long wanted = threads > 0 ? threads : sysconf(_SC_NPROCESSORS_ONLN);
    return wanted < 1 ? 1 : wanted > MAX_THREADS ? MAX_THREADS : (size_t)wanted;
}

void f2f_threads_each(size_t n, int threads, void (*work)(void *context, size_t i), void *context) {
    struct pool pool = {.n = n, .work = work, .context = context};
    pthread_t others[MAX_THREADS];
    size_t wanted = f2f_threads_wanted(threads), started = 0;
    while (started + 1 < wanted && started + 1 < n && pthread_create(&others[started], NULL, take, &pool) == 0)
        started++;
    take(&pool);
    while (started) pthread_join(others[--started], NULL);
}
