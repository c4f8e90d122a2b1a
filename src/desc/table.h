/* table.h - one field table per struct: it drives parsing, defaults, ranges, `show`, --set and the
 * JSON Schema, so a field is written down once.
 *
 * Flow inside this folder: yaml.c text -> tree; resolve.c names, extends, --set -> one whole tree;
 * decode.c tree + table -> struct. */
#ifndef F2F_DESC_TABLE_H
#define F2F_DESC_TABLE_H

#include <stddef.h>

#include "base/units.h"
#include "fab2fleet/catalog.h"

enum f2f_field_type {
    F2F_FIELD_TEXT, /* const char * */
    F2F_FIELD_BOOL, /* bool */
    F2F_FIELD_INT, /* int */
    F2F_FIELD_QUANTITY, /* double, SI */
    F2F_FIELD_WORD, /* int: index in words */
    F2F_FIELD_STRUCT, /* nested mapping, struct in place */
    F2F_FIELD_REF, /* pointer to a struct of another kind: a name, a path or a mapping */
    F2F_FIELD_LIST, /* sequence of mappings: pointer at offset, int count at count_offset */
    F2F_FIELD_DTYPES, /* double[F2F_DTYPE_N] keyed by format name */
    F2F_FIELD_MODELS, /* const struct f2f_model *[], by name or path, count at count_offset */
    F2F_FIELD_SETS, /* mapping path: value -> struct f2f_set[], count at count_offset */
    F2F_FIELD_INTS, /* int[]: one integer or a sequence, count at count_offset */
    F2F_FIELD_TEXTS /* const char *[]: one text or a sequence, count at count_offset */
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
    const char *const *words; /* WORD: NULL-terminated */
    const struct f2f_table *table; /* STRUCT, REF, LIST */
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

/* Short forms for the tables: T is the struct. The range is inclusive, in SI. */
#define F2F_QTY(T, KEY, MEMBER, QUANTITY, MIN, MAX, HELP)                                          \
    {                                                                                              \
        .key = KEY, .help = HELP, .type = F2F_FIELD_QUANTITY, .quantity = F2F_QUANTITY_##QUANTITY, \
        .offset = offsetof(T, MEMBER), .required = true, .min = MIN, .max = MAX                    \
    }
#define F2F_QTY_OR(T, KEY, MEMBER, QUANTITY, MIN, MAX, FALLBACK, HELP)                             \
    {                                                                                              \
        .key = KEY, .help = HELP, .type = F2F_FIELD_QUANTITY, .quantity = F2F_QUANTITY_##QUANTITY, \
        .offset = offsetof(T, MEMBER), .min = MIN, .max = MAX, .fallback = FALLBACK                \
    }
#define F2F_INT(T, KEY, MEMBER, MIN, MAX, HELP)                                                                       \
    {                                                                                                                 \
        .key = KEY, .help = HELP, .type = F2F_FIELD_INT, .offset = offsetof(T, MEMBER), .required = true, .min = MIN, \
        .max = MAX                                                                                                    \
    }
#define F2F_INT_OR(T, KEY, MEMBER, MIN, MAX, FALLBACK, HELP)                                                    \
    {                                                                                                           \
        .key = KEY, .help = HELP, .type = F2F_FIELD_INT, .offset = offsetof(T, MEMBER), .min = MIN, .max = MAX, \
        .fallback = FALLBACK                                                                                    \
    }
#define F2F_TEXT(T, KEY, MEMBER, REQUIRED, HELP) \
    { .key = KEY, .help = HELP, .type = F2F_FIELD_TEXT, .offset = offsetof(T, MEMBER), .required = REQUIRED }
#define F2F_FLAG(T, KEY, MEMBER, HELP) \
    { .key = KEY, .help = HELP, .type = F2F_FIELD_BOOL, .offset = offsetof(T, MEMBER) }
#define F2F_WORD(T, KEY, MEMBER, REQUIRED, WORDS, HELP)                                                        \
    {                                                                                                          \
        .key = KEY, .help = HELP, .type = F2F_FIELD_WORD, .offset = offsetof(T, MEMBER), .required = REQUIRED, \
        .words = WORDS                                                                                         \
    }
#define F2F_REF(T, KEY, MEMBER, REQUIRED, TABLE, HELP)                                                        \
    {                                                                                                         \
        .key = KEY, .help = HELP, .type = F2F_FIELD_REF, .offset = offsetof(T, MEMBER), .required = REQUIRED, \
        .table = TABLE                                                                                        \
    }
#define F2F_STRUCT(T, KEY, MEMBER, REQUIRED, TABLE, HELP)                                                        \
    {                                                                                                            \
        .key = KEY, .help = HELP, .type = F2F_FIELD_STRUCT, .offset = offsetof(T, MEMBER), .required = REQUIRED, \
        .table = TABLE                                                                                           \
    }
#define F2F_LIST(T, KEY, MEMBER, COUNT, REQUIRED, TABLE, HELP)                           \
    {                                                                                    \
        .key = KEY, .help = HELP, .type = F2F_FIELD_LIST, .offset = offsetof(T, MEMBER), \
        .count_offset = offsetof(T, COUNT), .required = REQUIRED, .table = TABLE         \
    }
#define F2F_MANY(T, TYPE, KEY, MEMBER, COUNT, REQUIRED, HELP)                              \
    {                                                                                      \
        .key = KEY, .help = HELP, .type = F2F_FIELD_##TYPE, .offset = offsetof(T, MEMBER), \
        .count_offset = offsetof(T, COUNT), .required = REQUIRED                           \
    }
#define F2F_TABLE(KIND, T, FIELDS, SOURCED, CHECK)                                                         \
    {                                                                                                      \
        .kind = KIND, .size = sizeof(T), .fields = FIELDS, .n_fields = sizeof(FIELDS) / sizeof(FIELDS)[0], \
        .sourced = SOURCED, .check = CHECK                                                                 \
    }

/* The table of a kind (src/desc/kind_*.c); f2f_study_table for studies. */
extern const struct f2f_table f2f_process_table, f2f_memory_table, f2f_class_table, f2f_chip_table, f2f_node_table,
    f2f_network_table, f2f_system_table, f2f_study_table, f2f_study_job_table;
/* Table of a kind by name, or NULL. */
const struct f2f_table *f2f_table_find(const char *kind);
const struct f2f_field *f2f_table_field(const struct f2f_table *table, const char *key);

/* The words of `status:`. */
extern const char *const f2f_maturity_words[];

/* resolve.c: a description file by name or path with its `extends` chain merged; references are not
 * followed. from: the file that names it, for relative paths, or NULL. at: where it is named, for errors. */
f2f_status f2f_desc_resolve(struct f2f_doc **out, struct f2f_catalog *catalog, const struct f2f_table *table,
                            const char *name, const struct f2f_doc *at, f2f_error *err);
/* Merges an inline mapping's own `extends`. */
f2f_status f2f_desc_inherit(struct f2f_doc **out, struct f2f_catalog *catalog, const struct f2f_table *table,
                            struct f2f_doc *node, f2f_error *err);
/* Replaces a reference (name or mapping) by its merged tree, in place; returns the tree or NULL. */
struct f2f_doc *f2f_desc_follow(struct f2f_catalog *catalog, const struct f2f_field *field, struct f2f_doc *node);
/* Applies one --set to the tree; the path may leave out leading steps. */
f2f_status f2f_desc_set(struct f2f_catalog *catalog, const struct f2f_table *table, struct f2f_doc *root,
                        const struct f2f_set *set, f2f_error *err);

/* decode.c: tree to struct. object is zeroed memory of table->size. Errors go to the catalog's diag. */
void f2f_desc_decode(void *object, struct f2f_catalog *catalog, const struct f2f_table *table, struct f2f_doc *node);

/* A scalar that may be written {value:, source:, note:}: the scalar itself, or NULL if it is none. */
struct f2f_doc *f2f_desc_scalar(struct f2f_doc *node);

/* catalog.c: a description of a known kind, --set applied, decoded; F2F_EINPUT when anything was reported. */
f2f_status f2f_desc_load(void **out, struct f2f_catalog *catalog, const struct f2f_table *table, const char *name,
                         const struct f2f_set *sets, size_t n_sets, f2f_error *err);

/* The same for a tree at hand. */
f2f_status f2f_desc_load_tree(void **out, struct f2f_catalog *catalog, const struct f2f_table *table,
                              struct f2f_doc *tree, const struct f2f_set *sets, size_t n_sets, f2f_error *err);
/* resolve.c: names of a kind in the catalog (of models: folders); "no such model", with the nearest name. */
size_t f2f_catalog_names(const char **names, size_t max, struct f2f_catalog *catalog, const char *kind);
f2f_status f2f_model_unknown(struct f2f_catalog *catalog, const char *name, f2f_error *err);

struct f2f_catalog {
    f2f_arena *arena;
    struct f2f_diag *diag;
    const char **dirs;
    size_t n_dirs;
    const struct f2f_set *sets; /* of every system */
    size_t n_sets;
};

#endif
