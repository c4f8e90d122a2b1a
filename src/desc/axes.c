/* axes.c - the axes of a space of designs: paths and their values, ranges counted out, changes that belong together.
 *
 * Each value is read as the field would read it, so that a wrong unit, number or name is told at its place and before
 * anything runs. What only shows with other values (a strategy that does not divide) is left to the designs. */
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "desc/axes.h"
#include "desc/set.h"

enum { CHOICE_KEYS = 2 }; /* name and set */

/* Fields of a job that a value may replace. */
static bool can_vary_job(const struct f2f_field *field) {
    switch (field->type) {
    case F2F_FIELD_TEXT:
    case F2F_FIELD_NAME:
    case F2F_FIELD_PATH:
    case F2F_FIELD_INT:
    case F2F_FIELD_QUANTITY:
    case F2F_FIELD_BOOL: return strcmp(field->key, "name") != 0;
    case F2F_FIELD_MODELS: return true;
    case F2F_FIELD_TEXTS: return strcmp(field->key, "precision") == 0;
    default: return false;
    }
}

static bool can_set(const struct f2f_field *field) {
    switch (field->type) {
    case F2F_FIELD_STRUCT:
    case F2F_FIELD_LIST:
    case F2F_FIELD_QUANTITIES:
    case F2F_FIELD_SETS:
    case F2F_FIELD_MODELS:
    case F2F_FIELD_TEXTS: return false;
    default: return true;
    }
}

/* Which table a path is of, and what it changes. */
static const struct f2f_table *table_of(int *part, const char *path) {
    static const struct {
        const char *prefix;
        const struct f2f_table *table;
        int part;
    } parts[] = {{"job.", &f2f_study_job_table, F2F_SPACE_JOB},
                 {"price.", &f2f_price_table, F2F_SPACE_PRICE},
                 {"engine.", &f2f_engine_table, F2F_SPACE_ENGINE}};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (strncmp(path, parts[i].prefix, strlen(parts[i].prefix)) != 0) continue;
        *part = parts[i].part;
        return parts[i].table;
    }
    *part = F2F_SPACE_SYSTEM;
    return &f2f_system_table;
}

/* `base` and `price` alone stand for the description itself. */
static const struct f2f_field *whole(int *part, const char *path) {
    static const char *const price_kinds[] = {"price", NULL};
    static const struct f2f_field base = {.key = "base", .type = F2F_FIELD_NAME, .words = f2f_system_kinds},
                                  price = {.key = "price", .type = F2F_FIELD_NAME, .words = price_kinds};
    *part = strcmp(path, "base") == 0 ? F2F_SPACE_BASE : F2F_SPACE_PRICE_LIST;
    return strcmp(path, "base") == 0 ? &base : strcmp(path, "price") == 0 ? &price : NULL;
}

/* "tdp", "chip.tdp" and "node.chip.tdp" are one field. A path that is none stands for itself. */
static const char *place_of(f2f_arena *arena, const char *path) {
    struct f2f_set_path parsed;
    struct f2f_buffer out = {.arena = arena};
    int part;
    if (whole(&part, path)) return part == F2F_SPACE_BASE ? "base" : "price list";
    const struct f2f_table *table = table_of(&part, path);
    const char *below = part == F2F_SPACE_JOB ? path + strlen("job.") : path;
    if (f2f_set_parse(&parsed, arena, table, &(struct f2f_set){below, ""}, NULL) != F2F_OK) return path;
    f2f_buffer_text(&out, part == F2F_SPACE_SYSTEM ? "system" : table->kind ? table->kind : "job");
    for (int i = 0; i < parsed.n; i++) {
        f2f_buffer_printf(&out, ".%s", parsed.step[i]);
        if (parsed.item[i] >= 0) f2f_buffer_printf(&out, "[%d]", parsed.item[i]);
    }
    return f2f_buffer_str(&out);
}

bool f2f_axes_find(struct f2f_space_change *change, const struct f2f_field **field, struct f2f_catalog *catalog,
                   const struct f2f_doc *at, const char *path) {
    f2f_error reason = {0};
    *change = (struct f2f_space_change){.set = {path, NULL}, .place = place_of(catalog->arena, path)};
    *field = whole(&change->part, path);
    if (*field) {
        change->pays = change->part == F2F_SPACE_PRICE_LIST;
        return true;
    }
    const struct f2f_table *table = table_of(&change->part, path);
    const char *below = change->part == F2F_SPACE_JOB ? path + strlen("job.") : path;
    if (f2f_desc_set_field(field, catalog->arena, table, below, &reason) != F2F_OK) {
        f2f_doc_error(catalog->diag, at, "%s", reason.message);
        return false;
    }
    bool of_job = change->part == F2F_SPACE_JOB;
    if (!(of_job ? can_vary_job(*field) : can_set(*field))) {
        f2f_doc_error(catalog->diag, at, "'%.80s' is no single value, which a space could vary", path);
        return false;
    }
    if (of_job) change->field = *field;
    if (of_job && (*field)->type == F2F_FIELD_MODELS) change->part = F2F_SPACE_MODEL;
    change->pays = change->part == F2F_SPACE_PRICE ||
                   (change->part == F2F_SPACE_SYSTEM && f2f_catalog_set_pays(catalog, path) != NULL);
    return true;
}

/* Reads the value for nothing but its faults, which are reported at the node. */
static void try_value(struct f2f_catalog *catalog, const struct f2f_field *field, const struct f2f_doc *node) {
    double number;
    f2f_error reason = {0};
    struct f2f_doc *copy = f2f_doc_copy(catalog->arena, node, NULL);
    copy->key = field->key;
    copy->source = "a value of the space";
    if (field->type != F2F_FIELD_DTYPES) f2f_desc_try(catalog, field, copy);
    else if (f2f_quantity_parse(&number, field->quantity, node->text, &reason) != F2F_OK)
        f2f_doc_error(catalog->diag, node, "%s", reason.message);
}

void f2f_axes_put(struct f2f_space_change *change, struct f2f_catalog *catalog, const struct f2f_field *field,
                  const struct f2f_doc *node) {
    bool named = field->type == F2F_FIELD_REF || field->type == F2F_FIELD_NAME;
    bool is_path = field->type == F2F_FIELD_PATH || (named && f2f_desc_is_path(node->text));
    change->set.value = is_path ? f2f_desc_path(catalog->arena, node->text, node) : node->text;
    if (change->part == F2F_SPACE_MODEL) (void)f2f_desc_model(&change->model, catalog, node->text, node, NULL);
    else try_value(catalog, field, node);
}

/* Is the field at `before` the one that is changed later, or in a description that is put in its place later? */
static bool undoes(const char *later, const char *before) {
    size_t n = strlen(later);
    return strncmp(before, later, n) == 0 && (before[n] == '\0' || before[n] == '.');
}

static void check_choice(struct f2f_catalog *catalog, const struct f2f_space_value *value) {
    for (int i = 0; i < value->n_changes; i++)
        for (int k = 0; k < i; k++)
            if (undoes(value->changes[i].place, value->changes[k].place))
                f2f_doc_error(catalog->diag, value->at, "'%.60s' would undo '%.60s': put it first, or leave one out",
                              value->changes[i].set.path, value->changes[k].set.path);
}

/* {name: HBM3E, set: {chip.memory.device: hbm3e-8h-24gb, chip.memory.pin_rate: 8 Gb/s}} */
static void read_choice(struct f2f_space_value *value, struct f2f_catalog *catalog, const struct f2f_doc *node) {
    const struct f2f_doc *name = f2f_doc_get(node, "name"), *set = f2f_doc_get(node, "set");
    const struct f2f_field *field;
    if (!name || name->kind != F2F_DOC_SCALAR || !set || set->kind != F2F_DOC_MAP || !set->child ||
        f2f_doc_count(node) != CHOICE_KEYS) {
        f2f_doc_error(catalog->diag, node, "a choice is {name: ..., set: {PATH: VALUE, ...}}");
        return;
    }
    value->name = name->text;
    value->changes = f2f_arena_alloc(catalog->arena, f2f_doc_count(set) * sizeof *value->changes);
    for (const struct f2f_doc *item = set->child; item; item = item->next) {
        struct f2f_space_change *change = &value->changes[value->n_changes];
        if (item->kind != F2F_DOC_SCALAR)
            f2f_doc_error(catalog->diag, item, "'%.60s' must be set to one value", item->key);
        else if (f2f_axes_find(change, &field, catalog, item, item->key)) {
            f2f_axes_put(change, catalog, field, item);
            value->n_changes++;
        }
    }
    check_choice(catalog, value);
}

/* A value of the list, or a choice. */
static void read_item(struct f2f_space_axis *axis, struct f2f_catalog *catalog, const struct f2f_doc *item,
                      const struct f2f_field *field, const struct f2f_space_change *like) {
    struct f2f_space_value *value = &axis->values[axis->n_values++];
    *value = (struct f2f_space_value){.name = "", .at = item};
    if (!field) {
        read_choice(value, catalog, item);
    } else if (item->kind != F2F_DOC_SCALAR) {
        f2f_doc_error(catalog->diag, item, "'%.60s' must be a list of values, or of {name:, set:} only", axis->name);
    } else {
        value->name = item->text;
        value->n_changes = 1;
        value->changes = f2f_arena_alloc(catalog->arena, sizeof *value->changes);
        *value->changes = *like;
        f2f_axes_put(value->changes, catalog, field, item);
    }
    for (int i = 0; i + 1 < axis->n_values; i++)
        if (strcmp(axis->values[i].name, value->name) == 0)
            f2f_doc_error(catalog->diag, item, "'%.60s' has the value '%.60s' twice", axis->name, value->name);
}

static void read_axis(struct f2f_space_axis *axis, struct f2f_catalog *catalog, const struct f2f_doc *node) {
    struct f2f_space_change like;
    const struct f2f_field *field = NULL;
    bool choices = node->kind == F2F_DOC_SEQ && node->child && node->child->kind == F2F_DOC_MAP;
    *axis = (struct f2f_space_axis){.name = node->key};
    if (!choices && !f2f_axes_find(&like, &field, catalog, node, node->key)) return;
    if (node->kind == F2F_DOC_MAP) {
        f2f_axes_range(axis, catalog, node, field, &like);
        return;
    }
    size_t n = node->kind == F2F_DOC_SEQ ? f2f_doc_count(node) : 1;
    if (!n) f2f_doc_error(catalog->diag, node, "'%.60s' is empty: give a list of values", axis->name);
    axis->values = f2f_arena_alloc(catalog->arena, (n + 1) * sizeof *axis->values);
    if (node->kind != F2F_DOC_SEQ) read_item(axis, catalog, node, field, &like); /* one value needs no list */
    else
        for (const struct f2f_doc *item = node->child; item; item = item->next)
            read_item(axis, catalog, item, field, &like);
}

/* Values of an axis that may differ in what they change: of an axis that is a path, one stands for all. */
static int kinds_of(const struct f2f_space_axis *axis) {
    bool plain = axis->n_values && axis->values[0].n_changes && axis->values[0].changes[0].set.path == axis->name;
    return plain ? 1 : axis->n_values;
}

/* A change of the axis that undoes what stands at that place before it; NULL: none. */
static const struct f2f_space_change *undone(const struct f2f_space_axis *axis, const char *place) {
    for (int v = 0; v < kinds_of(axis); v++)
        for (int c = 0; c < axis->values[v].n_changes; c++)
            if (undoes(axis->values[v].changes[c].place, place)) return &axis->values[v].changes[c];
    return NULL;
}

const struct f2f_space_axis *f2f_axes_undo(const struct f2f_space *space, f2f_arena *arena, const char *path) {
    const char *place = place_of(arena, path);
    for (int a = 0; a < space->n_axes; a++)
        if (undone(&space->axes[a], place)) return &space->axes[a];
    return NULL;
}

void f2f_axes_check_set(struct f2f_catalog *catalog, const struct f2f_space *space, const struct f2f_doc *set) {
    for (const struct f2f_doc *line = set ? set->child : NULL; line; line = line->next) {
        const struct f2f_space_axis *axis = f2f_axes_undo(space, catalog->arena, line->key);
        if (!axis) continue;
        f2f_doc_error(
            catalog->diag, line,
            "'%.60s' of 'set' would be undone by '%.60s' of 'space' (line %d), which is changed after it: put "
            "it there, as an axis of one value behind that, or leave it out",
            line->key, axis->name, axis->values[0].at->line);
    }
}

/* The first change of `before` that a later axis would undo. */
static void check_pair(struct f2f_catalog *catalog, const struct f2f_space_axis *before,
                       const struct f2f_space_axis *later) {
    for (int v = 0; v < kinds_of(before); v++)
        for (int c = 0; c < before->values[v].n_changes; c++) {
            const struct f2f_space_change *change = &before->values[v].changes[c],
                                          *other = undone(later, change->place);
            if (!other) continue;
            if (strcmp(change->place, other->place) == 0)
                f2f_doc_error(catalog->diag, later->values[0].at, "'%.60s' is varied by '%.60s', too", other->set.path,
                              before->name);
            else
                f2f_doc_error(catalog->diag, later->values[0].at,
                              "'%.60s' would undo '%.60s' of '%.60s', which is a part of it: put it first",
                              other->set.path, change->set.path, before->name);
            return;
        }
}

void f2f_desc_decode_axes(void *object, struct f2f_catalog *catalog, const struct f2f_field *field,
                          struct f2f_doc *node) {
    size_t count = f2f_doc_count(node);
    int n = 0;
    if (node->kind != F2F_DOC_MAP || !count || count > F2F_SPACE_AXES_MAX) {
        f2f_doc_error(catalog->diag, node,
                      "'%s' must map 1 to %d paths to their values, e.g. {chip.memory.stacks: [4, 8]}", field->key,
                      F2F_SPACE_AXES_MAX);
        return;
    }
    struct f2f_space_axis *axes = f2f_arena_alloc(catalog->arena, count * sizeof *axes);
    for (const struct f2f_doc *child = node->child; child; child = child->next) read_axis(&axes[n++], catalog, child);
    for (int a = 0; a < n; a++) /* in the order of the changes, of which a later one must not undo one before */
        for (int b = 0; b < a; b++) check_pair(catalog, &axes[b], &axes[a]);
    memcpy((char *)object + field->offset, &axes, sizeof axes);
    *(int *)((char *)object + field->count_offset) = n;
}

void f2f_desc_decode_goals(void *object, struct f2f_catalog *catalog, const struct f2f_field *field,
                           struct f2f_doc *node) {
    size_t count = f2f_doc_count(node);
    int n = 0;
    if (node->kind != F2F_DOC_MAP || !count || count > F2F_SPACE_OBJECTIVES_MAX) {
        f2f_doc_error(catalog->diag, node, "'%s' must map 1 to %d keys to min or max, e.g. {usd_per_Mtok: min}",
                      field->key, F2F_SPACE_OBJECTIVES_MAX);
        return;
    }
    struct f2f_space_objective *goals = f2f_arena_alloc(catalog->arena, count * sizeof *goals);
    for (const struct f2f_doc *child = node->child; child; child = child->next) {
        const char *word = child->kind == F2F_DOC_SCALAR ? child->text : "";
        goals[n++] = (struct f2f_space_objective){child->key, strcmp(word, "max") == 0};
        if (strcmp(word, "max") != 0 && strcmp(word, "min") != 0)
            f2f_doc_error(catalog->diag, child, "'%.60s' must be min or max", child->key);
    }
    memcpy((char *)object + field->offset, &goals, sizeof goals);
    *(int *)((char *)object + field->count_offset) = n;
}
