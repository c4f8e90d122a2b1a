/* shares.h - trees of where the time goes, of several records side by side. */
#ifndef F2F_REPORT_SHARES_H
#define F2F_REPORT_SHARES_H

#include "fab2fleet/record.h"

/* A node of the union of the records' trees, with its amount in each (0: it has none). */
struct f2f_share_line {
    const char *name, *bound; /* bound may be NULL */
    int depth;
    bool leaf;
    double *amounts;
};

struct f2f_share_table {
    struct f2f_share_line *lines; /* a node, then what it is made of, the largest first */
    size_t n_lines, n_columns;
    double *wholes; /* per record */
    const char *unit; /* "s", "J", "usd" */
};

/* Keys of the records in these that have a tree, after that of their own trees, which is NULL; returns how many. */
size_t f2f_share_keys(const char ***out, f2f_arena *arena, struct f2f_record *const *records, size_t n);

/* The trees of one key. Nodes are the same if their names, bounds and parents are. What is less than `small_frac` of
 * the whole in every record is one line "(n smaller)". Records without a tree have amounts of 0. */
struct f2f_share_table f2f_share_table_make(f2f_arena *arena, struct f2f_record *const *records, size_t n,
                                            const char *key, double small_frac);

/* part / whole, 0 if there is no whole. */
double f2f_share_frac(double part, double whole);

#endif
