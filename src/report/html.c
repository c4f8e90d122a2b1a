/* html.c - the report as one file: no script, nothing loaded, light and dark, fit for print.
 *
 * Question, verdicts, ratios, a section per job, sweeps, notes; all values stand in a fold at the end. */
#include <string.h>

#include "report/html.h"

static void put_table(struct f2f_buffer *out, const struct f2f_record *table) {
    struct f2f_record **rows;
    size_t n = f2f_table_rows(out->arena, table, &rows);
    const char *title = table->title ? table->title : "Table";
    bool points = table->n_drawn > 1, sweep = !points && f2f_html_is_sweep(out->arena, table);
    f2f_buffer_printf(out, "<section id=\"%s\"><h2>%s</h2>\n", f2f_html_anchor(out->arena, "table", title),
                      f2f_html_escape(out->arena, title));
    for (size_t i = 0; i < table->n_values; i++)
        if (table->values[i].kind == F2F_VALUE_TEXT && table->values[i].text)
            f2f_buffer_printf(out, "<p>%s</p>\n", f2f_html_escape(out->arena, table->values[i].text));
    if (points) f2f_html_scatter(out, table);
    if (sweep) {
        f2f_html_sweep(out, table);
        f2f_buffer_text(out, "<details><summary>As a table</summary>\n");
    }
    f2f_html_lines(out, rows, n);
    f2f_buffer_text(out, sweep ? "</details></section>\n" : "</section>\n");
}

/* Ratios sum up the jobs and stand before them, whatever else there is after them. */
static bool is_summary(struct f2f_arena *arena, const struct f2f_record *table) {
    static const char ratio[] = "_ratio";
    struct f2f_record **rows;
    bool found = false;
    if (f2f_html_is_sweep(arena, table) || !f2f_table_rows(arena, table, &rows)) return false;
    for (size_t i = 0; i < rows[0]->n_values; i++) {
        const char *key = rows[0]->values[i].key;
        size_t length = strlen(key);
        found = found || (length > sizeof ratio - 1 && strcmp(key + length - (sizeof ratio - 1), ratio) == 0);
    }
    return found;
}

static void put_tables(struct f2f_buffer *out, const struct f2f_results *results, bool summaries) {
    for (size_t i = 0; i < results->n_tables; i++)
        if (is_summary(out->arena, results->tables[i]) == summaries) put_table(out, results->tables[i]);
}

static const char *group_name(const struct f2f_group *group) {
    if (group->job) return group->job;
    return group->n == 1 && group->records[0]->title ? group->records[0]->title : "Results";
}

/* The heading of the page; a result on its own gives it its name. */
static const char *page_title(const struct f2f_results *results) {
    if (results->title) return results->title;
    return results->n_items == 1 && results->items[0]->title ? results->items[0]->title : results->command;
}

static void put_group(struct f2f_buffer *out, const struct f2f_group *group, const char *page) {
    const char *name = group_name(group);
    f2f_buffer_printf(out, "<section id=\"%s\">", f2f_html_anchor(out->arena, "job", name));
    if (strcmp(name, page) != 0) f2f_buffer_printf(out, "<h2>%s</h2>\n", f2f_html_escape(out->arena, name));
    if (group->job || group->n == 1) f2f_html_group(out, group);
    else f2f_html_lines(out, group->records, group->n);
    f2f_buffer_text(out, "</section>\n");
}

static void put_link(struct f2f_buffer *out, const char *prefix, const char *name) {
    f2f_buffer_printf(out, "<li><a href=\"#%s\">%s</a></li>", f2f_html_anchor(out->arena, prefix, name),
                      f2f_html_escape(out->arena, name));
}

static void put_table_links(struct f2f_buffer *out, const struct f2f_results *results, bool summaries) {
    for (size_t i = 0; i < results->n_tables; i++)
        if (results->tables[i]->title && is_summary(out->arena, results->tables[i]) == summaries)
            put_link(out, "table", results->tables[i]->title);
}

static void put_contents(struct f2f_buffer *out, const struct f2f_results *results, const struct f2f_groups *groups) {
    if (groups->n + results->n_tables < 3) return;
    f2f_buffer_text(out, "<nav aria-label=\"Contents\"><ul>");
    put_table_links(out, results, true);
    for (size_t i = 0; i < groups->n; i++)
        if (groups->items[i].job) put_link(out, "job", groups->items[i].job);
    put_table_links(out, results, false);
    f2f_buffer_text(out, "</ul></nav>\n");
}

static void put_head(struct f2f_buffer *out, const struct f2f_results *results) {
    const char *title = f2f_html_escape(out->arena, page_title(results));
    f2f_buffer_printf(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<meta name=\"color-scheme\" content=\"light "
        "dark\">\n<title>%s</title>\n<style>\n%s</style>\n</head>\n<body>\n<main>\n"
        "<header><p class=\"brand\">fab2fleet %s</p>\n<h1>%s</h1>\n",
        title, f2f_html_style, f2f_html_escape(out->arena, results->command), title);
    if (results->question)
        f2f_buffer_printf(out, "<p class=\"question\">%s</p>\n", f2f_html_escape(out->arena, results->question));
    f2f_buffer_text(out, "</header>\n");
}

static void put_notes(struct f2f_buffer *out, const struct f2f_results *results) {
    if (!results->n_notes) return;
    f2f_buffer_text(out, "<section id=\"notes\"><h2>Notes</h2><ul>\n");
    for (size_t i = 0; i < results->n_notes; i++)
        f2f_buffer_printf(out, "<li>%s</li>\n", f2f_html_escape(out->arena, results->notes[i]));
    f2f_buffer_text(out, "</ul></section>\n");
}

/* A group that is a table already, a line per result, is not told again. */
static void put_values(struct f2f_buffer *out, const struct f2f_groups *groups) {
    bool open = false;
    for (size_t i = 0; i < groups->n; i++) {
        const struct f2f_group *group = &groups->items[i];
        if (!group->job && group->n > 1) continue;
        if (!open) f2f_buffer_text(out, "<section id=\"values\"><h2>All values</h2><p>In SI units, as computed.</p>\n");
        f2f_buffer_printf(out, "<details><summary>%s</summary>\n", f2f_html_escape(out->arena, group_name(group)));
        f2f_html_values(out, group);
        f2f_buffer_text(out, "</details>\n");
        open = true;
    }
    f2f_buffer_text(out, open ? "</section>\n" : "");
}

void f2f_report_html(struct f2f_buffer *out, const struct f2f_results *results,
                     const struct f2f_report_options *options) {
    (void)options;
    struct f2f_groups groups = f2f_groups_make(out->arena, results);
    put_head(out, results);
    f2f_html_claims(out, results);
    put_contents(out, results, &groups);
    put_tables(out, results, true);
    for (size_t i = 0; i < groups.n; i++) put_group(out, &groups.items[i], page_title(results));
    put_tables(out, results, false);
    put_notes(out, results);
    put_values(out, &groups);
    f2f_buffer_text(out, "</main>\n</body>\n</html>\n");
}
