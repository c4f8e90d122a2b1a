/* Every output format on records made for the purpose: read back, compared, attacked. */
#include <jansson.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fab2fleet/report.h"
#include "report/quantity.h"
#include "report/shares.h"
#include "report/text.h"

static int make_arena(void **state) {
    *state = f2f_arena_new();
    return 0;
}

static int free_arena(void **state) {
    f2f_arena_free(*state);
    return 0;
}

static const char *const attack = "<script>alert('1')</script>&\"x\" onload=";

/* A system that does a job; `factor` makes systems differ. name: of everything a user can name. */
static struct f2f_record *add_result(struct f2f_results *set, const char *system, const char *job, double factor) {
    struct f2f_record *r = f2f_record_new(set->arena, f2f_arena_printf(set->arena, "%s / %s", system, job));
    f2f_record_text(r, "system", system, "who");
    f2f_record_text(r, "job", job, "what");
    f2f_record_bool(r, "feasible", true, NULL);
    f2f_record_int(r, "users_max", (long long)(400 * factor), "sequences at a time");
    f2f_record_num(r, "ttft_p99_s", 0.3124 / factor, "time to the first token");
    f2f_record_num(r, "goodput_frac", (double)NAN, NULL);
    struct f2f_record *memory = f2f_record_sub(r, "memory", NULL);
    f2f_record_num(memory, "weights_B", 70e9, NULL);
    f2f_record_num(memory, "kv_B", 40e9 * factor, NULL);
    f2f_record_num(memory, "free_B", 5e9 / 3, NULL);
    f2f_record_text(r, "why", NULL, NULL);
    struct f2f_share *root = f2f_share_root(r, "requests", "s");
    struct f2f_share *decode = f2f_share_child(set->arena, root, "decode", NULL);
    f2f_share_child(set->arena, decode, "gemm", "memory")->amount = 3 / factor;
    f2f_share_child(set->arena, decode, "attention", "compute")->amount = 1;
    f2f_share_child(set->arena, root, "host", "latency")->amount = 1;
    f2f_share_sum(root);
    f2f_record_span(r, "chip 0", "prefill", 0.25, 0.5);
    f2f_record_span(r, "link", "all_reduce", 0.5, 0.125);
    f2f_record_span(r, "chip 0", "decode", 0.75, 1);
    f2f_results_add(set, r);
    return r;
}

static void add_sweep(struct f2f_results *set, const char *name) {
    struct f2f_record *table = f2f_record_new(set->arena, name);
    static const char *const values[] = {"512", "2048", "8192"};
    for (int i = 0; i < 3; i++) {
        struct f2f_record *row = f2f_record_sub(table, values[i], NULL);
        f2f_record_text(row, "model", name, NULL);
        f2f_record_text(row, f2f_arena_printf(set->arena, "job.%s", name), values[i], NULL);
        f2f_record_num(row, "a.users_fit", 100.0 / (i + 1), NULL);
        f2f_record_num(row, f2f_arena_printf(set->arena, "b %s.users_fit", name),
                       i == 1 ? (double)NAN : 150.0 / (i + 1), NULL);
        f2f_record_num(row, "users_fit_ratio", 1.5, NULL);
    }
    f2f_results_table(set, table);
}

static void add_claim(struct f2f_results *set, const char *name, double predicted) {
    struct f2f_record *claim = f2f_record_new(set->arena, name);
    f2f_record_text(claim, "text", name, NULL);
    f2f_record_num(claim, "expected", 1.5, NULL);
    f2f_record_num(claim, "predicted", predicted, NULL);
    f2f_record_bool(claim, "holds", fabs(predicted / 1.5 - 1) <= 0.1, NULL);
    f2f_record_num(claim, "tolerance_frac", 0.1, NULL);
    f2f_record_text(claim, "of", "users_max", NULL);
    f2f_record_text(claim, "source", name, NULL);
    f2f_record_text(claim, "holds_for", f2f_arena_printf(set->arena, "%s; b; c; d; e; f", name), NULL);
    f2f_results_claim(set, claim);
}

/* A whole study in which everything has the given name. */
static struct f2f_results *make_study(f2f_arena *arena, const char *name) {
    struct f2f_results *set = f2f_results_new(arena, "run");
    set->title = name;
    set->question = name;
    add_result(set, "a", name, 1);
    struct f2f_record *second = add_result(set, f2f_arena_printf(arena, "b %s", name), name, 1.5);
    f2f_record_text(second, name, name, name);
    f2f_share_child(arena, second->shares, name, name)->amount = 1;
    f2f_record_span(second, name, name, 0, 1);
    f2f_share_sum(second->shares);
    add_sweep(set, name);
    add_claim(set, name, 1.48);
    add_claim(set, "second", 1.9);
    f2f_results_note(set, "%s", name);
    return set;
}

static json_t *read_json(const char *text) {
    json_error_t error;
    json_t *read = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    if (!read) fail_msg("%d:%d: %s", error.line, error.column, error.text);
    return read;
}

/* The object has the record's keys in the record's order, and each value exactly. */
static void compare_record(const json_t *object, const struct f2f_record *r) {
    assert_int_equal(json_object_size(object), r->n_values);
    void *at = json_object_iter((json_t *)(uintptr_t)object);
    for (size_t i = 0; i < r->n_values; i++, at = json_object_iter_next((json_t *)(uintptr_t)object, at)) {
        const struct f2f_value *value = &r->values[i];
        const json_t *read = json_object_iter_value(at);
        assert_string_equal(json_object_iter_key(at), value->key);
        double number = json_number_value(read);
        switch (value->kind) {
        case F2F_VALUE_NUMBER:
            if (!isfinite(value->number)) assert_true(json_is_null(read));
            else assert_memory_equal(&number, &value->number, sizeof number);
            break;
        case F2F_VALUE_INT: assert_true(json_integer_value(read) == value->integer); break;
        case F2F_VALUE_BOOL: assert_int_equal(json_is_true(read), value->integer != 0); break;
        case F2F_VALUE_TEXT:
            if (value->text) assert_string_equal(json_string_value(read), value->text);
            else assert_true(json_is_null(read));
            break;
        case F2F_VALUE_RECORD: compare_record(read, value->record); break;
        }
    }
}

static void json_equals_the_records(void **state) {
    static const char *const names[] = {"chat", "tab\t\"quote\" \\ back\nline \x01 \xe2\x82\xac",
                                        "<script>alert('1')</script>"};
    for (size_t k = 0; k < sizeof names / sizeof names[0]; k++) {
        struct f2f_results *set = make_study(*state, names[k]);
        json_t *read = read_json(f2f_report(*state, set, F2F_FORMAT_JSON, NULL));
        assert_string_equal(json_string_value(json_object_get(read, "schema")), "fab2fleet/1");
        assert_string_equal(json_string_value(json_object_get(read, "command")), "run");
        const json_t *results = json_object_get(read, "results"), *claims = json_object_get(read, "claims");
        assert_int_equal(json_array_size(results), set->n_items);
        for (size_t i = 0; i < set->n_items; i++) compare_record(json_array_get(results, i), set->items[i]);
        assert_int_equal(json_array_size(claims), set->n_claims);
        for (size_t i = 0; i < set->n_claims; i++) compare_record(json_array_get(claims, i), set->claims[i]);
        const json_t *rows = json_object_get(json_array_get(json_object_get(read, "tables"), 0), "rows");
        assert_int_equal(json_array_size(rows), 3);
        for (size_t i = 0; i < 3; i++) compare_record(json_array_get(rows, i), set->tables[0]->values[i].record);
        assert_string_equal(json_string_value(json_array_get(json_object_get(read, "notes"), 0)), names[k]);
        json_decref(read);
    }
}

static double sum_children(const json_t *node) {
    const json_t *children = json_object_get(node, "children");
    double sum = 0, amount = json_number_value(json_object_get(node, "amount"));
    for (size_t i = 0; i < json_array_size(children); i++) sum += sum_children(json_array_get(children, i));
    if (children) assert_true(fabs(sum - amount) < 1e-12);
    return amount;
}

static void json_explains_when_asked(void **state) {
    struct f2f_results *set = make_study(*state, "chat");
    const struct f2f_report_options how = {.explain = true};
    json_t *read = read_json(f2f_report(*state, set, F2F_FORMAT_JSON, &how));
    const json_t *tree = json_object_get(json_array_get(json_object_get(read, "results"), 0), "explain");
    assert_string_equal(json_string_value(json_object_get(tree, "unit")), "s");
    assert_true(fabs(sum_children(tree) - 5) < 1e-12);
    const json_t *decode = json_array_get(json_object_get(tree, "children"), 0);
    assert_true(fabs(json_number_value(json_object_get(decode, "frac")) - 0.8) < 1e-12);
    assert_string_equal(
        json_string_value(json_object_get(json_array_get(json_object_get(decode, "children"), 0), "bound")), "memory");
    json_decref(read);
}

static void empty_results_are_still_documents(void **state) {
    struct f2f_results *set = f2f_results_new(*state, "list");
    json_t *read = read_json(f2f_report(*state, set, F2F_FORMAT_JSON, NULL));
    assert_int_equal(json_array_size(json_object_get(read, "results")), 0);
    assert_null(json_object_get(read, "claims"));
    json_decref(read);
    json_decref(read_json(f2f_report(*state, set, F2F_FORMAT_TIMELINE, NULL)));
    assert_string_equal(f2f_report(*state, set, F2F_FORMAT_TEXT, NULL), "");
    assert_string_equal(f2f_report(*state, set, F2F_FORMAT_CSV, NULL), "\r\n");
    assert_non_null(strstr(f2f_report(*state, set, F2F_FORMAT_HTML, NULL), "</html>"));
}

/* One RFC 4180 field from *at into cell; returns the character after it. */
static char read_cell(const char **at, char *cell) {
    const char *c = *at;
    if (*c == '"') {
        for (c++; *c && !(c[0] == '"' && c[1] != '"'); c++) {
            if (*c == '"') c++;
            *cell++ = *c;
        }
        assert_int_equal(*c++, '"');
    } else {
        while (*c && *c != ',' && *c != '\r') *cell++ = *c++;
    }
    *cell = '\0';
    char end = *c;
    if (end == '\r') {
        assert_int_equal(c[1], '\n');
        c++;
    }
    *at = c + 1;
    return end;
}

static void check_row(const char **at, const char *const *cells, size_t n) {
    char cell[256];
    for (size_t i = 0; i < n; i++) {
        char end = read_cell(at, cell);
        assert_string_equal(cell, cells[i]);
        assert_int_equal(end, i + 1 < n ? ',' : '\r');
    }
}

static void csv_is_read_back(void **state) {
    struct f2f_results *set = f2f_results_new(*state, "serve");
    struct f2f_record *a = f2f_record_new(*state, NULL), *b = f2f_record_new(*state, NULL);
    f2f_record_text(a, "name", "a,\"b\"\r\nc", NULL);
    f2f_record_int(f2f_record_sub(a, "strategy", NULL), "tp", 8, NULL);
    f2f_record_num(a, "step_s", 0.1, NULL);
    f2f_record_num(a, "days", (double)NAN, NULL);
    f2f_record_num(b, "step_s", -2.5e-9, NULL);
    f2f_record_text(b, "name", "=1+1", NULL);
    f2f_record_bool(b, "feasible", false, NULL);
    f2f_results_add(set, a);
    f2f_results_add(set, b);
    static const char *const header[] = {"name", "strategy.tp", "step_s", "days", "feasible"};
    static const char *const first[] = {"a,\"b\"\r\nc", "8", "0.1", "", ""};
    static const char *const second[] = {"'=1+1", "", "-2.5e-09", "", "false"};
    const char *at = f2f_report(*state, set, F2F_FORMAT_CSV, NULL);
    check_row(&at, header, 5);
    check_row(&at, first, 5);
    check_row(&at, second, 5);
    assert_string_equal(at, "");
}

static void csv_disarms_formulas_but_not_numbers(void **state) {
    static const char *const formulas[] = {"=A1", "+A1", "-A1", "@SUM(A1)"};
    for (size_t i = 0; i < sizeof formulas / sizeof formulas[0]; i++) {
        struct f2f_results *set = f2f_results_new(*state, "list");
        struct f2f_record *r = f2f_record_new(*state, NULL);
        f2f_record_text(r, "name", formulas[i], NULL);
        f2f_record_int(r, "n", -5, NULL);
        f2f_results_add(set, r);
        assert_string_equal(f2f_report(*state, set, F2F_FORMAT_CSV, NULL),
                            f2f_arena_printf(*state, "name,n\r\n'%s,-5\r\n", formulas[i]));
    }
}

static void html_lets_nothing_through(void **state) {
    const char *html = f2f_report(*state, make_study(*state, attack), F2F_FORMAT_HTML, NULL);
    assert_null(strstr(html, "<script"));
    assert_null(strstr(html, "alert('1')"));
    assert_null(strstr(html, "&\"x\""));
    assert_non_null(strstr(html, "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;&quot;x&quot; onload="));
    const char *control = f2f_report(*state, make_study(*state, "a\x1b[31m\xff"), F2F_FORMAT_HTML, NULL);
    assert_null(strchr(control, '\x1b'));
    assert_null(strchr(control, '\xff'));
}

/* Nothing that a browser would load by itself. A source may be a link to click on. */
static void html_loads_nothing(void **state) {
    static const char *const loads[] = {"src=", "url(",    "@import", "<link", "<script", "<iframe",
                                        "<img", "<object", "srcset",  "xlink", "<base"};
    const char *html = f2f_report(*state, make_study(*state, "https://example.com/a?b=1&c=2"), F2F_FORMAT_HTML, NULL);
    for (size_t i = 0; i < sizeof loads / sizeof loads[0]; i++)
        if (strstr(html, loads[i])) fail_msg("the page has a '%s'", loads[i]);
    for (const char *at = strstr(html, "href=\""); at; at = strstr(at + 1, "href=\""))
        assert_true(at[6] == '#' || strncmp(at - strlen("<a rel=\"noreferrer\" "), "<a rel=\"noreferrer\" ", 20) == 0);
    assert_non_null(strstr(html, "default-src 'none'"));
}

/* A start tag for each end tag, in order. */
static void html_is_balanced(void **state) {
    static const char *const open_ended[] = {"meta", "!DOCTYPE", "circle", "rect", "path"};
    const char *html = f2f_report(*state, make_study(*state, attack), F2F_FORMAT_HTML, NULL), *stack[64];
    size_t depth = 0;
    for (const char *at = strchr(html, '<'); at; at = strchr(at + 1, '<')) {
        bool end = at[1] == '/', alone = false;
        const char *name = at + 1 + end;
        size_t length = strcspn(name, " >/");
        for (size_t i = 0; i < sizeof open_ended / sizeof open_ended[0]; i++)
            alone = alone || (strlen(open_ended[i]) == length && strncmp(open_ended[i], name, length) == 0);
        const char *close = strchr(at, '>');
        assert_non_null(close);
        if (end && !alone) {
            assert_true(depth > 0);
            depth--;
            if (strncmp(stack[depth], name, length + 1) != 0 && strncmp(stack[depth], name, length) != 0)
                fail_msg("'%.20s' closes '%.20s'", at, stack[depth]);
        } else if (!end && (!alone || (close[-1] != '/' && *name == 'c'))) {
            assert_true(depth < 64);
            stack[depth++] = name;
        }
        if (end && alone) depth--; /* a circle with a tooltip */
    }
    assert_int_equal(depth, 0);
}

static size_t count(const char *text, const char *what) {
    size_t n = 0;
    for (const char *at = strstr(text, what); at; at = strstr(at + 1, what)) n++;
    return n;
}

/* Designs as points: a logarithm's middle lies in the middle, twice the figure twice as high; no point for no number.
 */
static void html_draws_points(void **state) {
    static const double costs[] = {0.01, 0.1, 1, 0.1}, waits[] = {0.02, 0.01, 0.04, (double)NAN};
    const char *drawn[] = {"usd_per_Mtok", "tpot_p99_s"};
    struct f2f_results *set = f2f_results_new(*state, "explore");
    struct f2f_record *table = f2f_record_new(*state, "front");
    double x[3], y[3];
    table->drawn = drawn;
    table->n_drawn = 2;
    for (size_t i = 0; i < 4; i++) {
        struct f2f_record *row = f2f_record_sub(table, f2f_arena_printf(*state, "%zu", i), NULL);
        f2f_record_text(row, "name", attack, NULL);
        for (size_t k = 0; k < 2; k++) f2f_record_num(row, drawn[k], k ? waits[i] : costs[i], NULL);
    }
    f2f_results_table(set, table);
    const char *html = f2f_report(*state, set, F2F_FORMAT_HTML, NULL), *at = html;
    assert_int_equal(count(html, "<circle"), 3);
    for (size_t i = 0; i < 3; i++) {
        at = strstr(at, "cx=\"") + 4;
        x[i] = strtod(at, NULL);
        at = strstr(at, "cy=\"") + 4;
        y[i] = strtod(at, NULL);
    }
    assert_true(x[0] < x[1]);
    assert_true(fabs((x[1] - x[0]) - (x[2] - x[1])) <= 0.2);
    assert_true(fabs((y[1] - y[2]) - 3 * (y[1] - y[0])) <= 0.3);
    assert_null(strstr(html, "<script"));
}

static void html_shows_what_there_is(void **state) {
    const char *html = f2f_report(*state, make_study(*state, "chat"), F2F_FORMAT_HTML, NULL);
    assert_non_null(strstr(html, "1 of 2 claims holds<"));
    assert_int_equal(count(html, "class=\"card\""), 2);
    assert_int_equal(count(html, "class=\"verdict good\""), 1);
    assert_int_equal(count(html, "class=\"verdict bad\""), 1);
    assert_int_equal(count(html, "<svg class=\"bars\""), 2); /* time and memory */
    assert_int_equal(count(html, "class=\"line "), 2); /* a line per system */
    assert_non_null(strstr(html, "text-anchor=\"start\">chat</text>")); /* over the chart */
    assert_int_equal(count(html, "<circle class=\"s"), 5); /* six points, one unknown */
    assert_non_null(strstr(html, "<td class=\"ratio\">1.5×</td>"));
    assert_null(strstr(html, "nan"));
    assert_null(strstr(html, "inf\""));
}

static void timeline_is_a_trace(void **state) {
    struct f2f_results *set = f2f_results_new(*state, "run");
    add_result(set, "a", "chat", 1);
    json_t *read = read_json(f2f_report(*state, set, F2F_FORMAT_TIMELINE, NULL));
    const json_t *events = json_object_get(read, "traceEvents");
    size_t spans = 0, names = 0;
    double total_us = 0;
    json_int_t threads[2] = {0, 0};
    for (size_t i = 0; i < json_array_size(events); i++) {
        const json_t *event = json_array_get(events, i);
        const char *phase = json_string_value(json_object_get(event, "ph"));
        if (*phase == 'M') names++;
        if (*phase != 'X') continue;
        spans++;
        total_us += json_number_value(json_object_get(event, "dur"));
        const char *name = json_string_value(json_object_get(event, "name"));
        if (strcmp(name, "prefill") == 0)
            assert_true(fabs(json_number_value(json_object_get(event, "ts")) - 250000) < 1e-6);
        threads[strcmp(name, "all_reduce") == 0] = json_integer_value(json_object_get(event, "tid"));
    }
    assert_int_equal(spans, 3);
    assert_int_equal(names, 3); /* the process and two tracks */
    assert_true(fabs(total_us - 1625000) < 1e-6);
    assert_true(threads[0] != threads[1]);
    json_decref(read);
}

static void text_compares_systems(void **state) {
    struct f2f_results *set = f2f_results_new(*state, "run");
    set->title = "Two systems";
    add_result(set, "hbm3", "chat", 1);
    add_result(set, "hbm3e", "chat", 1.5);
    f2f_results_note(set, "Times are of one replica.");
    static const char expected[] = "Two systems\n"
                                   "\n"
                                   "chat\n"
                                   "                    hbm3     hbm3e  ratio\n"
                                   "  feasible           yes       yes\n"
                                   "  users_max          400       600   1.5x\n"
                                   "  ttft_p99_s    312.4 ms  208.3 ms  0.67x\n"
                                   "  goodput_frac         -         -\n"
                                   "  memory\n"
                                   "    weights_B      70 GB     70 GB      =\n"
                                   "    kv_B           40 GB     60 GB   1.5x\n"
                                   "    free_B      1.667 GB  1.667 GB      =\n"
                                   "\n"
                                   "Notes\n"
                                   "  - Times are of one replica.\n";
    assert_string_equal(f2f_report(*state, set, F2F_FORMAT_TEXT, NULL), expected);
}

static void text_lists_like_results(void **state) {
    struct f2f_results *set = f2f_results_new(*state, "validate");
    static const char *const metrics[] = {"latency_us", "tpot_ms"};
    for (int i = 0; i < 2; i++) {
        struct f2f_record *r = f2f_record_new(*state, NULL);
        f2f_record_text(r, "metric", metrics[i], NULL);
        f2f_record_int(r, "n", 399 * (i + 1), NULL);
        f2f_record_num(r, "mape_frac", 0.0724 * (i + 1), NULL);
        f2f_results_add(set, r);
    }
    assert_string_equal(f2f_report(*state, set, F2F_FORMAT_TEXT, NULL), "  metric        n  mape_frac\n"
                                                                        "  latency_us  399       7.2%\n"
                                                                        "  tpot_ms     798      14.5%\n");
}

static void text_explains(void **state) {
    struct f2f_results *set = f2f_results_new(*state, "serve");
    struct f2f_record *r = f2f_record_new(*state, "h100 / serve");
    f2f_record_num(r, "power_W", 700, "at the plug");
    struct f2f_share *root = f2f_share_root(r, "step", "s");
    f2f_share_child(*state, root, "small", NULL)->amount = 0.001;
    f2f_share_child(*state, root, "host", "latency")->amount = 0.249;
    f2f_share_child(*state, root, "gemm", "compute")->amount = 0.75;
    f2f_share_sum(root);
    f2f_results_add(set, r);
    const struct f2f_report_options how = {.explain = true, .help = true};
    assert_string_equal(f2f_report(*state, set, F2F_FORMAT_TEXT, &how),
                        "h100 / serve\n"
                        "  power_W  700 W  at the plug\n"
                        "\n"
                        "  where it goes\n"
                        "    step                       1 s  100.0%  ################################\n"
                        "      gemm         compute  750 ms   75.0%  ########################\n"
                        "      host         latency  249 ms   24.9%  ########\n"
                        "      (1 smaller)             1 ms    0.1%\n");
}

static void text_is_safe_for_a_terminal(void **state) {
    const struct f2f_report_options plain = {.explain = true, .help = true};
    struct f2f_report_options colored = plain;
    colored.color = true;
    struct f2f_results *set = make_study(*state, "a\x1b]0;owned\x07 \xff");
    const char *text = f2f_report(*state, set, F2F_FORMAT_TEXT, &plain);
    for (const char *c = text; *c; c++)
        if (((unsigned char)*c < 0x20 && *c != '\n') || *c == '\x7f' || *c == '\xff')
            fail_msg("byte %#x", (unsigned char)*c);
    const char *with = f2f_report(*state, set, F2F_FORMAT_TEXT, &colored);
    assert_int_equal(count(with, "\033["), 2 * count(with, "\033[0m")); /* each is switched off */
    assert_true(strlen(with) > strlen(text));
}

static void formats_are_deterministic(void **state) {
    for (int f = 0; f < F2F_FORMAT_N; f++) {
        const char *one = f2f_report(*state, make_study(*state, "chat"), (enum f2f_format)f, NULL);
        assert_string_equal(one, f2f_report(*state, make_study(*state, "chat"), (enum f2f_format)f, NULL));
    }
}

static void quantities_take_their_unit_from_the_key(void **state) {
    static const struct {
        const char *key;
        double number;
        const char *text;
    } cases[] = {
        {"ttft_p99_s", 0.3124, "312.4 ms"},
        {"latency_s", 3.5e-7, "350 ns"},
        {"latency_s", 0.00099999, "1 ms"}, /* rounds up into the next prefix */
        {"wall_s", 0, "0 s"},
        {"step_s", 13.41, "13.41 s"},
        {"run_s", 5400, "90 min"},
        {"run_s", 4.0 * 86400, "4 d"},
        {"capacity_B", 80e9, "80 GB"},
        {"memory.kv_B", 1536, "1.536 kB"},
        {"bandwidth_Bps", 3.35e12, "3.35 TB/s"},
        {"kgCO2e_per_Mtok", 0.272, "0.272 kg CO2e"},
        {"embodied_kgCO2e", 4059, "4059 kg CO2e"},
        {"kgCO2e", 12242461, "12.24 kt CO2e"},
        {"flops_per_chip", 412e12, "412 TFLOP/s"},
        {"power_W", 1.41e7, "14.1 MW"},
        {"energy_per_bit_J", 3.9e-12, "3.9 pJ"},
        {"mfu_frac", 0.4123, "41.2%"},
        {"users_fit_ratio", 1.524, "1.52x"},
        {"output_tokps_per_chip", 2165.06, "2165 tok/s"},
        {"kv_capacity_tok", 1234567, "1.235 Mtok"},
        {"usd_per_Mtok", 0.2346, "$0.235"},
        {"chip_usd_p90", 25000, "$25000"},
        {"npv_usd", -3.2e6, "-$3.2M"},
        {"die_mm2", 814, "814 mm2"},
        {"iterations", 12345678, "12345678"},
        {"users_max", 402, "402"},
        {"bias_frac", -0.0021, "-0.21%"},
        {"strange", 1e-15, "1e-15"},
        {"step_s", (double)NAN, "-"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(f2f_quantity_text_of(*state, cases[i].key, cases[i].number, true), cases[i].text);
    assert_string_equal(f2f_quantity_text_of(*state, "latency_s", 2e-6, false), "2 µs");
    assert_string_equal(f2f_quantity_text_of(*state, "goodput_Hz", 0.477, false), "0.477 Hz"); /* requests, not mHz */
    assert_string_equal(f2f_quantity_text_of(*state, "skin_C", 48.89, false), "48.89 °C");
    assert_string_equal(f2f_quantity_text_of(*state, "skin_C", 48.89, true), "48.89 C");
    const double column[] = {12.66e9, 0.125e9, (double)NAN, 0};
    struct f2f_scale scale = f2f_scale_find("weights_B", column, 4, true);
    assert_string_equal(f2f_scale_text(*state, &scale, column[0]), "12.660 GB");
    assert_string_equal(f2f_scale_text(*state, &scale, column[1]), "0.125 GB");
}

static void labels_are_words(void **state) {
    assert_string_equal(f2f_key_label(*state, "ttft_p99_s"), "TTFT p99");
    assert_string_equal(f2f_key_label(*state, "memory.kv_B"), "KV");
    assert_string_equal(f2f_key_label(*state, "usd_per_Mtok"), "USD per Mtok");
    assert_string_equal(f2f_key_label(*state, "users_max"), "users max");
    assert_string_equal(f2f_key_label(*state, "kgCO2e_per_Mtok"), "CO2e per Mtok");
    assert_string_equal(f2f_key_label(*state, "feasible_n"), "feasible count");
    assert_string_equal(f2f_key_label(*state, "chip_usd_p90"), "chip p90");
}

static void shares_of_systems_are_merged(void **state) {
    struct f2f_results *set = f2f_results_new(*state, "run");
    add_result(set, "a", "chat", 1);
    struct f2f_record *b = add_result(set, "b", "chat", 1.5);
    f2f_share_child(*state, b->shares, "extra", NULL)->amount = 2;
    f2f_share_sum(b->shares);
    struct f2f_share_table table = f2f_share_table_make(*state, set->items, 2, NULL, 0);
    static const char *const names[] = {"requests", "decode", "gemm", "attention", "extra", "host"};
    assert_int_equal(table.n_lines, 6);
    for (size_t i = 0; i < 6; i++) assert_string_equal(table.lines[i].name, names[i]);
    assert_true(fabs(table.wholes[0] - 5) < 1e-12 && fabs(table.wholes[1] - 6) < 1e-12);
    assert_true(fabs(table.lines[2].amounts[0] - 3) < 1e-12 && fabs(table.lines[2].amounts[1] - 2) < 1e-12);
    assert_true(table.lines[4].amounts[0] <= 0 && fabs(table.lines[4].amounts[1] - 2) < 1e-12);
    /* What is folded away still counts. */
    table = f2f_share_table_make(*state, set->items, 2, NULL, 0.5);
    double sum = 0;
    for (size_t i = 0; i < table.n_lines; i++) sum += table.lines[i].leaf ? table.lines[i].amounts[1] : 0;
    assert_true(fabs(sum - 6) < 1e-12);
}

/* Two systems, of which one has no costs: its column is there, and both have their names over each tree. */
static void trees_in_records_are_drawn_too(void **state) {
    struct f2f_results *set = f2f_results_new(*state, "run");
    struct f2f_record *a = add_result(set, "a", "chat", 1);
    add_result(set, "b", "chat", 2);
    f2f_record_num(a, "skin_C", 40, NULL);
    f2f_record_num(set->items[1], "skin_C", 50, NULL);
    struct f2f_record *cost = f2f_record_sub(a, "cost", NULL);
    struct f2f_share *root = f2f_share_root(cost, "a million tokens", "usd");
    f2f_share_child(*state, root, "chip", NULL)->amount = 3;
    f2f_share_sum(root);
    const struct f2f_report_options how = {.explain = true};
    const char *text = f2f_report(*state, set, F2F_FORMAT_TEXT, &how);
    assert_int_equal(count(text, "where it goes"), 2);
    assert_non_null(strstr(text, "where it goes\n"
                                 "                         a           b\n"
                                 "    a million tokens    $3  100.0%  $0  0.0%\n"));
    assert_non_null(strstr(text, "  skin_C            40 C      50 C\n")); /* not 1.25 times as warm */
    const char *html = f2f_report(*state, set, F2F_FORMAT_HTML, NULL);
    assert_non_null(strstr(html, "Where the time goes: requests"));
    assert_non_null(strstr(html, "Where the money goes: a million tokens"));
}

/* Each band of a table that is too wide says which row is which. */
static void bands_repeat_the_names(void **state) {
    struct f2f_results *set = f2f_results_new(*state, "run");
    struct f2f_record *table = f2f_record_new(*state, "sweep");
    for (int i = 0; i < 2; i++) {
        struct f2f_record *row = f2f_record_sub(table, i ? "8" : "4", NULL);
        f2f_record_text(row, "model", "llama", NULL);
        f2f_record_text(row, "stacks", i ? "eight" : "four", NULL);
        for (int k = 0; k < 12; k++)
            f2f_record_num(row, f2f_arena_printf(*state, "output_%c_tokps", 'a' + k), 1 + i + k, NULL);
    }
    f2f_results_table(set, table);
    const char *text = f2f_report(*state, set, F2F_FORMAT_TEXT, NULL);
    size_t bands = count(text, "stacks");
    assert_true(bands > 1);
    assert_int_equal(count(text, "four"), bands);
    assert_int_equal(count(text, "eight"), bands);
}

/* A table of one row, its columns on the left and so wide, cut to fit; what is left of each column. */
static void fit_row(size_t *kept, f2f_arena *arena, const size_t *wide, size_t n, size_t width) {
    struct f2f_text_table table = f2f_text_table_new(arena, 1, n, 0);
    for (size_t c = 0; c < n; c++) {
        char *text = f2f_arena_alloc(arena, wide[c] + 1);
        memset(text, 'x', wide[c]);
        table.cells[c] = text;
        table.left[c] = true;
    }
    size_t least = f2f_text_table_width(&table);
    assert_true(f2f_text_table_fit(arena, &table, width) == (least > width));
    for (size_t c = 0; c < n; c++) kept[c] = f2f_text_width(table.cells[c]);
}

/* Cut one character a turn, 50 kB would take 2.5 GB of copies a row. */
static void text_cuts_wide_columns_at_once(void **state) {
    const size_t equal[] = {50000, 50000}, mixed[] = {50000, 20, 50000, 30}, narrow[] = {40, 50};
    const size_t want_equal[] = {48, 48}, want_mixed[] = {24, 20, 24, 24}, want_mixed_less[] = {16, 17, 17, 17};
    size_t kept[4];
    fit_row(kept, *state, equal, 2, 98);
    assert_memory_equal(kept, want_equal, sizeof want_equal);
    fit_row(kept, *state, mixed, 4, 98);
    assert_memory_equal(kept, want_mixed, sizeof want_mixed);
    fit_row(kept, *state, mixed, 4, 73);
    assert_memory_equal(kept, want_mixed_less, sizeof want_mixed_less);
    fit_row(kept, *state, narrow, 2, 98);
    assert_memory_equal(kept, narrow, sizeof narrow);
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, make_arena, free_arena)
    const struct CMUnitTest tests[] = {
        TEST(json_equals_the_records),
        TEST(json_explains_when_asked),
        TEST(empty_results_are_still_documents),
        TEST(csv_is_read_back),
        TEST(csv_disarms_formulas_but_not_numbers),
        TEST(html_lets_nothing_through),
        TEST(html_loads_nothing),
        TEST(html_is_balanced),
        TEST(html_draws_points),
        TEST(html_shows_what_there_is),
        TEST(timeline_is_a_trace),
        TEST(text_compares_systems),
        TEST(text_lists_like_results),
        TEST(text_explains),
        TEST(text_cuts_wide_columns_at_once),
        TEST(text_is_safe_for_a_terminal),
        TEST(formats_are_deterministic),
        TEST(quantities_take_their_unit_from_the_key),
        TEST(labels_are_words),
        TEST(shares_of_systems_are_merged),
        TEST(trees_in_records_are_drawn_too),
        TEST(bands_repeat_the_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
