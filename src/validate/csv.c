/* csv.c - comma-separated values after RFC 4180, strictly and as a stream.
 *
 * Cells may be quoted; a quoted cell may hold commas, line breaks and doubled quotes. Lines end with LF or
 * CRLF. Every row has as many cells as the header. One fault spoils one row: it is reported with its place
 * and reading goes on at the next line. Blank lines and a UTF-8 byte order mark are passed over. Left out:
 * other separators, comments, blanks around cells (they belong to the cell). */
#include "validate/csv.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"

enum { INPUT_B = 1 << 16, END = -1 };

enum state { AT_START, IN_PLAIN, IN_QUOTES, AFTER_QUOTES, AFTER_CR, SKIPPING, ROW_DONE };

struct reader {
    const char *path;
    struct f2f_diag *diag;
    FILE *file;
    unsigned char *input;
    size_t input_n, input_at;
    char *text; /* cells of the row, each with its NUL */
    size_t used;
    struct f2f_csv_cell cell[F2F_CSV_COLUMN_MAX];
    size_t n;
    enum state state;
    bool open; /* a cell is being read */
    bool faulty; /* the row is spoiled and reported */
    int line, col; /* of the next byte */
};

/* The next byte, or END. */
static int peek(struct reader *r) {
    if (r->input_at == r->input_n) {
        r->input_n = fread(r->input, 1, INPUT_B, r->file);
        r->input_at = 0;
        if (!r->input_n) return END;
    }
    return r->input[r->input_at];
}

static void advance(struct reader *r, int c) {
    r->input_at++;
    r->col++;
    if (c != '\n') return;
    r->line++;
    r->col = 1;
}

/* Reports the first fault of a row; the rest of its line is passed over. */
static void fault(struct reader *r, int line, int col, const char *message) {
    if (!r->faulty) f2f_diag_add(r->diag, r->path, line, col, "%s", message);
    r->faulty = true;
    r->state = SKIPPING;
}

static void open_cell(struct reader *r) {
    if (r->n == F2F_CSV_COLUMN_MAX) {
        fault(r, r->line, r->col, "more than 64 columns: leave out those that are not wanted");
        return;
    }
    r->cell[r->n++] = (struct f2f_csv_cell){r->text + r->used, r->line, r->col};
    r->open = true;
}

static void put(struct reader *r, int c) {
    if (r->used >= F2F_CSV_LINE_MAX_B) {
        fault(r, r->cell[0].line, 1, "a row of more than 1 MiB: is a quote left open?");
        return;
    }
    r->text[r->used++] = (char)c;
}

static void close_cell(struct reader *r) {
    r->text[r->used++] = '\0'; /* the buffer is as many bytes longer as there may be cells */
    r->open = false;
}

/* What ends a cell ends it in the same way after plain text, after quotes and at its start. */
static bool ends_cell(struct reader *r, int c) {
    if (c == ',') {
        close_cell(r);
        r->state = AT_START;
    } else if (c == '\n') {
        close_cell(r);
        r->state = ROW_DONE;
    } else if (c == '\r') {
        r->state = AFTER_CR;
    } else {
        return false;
    }
    return true;
}

static void at_start(struct reader *r, int c) {
    open_cell(r);
    if (r->faulty || ends_cell(r, c)) return;
    r->state = c == '"' ? IN_QUOTES : IN_PLAIN;
    if (c != '"') put(r, c);
}

static void in_plain(struct reader *r, int c) {
    if (ends_cell(r, c)) return;
    if (c == '"') fault(r, r->line, r->col, "a quote inside a cell: quote the whole cell and double the quotes in it");
    else put(r, c);
}

static void in_quotes(struct reader *r, int c) {
    if (c == '"') r->state = AFTER_QUOTES;
    else put(r, c);
}

static void after_quotes(struct reader *r, int c) {
    if (ends_cell(r, c)) return;
    if (c != '"') {
        fault(r, r->line, r->col, "text after a closing quote: double the quotes inside the cell");
        return;
    }
    put(r, c);
    if (!r->faulty) r->state = IN_QUOTES;
}

static void after_cr(struct reader *r, int c) {
    if (c == '\n') ends_cell(r, c);
    else fault(r, r->line, r->col - 1, "a carriage return without line feed: end lines with LF or CRLF");
}

static void (*const on_byte[])(struct reader *, int) = {
    [AT_START] = at_start,         [IN_PLAIN] = in_plain, [IN_QUOTES] = in_quotes,
    [AFTER_QUOTES] = after_quotes, [AFTER_CR] = after_cr,
};

/* The file ends within a row: its last line needs no line feed. */
static void finish_row(struct reader *r) {
    if (r->state == IN_QUOTES)
        fault(r, r->cell[r->n - 1].line, r->cell[r->n - 1].col, "a quote is opened here and never closed");
    if (r->state == AFTER_CR)
        fault(r, r->line, r->col - 1, "a carriage return without line feed: end lines with LF or CRLF");
    if (r->state == AT_START) open_cell(r); /* after a comma */
    if (r->open && !r->faulty) close_cell(r);
}

/* Reads one row; false at the end of the file. */
static bool read_row(struct reader *r) {
    int c = peek(r);
    r->n = r->used = 0;
    r->open = r->faulty = false;
    r->state = AT_START;
    if (c == END) return false;
    for (; r->state != ROW_DONE; c = peek(r)) {
        if (c == END) {
            finish_row(r);
            break;
        }
        if (c == '\0') fault(r, r->line, r->col, "a NUL byte: save the file as UTF-8 text");
        if (r->state != SKIPPING) on_byte[r->state](r, c);
        if (r->state == SKIPPING && c == '\n') r->state = ROW_DONE;
        advance(r, c);
    }
    return true;
}

static bool is_blank(const struct reader *r) { return !r->faulty && r->n == 1 && r->used == 1; }

static void check_utf8(struct reader *r) {
    for (size_t i = 0; i < r->n && !r->faulty; i++) {
        size_t length = strlen(r->cell[i].text), at = f2f_utf8_check(r->cell[i].text, length);
        if (at < length)
            fault(r, r->cell[i].line, r->cell[i].col + (int)at, "not UTF-8: save the file in that encoding");
    }
}

/* A whole row of that many cells (0: any number). */
static bool is_good(struct reader *r, size_t columns) {
    check_utf8(r);
    if (r->faulty) return false;
    if (!columns || r->n == columns) return true;
    f2f_diag_add(r->diag, r->path, r->cell[0].line, r->cell[0].col,
                 "%zu cells, but the header has %zu: quote cells that hold commas", r->n, columns);
    return false;
}

static void skip_mark(struct reader *r) {
    static const char mark[] = "\xef\xbb\xbf";
    if (peek(r) != END && r->input_n >= 3 && memcmp(r->input, mark, 3) == 0) r->input_at = 3;
}

static f2f_status read_rows(struct reader *r, struct f2f_csv_count *count, const struct f2f_csv_sink *sink,
                            f2f_error *err) {
    struct f2f_csv_row row = {.cell = r->cell};
    size_t columns = 0;
    while (read_row(r)) {
        if (is_blank(r)) continue;
        bool good = is_good(r, columns);
        row.n = r->n;
        if (!columns) {
            if (!good || !sink->header(sink->context, &row))
                return f2f_fail(err, F2F_EINPUT, "the header of '%.120s' is refused", r->path);
            columns = r->n;
            continue;
        }
        count->rows++;
        if (good && sink->row(sink->context, &row)) continue;
        if (++count->bad == F2F_CSV_BAD_MAX)
            return f2f_fail(err, F2F_EINPUT, "'%.120s' has %d bad rows: the rest was not read", r->path,
                            F2F_CSV_BAD_MAX);
    }
    if (ferror(r->file)) return f2f_fail(err, F2F_ERUN, "reading '%.120s' failed", r->path);
    if (!columns) {
        f2f_diag_add(r->diag, r->path, 1, 1, "the file is empty: its first line must name the columns");
        return f2f_fail(err, F2F_EINPUT, "'%.120s' is empty", r->path);
    }
    return F2F_OK;
}

static f2f_status refuse_file(struct reader *r, const char *why, f2f_error *err) {
    f2f_diag_add(r->diag, r->path, 0, 0, "cannot be read: %s", why);
    return f2f_fail(err, F2F_EINPUT, "cannot read '%.120s': %s", r->path, why);
}

static f2f_status open_file(struct reader *r, f2f_error *err) {
    struct stat info;
    if (stat(r->path, &info) != 0) return refuse_file(r, strerror(errno), err);
    if (!S_ISREG(info.st_mode)) return refuse_file(r, "not a regular file", err);
    if (info.st_size > F2F_CSV_FILE_MAX_B) return refuse_file(r, "larger than 256 MiB; split it", err);
    r->file = fopen(r->path, "rb");
    return r->file ? F2F_OK : refuse_file(r, strerror(errno), err);
}

f2f_status f2f_csv_read(struct f2f_csv_count *count, f2f_arena *arena, const char *path,
                        const struct f2f_csv_sink *sink, struct f2f_diag *diag, f2f_error *err) {
    struct reader *r = f2f_arena_alloc(arena, sizeof *r);
    *count = (struct f2f_csv_count){0};
    *r = (struct reader){.path = path, .diag = diag, .line = 1, .col = 1};
    F2F_TRY(open_file(r, err));
    r->input = f2f_arena_alloc(arena, INPUT_B);
    r->text = f2f_arena_alloc(arena, F2F_CSV_LINE_MAX_B + F2F_CSV_COLUMN_MAX);
    skip_mark(r);
    f2f_status status = read_rows(r, count, sink, err);
    fclose(r->file);
    if (status != F2F_OK || !count->bad) return status;
    return f2f_fail(err, F2F_EINPUT, "%zu of %zu rows of '%.120s' are bad and were left out", count->bad, count->rows,
                    path);
}
