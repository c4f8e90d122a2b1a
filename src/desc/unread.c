/* unread.c - values that stand in for others: a --set of one that is not read is a mistake, not a change.
 *
 * Which of two values counts is decided by the models (memory/ports.c, fab/chip.c, fab/stack.c); this table says the
 * same in words, so that nobody changes the other one and believes the answer. */
#include <stdlib.h>
#include <string.h>

#include "desc/set.h"

static const struct rule {
    const struct f2f_table *table;
    const char *first, *second; /* the second is read only where the first is not given */
    const char *remedy;
} rules[] = {
    {&f2f_chip_table, "memory.controller", "memory.device.controller", "set chip.memory.controller instead"},
    {&f2f_chip_table, "making.dies", "die", "set making.dies[0].area instead"},
    {&f2f_stack_table, "contract", "die", "--set stack.contract='0 USD/GB' to make it instead"},
    {&f2f_stack_table, "contract", "foundry", "--set stack.contract='0 USD/GB' to make it instead"},
    {&f2f_stack_table, "contract", "base_die", "--set stack.contract='0 USD/GB' to make it instead"},
    {&f2f_stack_table, "contract", "base_foundry", "--set stack.contract='0 USD/GB' to make it instead"},
    {&f2f_stack_table, "contract", "bonding", "--set stack.contract='0 USD/GB' to make it instead"},
    {&f2f_stack_table, "contract", "repaired", "--set stack.contract='0 USD/GB' to make it instead"},
    {&f2f_stack_table, "contract", "tsv", "--set stack.contract='0 USD/GB' to make it instead"},
    {&f2f_stack_table, "contract", "test", "--set stack.contract='0 USD/GB' to make it instead"},
    {&f2f_stack_table, "contract", "margin", "--set stack.contract='0 USD/GB' to make it instead"},
};
#define N_RULES (sizeof rules / sizeof rules[0])

/* The child of that key, its reference followed if it is one; NULL: not given. */
static struct f2f_doc *child_of(struct f2f_catalog *catalog, const struct f2f_field *field, struct f2f_doc *node) {
    struct f2f_doc *child = node ? f2f_doc_get(node, field->key) : NULL;
    if (!child || field->type != F2F_FIELD_REF || child->kind == F2F_DOC_MAP) return child;
    return f2f_desc_follow(catalog, field, child);
}

/* "memory.controller" below a table: its steps; how many there are. */
static int walk(struct f2f_set_path *steps, const struct f2f_table *table, const char *text) {
    steps->n = 0;
    for (const char *at = text; at; at = strchr(at, '.') ? strchr(at, '.') + 1 : NULL) {
        const struct f2f_field *field = NULL;
        size_t length = strcspn(at, ".");
        for (size_t f = 0; f < table->n_fields && !field; f++)
            if (strlen(table->fields[f].key) == length && strncmp(table->fields[f].key, at, length) == 0)
                field = &table->fields[f];
        steps->field[steps->n] = field;
        steps->step[steps->n] = field->key;
        steps->item[steps->n++] = -1;
        table = field->table;
    }
    return steps->n;
}

static bool is_given(struct f2f_catalog *catalog, struct f2f_doc *node, const struct f2f_set_path *steps) {
    for (int i = 0; i < steps->n && node; i++) node = child_of(catalog, steps->field[i], node);
    const struct f2f_doc *scalar = node ? f2f_desc_scalar(node) : NULL;
    bool number = steps->field[steps->n - 1]->type == F2F_FIELD_QUANTITY;
    return node && !(number && scalar && !(strtod(scalar->text, NULL) > 0));
}

/* Do the steps of the path from `begin` on start with these? */
static bool starts(const struct f2f_set_path *path, int begin, const struct f2f_set_path *steps) {
    if (path->n - begin < steps->n) return false;
    for (int i = 0; i < steps->n; i++)
        if (path->field[begin + i] != steps->field[i]) return false;
    return true;
}

void f2f_set_redirect(struct f2f_set_path *path, struct f2f_catalog *catalog, const struct f2f_table *table,
                      struct f2f_doc *root) {
    struct f2f_doc *node = root;
    for (int i = 0; i < path->n && node; i++) {
        for (size_t r = 0; r < N_RULES; r++) {
            struct f2f_set_path first, second, whole = *path;
            if (rules[r].table != table) continue;
            int n = walk(&first, table, rules[r].first), m = walk(&second, table, rules[r].second),
                rest = path->n - i - n;
            if (first.field[n - 1]->table != second.field[m - 1]->table || !starts(path, i, &first)) continue;
            if (rest < 1 || i + m + rest > F2F_SET_STEPS || is_given(catalog, node, &first)) continue;
            whole.n = i;
            for (int k = 0; k < m + rest; k++, whole.n++) {
                const struct f2f_set_path *from = k < m ? &second : path;
                int at = k < m ? k : i + n + k - m;
                whole.step[whole.n] = from->step[at];
                whole.item[whole.n] = from->item[at];
                whole.field[whole.n] = from->field[at];
            }
            *path = whole;
            return;
        }
        if (path->item[i] >= 0) return; /* no rule looks into lists */
        node = child_of(catalog, path->field[i], node);
        table = path->field[i]->table;
    }
}

static f2f_status check_one(struct f2f_catalog *catalog, const struct f2f_table *table, struct f2f_doc *node,
                            const struct f2f_set_path *path, const struct f2f_set *set, f2f_error *err) {
    for (int i = 0; i < path->n && node && table; i++) {
        for (size_t r = 0; r < N_RULES; r++) {
            struct f2f_set_path first, second;
            if (rules[r].table != table) continue;
            (void)walk(&first, table, rules[r].first);
            (void)walk(&second, table, rules[r].second);
            if (starts(path, i, &second) && is_given(catalog, node, &first))
                return f2f_fail(err, F2F_EUSAGE, "path '%.80s': '%s' is not read, since '%s' is given: %s", set->path,
                                rules[r].second, rules[r].first, rules[r].remedy);
        }
        if (path->item[i] >= 0) break;
        node = child_of(catalog, path->field[i], node);
        table = path->field[i]->table;
    }
    return F2F_OK;
}

f2f_status f2f_set_check_read(struct f2f_catalog *catalog, const struct f2f_table *table, struct f2f_doc *root,
                              const struct f2f_set *sets, size_t n_sets, f2f_error *err) {
    for (size_t i = 0; i < n_sets; i++) {
        struct f2f_set_path path;
        F2F_TRY(f2f_set_parse(&path, catalog->arena, table, &sets[i], err));
        f2f_set_redirect(&path, catalog, table, root);
        F2F_TRY(check_one(catalog, table, root, &path, &sets[i], err));
    }
    return F2F_OK;
}
