/* threads.h - equal pieces of work side by side. */
#ifndef F2F_BASE_THREADS_H
#define F2F_BASE_THREADS_H

#include <stddef.h>

/* work(context, i) once for each i below n, in any order, on so many threads, of which the caller's is one; 0: one for
 * each core. Pieces share nothing but what is only read or guarded, so that threads change nothing but the time.
 * Returns when all are done; where the system gives fewer threads, on those. */
void f2f_threads_each(size_t n, int threads, void (*work)(void *context, size_t i), void *context);

/* How many that are: 1 to 256. */
size_t f2f_threads_wanted(int threads);

#endif
