/* host.h - inside src/measure: the system's files. */
#ifndef F2F_MEASURE_HOST_H
#define F2F_MEASURE_HOST_H

#include "fab2fleet/measure.h"

/* The text of root + path; "" where it cannot be read. */
const char *f2f_host_file(f2f_arena *arena, const char *root, const char *path);
/* A number from the start of the text to its end or a blank; false: none. */
bool f2f_host_number(double *out, const char *text);
/* Numbers of a list such as "0-3,8,10-11": how many there are; the first `max` of them go to out (NULL: none). */
int f2f_host_list(int *out, int max, const char *text);
/* CPUs that control groups (v2 or v1) grant this process; 0: no limit. */
double f2f_host_quota(f2f_arena *arena, const char *root);
/* Bytes that they let it use beside what it does; 0: no limit, and where nothing is left, 1. */
double f2f_host_memory_limit(f2f_arena *arena, const char *root);

#endif
