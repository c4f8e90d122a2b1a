/* doc.c - the tree of include/fab2fleet/doc.h: building, looking up, strict scalars, near names.
 *
 * Text becomes a tree in yaml.c, the only file that knows the YAML library. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/units.h"
#include "fab2fleet/doc.h"

struct f2f_doc *f2f_doc_get(const struct f2f_doc *map, const char *key) {
    if (!map || map->kind != F2F_DOC_MAP) return NULL;
    for (struct f2f_doc *child = map->child; child; child = child->next)
        if (strcmp(child->key, key) == 0) return child;
    return NULL;
}

struct f2f_doc *f2f_doc_item(const struct f2f_doc *list, int i) {
    struct f2f_doc *item = list && list->kind == F2F_DOC_SEQ ? list->child : NULL;
    while (item && i--) item = item->next;
    return item;
}

size_t f2f_doc_count(const struct f2f_doc *node) {
    size_t n = 0;
    for (const struct f2f_doc *child = node->child; child; child = child->next) n++;
    return n;
}

bool f2f_doc_is_null(const struct f2f_doc *node) {
    return node->kind == F2F_DOC_SCALAR && !node->quoted &&
           (node->text[0] == '\0' || strcmp(node->text, "~") == 0 || strcasecmp(node->text, "null") == 0);
}

bool f2f_doc_number(const struct f2f_doc *node, double *out) {
    return node->kind == F2F_DOC_SCALAR && !node->quoted && f2f_number_parse(out, node->text);
}

bool f2f_doc_integer(const struct f2f_doc *node, long long *out) {
    double number;
    if (!f2f_doc_number(node, &number) || strpbrk(node->text, ".eE") || strlen(node->text) > 18) return false;
    *out = strtoll(node->text, NULL, 10);
    return true;
}

bool f2f_doc_bool(const struct f2f_doc *node, bool *out) {
    if (node->kind != F2F_DOC_SCALAR || node->quoted) return false;
    *out = strcmp(node->text, "true") == 0;
    return *out || strcmp(node->text, "false") == 0;
}

void f2f_doc_error(struct f2f_diag *diag, const struct f2f_doc *node, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    const char *message = f2f_arena_vprintf(diag->arena, fmt, args);
    va_end(args);
    f2f_diag_add(diag, node->file, node->line, node->col, "%s", message);
}

static size_t least(size_t a, size_t b) { return a < b ? a : b; }

/* Edits that make b of a: a letter added, left out, changed, or swapped with the next (optimal string alignment). */
static size_t distance(const char *a, const char *b) {
    size_t rows[3][65], *before = rows[0], *last = rows[1], *row = rows[2], n = strlen(b);
    if (n > 64 || strlen(a) > 64) return 99;
    for (size_t j = 0; j <= n; j++) row[j] = j;
    for (size_t i = 1; a[i - 1]; i++) {
        size_t *oldest = before;
        before = last, last = row, row = oldest;
        row[0] = i;
        for (size_t j = 1; j <= n; j++) {
            row[j] = least(last[j - 1] + (a[i - 1] != b[j - 1]), least(last[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = least(row[j], before[j - 2] + 1);
        }
    }
    return row[n];
}

static bool parts(char c) { return c && strchr("-_.", c); }

/* Is it the begin of the other's words: "h100" of "h100-sxm"? */
static bool begins(const char *text, const char *longer) {
    size_t n = strlen(text);
    return n > 2 && strncmp(text, longer, n) == 0 && parts(longer[n]);
}

/* Is it the end of the other's words: "temperature" of "base_temperature"? */
static bool ends(const char *text, const char *longer) {
    size_t n = strlen(text), m = strlen(longer);
    return n > 2 && m > n && strcmp(text, longer + m - n) == 0 && parts(longer[m - n - 1]);
}

static const char *shorter(const char *a, const char *b) { return !a || strlen(b) < strlen(a) ? b : a; }

const char *f2f_nearest(const char *text, const char *const *candidates, size_t n) {
    const char *nearest = NULL, *longer = NULL, *before = NULL;
    size_t best = strlen(text) / 3 + 2;
    for (size_t i = 0; i < n; i++) {
        size_t d = distance(text, candidates[i]);
        if (begins(text, candidates[i])) longer = shorter(longer, candidates[i]);
        if (ends(text, candidates[i])) before = shorter(before, candidates[i]);
        if (d >= best) continue;
        best = d;
        nearest = candidates[i];
    }
    return longer ? longer : nearest ? nearest : before;
}

struct f2f_hint f2f_did_you_mean(const char *text, const char *const *candidates, size_t n) {
    struct f2f_hint hint = {""};
    const char *near = f2f_nearest(text, candidates, n);
    if (near) (void)snprintf(hint.text, sizeof hint.text, " (did you mean '%.64s'?)", near);
    return hint;
}
