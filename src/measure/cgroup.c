/* cgroup.c - files of the system, and what control groups grant a process in a container.
 *
 * After the Linux kernel's Documentation/admin-guide/cgroup-v2.rst (cpu.max, memory.max) and cgroup-v1
 * (cpu.cfs_quota_us, memory.limit_in_bytes). A limit of any group from the process's own up to the root holds. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "measure/host.h"

enum { FILE_MAX_B = 1 << 20 };

/* Files of /proc and /sys have no size, and a lone process may not see them: read as they come. */
const char *f2f_host_file(f2f_arena *arena, const char *root, const char *path) {
    FILE *file = fopen(f2f_arena_printf(arena, "%s%s", root, path), "rb");
    if (!file) return "";
    char *text = malloc(FILE_MAX_B);
    size_t n = text ? fread(text, 1, FILE_MAX_B - 1, file) : 0;
    while (n > 0 && text[n - 1] == '\n') n--;
    const char *kept = f2f_arena_strndup(arena, text ? text : "", n);
    free(text);
    (void)fclose(file);
    return kept;
}

bool f2f_host_number(double *out, const char *text) {
    char word[64];
    size_t length = strcspn(text, " \n");
    if (length >= sizeof word) return false;
    memcpy(word, text, length);
    word[length] = '\0';
    return f2f_number_parse(out, word);
}

int f2f_host_list(int *out, int max, const char *text) {
    enum { LARGEST = 1 << 20 };
    int n = 0;
    while (*text >= '0' && *text <= '9') {
        char *end;
        long first = strtol(text, &end, 10), last = first;
        if (*end == '-') last = strtol(end + 1, &end, 10);
        if (first > LARGEST || last > LARGEST) return n;
        for (long cpu = first; cpu <= last; cpu++, n++)
            if (out && n < max) out[n] = (int)cpu;
        text = *end == ',' ? end + 1 : end;
    }
    return n;
}

/* The path after "<id>:<controllers>:" of the line that has the controller; v2 has one line, without. */
static const char *group_of(f2f_arena *arena, const char *text, const char *controller) {
    for (const char *line = text; *line; line += *line == '\n') {
        size_t length = strcspn(line, "\n");
        char *copy = f2f_arena_strndup(arena, line, length);
        line += length;
        char *names = strchr(copy, ':'), *path = names ? strchr(names + 1, ':') : NULL;
        if (!path) continue;
        *path = ',';
        char *found = path - names == 1 ? names : NULL;
        if (controller[0]) found = strstr(names + 1, f2f_arena_printf(arena, "%s,", controller));
        if (found && (!controller[0] || found[-1] == ':' || found[-1] == ',')) return path + 1;
    }
    return NULL;
}

static double quota_v2(f2f_arena *arena, const char *root, const char *folder) {
    const char *text = f2f_host_file(arena, root, f2f_arena_printf(arena, "%s/cpu.max", folder));
    const char *blank = strchr(text, ' ');
    double quota_us, period_us;
    if (!blank || !f2f_host_number(&quota_us, text) || !f2f_host_number(&period_us, blank + 1)) return 0.0;
    return period_us > 0.0 ? quota_us / period_us : 0.0;
}

static double quota_v1(f2f_arena *arena, const char *root, const char *folder) {
    double quota_us, period_us;
    const char *quota = f2f_host_file(arena, root, f2f_arena_printf(arena, "%s/cpu.cfs_quota_us", folder));
    const char *period = f2f_host_file(arena, root, f2f_arena_printf(arena, "%s/cpu.cfs_period_us", folder));
    if (!f2f_host_number(&quota_us, quota) || !f2f_host_number(&period_us, period)) return 0.0;
    return quota_us > 0.0 && period_us > 0.0 ? quota_us / period_us : 0.0;
}

/* A number of "memory.stat"; 0: none of that name. */
static double stat_of(const char *text, const char *name) {
    size_t length = strlen(name);
    double number;
    for (const char *line = text; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, name, length) == 0 && line[length] == ' ')
            return f2f_host_number(&number, line + length + 1) ? number : 0.0;
    }
    return 0.0;
}

/* What is left of a limit: pages of files that nobody has looked at lately are given back first. */
static double memory_left(f2f_arena *arena, const char *root, const char *folder, const char *limit, const char *used,
                          const char *reclaimed) {
    double limit_B, used_B;
    if (!f2f_host_number(&limit_B, f2f_host_file(arena, root, f2f_arena_printf(arena, "%s/%s", folder, limit))))
        return 0.0; /* "max" */
    if (!f2f_host_number(&used_B, f2f_host_file(arena, root, f2f_arena_printf(arena, "%s/%s", folder, used))))
        return limit_B;
    used_B -= stat_of(f2f_host_file(arena, root, f2f_arena_printf(arena, "%s/memory.stat", folder)), reclaimed);
    return used_B < limit_B ? limit_B - used_B : 1.0;
}

static double memory_v2(f2f_arena *arena, const char *root, const char *folder) {
    return memory_left(arena, root, folder, "memory.max", "memory.current", "inactive_file");
}

/* Without a limit it says nearly 2^63. */
static double memory_v1(f2f_arena *arena, const char *root, const char *folder) {
    return memory_left(arena, root, folder, "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file");
}

/* The least of a limit over the groups from `group` up to that of the mount; 0: none has one. */
static double least(f2f_arena *arena, const char *root, const char *mount, const char *group,
                    double (*limit)(f2f_arena *, const char *, const char *)) {
    char *path = f2f_arena_strdup(arena, group ? group : "");
    double found = 0.0;
    for (;;) {
        double here = limit(arena, root, f2f_arena_printf(arena, "%s%s", mount, path));
        if (here > 0.0 && (found <= 0.0 || here < found)) found = here;
        char *slash = strrchr(path, '/');
        if (!slash) return found;
        *slash = '\0';
    }
}

double f2f_host_quota(f2f_arena *arena, const char *root) {
    const char *groups = f2f_host_file(arena, root, "/proc/self/cgroup");
    double v2 = least(arena, root, "/sys/fs/cgroup", group_of(arena, groups, ""), quota_v2);
    return v2 > 0.0 ? v2 : least(arena, root, "/sys/fs/cgroup/cpu", group_of(arena, groups, "cpu"), quota_v1);
}

double f2f_host_memory_limit(f2f_arena *arena, const char *root) {
    const char *groups = f2f_host_file(arena, root, "/proc/self/cgroup");
    double v2 = least(arena, root, "/sys/fs/cgroup", group_of(arena, groups, ""), memory_v2);
    return v2 > 0.0 ? v2 : least(arena, root, "/sys/fs/cgroup/memory", group_of(arena, groups, "memory"), memory_v1);
}
