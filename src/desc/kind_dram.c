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
}
static const struct f2f_table constraint_table = F2F_TABLE(NULL, B, constraint_fields, true, check_constraint);

#define T struct f2f_dram_standard
static const struct f2f_field fields[] = {
    F2F_INT(T, "bits_per_clock", bits_per_clock, 1, 64, "bits of one data pin in one command clock"),
    F2F_INT(T, "ticks_per_clock", ticks_per_clock, 1, 4, "steps of the command bus in one clock"),
    F2F_LIST(T, "commands", command, commands, true, &command_table, "the commands"),
    F2F_LIST(T, "constraints", constraint, constraints, true, &constraint_table, "what must lie between commands"),
};

#define MAX_COMMANDS 24

/* Each word of `key` in item i of the constraints must name a command. */
static void check_words(const T *s, const struct f2f_doc *item, const char *key, const char *const *words, int n,
                        struct f2f_diag *diag) {
    const char *names[MAX_COMMANDS];
    for (int i = 0; i < s->commands; i++) names[i] = s->command[i].name;
    for (int w = 0; w < n; w++) {
        int found = 0;
        while (found < s->commands && strcmp(names[found], words[w]) != 0) found++;
        if (found < s->commands) continue;
        const char *near = f2f_nearest(words[w], names, (size_t)s->commands);
        f2f_doc_error(diag, f2f_doc_get(item, key), "'%s' names '%.40s', which is no command of this standard%s%s%s",
                      key, words[w], near ? " (did you mean '" : "", near ? near : "", near ? "'?)" : "");
    }
}

static void check_commands(const T *s, const struct f2f_doc *node, struct f2f_diag *diag) {
    static const int needed[] = {F2F_DRAM_ACTIVATE, F2F_DRAM_PRECHARGE, F2F_DRAM_READ, F2F_DRAM_WRITE};
    for (size_t k = 0; k < sizeof needed / sizeof needed[0]; k++) {
        int found = 0;
        for (int i = 0; i < s->commands; i++) found += s->command[i].action == needed[k];
        if (found != 1)
            f2f_doc_error(diag, f2f_doc_get(node, "commands"), "%d commands 'does: %s': there must be one", found,
                          f2f_dram_action_words[needed[k]]);
    }
    for (int i = 0; i < s->commands; i++)
        for (int j = 0; j < i; j++)
            if (s->command[i].action == s->command[j].action || strcmp(s->command[i].name, s->command[j].name) == 0)
                f2f_doc_error(diag, f2f_doc_get(node, "commands"), "'%s' and '%s' are the same command: remove one",
                              s->command[j].name, s->command[i].name);
}

static void check(const void *object, const struct f2f_doc *node, struct f2f_diag *diag) {
    const T *s = object;
    if (s->commands > MAX_COMMANDS || s->constraints > 200) {
        f2f_doc_error(diag, node, "%d commands and %d constraints: at most %d and 200", s->commands, s->constraints,
                      MAX_COMMANDS);
        return;
    }
    check_commands(s, node, diag);
    const struct f2f_doc *item = f2f_doc_get(node, "constraints")->child;
    for (int i = 0; i < s->constraints; i++, item = item->next) {
        check_words(s, item, "before", s->constraint[i].before, s->constraint[i].n_before, diag);
        check_words(s, item, "after", s->constraint[i].after, s->constraint[i].n_after, diag);
    }
}

const struct f2f_table f2f_dram_table = F2F_TABLE("dram", T, fields, true, check);
