/* database_schema.c - the tables of an exploration, and whether a file has these and no others.
 *
 * The statements that made a database are in it, word by word, and follow from the space: where they differ it is
 * another's, and none of its views or triggers is ever run. */
#include <string.h>

#include "explore/database_in.h"

#define APPLICATION 0x66326678 /* "f2fx" */
#define FORMAT "1"

const char *f2f_database_quote(f2f_arena *arena, const char *name) {
    struct f2f_buffer out = {.arena = arena};
    f2f_buffer_text(&out, "\"");
    for (const char *c = name; *c; c++) f2f_buffer_bytes(&out, *c == '"' ? "\"\"" : c, *c == '"' ? 2 : 1);
    f2f_buffer_text(&out, "\"");
    return f2f_buffer_str(&out);
}

static const char *design_table(f2f_arena *arena, const struct f2f_design_keys *keys) {
    struct f2f_buffer out = {.arena = arena};
    f2f_buffer_text(&out, "CREATE TABLE design(id INTEGER PRIMARY KEY, status INTEGER NOT NULL, work INTEGER NOT NULL, "
                          "front INTEGER NOT NULL DEFAULT 0, why TEXT");
    for (int i = 0; i < keys->n; i++) f2f_buffer_printf(&out, ", %s REAL", f2f_database_quote(arena, keys->key[i]));
    f2f_buffer_text(&out, ")");
    return f2f_buffer_str(&out);
}

/* The same for people: values of the axes by name, status in words. */
static const char *designs_view(f2f_arena *arena, const struct f2f_database *db) {
    static const char *const words[] = {
#define X(id, text) text,
        F2F_DESIGN_LIST(X)
#undef X
    };
    const struct f2f_space *space = db->lattice->space;
    struct f2f_buffer out = {.arena = arena};
    f2f_buffer_text(&out, "CREATE VIEW designs AS SELECT id");
    for (int a = 0; a < space->n_axes; a++)
        f2f_buffer_printf(&out, ", (SELECT name FROM value WHERE axis = %d AND place = id / %lld %% %d) AS %s", a,
                          (long long)db->lattice->stride[a], space->axes[a].n_values,
                          f2f_database_quote(arena, space->axes[a].name));
    f2f_buffer_text(&out, ", CASE status");
    for (int s = 0; s < F2F_DESIGN_N; s++) f2f_buffer_printf(&out, " WHEN %d THEN '%s'", s, words[s]);
    f2f_buffer_text(&out, " END AS status, front, why");
    for (int i = 0; i < db->keys->n; i++) f2f_buffer_printf(&out, ", %s", f2f_database_quote(arena, db->keys->key[i]));
    f2f_buffer_text(&out, " FROM design");
    return f2f_buffer_str(&out);
}

const char *const *f2f_database_schema(const struct f2f_database *db) {
    const char **list = f2f_arena_alloc(db->arena, 8 * sizeof *list);
    size_t n = 0;
    list[n++] = "CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID";
    list[n++] =
        "CREATE TABLE axis(axis INTEGER PRIMARY KEY, name TEXT NOT NULL, n INTEGER NOT NULL, stride INTEGER NOT "
        "NULL, pays INTEGER NOT NULL)";
    list[n++] =
        "CREATE TABLE value(axis INTEGER NOT NULL, place INTEGER NOT NULL, name TEXT NOT NULL, PRIMARY KEY(axis, "
        "place)) WITHOUT ROWID";
    list[n++] = "CREATE TABLE objective(place INTEGER PRIMARY KEY, key TEXT NOT NULL, goal TEXT NOT NULL)";
    list[n++] = design_table(db->arena, db->keys);
    list[n++] = designs_view(db->arena, db);
    return list;
}

/* One row: text_a is mark 1 of the statement, the numbers 2 and 3, text_b 4; marks that it lacks are left out. */
static f2f_status put(const struct f2f_database *db, const char *sql, const char *text_a, long long number_a,
                      long long number_b, const char *text_b, f2f_error *err) {
    sqlite3_stmt *statement;
    F2F_TRY(f2f_database_prepare(db, &statement, sql, err));
    if (text_a) sqlite3_bind_text(statement, 1, text_a, -1, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 2, number_a);
    sqlite3_bind_int64(statement, 3, number_b);
    if (text_b) sqlite3_bind_text(statement, 4, text_b, -1, SQLITE_STATIC);
    int code = sqlite3_step(statement);
    sqlite3_finalize(statement);
    return code == SQLITE_DONE ? F2F_OK : f2f_database_fail(db, code, err);
}

static f2f_status put_meta(const struct f2f_database *db, const char *key, const char *value, f2f_error *err) {
    return put(db, "INSERT INTO meta SELECT ?1, ?4 WHERE ?2 = ?3", key, 0, 0, value ? value : "", err);
}

static f2f_status put_axes(const struct f2f_database *db, f2f_error *err) {
    const struct f2f_lattice *l = db->lattice;
    for (int a = 0; a < l->space->n_axes; a++) {
        const struct f2f_space_axis *axis = &l->space->axes[a];
        const char *n = f2f_arena_printf(db->arena, "%d", axis->n_values);
        F2F_TRY(put(db,
                    l->pays[a] ? "INSERT INTO axis SELECT ?2, ?1, CAST(?4 AS INTEGER), ?3, 1"
                               : "INSERT INTO axis SELECT ?2, ?1, CAST(?4 AS INTEGER), ?3, 0",
                    axis->name, a, (long long)l->stride[a], n, err));
        for (int v = 0; v < axis->n_values; v++)
            F2F_TRY(put(db, "INSERT INTO value SELECT ?2, ?3, ?1", axis->values[v].name, a, v, NULL, err));
    }
    for (int i = 0; i < l->space->n_objectives; i++)
        F2F_TRY(put(db, "INSERT INTO objective SELECT ?2, ?1, ?4", l->space->objectives[i].key, i, 0,
                    l->space->objectives[i].most ? "max" : "min", err));
    return F2F_OK;
}

static f2f_status put_all(const struct f2f_database *db, const struct f2f_fingerprint *mark, f2f_error *err) {
    const struct f2f_space *space = db->lattice->space;
    for (const char *const *sql = f2f_database_schema(db); *sql; sql++) F2F_TRY(f2f_database_exec(db, *sql, err));
    F2F_TRY(put_meta(db, "format", FORMAT, err));
    F2F_TRY(put_meta(db, "program", mark->program, err));
    F2F_TRY(put_meta(db, "space", mark->space, err));
    F2F_TRY(put_meta(db, "catalog", mark->catalog, err));
    F2F_TRY(put_meta(db, "name", space->id.name, err));
    F2F_TRY(put_meta(db, "question", space->question, err));
    return put_axes(db, err);
}

f2f_status f2f_database_make(const struct f2f_database *db, const struct f2f_fingerprint *mark, f2f_error *err) {
    F2F_TRY(f2f_database_exec(db, "BEGIN IMMEDIATE", err));
    F2F_TRY(f2f_database_exec(db, f2f_arena_printf(db->arena, "PRAGMA application_id = %d", APPLICATION), err));
    F2F_TRY(put_all(db, mark, err));
    return f2f_database_exec(db, "COMMIT", err);
}

/* The text of a query of one row, in the arena; NULL: there is none. */
static f2f_status ask(const char **out, const struct f2f_database *db, const char *sql, f2f_error *err) {
    sqlite3_stmt *statement;
    *out = NULL;
    F2F_TRY(f2f_database_prepare(db, &statement, sql, err));
    int code = sqlite3_step(statement);
    const char *text = code == SQLITE_ROW ? (const char *)sqlite3_column_text(statement, 0) : NULL;
    if (text) *out = f2f_arena_strdup(db->arena, text);
    sqlite3_finalize(statement);
    return code == SQLITE_ROW || code == SQLITE_DONE ? F2F_OK : f2f_database_fail(db, code, err);
}

static f2f_status no_database(const struct f2f_database *db, const char *why, f2f_error *err) {
    return f2f_fail(err, F2F_EINPUT,
                    "'%.120s' is damaged or no database of an exploration (%s): move it away, or give another name",
                    db->path, why);
}

static f2f_status check_meta(const struct f2f_database *db, const char *key, const char *wanted, const char *what,
                             f2f_error *err) {
    const char *found;
    F2F_TRY(ask(&found, db, f2f_arena_printf(db->arena, "SELECT value FROM meta WHERE key = '%s'", key), err));
    if (!found) return no_database(db, "its fingerprint is missing", err);
    if (strcmp(found, wanted) == 0) return F2F_OK;
    return f2f_fail(err, F2F_EINPUT,
                    "'%.120s' was made %s: its designs and new ones do not belong together; give another name, or undo "
                    "the change",
                    db->path, what);
}

/* Every statement of it, in the order they were made. */
static f2f_status check_schema(const struct f2f_database *db, f2f_error *err) {
    const char *const *wanted = f2f_database_schema(db);
    sqlite3_stmt *statement;
    int code;
    bool same = true;
    F2F_TRY(f2f_database_prepare(db, &statement, "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid",
                                 err));
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        const char *sql = (const char *)sqlite3_column_text(statement, 0);
        same = same && *wanted && sql && strcmp(sql, *wanted++) == 0;
    }
    sqlite3_finalize(statement);
    if (code != SQLITE_DONE) return f2f_database_fail(db, code, err);
    return same && !*wanted ? F2F_OK : no_database(db, "its tables are others", err);
}

/* Numbers where numbers belong, designs that are of the space. */
static f2f_status check_rows(const struct f2f_database *db, f2f_error *err) {
    const char *wrong;
    struct f2f_buffer sql = {.arena = db->arena};
    f2f_buffer_printf(&sql,
                      "SELECT count(*) FROM design WHERE id NOT BETWEEN 0 AND %lld OR typeof(status) <> 'integer' OR "
                      "status NOT BETWEEN 0 AND %d OR typeof(work) <> 'integer' OR work NOT BETWEEN 0 AND %d OR "
                      "typeof(why) NOT IN ('text', 'null')",
                      (long long)(db->lattice->points - 1), F2F_DESIGN_N - 1, F2F_DESIGN_SHARED);
    for (int i = 0; i < db->keys->n; i++)
        f2f_buffer_printf(&sql, " OR typeof(%s) NOT IN ('real', 'null')",
                          f2f_database_quote(db->arena, db->keys->key[i]));
    F2F_TRY(ask(&wrong, db, f2f_buffer_str(&sql), err));
    return wrong && strcmp(wrong, "0") == 0 ? F2F_OK : no_database(db, "rows that cannot be", err);
}

f2f_status f2f_database_check(const struct f2f_database *db, const struct f2f_fingerprint *mark, f2f_error *err) {
    const char *text, *number = f2f_arena_printf(db->arena, "%d", APPLICATION);
    F2F_TRY(ask(&text, db, "PRAGMA application_id", err));
    if (!text || strcmp(text, number) != 0) return no_database(db, "it is another program's", err);
    F2F_TRY(ask(&text, db, "PRAGMA quick_check(1)", err));
    if (!text || strcmp(text, "ok") != 0) return no_database(db, text ? text : "no answer", err);
    F2F_TRY(ask(&text, db, "SELECT name FROM sqlite_schema WHERE name = 'meta' AND type = 'table'", err));
    if (!text) return no_database(db, "its fingerprint is missing", err);
    F2F_TRY(check_meta(db, "format", FORMAT, "in another format", err));
    F2F_TRY(check_meta(db, "program", mark->program, "by another build of fab2fleet", err));
    F2F_TRY(check_meta(db, "space", mark->space, "of another space, or with other --set", err));
    F2F_TRY(check_meta(db, "catalog", mark->catalog, "with another catalog, model or trace", err));
    F2F_TRY(check_schema(db, err));
    return check_rows(db, err);
}
