/* set.c - `--set chip.memory.stacks=8`: changes one value of a tree before it is decoded.
 *
 * The path may start at any key below the root: the steps before it are found in the tables
 * (chip -> node.chip). An item of a list is chosen as `show` writes it: levels[0].latency. References on the way are
 * followed, so a later --set sees what an earlier one put there. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "desc/set.h"

#define DEPTH 7 /* steps that may be left out in front: node.chip.memory.device.stack.bonding.bond_yield */

static bool descends(const struct f2f_field *field) {
    return field->type == F2F_FIELD_STRUCT || field->type == F2F_FIELD_REF;
}

/* Breadth first: the steps that lead from the table to a field of that key. */
static bool find_prefix(struct f2f_set_path *prefix, const struct f2f_table *table, const char *key, int depth) {
    if (f2f_table_field(table, key)) return true;
    for (int limit = 1; limit <= depth; limit++) {
        for (size_t i = 0; i < table->n_fields; i++) {
            const struct f2f_field *field = &table->fields[i];
            int mark = prefix->n;
            if (!descends(field) || mark == F2F_SET_STEPS) continue;
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

/* Another place of that key: below the root, or in what is changed by its kind. NULL: there is none. */
static const char *elsewhere(f2f_arena *arena, const struct f2f_table *root, const char *step) {
    static const struct f2f_table *const others[] = {&f2f_price_table, &f2f_engine_table};
    struct f2f_set_path prefix = {.n = 0};
    if (find_prefix(&prefix, root, step, DEPTH))
        return prefix.n ? f2f_arena_printf(arena, "%s.%s", prefix.step[prefix.n - 1], step) : step;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (f2f_table_field(others[i], step)) return f2f_arena_printf(arena, "%s.%s", others[i]->kind, step);
    return NULL;
}

static struct f2f_hint nearest_key(const struct f2f_table *table, const char *step, int depth) {
    const char *keys[1024];
    size_t n = 0;
    collect_keys(keys, &n, sizeof keys / sizeof keys[0], table, depth);
    return f2f_did_you_mean(step, keys, n);
}

/* Hints at a key of the table, which is the root or below it; then at another place of that key; then at any key. */
static f2f_status no_such_path(const struct f2f_table *table, const struct f2f_table *root, f2f_arena *arena,
                               const struct f2f_set *set, const char *step, f2f_error *err) {
    struct f2f_hint hint = nearest_key(table, step, 0);
    const char *there = elsewhere(arena, root, step);
    if (!*hint.text && there) hint = f2f_did_you_mean(there, &there, 1);
    if (!*hint.text && f2f_table_field(&f2f_device_table, step))
        return f2f_fail(
            err, F2F_EUSAGE,
            "path '%.80s': '%.40s' is a key of a device, which a study names: write there 'device: {extends: "
            "quest-3, %.40s: ..., source: ...}'",
            set->path, step, step);
    if (!*hint.text) hint = nearest_key(root, step, DEPTH);
    return f2f_fail(err, F2F_EUSAGE, "path '%.80s': no '%.40s' in a %s%s", set->path, step,
                    table->kind ? table->kind : "mapping", hint.text);
}

/* "levels[0]" -> levels and 0; without brackets the item is -1. */
static f2f_status take_step(struct f2f_set_path *path, const struct f2f_set *set, char *text, f2f_error *err) {
    char *bracket = strchr(text, '['), *end = NULL;
    long item = bracket ? strtol(bracket + 1, &end, 10) : -1;
    if (bracket && (!isdigit((unsigned char)bracket[1]) || strcmp(end, "]") != 0 || item > 9999))
        return f2f_fail(err, F2F_EUSAGE, "path '%.80s': '%.40s' should end like [0]", set->path, text);
    if (path->n == F2F_SET_STEPS)
        return f2f_fail(err, F2F_EUSAGE, "path '%.80s': more than %d steps", set->path, F2F_SET_STEPS);
    if (bracket) *bracket = '\0';
    path->item[path->n] = (int)item;
    path->step[path->n++] = text;
    return F2F_OK;
}

/* The steps, those left out in front included. */
static f2f_status split(struct f2f_set_path *path, f2f_arena *arena, const struct f2f_table *table,
                        const struct f2f_set *set, f2f_error *err) {
    struct f2f_set_path given = {.n = 0};
    for (char *step = f2f_arena_strdup(arena, set->path), *dot; step; step = dot) {
        dot = strchr(step, '.');
        if (dot) *dot++ = '\0';
        F2F_TRY(take_step(&given, set, step, err));
    }
    /* "chip.tdp" on a chip itself */
    int first = table->kind && given.n > 1 && strcmp(given.step[0], table->kind) == 0 ? 1 : 0;
    path->n = 0;
    if (!find_prefix(path, table, given.step[first], DEPTH))
        return no_such_path(table, table, arena, set, given.step[first], err);
    for (int i = 0; i < path->n; i++) path->item[i] = -1;
    for (int i = first; i < given.n && path->n < F2F_SET_STEPS; i++) {
        path->item[path->n] = given.item[i];
        path->step[path->n++] = given.step[i];
    }
    return F2F_OK;
}

/* The field of each step; a step below a map of number formats has its map's. */
static f2f_status find_fields(struct f2f_set_path *path, f2f_arena *arena, const struct f2f_table *root,
                              const struct f2f_set *set, f2f_error *err) {
    const struct f2f_table *table = root;
    for (int i = 0; i < path->n; i++) {
        bool last = i == path->n - 1, indexed = path->item[i] >= 0;
        const struct f2f_field *field = f2f_table_field(table, path->step[i]);
        if (!field) return no_such_path(table, root, arena, set, path->step[i], err);
        path->field[i] = field;
        if (indexed != (field->type == F2F_FIELD_LIST) || (indexed && last))
            return f2f_fail(err, F2F_EUSAGE, "path '%.80s': '%s' is %s", set->path, field->key,
                            field->type == F2F_FIELD_LIST ? "a list: write a field of an item, as in levels[0].latency"
                                                          : "no list");
        if (field->type == F2F_FIELD_DTYPES && i == path->n - 2 && path->item[i + 1] < 0) {
            path->field[i + 1] = field;
            return F2F_OK;
        }
        if (!last && !descends(field) && !indexed)
            return f2f_fail(err, F2F_EUSAGE, "path '%.80s': '%s' has no parts", set->path, field->key);
        table = field->table;
    }
    return F2F_OK;
}

f2f_status f2f_set_parse(struct f2f_set_path *path, f2f_arena *arena, const struct f2f_table *table,
                         const struct f2f_set *set, f2f_error *err) {
    F2F_TRY(split(path, arena, table, set, err));
    return find_fields(path, arena, table, set, err);
}

f2f_status f2f_desc_set_field(const struct f2f_field **out, f2f_arena *arena, const struct f2f_table *table,
                              const char *path, f2f_error *err) {
    struct f2f_set_path parsed;
    *out = NULL;
    F2F_TRY(f2f_set_parse(&parsed, arena, table, &(struct f2f_set){path, ""}, err));
    *out = parsed.field[parsed.n - 1];
    return F2F_OK;
}

const char *f2f_catalog_set_pays(struct f2f_catalog *catalog, const char *path) {
    struct f2f_set_path parsed;
    const char *kind = NULL;
    if (f2f_set_parse(&parsed, catalog->arena, &f2f_system_table, &(struct f2f_set){path, ""}, NULL) != F2F_OK)
        return NULL;
    for (int i = 0; i < parsed.n; i++) {
        const struct f2f_table *table = parsed.field[i]->table;
        if (table && table->kind && f2f_cost_table_find(table->kind)) kind = table->kind;
    }
    return kind;
}

static struct f2f_doc *child_of(f2f_arena *arena, struct f2f_doc *map, const char *key, const char *path) {
    struct f2f_doc *child = f2f_doc_get(map, key);
    if (child) return child;
    child = f2f_arena_alloc(arena, sizeof *child);
    *child =
        (struct f2f_doc){.kind = F2F_DOC_MAP, .key = key, .text = "", .file = path, .parent = map, .next = map->child};
    map->child = child;
    return child;
}

static const char set_source[] = "set by the user"; /* known by its address */

static void put_value(struct f2f_doc *leaf, const struct f2f_set *set) {
    leaf->kind = F2F_DOC_SCALAR;
    leaf->child = NULL;
    leaf->text = set->value;
    leaf->quoted = false;
    leaf->file = set->path;
    leaf->line = leaf->col = 0;
    leaf->source = set_source;
}

/* A quantity, or each of a mapping of them, times the ratio; what was set itself stays. */
static void scale(f2f_arena *arena, struct f2f_doc *node, const char *key, double ratio) {
    struct f2f_doc *scalar = node ? f2f_desc_scalar(node) : NULL;
    char *unit;
    if (node && !scalar)
        for (struct f2f_doc *child = node->child; child; child = child->next)
            if (strcmp(child->key, "source") != 0 && strcmp(child->key, "note") != 0) scale(arena, child, key, ratio);
    if (!scalar || scalar->source == set_source) return;
    double value = strtod(scalar->text, &unit);
    if (unit == scalar->text) return; /* which is told when it is decoded */
    scalar->text = f2f_arena_printf(arena, "%.12g%s", value * ratio, unit);
    scalar->source =
        f2f_arena_printf(arena, "%s; scaled with '%s', which was set", scalar->source ? scalar->source : "", key);
}

/* What a field is a rate of goes with it: `map` holds the field, `leaf` is its present value. */
static void scale_others(f2f_arena *arena, const struct f2f_field *field, struct f2f_doc *map, struct f2f_doc *leaf,
                         const struct f2f_set *set) {
    const struct f2f_doc *old = f2f_desc_scalar(leaf);
    double from = old && old->text ? strtod(old->text, NULL) : 0, to = strtod(set->value, NULL);
    for (size_t i = 0; from > 0 && to > 0 && field->scaled[i]; i++)
        scale(arena, f2f_doc_get(map, field->scaled[i]), field->key, to / from);
}

/* Below a reference that is not given there is nothing to change: what it refers to must be named first. */
static f2f_status check_given(struct f2f_catalog *catalog, const struct f2f_set_path *path, int i,
                              const struct f2f_doc *node, const struct f2f_set *set, f2f_error *err) {
    const struct f2f_table *table = path->field[i]->table;
    const char *name, *needed = NULL, *key = path->field[i]->key;
    if (i == path->n - 1 || path->field[i]->type != F2F_FIELD_REF || f2f_doc_get(node, key)) return F2F_OK;
    for (size_t f = 0; f < table->n_fields && !needed; f++)
        if (table->fields[f].required && strcmp(table->fields[f].key, path->step[i + 1]) != 0)
            needed = table->fields[f].key;
    if (!needed) return F2F_OK; /* the one thing it must have is being set */
    const char *owner = i ? path->step[i - 1] : "description";
    if (f2f_catalog_names(&name, 1, catalog, table->kind))
        return f2f_fail(err, F2F_EUSAGE, "path '%.80s': the %s has no '%s' (%s): name one first, e.g. --set %s%s%s=%s",
                        set->path, owner, key, path->field[i]->help, i ? owner : "", i ? "." : "", key, name);
    return f2f_fail(err, F2F_EUSAGE, "path '%.80s': the %s has no '%s' (%s): set '%s.%s' first", set->path, owner, key,
                    path->field[i]->help, key, needed);
}

f2f_status f2f_desc_set(struct f2f_catalog *catalog, const struct f2f_table *table, struct f2f_doc *root,
                        const struct f2f_set *set, f2f_error *err) {
    struct f2f_set_path path;
    struct f2f_doc *node = root;
    F2F_TRY(f2f_set_parse(&path, catalog->arena, table, set, err));
    f2f_set_redirect(&path, catalog, table, root);
    for (int i = 0; i < path.n; i++) {
        const struct f2f_field *field = path.field[i];
        F2F_TRY(check_given(catalog, &path, i, node, set, err));
        node = child_of(catalog->arena, node, path.step[i], set->path);
        if (path.item[i] >= 0 && !(node = f2f_doc_item(node, path.item[i])))
            return f2f_fail(err, F2F_EUSAGE, "path '%.80s': '%s' has no item %d; they count from 0", set->path,
                            field->key, path.item[i]);
        if (i == path.n - 1 && field->scaled) scale_others(catalog->arena, field, node->parent, node, set);
        if (i < path.n - 1 && field->type == F2F_FIELD_REF && !f2f_desc_follow(catalog, field, node))
            return f2f_fail(err, F2F_EINPUT, "path '%.80s': '%s' could not be read", set->path, field->key);
    }
    put_value(node, set);
    return F2F_OK;
}
