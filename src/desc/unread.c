/* unread.c - values that nothing reads, because another stands in for them: a --set of one is a mistake, not a change.
 *
 * Which of two values counts is decided by the models (memory/ports.c, fab/chip.c, fab/stack.c); the tables of the
 * kinds say it in `unless` and `only`, so that nobody changes the other one and believes the answer. In `with` they say
 * which other values a change would give another meaning. */
#include <stdlib.h>
#include <string.h>

#include "desc/set.h"

/* The child of that key, its reference followed if it is one; NULL: not given. */
static struct f2f_doc *child_of(struct f2f_catalog *catalog, const struct f2f_field *field, struct f2f_doc *node) {
    struct f2f_doc *child = node ? f2f_doc_get(node, field->key) : NULL;
    if (!child || field->type != F2F_FIELD_REF || child->kind == F2F_DOC_MAP) return child;
    return f2f_desc_follow(catalog, field, child);
}

/* The field at a path below a table, as `unless` names it; its node there, or NULL: not given (a price of 0 is none).
 */
static const struct f2f_field *find(struct f2f_doc **out, struct f2f_catalog *catalog, const struct f2f_table *table,
                                    struct f2f_doc *node, const char *path) {
    const struct f2f_field *field = NULL;
    for (char *key = f2f_arena_strdup(catalog->arena, path), *dot; key; key = dot) {
        dot = strchr(key, '.');
        if (dot) *dot++ = '\0';
        field = f2f_table_field(table, key);
        node = child_of(catalog, field, node);
        table = field->table;
    }
    const struct f2f_doc *scalar = node ? f2f_desc_scalar(node) : NULL;
    bool none = field->type == F2F_FIELD_QUANTITY && scalar && !(strtod(scalar->text, NULL) > 0);
    *out = none ? NULL : node;
    return field;
}

/* The mapping that holds the field a path leads to, and the mapping around that. */
struct place {
    const struct f2f_table *table, *outer_table;
    struct f2f_doc *node, *outer;
};

/* "memory.device" of the first n steps, for messages. */
static const char *steps_text(f2f_arena *arena, const struct f2f_set_path *path, int n) {
    const char *text = "";
    for (int i = 0; i < n; i++) text = f2f_arena_printf(arena, "%s%s.", text, path->step[i]);
    return text;
}

/* Step i of the path is a field that something stands in for. */
static f2f_status check_unless(struct f2f_catalog *catalog, const struct place *at, const struct f2f_set_path *path,
                               int i, const struct f2f_set *set, f2f_error *err) {
    const char *unless = path->field[i]->unless;
    bool around = strncmp(unless, "^.", 2) == 0;
    struct f2f_doc *given;
    if (around && !at->outer_table) return F2F_OK;
    const struct f2f_field *first = find(&given, catalog, around ? at->outer_table : at->table,
                                         around ? at->outer : at->node, around ? unless + 2 : unless);
    if (!given) return F2F_OK;
    return f2f_fail(err, F2F_EUSAGE, "path '%.80s': '%s' is not read, since '%s%s' is given: set that instead%s",
                    set->path, path->field[i]->key, steps_text(catalog->arena, path, around ? i - 1 : i),
                    around ? unless + 2 : unless, first->type == F2F_FIELD_QUANTITY ? ", or to 0" : "");
}

/* Step i is a field that is read only with a word of another. */
static f2f_status check_only(const struct place *at, const struct f2f_field *field, const struct f2f_set *set,
                             f2f_error *err) {
    const char *word = f2f_desc_only_word(field, at->node);
    return word ? f2f_fail(err, F2F_EUSAGE, "path '%.80s': '%s' is read only with '%s', not with '%.40s'", set->path,
                           field->key, field->only, word)
                : F2F_OK;
}

/* All changes of one command, and what their paths begin in. */
struct changes {
    struct f2f_catalog *catalog;
    const struct f2f_table *table;
    const struct f2f_set *sets;
    size_t n;
};

/* Does a change set that value of that mapping ("peak", "bf16")? */
static bool sets_value(const struct changes *all, const char *map, const char *key) {
    struct f2f_set_path path;
    for (size_t i = 0; i < all->n; i++) {
        if (f2f_set_parse(&path, all->catalog->arena, all->table, &all->sets[i], NULL) != F2F_OK) continue;
        if (path.n > 1 && strcmp(path.step[path.n - 2], map) == 0 && strcmp(path.step[path.n - 1], key) == 0)
            return true;
    }
    return false;
}

static bool is_remark(const char *key) { return strcmp(key, "source") == 0 || strcmp(key, "note") == 0; }

/* "set 'boost', or each of these with it": what may be meant by a change of the field that leaves those values. */
static const char *remedy(f2f_arena *arena, const struct f2f_field *field, const char *left) {
    const char *other = field->instead ? f2f_arena_printf(arena, "'%s', or ", field->instead) : "";
    return f2f_arena_printf(arena, "(%s) alone changes the meaning of %s: set %seach of these with it", field->help,
                            left, other);
}

/* "'peak.fp8', 'vector'", of "'peak.fp8'" and the key "vector". */
static const char *with_key(f2f_arena *arena, const char *text, const char *map, const char *key) {
    return f2f_arena_printf(arena, "%s%s'%s%s%.20s'", text, *text ? ", " : "", map, *map ? "." : "", key);
}

/* A clock of the chip that halves, with the peaks it is the clock of left as they are, makes a faster chip. */
static f2f_status check_with(const struct changes *all, const struct place *at, const struct f2f_field *field,
                             const struct f2f_set *set, f2f_error *err) {
    f2f_arena *arena = all->catalog->arena;
    const struct f2f_doc *values = f2f_doc_get(at->node, field->with);
    const char *left = "";
    for (const struct f2f_doc *value = values ? values->child : NULL; value; value = value->next)
        if (!is_remark(value->key) && !sets_value(all, field->with, value->key))
            left = with_key(arena, left, field->with, value->key);
    return *left ? f2f_fail(err, F2F_EUSAGE, "path '%.80s': '%s' %s", set->path, field->key, remedy(arena, field, left))
                 : F2F_OK;
}

/* A description that `extends` another changes a value for which another, inherited one stands in. */
static f2f_status check_inherited(struct f2f_catalog *catalog, const struct f2f_table *table, struct f2f_doc *base,
                                  struct f2f_doc *node, const struct f2f_field *field, f2f_error *err) {
    const struct f2f_doc *changed = field->unless ? f2f_doc_get(node, field->key) : NULL;
    struct f2f_doc *inherited, *own;
    if (!changed || strncmp(field->unless, "^.", 2) == 0) return F2F_OK;
    (void)find(&inherited, catalog, table, base, field->unless);
    (void)find(&own, catalog, table, node, field->unless);
    if (!inherited || own || f2f_doc_get(node, field->unless)) return F2F_OK; /* a contract of 0 is given as well */
    const struct f2f_doc *name = f2f_doc_get(node, "extends");
    return f2f_desc_fail(catalog, NULL, changed, err,
                         "'%s' is not read, since '%s' is inherited from %.60s: give '%s' anew, too", field->key,
                         field->unless, name ? name->text : "", field->unless);
}

/* And what `base` has at a key, a value or a mapping of them, and the description over it does not give anew. */
static const char *with_left(f2f_arena *arena, const char *text, struct f2f_doc *base, const struct f2f_doc *node,
                             const char *key) {
    struct f2f_doc *values = f2f_doc_get(base, key);
    const struct f2f_doc *own = f2f_doc_get(node, key);
    if (!values) return text;
    if (f2f_desc_scalar(values)) return own ? text : with_key(arena, text, "", key);
    for (const struct f2f_doc *value = values->child; value; value = value->next)
        if (!is_remark(value->key) && !f2f_doc_get(own, value->key)) text = with_key(arena, text, key, value->key);
    return text;
}

/* As check_with, of a description that `extends` another: nothing is scaled there. */
f2f_status f2f_desc_check_with(struct f2f_catalog *catalog, const struct f2f_table *table, struct f2f_doc *base,
                               struct f2f_doc *node, f2f_error *err) {
    for (size_t i = 0; i < table->n_fields; i++) {
        const struct f2f_field *field = &table->fields[i];
        F2F_TRY(check_inherited(catalog, table, base, node, field, err));
        const struct f2f_doc *changed = field->with ? f2f_doc_get(node, field->key) : NULL;
        if (!changed) continue;
        const char *const with[] = {field->with, NULL}, *left = "";
        for (const char *const *key = field->scaled ? field->scaled : with; *key; key++)
            left = with_left(catalog->arena, left, base, node, *key);
        if (*left)
            return f2f_desc_fail(catalog, NULL, changed, err, "'%s' %s", field->key,
                                 remedy(catalog->arena, field, left));
    }
    return F2F_OK;
}

static f2f_status check_one(const struct changes *all, struct f2f_doc *root, const struct f2f_set_path *path,
                            const struct f2f_set *set, f2f_error *err) {
    struct f2f_catalog *catalog = all->catalog;
    struct place at = {.table = all->table, .node = root};
    for (int i = 0; i < path->n && at.node && at.table; i++) {
        const struct f2f_field *field = path->field[i];
        if (field->unless) F2F_TRY(check_unless(catalog, &at, path, i, set, err));
        if (field->only) F2F_TRY(check_only(&at, field, set, err));
        if (field->with && !field->scaled) F2F_TRY(check_with(all, &at, field, set, err));
        if (path->item[i] >= 0) break; /* nothing in lists stands in for another */
        at = (struct place){field->table, at.table, child_of(catalog, field, at.node), at.node};
    }
    return F2F_OK;
}

f2f_status f2f_set_check_read(struct f2f_catalog *catalog, const struct f2f_table *table, struct f2f_doc *root,
                              const struct f2f_set *sets, size_t n_sets, f2f_error *err) {
    const struct changes all = {catalog, table, sets, n_sets};
    for (size_t i = 0; i < n_sets; i++) {
        struct f2f_set_path path;
        F2F_TRY(f2f_set_parse(&path, catalog->arena, table, &sets[i], err));
        f2f_set_redirect(&path, catalog, table, root);
        F2F_TRY(check_one(&all, root, &path, &sets[i], err));
    }
    return F2F_OK;
}

/* The field below one of the table's that is read where `field` is not given. */
static bool find_other(const struct f2f_field *other[2], const struct f2f_table *table, const struct f2f_field *field) {
    for (size_t i = 0; i < table->n_fields; i++) {
        const struct f2f_table *below = table->fields[i].table;
        for (size_t k = 0; below && k < below->n_fields; k++) {
            const struct f2f_field *f = &below->fields[k];
            if (f->table != field->table || !f->unless || strncmp(f->unless, "^.", 2) != 0) continue;
            if (strcmp(f->unless + 2, field->key) != 0) continue;
            other[0] = &table->fields[i], other[1] = f;
            return true;
        }
    }
    return false;
}

void f2f_set_redirect(struct f2f_set_path *path, struct f2f_catalog *catalog, const struct f2f_table *table,
                      struct f2f_doc *root) {
    struct f2f_doc *node = root;
    for (int i = 0; i + 1 < path->n && node && path->item[i] < 0; i++) {
        const struct f2f_field *other[2], *field = path->field[i];
        if (field->type == F2F_FIELD_REF && !f2f_doc_get(node, field->key) && path->n < F2F_SET_STEPS &&
            find_other(other, table, field)) {
            size_t rest = (size_t)(path->n - i);
            memmove(&path->step[i + 1], &path->step[i], rest * sizeof path->step[0]);
            memmove(&path->item[i + 1], &path->item[i], rest * sizeof path->item[0]);
            memmove(&path->field[i + 1], &path->field[i], rest * sizeof path->field[0]);
            for (int k = 0; k < 2; k++) {
                path->field[i + k] = other[k];
                path->step[i + k] = other[k]->key;
                path->item[i + k] = -1;
            }
            path->n++;
            return;
        }
        node = child_of(catalog, field, node);
        table = field->table;
    }
}
