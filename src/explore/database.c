/* database.c - opens, fills and reads the database of an exploration; see database.h. */
#include <errno.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "explore/database_in.h"

enum { BATCH_ROWS = 32 }; /* a commit over the log takes some ten microseconds, a design a millisecond */

f2f_status f2f_database_fail(const struct f2f_database *db, int code, f2f_error *err) {
    switch (code & 0xff) {
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
    case SQLITE_FORMAT:
        return f2f_fail(err, F2F_EINPUT,
                        "'%.120s' is damaged or no database of an exploration (%s): move it away, or give another name",
                        db->path, sqlite3_errmsg(db->sqlite));
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return f2f_fail(err, F2F_ERUN, "another program has '%.120s' open: wait for it, or give another name",
                        db->path);
    default: return f2f_fail(err, F2F_ERUN, "cannot read or write '%.120s': %s", db->path, sqlite3_errmsg(db->sqlite));
    }
}

f2f_status f2f_database_exec(const struct f2f_database *db, const char *sql, f2f_error *err) {
    int code = sqlite3_exec(db->sqlite, sql, NULL, NULL, NULL);
    return code == SQLITE_OK ? F2F_OK : f2f_database_fail(db, code, err);
}

f2f_status f2f_database_prepare(const struct f2f_database *db, sqlite3_stmt **out, const char *sql, f2f_error *err) {
    int code = sqlite3_prepare_v2(db->sqlite, sql, -1, out, NULL);
    return code == SQLITE_OK ? F2F_OK : f2f_database_fail(db, code, err);
}

/* What a file holds, and its log: a run that was killed before its first commit leaves an empty one. */
static f2f_status look(bool *empty, const char *path, bool resume, f2f_error *err) {
    struct stat info;
    *empty = stat(path, &info) != 0;
    if (*empty && errno != ENOENT) return f2f_fail(err, F2F_ERUN, "cannot read '%.120s': %s", path, strerror(errno));
    if (!*empty && !S_ISREG(info.st_mode)) return f2f_fail(err, F2F_EINPUT, "'%.120s' is no file", path);
    if (!*empty && info.st_size > 0 && !resume)
        return f2f_fail(err, F2F_EUSAGE, "'%.120s' is there already: go on with it with --resume, or give another name",
                        path);
    return F2F_OK;
}

/* A stranger's schema can run nothing; one process at a time. The file itself stays as it is. */
static f2f_status set_up(const struct f2f_database *db, f2f_error *err) {
    (void)sqlite3_db_config(db->sqlite, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    (void)sqlite3_db_config(db->sqlite, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    (void)sqlite3_db_config(db->sqlite, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    return f2f_database_exec(db, "PRAGMA cell_size_check=ON; PRAGMA locking_mode=EXCLUSIVE", err);
}

/* Log before file; which the file itself says, so that only one of ours is changed. */
static f2f_status start_log(const struct f2f_database *db, f2f_error *err) {
    return f2f_database_exec(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL", err);
}

static bool has_tables(const struct f2f_database *db) {
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v2(db->sqlite, "SELECT count(*) FROM sqlite_schema", -1, &statement, NULL) != SQLITE_OK)
        return true; /* which is told when it is checked */
    bool some = sqlite3_step(statement) != SQLITE_ROW || sqlite3_column_int64(statement, 0) > 0;
    sqlite3_finalize(statement);
    return some;
}

static f2f_status prepare(struct f2f_database *db, f2f_error *err) {
    const char *marks = "", *columns = "";
    for (int i = 0; i < db->keys->n; i++) {
        marks = f2f_arena_printf(db->arena, "%s, ?%d", marks, i + 5);
        columns = f2f_arena_printf(db->arena, "%s, %s", columns, f2f_database_quote(db->arena, db->keys->key[i]));
    }
    F2F_TRY(f2f_database_prepare(db, &db->insert,
                                 f2f_arena_printf(db->arena,
                                                  "INSERT OR REPLACE INTO design(id, status, work, why%s) VALUES (?1, "
                                                  "?2, ?3, ?4%s)",
                                                  columns, marks),
                                 err));
    F2F_TRY(f2f_database_prepare(db, &db->find, "SELECT 1 FROM design WHERE id = ?1", err));
    return f2f_database_prepare(
        db, &db->row, f2f_arena_printf(db->arena, "SELECT status, work, why%s FROM design WHERE id = ?1", columns),
        err);
}

static f2f_status fill_or_check(struct f2f_database *db, const struct f2f_fingerprint *mark, f2f_error *err) {
    F2F_TRY(set_up(db, err));
    db->resumed = has_tables(db);
    if (db->resumed) F2F_TRY(f2f_database_check(db, mark, err));
    F2F_TRY(start_log(db, err));
    if (!db->resumed) F2F_TRY(f2f_database_make(db, mark, err));
    return prepare(db, err);
}

f2f_status f2f_database_open(struct f2f_database **out, f2f_arena *arena, const char *path, bool resume,
                             const struct f2f_lattice *lattice, const struct f2f_design_keys *keys,
                             const struct f2f_fingerprint *mark, f2f_error *err) {
    struct f2f_database *db = f2f_arena_alloc(arena, sizeof *db);
    bool empty;
    *out = NULL;
    F2F_TRY(look(&empty, path, resume, err));
    *db = (struct f2f_database){.path = path, .arena = arena, .lattice = lattice, .keys = keys};
    /* ":memory:" is a name like any other here */
    const char *file = *path == ':' ? f2f_arena_printf(arena, "./%s", path) : path;
    int code = sqlite3_open_v2(file, &db->sqlite, SQLITE_OPEN_READWRITE | (empty ? SQLITE_OPEN_CREATE : 0), NULL);
    f2f_status status = code == SQLITE_OK ? fill_or_check(db, mark, err) : f2f_database_fail(db, code, err);
    if (status == F2F_OK) *out = db;
    else (void)f2f_database_close(db, NULL);
    return status;
}

/* Ends a batch that cannot be written whole: half a unit of work would be taken for all of it by the next run. */
static void take_back(struct f2f_database *db) {
    (void)sqlite3_exec(db->sqlite, "ROLLBACK", NULL, NULL, NULL); /* SQLite may have done so already */
    db->open = false;
    db->batch = 0;
}

f2f_status f2f_database_commit(struct f2f_database *db, f2f_error *err) {
    if (!db->open) return F2F_OK;
    f2f_status status = f2f_database_exec(db, "COMMIT", err);
    if (status != F2F_OK) take_back(db);
    db->open = false;
    db->batch = 0;
    return status;
}

f2f_status f2f_database_close(struct f2f_database *db, f2f_error *err) {
    if (!db) return F2F_OK;
    f2f_status status = f2f_database_commit(db, err);
    sqlite3_finalize(db->insert);
    sqlite3_finalize(db->find);
    sqlite3_finalize(db->row);
    db->insert = db->find = db->row = NULL;
    if (status == F2F_OK && err) status = f2f_database_exec(db, "PRAGMA journal_mode=DELETE", err);
    sqlite3_close(db->sqlite);
    db->sqlite = NULL;
    return status;
}

void f2f_database_discard(struct f2f_database *db) {
    f2f_error unheard;
    (void)f2f_database_close(db, &unheard);
    if (!db->resumed) (void)unlink(db->path);
}

bool f2f_database_has(struct f2f_database *db, uint64_t id) {
    if (!db->resumed) return false;
    sqlite3_bind_int64(db->find, 1, (sqlite3_int64)id);
    bool found = sqlite3_step(db->find) == SQLITE_ROW;
    sqlite3_reset(db->find);
    return found;
}

static void bind_number(sqlite3_stmt *statement, int at, double value) {
    if (isfinite(value)) sqlite3_bind_double(statement, at, value);
    else sqlite3_bind_null(statement, at);
}

f2f_status f2f_database_add(struct f2f_database *db, const struct f2f_design_row *row, f2f_error *err) {
    if (!db->open) F2F_TRY(f2f_database_exec(db, "BEGIN", err));
    db->open = true;
    sqlite3_bind_int64(db->insert, 1, (sqlite3_int64)row->id);
    sqlite3_bind_int(db->insert, 2, row->status);
    sqlite3_bind_int(db->insert, 3, row->work);
    if (row->why) sqlite3_bind_text(db->insert, 4, row->why, -1, SQLITE_STATIC);
    else sqlite3_bind_null(db->insert, 4);
    for (int i = 0; i < db->keys->n; i++) bind_number(db->insert, 5 + i, row->figure[i]);
    int code = sqlite3_step(db->insert);
    sqlite3_reset(db->insert);
    sqlite3_clear_bindings(db->insert);
    db->batch++;
    if (code == SQLITE_DONE) return F2F_OK;
    f2f_status status = f2f_database_fail(db, code, err);
    take_back(db);
    return status;
}

f2f_status f2f_database_pause(struct f2f_database *db, f2f_error *err) {
    return db->batch >= BATCH_ROWS ? f2f_database_commit(db, err) : F2F_OK;
}
