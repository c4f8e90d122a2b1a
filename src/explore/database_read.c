/* database_read.c - what the database of an exploration holds, counted and sorted by SQLite. */
#include <math.h>
#include <string.h>

#include "explore/database_in.h"

/* Ends a query: what the last step said, if it is no end. */
static f2f_status finish(const struct f2f_database *db, sqlite3_stmt *statement, int code, f2f_error *err) {
    sqlite3_finalize(statement);
    return code == SQLITE_DONE || code == SQLITE_ROW ? F2F_OK : f2f_database_fail(db, code, err);
}

f2f_status f2f_database_count(struct f2f_database *db, struct f2f_database_counts *out, f2f_error *err) {
    sqlite3_stmt *statement;
    int code;
    *out = (struct f2f_database_counts){.rows = 0};
    F2F_TRY(
        f2f_database_prepare(db, &statement, "SELECT status, work, count(*) FROM design GROUP BY status, work", err));
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        uint64_t n = (uint64_t)sqlite3_column_int64(statement, 2);
        int status = sqlite3_column_int(statement, 0), work = sqlite3_column_int(statement, 1);
        if (status < 0 || status >= F2F_DESIGN_N || work < 0 || work > F2F_DESIGN_SHARED) continue; /* was checked */
        out->rows += n;
        out->of_status[status] += n;
        out->of_work[work] += n;
    }
    return finish(db, statement, code, err);
}

static double number_at(sqlite3_stmt *statement, int column) {
    return sqlite3_column_type(statement, column) == SQLITE_NULL ? (double)NAN
                                                                 : sqlite3_column_double(statement, column);
}

static const char *query(const struct f2f_database *db, f2f_arena *arena, int axis, int n_sort) {
    const char *columns = "", *order = "";
    if (axis >= 0)
        return f2f_arena_printf(arena,
                                "SELECT id, id / %lld %% %d AS place, %s AS figure FROM design WHERE status = 0 "
                                "ORDER BY place, figure, id",
                                (long long)db->lattice->stride[axis], db->lattice->space->axes[axis].n_values,
                                f2f_database_quote(arena, db->keys->key[n_sort]));
    for (int i = 0; i < db->keys->n; i++)
        columns = f2f_arena_printf(arena, "%s, %s", columns, f2f_database_quote(arena, db->keys->key[i]));
    for (int i = 0; i < n_sort; i++)
        order = f2f_arena_printf(arena, "%s%s%s, ", order, f2f_database_quote(arena, db->keys->key[i]),
                                 db->lattice->space->objectives[i].most ? " DESC" : "");
    return f2f_arena_printf(arena, "SELECT id, 0%s FROM design WHERE status = 0 ORDER BY %sid", columns, order);
}

f2f_status f2f_database_each(struct f2f_database *db, int axis, int n_sort, f2f_database_row_fn *row, void *context,
                             f2f_error *err) {
    f2f_arena *arena = f2f_arena_new();
    sqlite3_stmt *statement;
    double figures[F2F_DESIGN_KEYS_MAX];
    int code = SQLITE_DONE;
    f2f_status status = f2f_database_prepare(db, &statement, query(db, arena, axis, n_sort), err);
    bool more = status == F2F_OK;
    while (more && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        for (int i = 0; i < (axis < 0 ? db->keys->n : 1); i++) figures[i] = number_at(statement, 2 + i);
        more = row(context, (uint64_t)sqlite3_column_int64(statement, 0), sqlite3_column_int(statement, 1), figures);
    }
    if (status == F2F_OK) status = finish(db, statement, code, err);
    f2f_arena_free(arena);
    return status;
}

f2f_status f2f_database_reason(struct f2f_database *db, f2f_arena *arena, int status, const char **why, uint64_t *n,
                               f2f_error *err) {
    sqlite3_stmt *statement;
    *why = "";
    *n = 0;
    F2F_TRY(
        f2f_database_prepare(db, &statement,
                             "SELECT why, count(*) AS n FROM design WHERE status = ?1 GROUP BY why ORDER BY n DESC, "
                             "why LIMIT 1",
                             err));
    sqlite3_bind_int(statement, 1, status);
    int code = sqlite3_step(statement);
    if (code == SQLITE_ROW && sqlite3_column_text(statement, 0))
        *why = f2f_arena_strdup(arena, (const char *)sqlite3_column_text(statement, 0));
    if (code == SQLITE_ROW) *n = (uint64_t)sqlite3_column_int64(statement, 1);
    return finish(db, statement, code, err);
}

f2f_status f2f_database_mark(struct f2f_database *db, const uint64_t *ids, size_t n, f2f_error *err) {
    sqlite3_stmt *statement;
    int code = SQLITE_DONE;
    F2F_TRY(f2f_database_exec(db, "BEGIN; UPDATE design SET front = 0 WHERE front <> 0", err));
    F2F_TRY(f2f_database_prepare(db, &statement, "UPDATE design SET front = 1 WHERE id = ?1", err));
    for (size_t i = 0; i < n && code == SQLITE_DONE; i++) {
        sqlite3_bind_int64(statement, 1, (sqlite3_int64)ids[i]);
        code = sqlite3_step(statement);
        sqlite3_reset(statement);
    }
    F2F_TRY(finish(db, statement, code, err));
    return f2f_database_exec(db, "COMMIT", err);
}

bool f2f_database_row(struct f2f_database *db, f2f_arena *arena, struct f2f_design_row *out, uint64_t id) {
    sqlite3_bind_int64(db->row, 1, (sqlite3_int64)id);
    bool found = sqlite3_step(db->row) == SQLITE_ROW;
    if (found) {
        const char *why = (const char *)sqlite3_column_text(db->row, 2);
        *out = (struct f2f_design_row){.id = id,
                                       .status = sqlite3_column_int(db->row, 0),
                                       .work = sqlite3_column_int(db->row, 1),
                                       .why = why ? f2f_arena_strdup(arena, why) : NULL};
        for (int i = 0; i < db->keys->n; i++) out->figure[i] = number_at(db->row, 3 + i);
    }
    sqlite3_reset(db->row);
    return found;
}
