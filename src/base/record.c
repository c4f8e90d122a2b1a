/* record.c - see include/fab2fleet/record.h.
 *
 * Lists grow when their length is a power of two, so a list needs no capacity of its own. */
#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "fab2fleet/record.h"

/* The list with room for one more element. */
static void *room(f2f_arena *arena, void *list, size_t n, size_t size_B) {
    if (n == 0) return f2f_arena_alloc(arena, size_B);
    bool full = (n & (n - 1)) == 0;
    return full ? f2f_arena_grow(arena, list, n * size_B, 2 * n * size_B) : list;
}

static const char *copy(f2f_arena *arena, const char *text) { return text ? f2f_arena_strdup(arena, text) : NULL; }

struct f2f_record *f2f_record_new(f2f_arena *arena, const char *title) {
    struct f2f_record *r = f2f_arena_alloc(arena, sizeof *r);
    r->arena = arena;
    r->title = copy(arena, title);
    return r;
}

void f2f_record_add(struct f2f_record *r, const struct f2f_value *value) {
    r->values = room(r->arena, r->values, r->n_values, sizeof *r->values);
    r->values[r->n_values] = *value;
    r->values[r->n_values++].key = copy(r->arena, value->key);
}

void f2f_record_num(struct f2f_record *r, const char *key, double value, const char *help) {
    f2f_record_add(r, &(struct f2f_value){.key = key, .help = help, .kind = F2F_VALUE_NUMBER, .number = value});
}

void f2f_record_int(struct f2f_record *r, const char *key, long long value, const char *help) {
    f2f_record_add(r, &(struct f2f_value){.key = key, .help = help, .kind = F2F_VALUE_INT, .integer = value});
}

void f2f_record_text(struct f2f_record *r, const char *key, const char *value, const char *help) {
    const char *text = copy(r->arena, value);
    f2f_record_add(r, &(struct f2f_value){.key = key, .help = help, .kind = F2F_VALUE_TEXT, .text = text});
}

void f2f_record_bool(struct f2f_record *r, const char *key, bool value, const char *help) {
    f2f_record_add(r, &(struct f2f_value){.key = key, .help = help, .kind = F2F_VALUE_BOOL, .integer = value});
}

struct f2f_record *f2f_record_sub(struct f2f_record *r, const char *key, const char *help) {
    struct f2f_record *sub = f2f_record_new(r->arena, NULL);
    f2f_record_add(r, &(struct f2f_value){.key = key, .help = help, .kind = F2F_VALUE_RECORD, .record = sub});
    return sub;
}

void f2f_record_span(struct f2f_record *r, const char *track, const char *name, double start_s, double duration_s) {
    r->spans = room(r->arena, r->spans, r->n_spans, sizeof *r->spans);
    r->spans[r->n_spans++] = (struct f2f_span){copy(r->arena, track), copy(r->arena, name), start_s, duration_s};
}

void f2f_record_sample(struct f2f_record *r, const char *track, double at_s, double value) {
    r->samples = room(r->arena, r->samples, r->n_samples, sizeof *r->samples);
    r->samples[r->n_samples++] = (struct f2f_sample){copy(r->arena, track), at_s, value};
}

static void spread(struct f2f_record *r, const char *key, double least, double most) {
    if (!(most - least > 1e-3 * fabs(most))) return; /* no more than it reads */
    f2f_record_num(r, f2f_arena_printf(r->arena, "%s_p10", key), least, "below it with a probability of a tenth");
    f2f_record_num(r, f2f_arena_printf(r->arena, "%s_p90", key), most, "above it with a probability of a tenth");
}

void f2f_record_spread(struct f2f_record *r, const struct f2f_record *fast, const struct f2f_record *slow) {
    struct f2f_record *all = f2f_record_new(r->arena, NULL);
    for (size_t i = 0; i < r->n_values; i++) {
        const struct f2f_value *value = &r->values[i];
        f2f_record_add(all, value);
        if (value->kind != F2F_VALUE_NUMBER) continue;
        double a = f2f_record_get(fast, value->key), b = f2f_record_get(slow, value->key);
        if (isfinite(value->number) && isfinite(a) && isfinite(b))
            spread(all, value->key, fmin(value->number, fmin(a, b)), fmax(value->number, fmax(a, b)));
    }
    r->values = all->values;
    r->n_values = all->n_values;
}

static const struct f2f_value *find(const struct f2f_record *r, const char *key, size_t length) {
    for (size_t i = 0; i < r->n_values; i++)
        if (strlen(r->values[i].key) == length && strncmp(r->values[i].key, key, length) == 0) return &r->values[i];
    return NULL;
}

const struct f2f_value *f2f_record_find(const struct f2f_record *r, const char *key) {
    const struct f2f_value *whole = r ? find(r, key, strlen(key)) : NULL;
    if (whole || !r) return whole;
    for (const char *point = strchr(key, '.'); point; point = strchr(point + 1, '.')) {
        const struct f2f_value *outer = find(r, key, (size_t)(point - key));
        if (outer && outer->kind == F2F_VALUE_RECORD) return f2f_record_find(outer->record, point + 1);
    }
    return NULL;
}

double f2f_value_number(const struct f2f_value *value) {
    if (value->kind == F2F_VALUE_NUMBER) return value->number;
    return value->kind == F2F_VALUE_INT || value->kind == F2F_VALUE_BOOL ? (double)value->integer : (double)NAN;
}

double f2f_record_get(const struct f2f_record *r, const char *key) {
    const struct f2f_value *value = f2f_record_find(r, key);
    return value ? f2f_value_number(value) : (double)NAN;
}

static struct f2f_share *new_share(f2f_arena *arena, const char *name, const char *bound) {
    struct f2f_share *share = f2f_arena_alloc(arena, sizeof *share);
    share->name = copy(arena, name);
    share->bound = copy(arena, bound);
    return share;
}

struct f2f_share *f2f_share_root(struct f2f_record *r, const char *name, const char *unit) {
    if (r->shares) return r->shares;
    r->shares = new_share(r->arena, name, NULL);
    r->share_unit = copy(r->arena, unit);
    return r->shares;
}

static bool same(const char *a, const char *b) { return a && b ? strcmp(a, b) == 0 : a == b; }

struct f2f_share *f2f_share_child(f2f_arena *arena, struct f2f_share *parent, const char *name, const char *bound) {
    for (struct f2f_share *child = parent->child; child; child = child->next)
        if (same(child->name, name) && same(child->bound, bound)) return child;
    struct f2f_share *child = new_share(arena, name, bound);
    if (parent->last) parent->last->next = child;
    else parent->child = child;
    return parent->last = child;
}

double f2f_share_sum(struct f2f_share *node) {
    if (!node->child) return node->amount;
    node->amount = 0;
    for (struct f2f_share *child = node->child; child; child = child->next) node->amount += f2f_share_sum(child);
    return node->amount;
}

struct f2f_results *f2f_results_new(f2f_arena *arena, const char *command) {
    struct f2f_results *set = f2f_arena_alloc(arena, sizeof *set);
    set->arena = arena;
    set->command = copy(arena, command);
    return set;
}

static void add_record(f2f_arena *arena, struct f2f_record ***list, size_t *n, struct f2f_record *r) {
    *list = room(arena, *list, *n, sizeof **list);
    (*list)[(*n)++] = r;
}

void f2f_results_add(struct f2f_results *set, struct f2f_record *r) {
    add_record(set->arena, &set->items, &set->n_items, r);
}

void f2f_results_claim(struct f2f_results *set, struct f2f_record *r) {
    add_record(set->arena, &set->claims, &set->n_claims, r);
}

void f2f_results_table(struct f2f_results *set, struct f2f_record *r) {
    add_record(set->arena, &set->tables, &set->n_tables, r);
}

void f2f_results_note(struct f2f_results *set, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    const char *note = f2f_arena_vprintf(set->arena, fmt, args);
    va_end(args);
    for (size_t i = 0; i < set->n_notes; i++)
        if (strcmp(set->notes[i], note) == 0) return;
    set->notes = room(set->arena, set->notes, set->n_notes, sizeof *set->notes);
    set->notes[set->n_notes++] = note;
}
