/* data_dirs.c - where the catalog may be: --data, $FAB2FLEET_DATA, $XDG_DATA_HOME/fab2fleet, then
 * beside the program (share folder of an installation, source tree of a build). */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"

static bool is_folder(const char *path) {
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

static void add(const char **dirs, size_t *n, size_t max, f2f_arena *arena, const char *base, const char *below) {
    if (!base || !base[0] || *n >= max) return;
    const char *path = f2f_arena_printf(arena, "%s%s", base, below);
    if (is_folder(path)) dirs[(*n)++] = path;
}

/* The folder the program lies in, or NULL. */
static const char *program_folder(f2f_arena *arena) {
    char path[4096];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    if (length <= 0) return NULL;
    path[length] = '\0';
    char *slash = strrchr(path, '/');
    if (slash) *slash = '\0';
    return f2f_arena_strdup(arena, path);
}

f2f_status cli_data_dirs(const char **dirs, size_t *n, size_t max, f2f_arena *arena, const char *given,
                         f2f_error *err) {
    const char *variable = getenv("FAB2FLEET_DATA"), *data_home = getenv("XDG_DATA_HOME");
    const char *program = program_folder(arena);
    *n = 0;
    if (given && !is_folder(given)) return f2f_fail(err, F2F_EUSAGE, "--data '%.120s' is no folder", given);
    if (variable && variable[0] && !is_folder(variable))
        return f2f_fail(err, F2F_EUSAGE, "FAB2FLEET_DATA '%.120s' is no folder: correct or unset it", variable);
    add(dirs, n, max, arena, given, "");
    add(dirs, n, max, arena, variable, "");
    if (data_home && data_home[0]) add(dirs, n, max, arena, data_home, "/fab2fleet");
    else add(dirs, n, max, arena, getenv("HOME"), "/.local/share/fab2fleet");
    add(dirs, n, max, arena, program, "/../share/fab2fleet/catalog");
    add(dirs, n, max, arena, program, "/catalog");
    return F2F_OK;
}
