/* output.c - what can be known before the work begins: may the files be written, and do the options belong. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"

f2f_status cli_check_writable(const struct cli *cli, const char *path, f2f_error *err) {
    struct stat info;
    const char *slash = strrchr(path, '/');
    const char *folder = !slash          ? "."
                         : slash == path ? "/"
                                         : f2f_arena_strndup(cli->arena, path, (size_t)(slash - path));
    if (stat(path, &info) == 0) {
        if (S_ISDIR(info.st_mode)) errno = EISDIR;
        else if (access(path, W_OK) == 0) return F2F_OK;
    } else if (access(folder, W_OK | X_OK) == 0) return F2F_OK;
    return f2f_fail(err, F2F_ERUN, "cannot write '%.120s': %s", path, strerror(errno));
}

/* `run` writes a folder where the name is none of a file. */
static f2f_status check_folder(const struct cli *cli, const char *path, f2f_error *err) {
    struct stat info;
    if (stat(path, &info) != 0) return cli_check_writable(cli, path, err);
    if (!S_ISDIR(info.st_mode)) errno = ENOTDIR;
    else if (access(path, W_OK | X_OK) == 0) return F2F_OK;
    return f2f_fail(err, F2F_ERUN, "cannot write into the folder '%.120s': %s", path, strerror(errno));
}

/* Has the name an ending that stands for no format? */
static bool has_odd_ending(const char *path) {
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path, *dot = strrchr(name, '.');
    return dot && dot > name && dot[1] && !cli_names_format(path);
}

/* `measure` writes a description of the machine. */
static bool describes(const struct cli *cli) {
    const char *dot = strrchr(cli->common.output, '.');
    return strcmp(cli->verb, "measure") == 0 && dot && (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0);
}

f2f_status cli_check_output(const struct cli *cli, f2f_error *err) {
    const char *path = cli->common.output;
    struct stat info;
    if (!path) return F2F_OK;
    if (strcmp(cli->verb, "explore") == 0) return F2F_OK; /* a database by any name, of one of many processes */
    bool run = strcmp(cli->verb, "run") == 0, is_folder = stat(path, &info) == 0 && S_ISDIR(info.st_mode),
         goes = run ? is_folder : cli->common.json || cli->common.csv || describes(cli); /* whatever it is called */
    if (!goes && has_odd_ending(path))
        return f2f_fail(err, F2F_EUSAGE,
                        "-o '%.80s': .json, .csv, .html, .txt and .trace.json (a timeline) are known%s", path,
                        run ? "; a new folder's name has no ending" : "");
    return run && !cli_names_format(path) ? check_folder(cli, path, err) : cli_check_writable(cli, path, err);
}

f2f_status cli_check_only(const struct cli *cli, const struct cli_only *rules, size_t n, f2f_error *err) {
    for (size_t i = 0; i < cli->n_given; i++)
        for (size_t r = 0; r < n; r++)
            if (!rules[r].applies && strcmp(cli->given[i], rules[r].option) == 0)
                return f2f_fail(err, F2F_EUSAGE, "--%s is for %s, and would change nothing here: leave it out",
                                rules[r].option, rules[r].with);
    return F2F_OK;
}
