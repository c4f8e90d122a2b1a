/* model.c - finds a model by name: catalog/model/NAME/config.json, a folder with one, or the file. */
#include <string.h>
#include <sys/stat.h>

#include "desc/table.h"

static bool exists(const char *path) {
    struct stat info;
    return stat(path, &info) == 0 && S_ISREG(info.st_mode);
}

f2f_status f2f_catalog_model(const struct f2f_model **out, struct f2f_catalog *catalog, const char *name,
                             f2f_error *err) {
    f2f_arena *arena = catalog->arena;
    const char *path = NULL;
    *out = NULL;
    for (size_t d = 0; d < catalog->n_dirs && !path && !strchr(name, '/'); d++) {
        const char *candidate = f2f_arena_printf(arena, "%s/model/%s/config.json", catalog->dirs[d], name);
        if (exists(candidate)) path = candidate;
    }
    if (!path) {
        const char *inside = f2f_arena_printf(arena, "%s/config.json", name);
        path = exists(inside) ? inside : exists(name) ? name : NULL;
    }
    if (!path) return f2f_model_unknown(catalog, name, err);
    struct f2f_model *model;
    F2F_TRY(f2f_model_load(&model, arena, path, name, catalog->diag, err));
    *out = model;
    return F2F_OK;
}
