/* database_in.h - inside of database*.c, the only users of the SQLite library. */
#ifndef F2F_EXPLORE_DATABASE_IN_H
#define F2F_EXPLORE_DATABASE_IN_H

#include <sqlite3.h>

#include "explore/database.h"

struct f2f_database {
    sqlite3 *sqlite;
    const char *path;
    f2f_arena *arena;
    const struct f2f_lattice *lattice;
    const struct f2f_design_keys *keys;
    sqlite3_stmt *insert, *find, *row; /* prepared once */
    int batch; /* rows since the last commit */
    bool open; /* a transaction is */
    bool resumed; /* there may be rows of an earlier run */
};

/* What SQLite said, by whether the file or the machine is to blame. */
f2f_status f2f_database_fail(const struct f2f_database *db, int code, f2f_error *err);
f2f_status f2f_database_exec(const struct f2f_database *db, const char *sql, f2f_error *err);
f2f_status f2f_database_prepare(const struct f2f_database *db, sqlite3_stmt **out, const char *sql, f2f_error *err);

/* database_schema.c: the statements that make it, ends with NULL. */
const char *const *f2f_database_schema(const struct f2f_database *db);
/* Fills an empty file. */
f2f_status f2f_database_make(const struct f2f_database *db, const struct f2f_fingerprint *mark, f2f_error *err);
/* Is it one of these, whole, and of this fingerprint? */
f2f_status f2f_database_check(const struct f2f_database *db, const struct f2f_fingerprint *mark, f2f_error *err);
/* "\"usd_per_Mtok\"": a name as SQL writes it. */
const char *f2f_database_quote(f2f_arena *arena, const char *name);

#endif
