/* doc.h - YAML and JSON text as a tree of nodes that know their place.
 *
 * What people write (descriptions, studies, config.json) is read through this door. Bounds: a file of
 * 1 MiB, a line of 64 KiB, 64 levels, 20,000 nodes. Refused: anchors and aliases, directives,
 * several documents, duplicate keys, non-UTF-8. Scalars stay text; null, ~ and "" are empty text. */
#ifndef F2F_DOC_H
#define F2F_DOC_H

#include <stdbool.h>

#include "fab2fleet/diag.h"

#ifdef __cplusplus
extern "C" {
#endif

enum f2f_doc_kind { F2F_DOC_SCALAR, F2F_DOC_MAP, F2F_DOC_SEQ };

struct f2f_doc {
    enum f2f_doc_kind kind;
    const char *key; /* in a map */
    const char *text; /* SCALAR */
    bool quoted; /* SCALAR written in quotes */
    const char *file;
    int line, col;
    struct f2f_doc *child, *next, *parent;
    const char *source; /* used by desc/: the source that covers this value, or NULL */
};

/* Reads a file. Errors go to diag; F2F_EINPUT (or F2F_ERUN if reading fails) when there were any. */
f2f_status f2f_doc_read(struct f2f_doc **out, f2f_arena *arena, const char *path, struct f2f_diag *diag,
                        f2f_error *err);
/* The same for text in memory; name is shown as the file. */
f2f_status f2f_doc_parse(struct f2f_doc **out, f2f_arena *arena, const char *text, size_t length, const char *name,
                         struct f2f_diag *diag, f2f_error *err);

/* Value of a key of a map, or NULL. */
struct f2f_doc *f2f_doc_get(const struct f2f_doc *map, const char *key);
/* Item i of a sequence, from 0; NULL: there is none. */
struct f2f_doc *f2f_doc_item(const struct f2f_doc *list, int i);
size_t f2f_doc_count(const struct f2f_doc *node);
/* Strict scalars: whole text must be a number / an integer / true or false. false when it is not. */
bool f2f_doc_number(const struct f2f_doc *node, double *out);
bool f2f_doc_integer(const struct f2f_doc *node, long long *out);
bool f2f_doc_bool(const struct f2f_doc *node, bool *out);
bool f2f_doc_is_null(const struct f2f_doc *node);
/* Reports at the node's place. */
void f2f_doc_error(struct f2f_diag *diag, const struct f2f_doc *node, const char *fmt, ...) F2F_PRINTF(3, 4);

/* The shortest candidate whose first words text is ("h100": h100-sxm), else the nearest (edit distance at most a third
 * of its length), else the shortest whose last words it is, or NULL. */
const char *f2f_nearest(const char *text, const char *const *candidates, size_t n);
/* " (did you mean 'chip'?)" where there is a nearest one, else empty: for the end of a message, as
 * f2f_did_you_mean(text, names, n).text. */
struct f2f_hint {
    char text[96];
};
struct f2f_hint f2f_did_you_mean(const char *text, const char *const *candidates, size_t n);

#ifdef __cplusplus
}
#endif
#endif
