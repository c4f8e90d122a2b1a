/* database.h - the designs of a space in an SQLite file: docs/explore.md has its tables.
 *
 * Rows are added in batches, each a transaction over a write-ahead log: a run that is killed loses the last batch at
 * most. While it is open the file is locked, so that no second run writes to it. */
#ifndef F2F_EXPLORE_DATABASE_H
#define F2F_EXPLORE_DATABASE_H

#include "explore/design.h"

/* What a database was made of, in texts that are compared when a run is taken up again. */
struct f2f_fingerprint {
    const char *program, *space, *catalog;
};

struct f2f_database;

/* Makes the file, or with `resume` goes on with one that has this fingerprint. F2F_EUSAGE: it is there already and not
 * to be resumed; F2F_EINPUT: it is no such database, is damaged, or of another space, catalog or program; F2F_ERUN: it
 * cannot be read or written, or another run has it open. The struct is the arena's; close it. */
f2f_status f2f_database_open(struct f2f_database **out, f2f_arena *arena, const char *path, bool resume,
                             const struct f2f_lattice *lattice, const struct f2f_design_keys *keys,
                             const struct f2f_fingerprint *mark, f2f_error *err);
/* The last batch, and the log into the file. NULL is allowed. */
f2f_status f2f_database_close(struct f2f_database *db, f2f_error *err);

/* Closes it, and takes the file away if it was made by this run: its space has a mistake that no design can mend. */
void f2f_database_discard(struct f2f_database *db);

/* Is there a row for the design? One thread at a time, as all below. */
bool f2f_database_has(struct f2f_database *db, uint64_t id);
f2f_status f2f_database_add(struct f2f_database *db, const struct f2f_design_row *row, f2f_error *err);
/* Between units of work: ends a batch that is long enough. */
f2f_status f2f_database_pause(struct f2f_database *db, f2f_error *err);

/* Ends it however long it is; before what follows. */
f2f_status f2f_database_commit(struct f2f_database *db, f2f_error *err);

/* Rows by status and work. */
struct f2f_database_counts {
    uint64_t rows, of_status[F2F_DESIGN_N], of_work[F2F_DESIGN_SHARED + 1];
};
f2f_status f2f_database_count(struct f2f_database *db, struct f2f_database_counts *out, f2f_error *err);

/* Calls row(context, id, place on the axis, figures in the order of the keys) for every feasible design; false ends it.
 * axis -1: by the first `n_sort` keys, then by id, place is 0; else by place, then by key n_sort, and that figure alone
 * is given. Sorted by SQLite, on disk where it is much. */
typedef bool f2f_database_row_fn(void *context, uint64_t id, int place, const double *figures);
f2f_status f2f_database_each(struct f2f_database *db, int axis, int n_sort, f2f_database_row_fn *row, void *context,
                             f2f_error *err);
/* The commonest reason of a status (ties: the first in order of text) and how many designs have it; 0: none has the
 * status. why lives in the arena. */
f2f_status f2f_database_reason(struct f2f_database *db, f2f_arena *arena, int status, const char **why, uint64_t *n,
                               f2f_error *err);
/* Marks these designs, and no others, as the front. */
f2f_status f2f_database_mark(struct f2f_database *db, const uint64_t *ids, size_t n, f2f_error *err);
/* A row by its id; false: none. why lives in the arena. */
bool f2f_database_row(struct f2f_database *db, f2f_arena *arena, struct f2f_design_row *out, uint64_t id);

#endif
