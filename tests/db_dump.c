/* db_dump.c - what the database of an exploration holds, as text, for scripts to compare: db_dump FILE [SQL].
 * With SQL: runs that instead, to damage a file in ways a stranger might. */
#include <sqlite3.h>
#include <stdio.h>

static int print_row(void *unused, int n, char **values, char **names) {
    (void)unused;
    (void)names;
    for (int i = 0; i < n; i++) printf("%s%s", i ? "|" : "", values[i] ? values[i] : "");
    putchar('\n');
    return 0;
}

int main(int argc, char **argv) {
    static const char all[] = "SELECT * FROM meta; SELECT * FROM axis; SELECT * FROM value; SELECT * FROM objective; "
                              "SELECT * FROM design; SELECT * FROM designs";
    sqlite3 *db;
    if (argc < 2 || sqlite3_open_v2(argv[1], &db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK) return 2;
    int code = sqlite3_exec(db, argc > 2 ? argv[2] : all, print_row, NULL, NULL);
    if (code != SQLITE_OK) fprintf(stderr, "db_dump: %s\n", sqlite3_errmsg(db));
    sqlite3_close(db);
    return code != SQLITE_OK;
}
