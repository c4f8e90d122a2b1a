/* files.c - files that many catalogs read, parsed once: an exploration loads the same descriptions for every design.
 *
 * What was read stays as it was then, so that a file that is changed meanwhile changes nothing. Each reader gets a copy
 * of the tree, whose texts are shared; faults are reported anew each time. */
#include <pthread.h>
#include <string.h>

#include "base/digest.h"
#include "desc/files.h"

enum { BUCKETS = 256 };

struct f2f_files {
    f2f_arena *arena;
    pthread_mutex_t lock; /* of all below and of the arena */
    struct kept {
        const char *key; /* a path; "chip/h100-sxm" of a name */
        const struct f2f_doc *tree; /* of a path */
        const char *path; /* of a name; NULL: the catalog has none */
        struct kept *next;
    } * bucket[BUCKETS];
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

static struct kept **bucket_of(struct f2f_files *files, const char *key) {
    return &files->bucket[f2f_digest_text(F2F_DIGEST_START, key) % BUCKETS];
}

/* With the lock. */
static const struct kept *find(struct f2f_files *files, const char *key) {
    const struct kept *kept = *bucket_of(files, key);
    while (kept && strcmp(kept->key, key) != 0) kept = kept->next;
    return kept;
}

static void keep(struct f2f_files *files, const char *key, const struct f2f_doc *tree, const char *path) {
    struct kept **bucket = bucket_of(files, key), *kept = f2f_arena_alloc(files->arena, sizeof *kept);
    *kept = (struct kept){f2f_arena_strdup(files->arena, key), tree, path, *bucket};
    *bucket = kept;
}

static f2f_status read_kept(const struct f2f_doc **tree, struct f2f_files *files, const char *path,
                            struct f2f_diag *diag, f2f_error *err) {
    struct f2f_doc *fresh;
    const struct kept *known = find(files, path);
    *tree = known ? known->tree : NULL;
    if (known) return F2F_OK;
    F2F_TRY(f2f_doc_read(&fresh, files->arena, path, diag, err));
    keep(files, path, fresh, NULL);
    *tree = fresh;
    return F2F_OK;
}

bool f2f_files_path(const char **path, struct f2f_files *files, const char *key) {
    pthread_mutex_lock(&files->lock);
    const struct kept *known = find(files, key);
    if (known) *path = known->path;
    pthread_mutex_unlock(&files->lock);
    return known != NULL;
}

const char *f2f_files_keep_path(struct f2f_files *files, const char *key, const char *path) {
    pthread_mutex_lock(&files->lock);
    path = path ? f2f_arena_strdup(files->arena, path) : NULL;
    keep(files, key, NULL, path);
    pthread_mutex_unlock(&files->lock);
    return path;
}

bool f2f_files_has(struct f2f_files *files, const char *path) {
    pthread_mutex_lock(&files->lock);
    bool has = find(files, path) != NULL;
    pthread_mutex_unlock(&files->lock);
    return has;
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
