/* model.c - finds a model by name: catalog/model/NAME/config.json, a folder with one, or the file. */
#include "desc/table.h"

f2f_status f2f_desc_model(const struct f2f_model **out, struct f2f_catalog *catalog, const char *name,
                          const struct f2f_doc *at, f2f_error *err) {
    static const char *const kinds[] = {"model", NULL};
    const char *path = f2f_catalog_file(catalog, "model", name);
    *out = NULL;
    if (!path) {
        const char *given = f2f_desc_path(catalog->arena, name, at);
        path = f2f_arena_printf(catalog->arena, "%s/config.json", given);
        if (!f2f_desc_is_file(path)) path = given;
    }
    if (!f2f_desc_is_file(path)) return f2f_desc_unknown(catalog, kinds, name, at, err);
    struct f2f_model *model;
    F2F_TRY(f2f_model_load(&model, catalog->arena, path, name, catalog->diag, err));
    *out = model;
    return F2F_OK;
}

f2f_status f2f_catalog_model(const struct f2f_model **out, struct f2f_catalog *catalog, const char *name,
                             f2f_error *err) {
    return f2f_desc_model(out, catalog, name, NULL, err);
}
