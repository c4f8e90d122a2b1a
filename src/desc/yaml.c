/* yaml.c - YAML 1.2 and JSON text to a tree of nodes, through libfyaml's event parser.
 *
 * The only file that includes libfyaml. Events instead of its document tree: depth and node count
 * are then ours to bound, and alias bombs cannot expand. Refused before the library sees it: lines
 * that start with '%' (libfyaml 0.7.12 loops on malformed directives), lines over 64 KiB, files over
 * 1 MiB, bytes that are not UTF-8. Refused after: anchors, aliases, tags, several documents,
 * duplicate keys, keys that are not plain text. */
#include <libfyaml.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "fab2fleet/doc.h"

#define MAX_FILE_B ((size_t)1 << 20)
#define MAX_LINE_B ((size_t)1 << 16)
#define MAX_DEPTH 64
#define MAX_NODES 20000 /* also bounds the quadratic search for duplicate keys */

struct reader {
    f2f_arena *arena;
    struct f2f_diag *diag;
    const char *file;
    struct f2f_doc *root, *open; /* open: innermost map or sequence */
    const char *key; /* read, its value is not */
    struct f2f_doc *tail[MAX_DEPTH]; /* last child of each open level */
    int depth, nodes, documents, flows;
    bool failed;
};

static void report(struct reader *r, int line, int col, const char *message) {
    f2f_diag_add(r->diag, r->file, line, col, "%s", message);
    r->failed = true;
}

static void report_event(struct reader *r, struct fy_event *event, const char *message) {
    const struct fy_mark *mark = fy_event_start_mark(event);
    report(r, mark ? mark->line + 1 : 0, mark ? mark->column + 1 : 0, message);
}

/* What must not reach the library. */
static bool text_is_safe(struct reader *r, const char *text, size_t length) {
    size_t bad = f2f_utf8_check(text, length);
    int line = 1;
    size_t start = 0, nested = 0;
    for (size_t i = 0; i <= length; i++) {
        if (i == bad && i < length)
            return report(r, line, (int)(i - start) + 1, "byte is not UTF-8: save the file as UTF-8"), false;
        char c = i < length ? text[i] : '\n';
        if (i < length && c == '\0')
            return report(r, line, (int)(i - start) + 1, "NUL byte: is this a text file?"), false;
        if (i == start && c == '%')
            return report(r, line, 1, "directives are not supported: remove the line that starts with '%'"), false;
        if (c == '[' || c == '{') nested++;
        if ((c == ']' || c == '}') && nested) nested--;
        if (nested > 4 * MAX_DEPTH)
            return report(r, line, (int)(i - start) + 1, "brackets nest deeper than 256 levels"), false;
        if (c != '\n') continue;
        if (i - start > MAX_LINE_B) return report(r, line, 1, "line is longer than 64 KiB: break it"), false;
        start = i + 1;
        line++;
    }
    return true;
}

static struct f2f_doc *add_node(struct reader *r, struct fy_event *event, enum f2f_doc_kind kind) {
    const struct fy_mark *mark = fy_event_start_mark(event);
    if (++r->nodes > MAX_NODES) return report_event(r, event, "more than 20,000 values: this is no description"), NULL;
    struct f2f_doc *node = f2f_arena_alloc(r->arena, sizeof *node);
    *node = (struct f2f_doc){.kind = kind, .key = r->key, .file = r->file, .parent = r->open};
    if (mark) node->line = mark->line + 1, node->col = mark->column + 1;
    r->key = NULL;
    if (!r->open) {
        r->root = node;
    } else {
        struct f2f_doc **tail = &r->tail[r->depth - 1];
        if (*tail) (*tail)->next = node;
        else r->open->child = node;
        *tail = node;
    }
    return node;
}

/* In a map scalars are keys and values in turn: true when this one is a key. */
static bool expects_key(const struct reader *r) { return r->open && r->open->kind == F2F_DOC_MAP && !r->key; }

static void take_key(struct reader *r, struct fy_event *event, const char *text) {
    if (f2f_doc_get(r->open, text)) {
        char message[160];
        (void)snprintf(message, sizeof message, "key '%.80s' stands twice in this mapping: remove one", text);
        report_event(r, event, message);
    }
    r->key = text;
}

static void take_scalar(struct reader *r, struct fy_event *event) {
    struct fy_token *token = event->scalar.value;
    size_t length = 0;
    const char *text = token ? fy_token_get_text(token, &length) : "";
    if (event->scalar.anchor || event->scalar.tag) {
        report_event(r, event, "anchors and tags are not supported: write the value out, or use 'extends'");
        return;
    }
    if (text && memchr(text, '\0', length)) {
        report_event(r, event, "a value holds a NUL character: remove it");
        return;
    }
    const char *copy = f2f_arena_strndup(r->arena, text ? text : "", text ? length : 0);
    if (expects_key(r)) {
        take_key(r, event, copy);
        return;
    }
    struct f2f_doc *node = add_node(r, event, F2F_DOC_SCALAR);
    if (!node) return;
    node->text = copy;
    enum fy_scalar_style style = token ? fy_token_scalar_style(token) : FYSS_PLAIN;
    node->quoted = style != FYSS_PLAIN;
}

static void open_level(struct reader *r, struct fy_event *event, enum f2f_doc_kind kind) {
    if (expects_key(r)) {
        report_event(r, event, "a key must be plain text");
        return;
    }
    if (r->depth == MAX_DEPTH) {
        report_event(r, event, "nested deeper than 64 levels");
        return;
    }
    struct f2f_doc *node = add_node(r, event, kind);
    if (!node) return;
    r->open = node;
    r->tail[r->depth++] = NULL;
}

static void close_level(struct reader *r) {
    r->open = r->open->parent;
    r->depth--;
}

static void take_event(struct reader *r, struct fy_event *event) {
    switch (event->type) {
    case FYET_SCALAR: take_scalar(r, event); break;
    case FYET_MAPPING_START:
        if (event->mapping_start.anchor || event->mapping_start.tag)
            report_event(r, event, "anchors and tags are not supported: write the value out, or use 'extends'");
        else open_level(r, event, F2F_DOC_MAP);
        break;
    case FYET_SEQUENCE_START:
        if (event->sequence_start.anchor || event->sequence_start.tag)
            report_event(r, event, "anchors and tags are not supported: write the value out, or use 'extends'");
        else open_level(r, event, F2F_DOC_SEQ);
        break;
    case FYET_MAPPING_END:
    case FYET_SEQUENCE_END: close_level(r); break;
    case FYET_ALIAS: report_event(r, event, "aliases are not supported: write the value out, or use 'extends'"); break;
    case FYET_DOCUMENT_START:
        if (++r->documents > 1) report_event(r, event, "a second document starts here: one file, one document");
        break;
    default: break;
    }
}

/* The library's own complaints, gathered instead of printed. */
static void take_library_errors(struct reader *r, struct fy_diag *fy_diag) {
    void *iterator = NULL;
    bool any = false;
    for (struct fy_diag_error *e; (e = fy_diag_errors_iterate(fy_diag, &iterator)) != NULL; any = true)
        report(r, e->line > 0 ? e->line : 1, e->column > 0 ? e->column : 1, e->msg);
    if (!any) report(r, 1, 1, "not valid YAML or JSON");
}

static void run_parser(struct reader *r, struct fy_diag *fy_diag, const char *text, size_t length) {
    struct fy_parse_cfg cfg = {.flags = FYPCF_QUIET | FYPCF_DISABLE_RECYCLING, .diag = fy_diag};
    struct fy_parser *parser = fy_parser_create(&cfg);
    if (!parser || fy_parser_set_string(parser, text, length) != 0) {
        report(r, 0, 0, "the YAML library could not be started");
    } else {
        for (struct fy_event *event; !r->failed && (event = fy_parser_parse(parser)) != NULL;) {
            take_event(r, event);
            fy_parser_event_free(parser, event);
        }
        if (!r->failed && fy_parser_get_stream_error(parser)) take_library_errors(r, fy_diag);
    }
    if (parser) fy_parser_destroy(parser);
}

f2f_status f2f_doc_parse(struct f2f_doc **out, f2f_arena *arena, const char *text, size_t length, const char *name,
                         struct f2f_diag *diag, f2f_error *err) {
    struct reader r = {.arena = arena, .diag = diag, .file = f2f_arena_strdup(arena, name)};
    size_t before = diag->n + diag->dropped;
    *out = NULL;
    if (length > MAX_FILE_B) {
        report(&r, 0, 0, "larger than 1 MiB: this is no description");
    } else if (text_is_safe(&r, text, length)) {
        struct fy_diag *fy_diag = fy_diag_create(NULL);
        if (!fy_diag) return f2f_fail(err, F2F_ERUN, "the YAML library could not be started");
        fy_diag_set_collect_errors(fy_diag, true);
        run_parser(&r, fy_diag, text, length);
        fy_diag_destroy(fy_diag);
    }
    if (!r.failed && !r.root) report(&r, 1, 1, "the file is empty");
    F2F_TRY(f2f_diag_status(diag, before, err));
    *out = r.root;
    return F2F_OK;
}

f2f_status f2f_doc_read(struct f2f_doc **out, f2f_arena *arena, const char *path, struct f2f_diag *diag,
                        f2f_error *err) {
    char *text;
    size_t length;
    f2f_error reason;
    *out = NULL;
    f2f_status status = f2f_file_read(&text, &length, arena, path, MAX_FILE_B, &reason);
    if (status != F2F_OK) {
        f2f_diag_add(diag, path, 0, 0, "%s", reason.message);
        return f2f_fail(err, status, "%s", reason.message);
    }
    return f2f_doc_parse(out, arena, text, length, path, diag, err);
}
