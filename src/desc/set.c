/* set.c - `--set chip.memory.stacks=8`: changes one value of a tree before it is decoded.
 *
 * The path may start at any key below the root: the steps before it are found in the tables
 * (chip -> node.chip). References on the way are followed, so a later --set sees what an earlier
 * one put there. */
#include <string.h>

#include "desc/table.h"

#define MAX_STEPS 12

struct path {
    const char *step[MAX_STEPS];
    int n;
};

static bool descends(const struct f2f_field *field) {
    return field->type == F2F_FIELD_STRUCT || field->type == F2F_FIELD_REF;
}

/* Breadth first: the steps that lead from the table to a field of that key. */
static bool find_prefix(struct path *prefix, const struct f2f_table *table, const char *key, int depth) {
    if (f2f_table_field(table, key)) return true;
    for (int limit = 1; limit <= depth; limit++) {
        for (size_t i = 0; i < table->n_fields; i++) {
            const struct f2f_field *field = &table->fields[i];
            int mark = prefix->n;
            if (!descends(field) || mark == MAX_STEPS) continue;
            prefix->step[prefix->n++] = field->key;
            if (find_prefix(prefix, field->table, key, limit - 1)) return true;
            prefix->n = mark;
        }
    }
    return false;
}

static void collect_keys(const char **keys, size_t *n, size_t max, const struct f2f_table *table, int depth) {
    for (size_t i = 0; i < table->n_fields && *n < max; i++) {
        keys[(*n)++] = table->fields[i].key;
        if (depth && descends(&table->fields[i])) collect_keys(keys, n, max, table->fields[i].table, depth - 1);
    }
}

static f2f_status no_such_path(const struct f2f_table *table, const struct f2f_set *set, const char *step, int depth,
                               f2f_error *err) {
    const char *keys[256];
    size_t n = 0;
    collect_keys(keys, &n, 256, table, depth);
    const char *near = f2f_nearest(step, keys, n);
    return f2f_fail(err, F2F_EUSAGE, "--set %.80s: no '%.40s' in a %s description%s%s%s", set->path, step,
                    table->kind ? table->kind : "nested", near ? " (did you mean '" : "", near ? near : "",
                    near ? "'?)" : "");
}

static f2f_status split(struct path *path, f2f_arena *arena, const struct f2f_table *table, const struct f2f_set *set,
                        f2f_error *err) {
    char *text = f2f_arena_strdup(arena, set->path);
    char *dot = strchr(text, '.');
    size_t first = dot ? (size_t)(dot - text) : strlen(text);
    path->n = 0;
    const char *head = f2f_arena_strndup(arena, text, first);
    if (table->kind && strcmp(head, table->kind) == 0 && dot) { /* "chip.tdp" on a chip itself */
        text = dot + 1;
        dot = strchr(text, '.');
        head = f2f_arena_strndup(arena, text, dot ? (size_t)(dot - text) : strlen(text));
    }
    if (!find_prefix(path, table, head, 4)) return no_such_path(table, set, head, 4, err);
    for (char *step = text; step; step = dot) {
        dot = strchr(step, '.');
        if (dot) *dot++ = '\0';
        if (path->n == MAX_STEPS)
            return f2f_fail(err, F2F_EUSAGE, "--set %.80s: more than %d steps", set->path, MAX_STEPS);
        path->step[path->n++] = step;
    }
    return F2F_OK;
}

static struct f2f_doc *child_of(f2f_arena *arena, struct f2f_doc *map, const char *key, enum f2f_doc_kind kind) {
    struct f2f_doc *child = f2f_doc_get(map, key);
    if (child) return child;
    child = f2f_arena_alloc(arena, sizeof *child);
    *child = (struct f2f_doc){.kind = kind, .key = key, .text = "", .file = "--set", .parent = map, .next = map->child};
    map->child = child;
    return child;
}

static void put_value(struct f2f_doc *leaf, const struct f2f_set *set) {
    leaf->kind = F2F_DOC_SCALAR;
    leaf->child = NULL;
    leaf->text = set->value;
    leaf->quoted = false;
    leaf->file = set->path;
    leaf->line = leaf->col = 0;
    leaf->source = "set by the user";
}

f2f_status f2f_desc_set(struct f2f_catalog *catalog, const struct f2f_table *table, struct f2f_doc *root,
                        const struct f2f_set *set, f2f_error *err) {
    struct path path;
    f2f_arena *arena = catalog->arena;
    F2F_TRY(split(&path, arena, table, set, err));
    struct f2f_doc *node = root;
    for (int i = 0; i < path.n; i++) {
        bool last = i == path.n - 1;
        const struct f2f_field *field = f2f_table_field(table, path.step[i]);
        if (!field) return no_such_path(table, set, path.step[i], 0, err);
        node = child_of(arena, node, path.step[i], last ? F2F_DOC_SCALAR : F2F_DOC_MAP);
        if (last) break;
        if (field->type == F2F_FIELD_DTYPES && i == path.n - 2) {
            node = child_of(arena, node, path.step[i + 1], F2F_DOC_SCALAR);
            break;
        }
        if (!descends(field)) return f2f_fail(err, F2F_EUSAGE, "--set %.80s: '%s' has no parts", set->path, field->key);
        if (field->type == F2F_FIELD_REF && !f2f_desc_follow(catalog, field, node))
            return f2f_fail(err, F2F_EINPUT, "--set %.80s: '%s' could not be read", set->path, field->key);
        table = field->table;
    }
    put_value(node, set);
    return F2F_OK;
}
