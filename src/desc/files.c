/* files.c - files that many catalogs read, parsed once: an exploration loads the same descriptions for every design.
 *
 * What was read stays as it was then, so that a file that is changed meanwhile changes nothing. Each reader gets a copy
 * of the tree, whose texts are shared; faults are reported anew each time. */
#include <pthread.h>
#include <string.h>

#include "desc/table.h"

struct f2f_files {
    f2f_arena *arena;
    pthread_mutex_t lock; /* of all below and of the arena */
    struct file {
        const char *path;
        const struct f2f_doc *tree;
        struct file *next;
    } * first;
};

struct f2f_files *f2f_files_new(f2f_arena *arena) {
    struct f2f_files *files = f2f_arena_alloc(arena, sizeof *files);
    files->arena = f2f_arena_new();
    f2f_arena_adopt(arena, files->arena);
    pthread_mutex_init(&files->lock, NULL);
    return files;
}

struct f2f_doc *f2f_doc_copy(f2f_arena *arena, const struct f2f_doc *node, struct f2f_doc *parent) {
    struct f2f_doc *copy = f2f_arena_alloc(arena, sizeof *copy);
    *copy = *node;
    copy->parent = parent;
    copy->next = copy->child = NULL;
    struct f2f_doc **tail = &copy->child;
    for (const struct f2f_doc *child = node->child; child; child = child->next) {
        *tail = f2f_doc_copy(arena, child, copy);
        tail = &(*tail)->next;
    }
    return copy;
}

static const struct file *find(const struct f2f_files *files, const char *path) {
    const struct file *file = files->first;
    while (file && strcmp(file->path, path) != 0) file = file->next;
    return file;
}

static f2f_status read_kept(const struct f2f_doc **tree, struct f2f_files *files, const char *path,
                            struct f2f_diag *diag, f2f_error *err) {
    struct f2f_doc *fresh;
    const struct file *known = find(files, path);
    *tree = known ? known->tree : NULL;
    if (known) return F2F_OK;
    F2F_TRY(f2f_doc_read(&fresh, files->arena, path, diag, err));
    struct file *file = f2f_arena_alloc(files->arena, sizeof *file);
    *file = (struct file){f2f_arena_strdup(files->arena, path), fresh, files->first};
    files->first = file;
    *tree = fresh;
    return F2F_OK;
}

f2f_status f2f_desc_read(struct f2f_doc **out, struct f2f_catalog *catalog, const char *path, f2f_error *err) {
    const struct f2f_doc *tree;
    *out = NULL;
    if (!catalog->files) return f2f_doc_read(out, catalog->arena, path, catalog->diag, err);
    pthread_mutex_lock(&catalog->files->lock);
    f2f_status status = read_kept(&tree, catalog->files, path, catalog->diag, err);
    pthread_mutex_unlock(&catalog->files->lock);
    if (status == F2F_OK) *out = f2f_doc_copy(catalog->arena, tree, NULL);
    return status;
}

f2f_status f2f_catalog_again(struct f2f_catalog **out, const struct f2f_catalog *like, struct f2f_files *files,
                             f2f_error *err) {
    F2F_TRY(f2f_catalog_new(out, like->dirs, like->n_dirs, err));
    (*out)->files = files;
    return F2F_OK;
}
