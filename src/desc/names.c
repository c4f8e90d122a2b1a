/* names.c - what a name stands for: a file of the catalog or, where it looks like one, a path.
 *
 * Paths inside a description are relative to that description. */
#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "desc/files.h"

#define MAX_NAMES 1024

bool f2f_desc_is_file(const char *path) {
    struct stat info;
    return stat(path, &info) == 0 && S_ISREG(info.st_mode);
}

bool f2f_desc_is_path(const char *name) {
    size_t length = strlen(name);
    return strchr(name, '/') || (length > 5 && strcmp(name + length - 5, ".yaml") == 0);
}

const char *f2f_desc_path(f2f_arena *arena, const char *path, const struct f2f_doc *at) {
    const char *slash = at && path[0] != '/' ? strrchr(at->file, '/') : NULL;
    while (slash && strncmp(path, "./", 2) == 0) path += 2;
    return slash ? f2f_arena_printf(arena, "%.*s/%s", (int)(slash - at->file), at->file, path) : path;
}

static const char *look_for(struct f2f_catalog *catalog, const char *kind, const char *name) {
    const char *ending = strcmp(kind, "model") == 0 ? "/config.json" : ".yaml";
    for (size_t d = 0; d < catalog->n_dirs && !strchr(name, '/'); d++) {
        const char *path = f2f_arena_printf(catalog->arena, "%s/%s/%s%s", catalog->dirs[d], kind, name, ending);
        if (f2f_desc_is_file(path)) return path;
    }
    return NULL;
}

const char *f2f_catalog_file(struct f2f_catalog *catalog, const char *kind, const char *name) {
    const char *path;
    if (!catalog->files) return look_for(catalog, kind, name);
    const char *key = f2f_arena_printf(catalog->arena, "%s/%s", kind, name);
    if (f2f_files_path(&path, catalog->files, key)) return path;
    return f2f_files_keep_path(catalog->files, key, look_for(catalog, kind, name));
}

static int by_name(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

size_t f2f_catalog_names(const char **names, size_t max, struct f2f_catalog *catalog, const char *kind) {
    size_t n = 0;
    bool folders = strcmp(kind, "model") == 0;
    for (size_t d = 0; d < catalog->n_dirs; d++) {
        DIR *dir = opendir(f2f_arena_printf(catalog->arena, "%s/%s", catalog->dirs[d], kind));
        for (struct dirent *entry; dir && n < max && (entry = readdir(dir)) != NULL;) {
            size_t length = strlen(entry->d_name), ending = folders ? 0 : 5;
            if (entry->d_name[0] == '.' || length <= ending) continue;
            if (!folders && strcmp(entry->d_name + length - ending, ".yaml") != 0) continue;
            names[n++] = f2f_arena_strndup(catalog->arena, entry->d_name, length - ending);
        }
        if (dir) closedir(dir);
    }
    qsort(names, n, sizeof *names, by_name);
    return n;
}

f2f_status f2f_desc_fail(struct f2f_catalog *catalog, const char *name, const struct f2f_doc *at, f2f_error *err,
                         const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    const char *message = f2f_arena_vprintf(catalog->arena, fmt, args);
    va_end(args);
    if (at) f2f_doc_error(catalog->diag, at, "%s", message);
    else f2f_diag_add(catalog->diag, name, 0, 0, "%s", message);
    return f2f_fail(err, F2F_EINPUT, "%s", message);
}

/* "system, node or chip"; of more than a few kinds "description". */
static const char *spell(f2f_arena *arena, const char *const *kinds) {
    size_t n = 0;
    while (kinds[n]) n++;
    const char *text = n > 3 ? "description" : kinds[0];
    for (size_t i = 1; i < n && n <= 3; i++)
        text = f2f_arena_printf(arena, "%s%s%s", text, i + 1 < n ? ", " : " or ", kinds[i]);
    return text;
}

static const char *kind_of(struct f2f_catalog *catalog, const char *name) {
    for (size_t i = 0; f2f_desc_kinds[i]; i++)
        if (f2f_catalog_file(catalog, f2f_desc_kinds[i], name)) return f2f_desc_kinds[i];
    return NULL;
}

/* As names of the catalog are written. */
static const char *folded(f2f_arena *arena, const char *name) {
    char *text = f2f_arena_strndup(arena, name, strlen(name));
    for (char *c = text; *c; c++) *c = strchr("_ ", *c) ? '-' : (char)tolower((unsigned char)*c);
    return text;
}

static int by_length(const void *a, const void *b) {
    size_t left = strlen(*(const char *const *)a), right = strlen(*(const char *const *)b);
    return left != right ? (left > right) - (left < right) : by_name(a, b);
}

/* The shortest of the names that begin with these words, or are the same but for case and joints: "'h100-nvl',
 * 'h100-sxm' or 'h100-pcie'"; NULL: none. */
static const char *same_words(f2f_arena *arena, const char *const *names, size_t n, const char *name) {
    enum { MOST = 5 };
    const char *found[MAX_NAMES], *words = folded(arena, name), *text = NULL;
    size_t length = strlen(words), n_found = 0;
    for (size_t i = 0; i < n && length > 1; i++)
        if (strncmp(names[i], words, length) == 0 && (!names[i][length] || names[i][length] == '-'))
            found[n_found++] = names[i];
    qsort(found, n_found, sizeof *found, by_length);
    size_t kept = 0; /* a folder of the user's may hold a name once more */
    for (size_t i = 0; i < n_found && kept < MOST; i++)
        if (!kept || strcmp(found[i], found[kept - 1]) != 0) found[kept++] = found[i];
    for (size_t i = 0; i < kept; i++)
        text = f2f_arena_printf(arena, "%s%s'%s'", i ? text : "", !i ? "" : i + 1 < kept ? ", " : " or ", found[i]);
    return text;
}

/* What else has the name, and what may have been meant, or where to look. */
static const char *hint(struct f2f_catalog *catalog, const char *const *kinds, const char *name) {
    const char *names[MAX_NAMES], *other = kind_of(catalog, name);
    size_t n = 0;
    for (size_t i = 0; kinds[i]; i++) n += f2f_catalog_names(names + n, MAX_NAMES - n, catalog, kinds[i]);
    const char *near = f2f_nearest(name, names, n), *same = same_words(catalog->arena, names, n, name);
    if (other)
        return f2f_arena_printf(catalog->arena, "that is the name of a %s%s", other,
                                f2f_did_you_mean(name, names, n).text);
    if (same) return f2f_arena_printf(catalog->arena, "did you mean %s?", same);
    if (near) return f2f_arena_printf(catalog->arena, "did you mean '%s'?", near);
    if (!n) return "give the path of a file";
    return f2f_arena_printf(catalog->arena, "`fab2fleet list%s%s` shows what is there", kinds[1] ? "" : " ",
                            kinds[1] ? "" : kinds[0]);
}

f2f_status f2f_desc_unknown(struct f2f_catalog *catalog, const char *const *kinds, const char *name,
                            const struct f2f_doc *at, f2f_error *err) {
    const char *wanted = spell(catalog->arena, kinds);
    if (f2f_desc_is_path(name))
        return f2f_desc_fail(catalog, name, at, err, "no file '%.150s': give a path to a %s, or a name",
                             f2f_desc_path(catalog->arena, name, at), wanted);
    return f2f_desc_fail(catalog, name, at, err, "no %s '%.80s' in the catalog: %s", wanted, name,
                         hint(catalog, kinds, name));
}

static bool is_model(f2f_arena *arena, const char *path) {
    size_t length = strlen(path);
    return (length > 5 && strcmp(path + length - 5, ".json") == 0) ||
           f2f_desc_is_file(f2f_arena_printf(arena, "%s/config.json", path));
}

f2f_status f2f_desc_file_kind(const char **kind, struct f2f_catalog *catalog, const char *path, f2f_error *err) {
    struct f2f_doc *tree;
    *kind = "model";
    if (is_model(catalog->arena, path)) return F2F_OK;
    F2F_TRY(f2f_desc_read(&tree, catalog, path, err));
    const struct f2f_doc *node = f2f_doc_get(tree, "kind");
    const struct f2f_table *table = node && node->kind == F2F_DOC_SCALAR ? f2f_table_find(node->text) : NULL;
    if (!table)
        return f2f_desc_fail(catalog, path, node ? node : tree, err,
                             "the file must say what it describes: 'kind:' one of %s, plan, space or study",
                             f2f_desc_kinds_text(catalog->arena));
    *kind = table->kind;
    return F2F_OK;
}

f2f_status f2f_desc_kind(const char **kind, struct f2f_catalog *catalog, const char *const *kinds, const char *name,
                         const struct f2f_doc *at, f2f_error *err) {
    *kind = NULL;
    for (size_t i = 0; kinds[i] && !*kind; i++)
        if (f2f_catalog_file(catalog, kinds[i], name)) *kind = kinds[i];
    if (*kind) return F2F_OK;
    const char *path = f2f_desc_path(catalog->arena, name, at);
    bool there = is_model(catalog->arena, path) || (f2f_desc_is_path(name) && f2f_desc_is_file(path));
    return there ? f2f_desc_file_kind(kind, catalog, path, err) : f2f_desc_unknown(catalog, kinds, name, at, err);
}

void f2f_desc_check_name(struct f2f_diag *diag, const struct f2f_doc *node, const char *what, const char *name,
                         const char *const *names, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (strcmp(names[i], name) == 0) return;
    f2f_doc_error(diag, node, "no %s is called '%.80s'%s", what, name, f2f_did_you_mean(name, names, n).text);
}

const char **f2f_desc_item_names(f2f_arena *arena, const void *items, int n, size_t size) {
    const char **names = f2f_arena_alloc(arena, ((size_t)n + 1) * sizeof *names);
    for (int i = 0; i < n; i++) memcpy(&names[i], (const char *)items + (size_t)i * size, sizeof names[i]);
    return names;
}

void f2f_desc_check_twice(struct f2f_diag *diag, const struct f2f_doc *map, const char *key, const char *what,
                          const char *const *names, int n) {
    for (int i = 0; i < n; i++)
        for (int j = 0; j < i; j++)
            if (strcmp(names[i], names[j]) == 0)
                f2f_doc_error(diag, f2f_desc_item_field(map, key, i, "name"), "two %s are called '%s': rename one",
                              what, names[i]);
}

const struct f2f_doc *f2f_desc_item_field(const struct f2f_doc *map, const char *list, int i, const char *key) {
    return f2f_doc_get(f2f_doc_item(f2f_doc_get(map, list), i), key);
}
