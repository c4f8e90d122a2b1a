/* kind_dram.c - field table of a DRAM standard: its commands and the constraints between them. */
#include <string.h>

#include "desc/table.h"

const char *const f2f_dram_level_words[] = {"channel", "pseudo-channel", "rank", "bank-group", "bank", NULL};
const char *const f2f_dram_action_words[] = {"activate",     "precharge",  "precharge-all", "read",
                                             "write",        "read-auto",  "write-auto",    "refresh-all",
                                             "refresh-bank", "manage-all", "manage-bank",   NULL};
static const char *const bus_words[] = {"row", "column", "shared", NULL};
static const char *const scope_words[] = {"bank", "same-bank", "rank", "pseudo-channel", NULL};

#define C struct f2f_dram_command
static const struct f2f_field command_fields[] = {
    F2F_TEXT(C, "name", name, true, "the standard's name, e.g. ACT"),
    F2F_WORD(C, "does", action, true, f2f_dram_action_words, "what it does to the device"),
    F2F_WORD(C, "bus", bus, true, bus_words, "the command bus it takes"),
    F2F_INT_OR(C, "lead", lead, 0, 16, 0, "ticks the bus is taken before the tick latencies count from"),
    F2F_INT_OR(C, "tail", tail, 0, 16, 0, "ticks the bus is taken after it"),
    F2F_FLAG(C, "any_edge", any_edge, "may be given at any tick, not only at the first of a clock"),
    F2F_WORD(C, "reaches", scope, true, scope_words, "the banks one command reaches"),
};
static const struct f2f_table command_table = F2F_TABLE(NULL, C, command_fields, true, NULL);

#define B struct f2f_dram_constraint
static const struct f2f_field constraint_fields[] = {
    F2F_WORD(B, "level", level, true, f2f_dram_level_words, "both commands go to one member of this level"),
    F2F_MANY(B, TEXTS, "before", before, n_before, true, "the command that comes first, or a list"),
    F2F_MANY(B, TEXTS, "after", after, n_after, true, "the command that must wait, or a list"),
    F2F_TEXT(B, "latency", latency, true, "clocks between them, e.g. nCWL + nBL + nWTRS"),
    F2F_INT_OR(B, "window", window, 1, 16, 1, "counts from the last but so many of the first command"),
    F2F_FLAG(B, "sibling", sibling, "the second goes to another member of the same parent"),
};

static void check_constraint(const void *object, const struct f2f_doc *node, struct f2f_diag *diag) {
    const B *c = object;
    struct f2f_dram_latency latency;
    f2f_error reason;
    if (f2f_dram_latency_parse(&latency, c->latency, &reason) != F2F_OK)
        f2f_doc_error(diag, f2f_doc_get(node, "latency"), "'latency': %s", reason.message);
    if (c->sibling && c->window > 1) f2f_doc_error(diag, node, "'window' and 'sibling' cannot stand together");
    if (c->sibling && c->level == F2F_DRAM_CHANNEL)
        f2f_doc_error(diag, f2f_doc_get(node, "sibling"), "channels share nothing: 'sibling' needs a lower level");
    if (c->window > 1 && c->n_before > 1)
        f2f_doc_error(diag, f2f_doc_get(node, "before"),
                      "a window counts one command: write one constraint for each of the %d", c->n_before);
}
static const struct f2f_table constraint_table = F2F_TABLE(NULL, B, constraint_fields, true, check_constraint);

#define T struct f2f_dram_standard
static const struct f2f_field fields[] = {
    F2F_INT(T, "bits_per_clock", bits_per_clock, 1, 64, "bits of one data pin in one command clock"),
    F2F_INT(T, "ticks_per_clock", ticks_per_clock, 1, 4, "steps of the command bus in one clock"),
    F2F_INT(T, "postponed", postponed, 0, 9, "refreshes that may be postponed"),
    F2F_LIST(T, "commands", command, commands, true, &command_table, "the commands"),
    F2F_LIST(T, "constraints", constraint, constraints, true, &constraint_table, "what must lie between commands"),
};

#define MAX_COMMANDS 24

static bool has_word(const char *const *words, int n, const char *word) {
    for (int i = 0; i < n; i++)
        if (strcmp(words[i], word) == 0) return true;
    return false;
}

/* Each word of `key` in item i of the constraints must name a command. */
static void check_words(const T *s, const struct f2f_doc *item, const char *key, const char *const *words, int n,
                        struct f2f_diag *diag) {
    const char *names[MAX_COMMANDS];
    const struct f2f_doc *list = f2f_doc_get(item, key), *at = list->kind == F2F_DOC_SEQ ? list->child : list;
    for (int i = 0; i < s->commands; i++) names[i] = s->command[i].name;
    for (int w = 0; w < n; w++, at = at->next) {
        int found = 0;
        while (found < s->commands && strcmp(names[found], words[w]) != 0) found++;
        if (found < s->commands) continue;
        const char *near = f2f_nearest(words[w], names, (size_t)s->commands);
        f2f_doc_error(diag, at, "'%s' names '%.40s', which is no command of this standard%s%s%s", key, words[w],
                      near ? " (did you mean '" : ": add it to 'commands'", near ? near : "", near ? "'?)" : "");
    }
}

/* What a command of an action may reach. */
static bool may_reach(int action, int scope) {
    switch (action) {
    case F2F_DRAM_PRECHARGE_ALL:
    case F2F_DRAM_REFRESH_ALL:
    case F2F_DRAM_MANAGE_ALL: return scope == F2F_DRAM_OF_RANK || scope == F2F_DRAM_OF_PSEUDO;
    case F2F_DRAM_REFRESH_BANK:
    case F2F_DRAM_MANAGE_BANK: return scope == F2F_DRAM_OF_BANK || scope == F2F_DRAM_OF_SAME_BANK;
    default: return scope == F2F_DRAM_OF_BANK;
    }
}

static void check_commands(const T *s, const struct f2f_doc *list, struct f2f_diag *diag) {
    static const int needed[] = {F2F_DRAM_ACTIVATE, F2F_DRAM_PRECHARGE, F2F_DRAM_READ, F2F_DRAM_WRITE};
    for (size_t k = 0; k < sizeof needed / sizeof needed[0]; k++) {
        int found = 0;
        for (int i = 0; i < s->commands; i++) found += s->command[i].action == needed[k];
        if (found != 1)
            f2f_doc_error(diag, list, "%d commands 'does: %s': there must be one", found,
                          f2f_dram_action_words[needed[k]]);
    }
    const struct f2f_doc *item = list->child;
    for (int i = 0; i < s->commands; i++, item = item->next) {
        const struct f2f_dram_command *c = &s->command[i];
        if (!may_reach(c->action, c->scope))
            f2f_doc_error(diag, f2f_doc_get(item, "reaches"), "'%.40s' does '%s' and cannot reach a %s", c->name,
                          f2f_dram_action_words[c->action], scope_words[c->scope]);
        for (int j = 0; j < i; j++)
            if (c->action == s->command[j].action || strcmp(c->name, s->command[j].name) == 0)
                f2f_doc_error(diag, item, "'%.40s' and '%.40s' are the same command: remove one", s->command[j].name,
                              c->name);
    }
}

/* Without these a bank would answer before its row is open. */
static void check_minimum(const T *s, const struct f2f_doc *list, struct f2f_diag *diag) {
    static const int pairs[][2] = {{F2F_DRAM_ACTIVATE, F2F_DRAM_READ},
                                   {F2F_DRAM_ACTIVATE, F2F_DRAM_WRITE},
                                   {F2F_DRAM_ACTIVATE, F2F_DRAM_PRECHARGE},
                                   {F2F_DRAM_PRECHARGE, F2F_DRAM_ACTIVATE}};
    const char *name[F2F_DRAM_ACTIONS] = {NULL};
    for (int i = 0; i < s->commands; i++) name[s->command[i].action] = s->command[i].name;
    for (size_t p = 0; p < sizeof pairs / sizeof pairs[0]; p++) {
        const char *before = name[pairs[p][0]], *after = name[pairs[p][1]];
        bool found = false;
        for (int i = 0; i < s->constraints; i++) {
            const struct f2f_dram_constraint *c = &s->constraint[i];
            found |= !c->sibling && c->window == 1 && has_word(c->before, c->n_before, before) &&
                     has_word(c->after, c->n_after, after);
        }
        if (!found)
            f2f_doc_error(diag, list, "no constraint says how long '%.40s' must wait after '%.40s'", after, before);
    }
}

static void check(const void *object, const struct f2f_doc *node, struct f2f_diag *diag) {
    const T *s = object;
    if (s->commands > MAX_COMMANDS || s->constraints > 200) {
        f2f_doc_error(diag, node, "%d commands and %d constraints: at most %d and 200", s->commands, s->constraints,
                      MAX_COMMANDS);
        return;
    }
    size_t before = diag->n + diag->dropped;
    const struct f2f_doc *list = f2f_doc_get(node, "constraints"), *item = list->child;
    if (s->ticks_per_clock == 3)
        f2f_doc_error(diag, f2f_doc_get(node, "ticks_per_clock"), "'ticks_per_clock' must be 1, 2 or 4");
    check_commands(s, f2f_doc_get(node, "commands"), diag);
    for (int i = 0; i < s->constraints; i++, item = item->next) {
        check_words(s, item, "before", s->constraint[i].before, s->constraint[i].n_before, diag);
        check_words(s, item, "after", s->constraint[i].after, s->constraint[i].n_after, diag);
    }
    if (diag->n + diag->dropped == before) check_minimum(s, list, diag);
}

const struct f2f_table f2f_dram_table = F2F_TABLE("dram", T, fields, true, check);
