/* grid.c - see grid.h. */
#include <math.h>
#include <string.h>

#include "report/grid.h"
#include "report/quantity.h"

#define SAME_SIZE 1e-2 /* numbers of a row share a scale if the least is not less than this of the largest */

/* The list with room for one more element; it grows when its length is a power of two. */
static void *room(f2f_arena *arena, void *list, size_t n, size_t size_B) {
    if (n == 0) return f2f_arena_alloc(arena, size_B);
    return (n & (n - 1)) == 0 ? f2f_arena_grow(arena, list, n * size_B, 2 * n * size_B) : list;
}

static const struct f2f_value *value_of(const struct f2f_record *r, const char *key) {
    for (size_t i = 0; r && i < r->n_values; i++)
        if (strcmp(r->values[i].key, key) == 0) return &r->values[i];
    return NULL;
}

static bool is_new(const struct f2f_grid *grid, size_t from, int depth, const char *key) {
    for (size_t i = from; i < grid->n_rows; i++)
        if (grid->rows[i].depth == depth && strcmp(grid->rows[i].key, key) == 0) return false;
    return true;
}

static void add_level(struct f2f_grid *grid, f2f_arena *arena, struct f2f_record *const *records, const char *prefix,
                      int depth);

static void add_row(struct f2f_grid *grid, f2f_arena *arena, struct f2f_record *const *records, const char *prefix,
                    int depth, const struct f2f_value *first) {
    grid->rows = room(arena, grid->rows, grid->n_rows, sizeof *grid->rows);
    struct f2f_row *row = &grid->rows[grid->n_rows++];
    size_t n = grid->n_columns;
    const char *path = *prefix ? f2f_arena_printf(arena, "%s.%s", prefix, first->key) : first->key;
    *row = (struct f2f_row){.key = first->key, .path = path, .help = first->help, .depth = depth};
    row->cells = f2f_arena_alloc(arena, n * sizeof *row->cells);
    struct f2f_record **subs = NULL;
    for (size_t i = 0; i < n; i++) {
        row->cells[i] = value_of(records[i], first->key);
        if (!row->cells[i] || row->cells[i]->kind != F2F_VALUE_RECORD) continue;
        if (!subs) subs = f2f_arena_alloc(arena, n * sizeof(struct f2f_record *));
        subs[i] = row->cells[i]->record;
    }
    row->heading = subs != NULL;
    if (subs) add_level(grid, arena, subs, path, depth + 1);
}

/* Items of different records have nothing in common: they stand in tables, and in JSON. */
static bool is_list(const struct f2f_value *value) { return value->kind == F2F_VALUE_RECORD && value->record->is_list; }

static void add_level(struct f2f_grid *grid, f2f_arena *arena, struct f2f_record *const *records, const char *prefix,
                      int depth) {
    size_t from = grid->n_rows;
    for (size_t i = 0; i < grid->n_columns; i++)
        for (size_t k = 0; records[i] && k < records[i]->n_values; k++)
            if (!is_list(&records[i]->values[k]) && is_new(grid, from, depth, records[i]->values[k].key))
                add_row(grid, arena, records, prefix, depth, &records[i]->values[k]);
}

struct f2f_grid f2f_grid_make(f2f_arena *arena, struct f2f_record *const *records, size_t n) {
    struct f2f_grid grid = {.n_columns = n};
    add_level(&grid, arena, records, "", 0);
    return grid;
}

static bool is_number(const struct f2f_value *value) {
    return value && (value->kind == F2F_VALUE_NUMBER || value->kind == F2F_VALUE_INT);
}

bool f2f_row_is_number(const struct f2f_row *row, size_t n) {
    bool any = false;
    for (size_t i = 0; i < n; i++) {
        if (row->cells[i] && !is_number(row->cells[i])) return false;
        any = any || row->cells[i];
    }
    return any;
}

const char **f2f_row_texts(f2f_arena *arena, const struct f2f_row *row, size_t n, bool ascii) {
    const char **texts = f2f_arena_alloc(arena, n * sizeof *texts);
    double *numbers = f2f_arena_alloc(arena, n * sizeof *numbers), least = HUGE_VAL, most = 0;
    for (size_t i = 0; i < n; i++) {
        numbers[i] = is_number(row->cells[i]) ? f2f_value_number(row->cells[i]) : (double)NAN;
        if (!isfinite(numbers[i]) || fpclassify(numbers[i]) == FP_ZERO) continue;
        least = fmin(least, fabs(numbers[i]));
        most = fmax(most, fabs(numbers[i]));
    }
    struct f2f_scale common = f2f_scale_find(row->key, numbers, n, ascii);
    bool shared = least >= most * SAME_SIZE;
    for (size_t i = 0; i < n; i++) {
        const struct f2f_value *value = row->cells[i];
        if (!value || value->kind == F2F_VALUE_RECORD) texts[i] = "";
        else if (value->kind == F2F_VALUE_TEXT) texts[i] = value->text ? value->text : "";
        else if (value->kind == F2F_VALUE_BOOL) texts[i] = value->integer ? "yes" : "no";
        else
            texts[i] = shared ? f2f_scale_text(arena, &common, numbers[i])
                              : f2f_quantity_text_of(arena, row->key, numbers[i], ascii);
    }
    return texts;
}

bool f2f_row_is_empty(const struct f2f_row *row, const char *const *texts, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (*texts[i]) return false;
    return !row->heading;
}

/* Degrees have a zero that means nothing: no ratio. */
static bool is_temperature(const char *key) {
    size_t length = strlen(key);
    return length > 2 && strcmp(key + length - 2, "_C") == 0;
}

const char *f2f_row_ratio(f2f_arena *arena, const struct f2f_row *row, size_t n, bool ascii) {
    if (n < 2 || !is_number(row->cells[0]) || !is_number(row->cells[n - 1]) || is_temperature(row->key)) return "";
    if (row->depth > 0 && row->cells[0]->kind == F2F_VALUE_INT) return "";
    double first = f2f_value_number(row->cells[0]), last = f2f_value_number(row->cells[n - 1]), ratio = last / first;
    if (first >= last && first <= last) return "=";
    return isfinite(ratio) && ratio > 0 ? f2f_quantity_text_of(arena, "ratio", ratio, ascii) : "";
}

const char *const f2f_quantiles[F2F_QUANTILES] = {"p10", "p50", "p90"};

/* "chip_usd_p10" of "chip_usd" */
static bool is_quantile_of(const char *path, const char *figure, const char *quantile) {
    size_t n = strlen(figure);
    return strncmp(path, figure, n) == 0 && path[n] == '_' && strcmp(path + n + 1, quantile) == 0;
}

bool f2f_row_is_quantile(const struct f2f_grid *grid, const struct f2f_row *row) {
    for (size_t i = 0; i < grid->n_rows; i++)
        for (size_t q = 0; q < F2F_QUANTILES; q++)
            if (is_quantile_of(row->path, grid->rows[i].path, f2f_quantiles[q])) return true;
    return false;
}

int f2f_row_quantile(const struct f2f_grid *grid, const struct f2f_row *row, size_t quantile) {
    for (size_t i = 0; i < grid->n_rows; i++)
        if (is_quantile_of(grid->rows[i].path, row->path, f2f_quantiles[quantile])) return (int)i;
    return -1;
}

bool f2f_grid_has_quantiles(const struct f2f_grid *grid) {
    for (size_t i = 0; i < grid->n_rows; i++)
        if (f2f_row_is_quantile(grid, &grid->rows[i])) return true;
    return false;
}

bool f2f_grid_has_quantile(const struct f2f_grid *grid, size_t quantile) {
    for (size_t i = 0; i < grid->n_rows; i++)
        if (f2f_row_quantile(grid, &grid->rows[i], quantile) >= 0) return true;
    return false;
}

const char *f2f_range_text(f2f_arena *arena, const char *low, const char *high) {
    if (!*low || !*high) return "";
    const char *unit = strchr(low, ' '), *same = strchr(high, ' ');
    bool shared = unit && same && strcmp(unit, same) == 0;
    return f2f_arena_printf(arena, "%.*s to %s", shared ? (int)(unit - low) : (int)strlen(low), low, high);
}

const char *f2f_record_word(const struct f2f_record *r, const char *key) {
    const struct f2f_value *value = value_of(r, key);
    return value && value->kind == F2F_VALUE_TEXT && value->text ? value->text : "";
}

const char *f2f_record_name(const struct f2f_record *r) {
    const char *system = f2f_record_word(r, "system");
    return *system ? system : r->title ? r->title : "";
}

static bool have_jobs(const struct f2f_results *results) {
    for (size_t i = 0; i < results->n_items; i++)
        if (!*f2f_record_word(results->items[i], "system") || !*f2f_record_word(results->items[i], "job")) return false;
    return results->n_items > 0;
}

static bool same_keys(const struct f2f_record *a, const struct f2f_record *b) {
    if (a->n_values != b->n_values) return false;
    for (size_t i = 0; i < a->n_values; i++)
        if (strcmp(a->values[i].key, b->values[i].key) != 0) return false;
    return true;
}

static bool belongs(const struct f2f_group *group, const struct f2f_record *r) {
    return group->job ? strcmp(group->job, f2f_record_word(r, "job")) == 0 : same_keys(group->records[0], r);
}

struct f2f_groups f2f_groups_make(f2f_arena *arena, const struct f2f_results *results) {
    struct f2f_groups groups = {0};
    bool by_job = have_jobs(results);
    for (size_t i = 0; i < results->n_items; i++) {
        struct f2f_record *r = results->items[i];
        /* A job's systems may stand apart; results with equal keys only make a table when they follow each other. */
        size_t g = by_job || groups.n == 0 ? 0 : groups.n - 1;
        while (g < groups.n && !belongs(&groups.items[g], r)) g++;
        if (g == groups.n) {
            groups.items = room(arena, groups.items, groups.n, sizeof *groups.items);
            groups.items[groups.n++] = (struct f2f_group){.job = by_job ? f2f_record_word(r, "job") : NULL};
        }
        struct f2f_group *group = &groups.items[g];
        group->records = room(arena, group->records, group->n, sizeof(struct f2f_record *));
        group->records[group->n++] = r;
    }
    return groups;
}
