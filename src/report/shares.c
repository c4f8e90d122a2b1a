/* shares.c - see shares.h. */
#include <math.h>
#include <string.h>

#include "report/shares.h"

double f2f_share_frac(double part, double whole) { return whole > 0 ? part / whole : 0; }

static size_t count_nodes(const struct f2f_share *node) {
    size_t n = 1;
    for (const struct f2f_share *child = node->child; child; child = child->next) n += count_nodes(child);
    return n;
}

static bool same(const char *a, const char *b) { return a && b ? strcmp(a, b) == 0 : a == b; }

static const struct f2f_share *find_child(const struct f2f_share *parent, const struct f2f_share *like) {
    for (const struct f2f_share *child = parent ? parent->child : NULL; child; child = child->next)
        if (same(child->name, like->name) && same(child->bound, like->bound)) return child;
    return NULL;
}

/* The same node in each record. */
struct family {
    const struct f2f_share *first, **nodes;
    double most_frac;
};

struct maker {
    f2f_arena *arena;
    struct f2f_share_table *table;
    double small_frac;
};

static struct family make_family(const struct maker *m, const struct f2f_share **parents,
                                 const struct f2f_share *like) {
    struct family family = {.first = like};
    family.nodes = f2f_arena_alloc(m->arena, m->table->n_columns * sizeof *family.nodes);
    for (size_t i = 0; i < m->table->n_columns; i++) {
        family.nodes[i] = find_child(parents[i], like);
        if (family.nodes[i])
            family.most_frac = fmax(family.most_frac, f2f_share_frac(family.nodes[i]->amount, m->table->wholes[i]));
    }
    return family;
}

static bool is_known(const struct family *families, size_t n, const struct f2f_share *like) {
    for (size_t i = 0; i < n; i++)
        if (same(families[i].first->name, like->name) && same(families[i].first->bound, like->bound)) return true;
    return false;
}

/* Children of the parents, the largest first; equal ones keep their order. */
static struct family *children(const struct maker *m, const struct f2f_share **parents, size_t *n) {
    size_t most = 0;
    for (size_t i = 0; i < m->table->n_columns; i++)
        for (const struct f2f_share *c = parents[i] ? parents[i]->child : NULL; c; c = c->next) most++;
    struct family *sorted = f2f_arena_alloc(m->arena, most * sizeof *sorted);
    *n = 0;
    for (size_t i = 0; i < m->table->n_columns; i++) {
        for (const struct f2f_share *c = parents[i] ? parents[i]->child : NULL; c; c = c->next) {
            if (is_known(sorted, *n, c)) continue;
            struct family family = make_family(m, parents, c);
            size_t at = (*n)++;
            for (; at > 0 && sorted[at - 1].most_frac < family.most_frac; at--) sorted[at] = sorted[at - 1];
            sorted[at] = family;
        }
    }
    return sorted;
}

static struct f2f_share_line *add_line(const struct maker *m, const char *name, const char *bound, int depth) {
    struct f2f_share_line *line = &m->table->lines[m->table->n_lines++];
    *line = (struct f2f_share_line){.name = name, .bound = bound, .depth = depth, .leaf = true};
    line->amounts = f2f_arena_alloc(m->arena, m->table->n_columns * sizeof *line->amounts);
    return line;
}

static void add_amounts(const struct maker *m, struct f2f_share_line *line, const struct family *family) {
    for (size_t i = 0; i < m->table->n_columns; i++)
        if (family->nodes[i]) line->amounts[i] += family->nodes[i]->amount;
}

static void add_family(const struct maker *m, const struct family *family, int depth) {
    struct f2f_share_line *line = add_line(m, family->first->name, family->first->bound, depth);
    add_amounts(m, line, family);
    size_t n, kept = 0;
    struct family *below = children(m, family->nodes, &n);
    line->leaf = n == 0;
    while (kept < n && below[kept].most_frac >= m->small_frac) add_family(m, &below[kept++], depth + 1);
    if (kept == n) return;
    line = add_line(m, f2f_arena_printf(m->arena, "(%zu smaller)", n - kept), NULL, depth + 1);
    for (size_t i = kept; i < n; i++) add_amounts(m, line, &below[i]);
}

static bool is_listed(const char *const *keys, size_t n, const char *key) {
    for (size_t i = 0; i < n; i++)
        if (keys[i] && strcmp(keys[i], key) == 0) return true;
    return false;
}

size_t f2f_share_keys(const char ***out, f2f_arena *arena, struct f2f_record *const *records, size_t n) {
    size_t most = 1, found = 0;
    for (size_t i = 0; i < n; i++) most += records[i]->n_values;
    const char **keys = *out = f2f_arena_alloc(arena, most * sizeof *keys);
    keys[found++] = NULL;
    for (size_t i = 0; i < n; i++)
        for (size_t v = 0; v < records[i]->n_values; v++) {
            const struct f2f_value *value = &records[i]->values[v];
            if (value->kind == F2F_VALUE_RECORD && value->record->shares && !is_listed(keys, found, value->key))
                keys[found++] = value->key;
        }
    return found;
}

/* NULL: it has none by that key. */
static const struct f2f_record *record_of(const struct f2f_record *r, const char *key) {
    const struct f2f_value *value = key ? f2f_record_find(r, key) : NULL;
    if (!key) return r;
    return value && value->kind == F2F_VALUE_RECORD ? value->record : NULL;
}

struct f2f_share_table f2f_share_table_make(f2f_arena *arena, struct f2f_record *const *records, size_t n,
                                            const char *key, double small_frac) {
    struct f2f_share_table table = {.n_columns = n, .unit = ""};
    struct maker m = {arena, &table, small_frac};
    struct family root = {.nodes = f2f_arena_alloc(arena, n * sizeof *root.nodes)};
    size_t most = 0;
    table.wholes = f2f_arena_alloc(arena, n * sizeof *table.wholes);
    for (size_t i = 0; i < n; i++) {
        const struct f2f_record *r = record_of(records[i], key);
        const struct f2f_share *tree = root.nodes[i] = r ? r->shares : NULL;
        if (!tree) continue;
        if (!root.first && r->share_unit) table.unit = r->share_unit;
        if (!root.first) root.first = tree;
        table.wholes[i] = tree->amount;
        most += 2 * count_nodes(tree);
    }
    table.lines = f2f_arena_alloc(arena, most * sizeof *table.lines);
    if (root.first) add_family(&m, &root, 0);
    return table;
}
