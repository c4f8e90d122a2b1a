/* table.h - one field table per struct: it drives parsing, defaults, ranges, `show`, --set and the
 * JSON Schema, so a field is written down once.
 *
 * Flow inside this folder: names.c name -> file; yaml.c text -> tree; resolve.c extends and references,
 * set.c --set -> one whole tree; decode.c tree + table -> struct. */
#ifndef F2F_DESC_TABLE_H
#define F2F_DESC_TABLE_H

#include <stddef.h>

#include "base/units.h"
#include "fab2fleet/catalog.h"

enum f2f_field_type {
    F2F_FIELD_TEXT, /* const char * */
    F2F_FIELD_PATH, /* const char *: a file, relative to the one that names it */
    F2F_FIELD_BOOL, /* bool */
    F2F_FIELD_INT, /* int */
    F2F_FIELD_QUANTITY, /* double, SI */
    F2F_FIELD_WORD, /* int: index in words */
    F2F_FIELD_QUANTITIES, /* double[], SI: one quantity or a sequence, count at count_offset */
    F2F_FIELD_STRUCT, /* nested mapping, struct in place */
    F2F_FIELD_REF, /* pointer to a struct of another kind: a name, a path or a mapping */
    F2F_FIELD_LIST, /* sequence of mappings: pointer at offset, int count at count_offset */
    F2F_FIELD_DTYPES, /* double[F2F_DTYPE_N] keyed by format name */
    F2F_FIELD_MODELS, /* const struct f2f_model *[], by name or path, count at count_offset */
    F2F_FIELD_NAME, /* const char *: name or path of a description of one of the kinds in `words` */
    F2F_FIELD_SETS, /* mapping path: value -> struct f2f_set[], count at count_offset */
    F2F_FIELD_TIMING, /* struct f2f_dram_timing: a time, clocks, or max() of both */
    F2F_FIELD_TEXTS, /* const char *[]: one text or a sequence, count at count_offset */
    F2F_FIELD_AXES, /* mapping path: values -> struct f2f_space_axis[], count at count_offset */
    F2F_FIELD_GOALS /* mapping key: min or max -> struct f2f_space_objective[], count at count_offset */
};

struct f2f_table;

struct f2f_field {
    const char *key, *help;
    enum f2f_field_type type;
    enum f2f_quantity quantity; /* QUANTITY, DTYPES */
    size_t offset, count_offset;
    bool required;
    double min, max; /* inclusive, SI; checked when min < max */
    double fallback; /* value when absent */
    const char *const *words; /* WORD, NAME: NULL-terminated */
    const struct f2f_table *table; /* STRUCT, REF, LIST */
    const char *unless; /* not read where this is given: a path from the same mapping, after "^." from the one around */
    const char *with, *instead; /* a change wants all of `with` changed too, whose meaning it changes; what else may be
                                   meant */
    const char *const *scaled; /* a --set of it changes these in proportion, unless they are set too, and a description
                                  that `extends` another gives these anew, too; NULL-terminated */
    const char *only; /* read only with this: "page=adaptive", a word of the same mapping */
    size_t given_offset; /* bool: it was given, if only as what it is when left out; 0: nobody asks */
};

struct f2f_table {
    const char *kind; /* of a description: first line `kind:`; NULL for a nested struct */
    size_t size;
    const struct f2f_field *fields;
    size_t n_fields;
    bool sourced; /* every number must be covered by a source */
    /* What one field alone cannot tell; reports to diag at node. May be NULL. */
    void (*check)(const void *object, const struct f2f_doc *node, struct f2f_diag *diag);
};

/* Short forms for the tables: T is the struct. The range is inclusive, in SI. The help stands last; `.unless` and
 * `.only` may follow it. */
#define F2F_QTY(T, KEY, MEMBER, QUANTITY, MIN, MAX, ...)                                                  \
    {                                                                                                     \
        .key = KEY, .help = __VA_ARGS__, .type = F2F_FIELD_QUANTITY, .quantity = F2F_QUANTITY_##QUANTITY, \
        .offset = offsetof(T, MEMBER), .required = true, .min = MIN, .max = MAX                           \
    }
#define F2F_QTY_OR(T, KEY, MEMBER, QUANTITY, MIN, MAX, FALLBACK, ...)                                     \
    {                                                                                                     \
        .key = KEY, .help = __VA_ARGS__, .type = F2F_FIELD_QUANTITY, .quantity = F2F_QUANTITY_##QUANTITY, \
        .offset = offsetof(T, MEMBER), .min = MIN, .max = MAX, .fallback = FALLBACK                       \
    }
#define F2F_INT(T, KEY, MEMBER, MIN, MAX, ...)                                                                   \
    {                                                                                                            \
        .key = KEY, .help = __VA_ARGS__, .type = F2F_FIELD_INT, .offset = offsetof(T, MEMBER), .required = true, \
        .min = MIN, .max = MAX                                                                                   \
    }
#define F2F_INT_OR(T, KEY, MEMBER, MIN, MAX, FALLBACK, ...)                                                            \
    {                                                                                                                  \
        .key = KEY, .help = __VA_ARGS__, .type = F2F_FIELD_INT, .offset = offsetof(T, MEMBER), .min = MIN, .max = MAX, \
        .fallback = FALLBACK                                                                                           \
    }
#define F2F_TEXT(T, KEY, MEMBER, REQUIRED, ...) \
    { .key = KEY, .help = __VA_ARGS__, .type = F2F_FIELD_TEXT, .offset = offsetof(T, MEMBER), .required = REQUIRED }
#define F2F_PATH(T, KEY, MEMBER, ...) \
    { .key = KEY, .help = __VA_ARGS__, .type = F2F_FIELD_PATH, .offset = offsetof(T, MEMBER) }
#define F2F_FLAG(T, KEY, MEMBER, ...) \
    { .key = KEY, .help = __VA_ARGS__, .type = F2F_FIELD_BOOL, .offset = offsetof(T, MEMBER) }
#define F2F_WORD(T, KEY, MEMBER, REQUIRED, WORDS, ...)                                                                \
    {                                                                                                                 \
        .key = KEY, .help = __VA_ARGS__, .type = F2F_FIELD_WORD, .offset = offsetof(T, MEMBER), .required = REQUIRED, \
        .words = WORDS                                                                                                \
    }
#define F2F_REF(T, KEY, MEMBER, REQUIRED, TABLE, ...)                                                                \
    {                                                                                                                \
        .key = KEY, .help = __VA_ARGS__, .type = F2F_FIELD_REF, .offset = offsetof(T, MEMBER), .required = REQUIRED, \
        .table = TABLE                                                                                               \
    }
#define F2F_NAME(T, KEY, MEMBER, REQUIRED, KINDS, ...)                                                                \
    {                                                                                                                 \
        .key = KEY, .help = __VA_ARGS__, .type = F2F_FIELD_NAME, .offset = offsetof(T, MEMBER), .required = REQUIRED, \
        .words = KINDS                                                                                                \
    }
#define F2F_QTYS(T, KEY, MEMBER, COUNT, QUANTITY, MIN, MAX, REQUIRED, ...)                                   \
    {                                                                                                        \
        .key = KEY, .help = __VA_ARGS__, .type = F2F_FIELD_QUANTITIES, .quantity = F2F_QUANTITY_##QUANTITY,  \
        .offset = offsetof(T, MEMBER), .count_offset = offsetof(T, COUNT), .required = REQUIRED, .min = MIN, \
        .max = MAX                                                                                           \
    }
#define F2F_STRUCT(T, KEY, MEMBER, REQUIRED, TABLE, ...)                                          \
    {                                                                                             \
        .key = KEY, .help = __VA_ARGS__, .type = F2F_FIELD_STRUCT, .offset = offsetof(T, MEMBER), \
        .required = REQUIRED, .table = TABLE                                                      \
    }
#define F2F_LIST(T, KEY, MEMBER, COUNT, REQUIRED, TABLE, ...)                                   \
    {                                                                                           \
        .key = KEY, .help = __VA_ARGS__, .type = F2F_FIELD_LIST, .offset = offsetof(T, MEMBER), \
        .count_offset = offsetof(T, COUNT), .required = REQUIRED, .table = TABLE                \
    }
#define F2F_MANY(T, TYPE, KEY, MEMBER, COUNT, REQUIRED, ...)                                      \
    {                                                                                             \
        .key = KEY, .help = __VA_ARGS__, .type = F2F_FIELD_##TYPE, .offset = offsetof(T, MEMBER), \
        .count_offset = offsetof(T, COUNT), .required = REQUIRED                                  \
    }
#define F2F_TIMING(T, KEY, MEMBER, ...)                                                           \
    {                                                                                             \
        .key = KEY, .help = __VA_ARGS__, .type = F2F_FIELD_TIMING, .quantity = F2F_QUANTITY_TIME, \
        .offset = offsetof(T, MEMBER)                                                             \
    }
#define F2F_TABLE(KIND, T, FIELDS, SOURCED, CHECK)                                                         \
    {                                                                                                      \
        .kind = KIND, .size = sizeof(T), .fields = FIELDS, .n_fields = sizeof(FIELDS) / sizeof(FIELDS)[0], \
        .sourced = SOURCED, .check = CHECK                                                                 \
    }

/* The table of a kind (src/desc/kind_*.c); f2f_study_table for studies. */
extern const struct f2f_table f2f_process_table, f2f_dram_table, f2f_controller_table, f2f_memory_table,
    f2f_class_table, f2f_chip_table, f2f_node_table, f2f_network_table, f2f_system_table, f2f_engine_table,
    f2f_traffic_table, f2f_study_table, f2f_study_job_table, f2f_space_table;
/* Table of a kind by name, or NULL. */
const struct f2f_table *f2f_table_find(const char *kind);
const struct f2f_field *f2f_table_field(const struct f2f_table *table, const char *key);
/* kind_making.c: the kinds that say what things cost, ends with NULL, and their tables. */
extern const struct f2f_table f2f_foundry_table, f2f_bonding_table, f2f_stack_table, f2f_package_table,
    f2f_making_table, f2f_price_table, f2f_plan_table, f2f_device_table;
/* Every kind of the catalog, models too; ends with NULL. A list of those that are YAML for messages. */
extern const char *const f2f_desc_kinds[];
const char *f2f_desc_kinds_text(f2f_arena *arena);
const struct f2f_table *f2f_cost_table_find(const char *kind);

/* The words of `status:`. */
extern const char *const f2f_maturity_words[];

/* names.c: for the checks of lists. Reports at node a name that is none of those. */
void f2f_desc_check_name(struct f2f_diag *diag, const struct f2f_doc *node, const char *what, const char *name,
                         const char *const *names, size_t n);
/* The names of the items of a list, structs of `size` that begin with theirs. */
const char **f2f_desc_item_names(f2f_arena *arena, const void *items, int n, size_t size);
/* Reports names of the list `key` that stand twice. */
void f2f_desc_check_twice(struct f2f_diag *diag, const struct f2f_doc *map, const char *key, const char *what,
                          const char *const *names, int n);
/* The node of field `key` of item i of the list `list` of a mapping. */
const struct f2f_doc *f2f_desc_item_field(const struct f2f_doc *map, const char *list, int i, const char *key);
/* names.c: is it a file; does the name look like a path; a path as `at`, whose file says it, means it (NULL: the
 * working directory); the file of a name in the catalog, or NULL. */
bool f2f_desc_is_file(const char *path);
bool f2f_desc_is_path(const char *name);
const char *f2f_desc_path(f2f_arena *arena, const char *path, const struct f2f_doc *at);
const char *f2f_catalog_file(struct f2f_catalog *catalog, const char *kind, const char *name);
/* Names of a kind in the catalog, sorted: YAML files without their ending, of models folders. */
size_t f2f_catalog_names(const char **names, size_t max, struct f2f_catalog *catalog, const char *kind);
/* The kind, one of `kinds` (ends with NULL), that has the name; of a path, whatever the file is of. */
f2f_status f2f_desc_kind(const char **kind, struct f2f_catalog *catalog, const char *const *kinds, const char *name,
                         const struct f2f_doc *at, f2f_error *err);
/* The same of a file: what it says in `kind:`, or "model" of a config.json and its folder. */
f2f_status f2f_desc_file_kind(const char **kind, struct f2f_catalog *catalog, const char *path, f2f_error *err);
/* Reports at the node, or at the name when nothing but the user said it. */
f2f_status f2f_desc_fail(struct f2f_catalog *catalog, const char *name, const struct f2f_doc *at, f2f_error *err,
                         const char *fmt, ...) F2F_PRINTF(5, 6);
/* "no chip 'x'", with the nearest name. */
f2f_status f2f_desc_unknown(struct f2f_catalog *catalog, const char *const *kinds, const char *name,
                            const struct f2f_doc *at, f2f_error *err);

/* files.c: a file as a tree of the catalog's own, parsed once where the catalog shares files with others. */
f2f_status f2f_desc_read(struct f2f_doc **out, struct f2f_catalog *catalog, const char *path, f2f_error *err);
/* A copy of a tree below `parent` (NULL: none), in the arena but for its texts. */
struct f2f_doc *f2f_doc_copy(f2f_arena *arena, const struct f2f_doc *node, struct f2f_doc *parent);

/* resolve.c: a description by name or path with its `extends` chain merged; references are not followed.
 * at: where it is named, for errors and relative paths, or NULL. */
f2f_status f2f_desc_resolve(struct f2f_doc **out, struct f2f_catalog *catalog, const struct f2f_table *table,
                            const char *name, const struct f2f_doc *at, f2f_error *err);
/* Replaces a reference (name, {value: name} or mapping) by its merged tree, in place; returns the tree or NULL. */
struct f2f_doc *f2f_desc_follow(struct f2f_catalog *catalog, const struct f2f_field *field, struct f2f_doc *node);

/* set.c: applies one --set to the tree; the path may leave out leading steps. */
f2f_status f2f_desc_set(struct f2f_catalog *catalog, const struct f2f_table *table, struct f2f_doc *root,
                        const struct f2f_set *set, f2f_error *err);
/* The field a --set path ends at, whatever the tree. */
f2f_status f2f_desc_set_field(const struct f2f_field **out, f2f_arena *arena, const struct f2f_table *table,
                              const char *path, f2f_error *err);

/* range.c: the quantity that `scalar` says; its range, if it has one, is listed for target. node is what the field
 * stands at. Faults are reported; false: no value. */
bool f2f_desc_quantity(double *out, double *target, struct f2f_catalog *catalog, const struct f2f_field *field,
                       const char *key, struct f2f_doc *node, struct f2f_doc *scalar);
/* unread.c: refuses a description over `base` that changes a field of `with` and leaves a value it is about, or one
 * that an inherited value of `unless` stands in for. */
f2f_status f2f_desc_check_with(struct f2f_catalog *catalog, const struct f2f_table *table, struct f2f_doc *base,
                               struct f2f_doc *node, f2f_error *err);
/* The keys that may stand beside `value:`, ends with NULL. */
extern const char *const f2f_desc_value_keys[];

/* decode.c: tree to struct. object is zeroed memory of table->size. Errors go to the catalog's diag. */
void f2f_desc_decode(void *object, struct f2f_catalog *catalog, const struct f2f_table *table, struct f2f_doc *node);
/* decode.c: reads what stands at the node as the field would, for its faults alone. */
void f2f_desc_try(struct f2f_catalog *catalog, const struct f2f_field *field, struct f2f_doc *node);
/* The word that a field of `only` wants another to be, and which that is in the mapping instead; NULL: it is right. */
const char *f2f_desc_only_word(const struct f2f_field *field, const struct f2f_doc *map);
/* A scalar that may be written {value:, source:, note:}: the scalar itself, or NULL if it is none. */
struct f2f_doc *f2f_desc_scalar(struct f2f_doc *node);
/* decode_timing.c: "2.5 ns", "4 nCK" or "max(4 nCK, 2.5 ns)". */
f2f_status f2f_desc_timing_parse(struct f2f_dram_timing *out, const char *text, f2f_error *err);
/* decode_many.c: fields that are lists or names of other things than descriptions. */
void f2f_desc_decode_texts(void *object, struct f2f_catalog *catalog, const struct f2f_field *field,
                           struct f2f_doc *node);
void f2f_desc_decode_quantities(void *object, struct f2f_catalog *catalog, const struct f2f_field *field,
                                struct f2f_doc *node);
void f2f_desc_decode_models(void *object, struct f2f_catalog *catalog, const struct f2f_field *field,
                            struct f2f_doc *node);
void f2f_desc_decode_sets(void *object, struct f2f_catalog *catalog, const struct f2f_field *field,
                          struct f2f_doc *node);
/* The value that a field of text, number or yes and no has where it is left out; false: of another type. */
bool f2f_desc_leave_out(void *object, const struct f2f_field *field);
/* axes.c: those of a space. */
void f2f_desc_decode_axes(void *object, struct f2f_catalog *catalog, const struct f2f_field *field,
                          struct f2f_doc *node);
void f2f_desc_decode_goals(void *object, struct f2f_catalog *catalog, const struct f2f_field *field,
                           struct f2f_doc *node);
void f2f_desc_decode_name(const char **out, struct f2f_catalog *catalog, const struct f2f_field *field,
                          struct f2f_doc *node);

/* catalog.c: a description of a known kind, --set applied, decoded; F2F_EINPUT when anything was reported. */
f2f_status f2f_desc_load(void **out, struct f2f_catalog *catalog, const struct f2f_table *table, const char *name,
                         const struct f2f_set *sets, size_t n_sets, f2f_error *err);
/* The same for a tree at hand. */
f2f_status f2f_desc_load_tree(void **out, struct f2f_catalog *catalog, const struct f2f_table *table,
                              struct f2f_doc *tree, const struct f2f_set *sets, size_t n_sets, f2f_error *err);
/* system.c: what may stand for a system, ends with NULL. */
extern const char *const f2f_system_kinds[4];
/* model.c: as f2f_catalog_model, named at a node. */
f2f_status f2f_desc_model(const struct f2f_model **out, struct f2f_catalog *catalog, const char *name,
                          const struct f2f_doc *at, f2f_error *err);

struct f2f_catalog {
    f2f_arena *arena;
    struct f2f_ranges ranges; /* of what was read since lists_ranges was set */
    bool lists_ranges;
    struct f2f_diag *diag;
    const char **dirs;
    size_t n_dirs;
    const struct f2f_set *sets; /* of every system */
    size_t n_sets;
    f2f_system_hook *on_system;
    void *hook_context;
    struct f2f_files *files; /* NULL: every file is read anew */
};

#endif
