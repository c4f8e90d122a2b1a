/* record.h - what every model answers with, and all that report/ reads.
 *
 * A record is an ordered list of {key, value, help}, plus a tree that says where the time goes and
 * spans for a timeline. The unit of a number is the suffix of its key (`ttft_p99_s`, `power_W`,
 * `usd_per_Mtok`), in SI base units. A new figure is one line in one file; text, JSON, CSV and HTML
 * come from the same record. All memory is the arena's: keys, texts and names are copied into it;
 * a help is kept as given and must live as long (a literal). */
#ifndef F2F_RECORD_H
#define F2F_RECORD_H

#include <stdbool.h>
#include <stddef.h>

#include "fab2fleet/arena.h"

#ifdef __cplusplus
extern "C" {
#endif

enum f2f_value_kind { F2F_VALUE_NUMBER, F2F_VALUE_INT, F2F_VALUE_TEXT, F2F_VALUE_BOOL, F2F_VALUE_RECORD };

struct f2f_record;

struct f2f_value {
    const char *key;
    const char *help; /* one sentence, may be NULL */
    enum f2f_value_kind kind;
    double number; /* NUMBER; NaN or infinite is printed as null: "not known" */
    long long integer; /* INT, BOOL */
    const char *text; /* TEXT; may be NULL: null */
    struct f2f_record *record; /* RECORD */
};

/* A node of the "where does it go" tree: amounts of children add up to the parent's. */
struct f2f_share {
    const char *name; /* "decode", "gate_up_proj", ... */
    const char *bound; /* "memory", "compute", "latency", "network" or NULL */
    double amount; /* in the unit of the tree's root, see f2f_record.share_unit */
    struct f2f_share *child, *last, *next;
};

/* One bar of a timeline: row `track`, from start for duration. */
struct f2f_span {
    const char *track, *name;
    double start_s, duration_s;
};

/* One point of a curve of a timeline. */
struct f2f_sample {
    const char *track;
    double at_s, value;
};

struct f2f_record {
    f2f_arena *arena;
    const char *title; /* "hbm3-8h / serve llama-3-70b fp8" */
    struct f2f_value *values;
    size_t n_values;
    bool is_list; /* the records in it are items: a JSON array; other formats leave it to tables */
    struct f2f_share *shares; /* NULL: nothing to explain */
    const char *share_unit; /* "s", "J", "usd", "B" */
    struct f2f_span *spans;
    size_t n_spans;
    struct f2f_sample *samples;
    size_t n_samples;
    const char **drawn; /* of a table: keys of its rows, the first across, that a page draws as points; lent */
    size_t n_drawn;
};

struct f2f_record *f2f_record_new(f2f_arena *arena, const char *title);
void f2f_record_num(struct f2f_record *r, const char *key, double value, const char *help);
void f2f_record_int(struct f2f_record *r, const char *key, long long value, const char *help);
void f2f_record_text(struct f2f_record *r, const char *key, const char *value, const char *help);
void f2f_record_bool(struct f2f_record *r, const char *key, bool value, const char *help);
/* Adds a copy of a value of any kind. */
void f2f_record_add(struct f2f_record *r, const struct f2f_value *value);
/* Adds and returns a nested record (JSON object; CSV columns `key.sub`). */
struct f2f_record *f2f_record_sub(struct f2f_record *r, const char *key, const char *help);
void f2f_record_span(struct f2f_record *r, const char *track, const char *name, double start_s, double duration_s);
void f2f_record_sample(struct f2f_record *r, const char *track, double at_s, double value);

/* After each number that `fast` and `slow`, answers to the same question under other assumptions, do not share with r:
 * the least of the three as KEY_p10, the most as KEY_p90. */
void f2f_record_spread(struct f2f_record *r, const struct f2f_record *fast, const struct f2f_record *slow);

/* The value of that key, or NULL (also when r is NULL). "strategy.tp" descends, if no key is just that. */
const struct f2f_value *f2f_record_find(const struct f2f_record *r, const char *key);
/* The number of a NUMBER, INT or BOOL, else NaN. */
double f2f_value_number(const struct f2f_value *value);
/* The number of that key, or NaN (also when r is NULL). */
double f2f_record_get(const struct f2f_record *r, const char *key);

/* The tree's root, made if missing (name and unit count then only). */
struct f2f_share *f2f_share_root(struct f2f_record *r, const char *name, const char *unit);
/* The child of that name and bound, made if missing: what is bound by memory in one batch and by
 * compute in another has two leaves. */
struct f2f_share *f2f_share_child(f2f_arena *arena, struct f2f_share *parent, const char *name, const char *bound);
/* Adds to a leaf; the caller calls f2f_share_sum once at the end to fill the inner nodes. */
double f2f_share_sum(struct f2f_share *node);

/* A whole answer: what one command prints. */
struct f2f_results {
    f2f_arena *arena;
    const char *command; /* "run", "serve", ... */
    const char *title; /* heading, may be NULL */
    const char *question; /* one paragraph, may be NULL */
    struct f2f_record **items; /* results: all printed formats */
    size_t n_items;
    struct f2f_record **claims; /* {text, expected, predicted, holds, ...}: run only */
    size_t n_claims;
    struct f2f_record **tables; /* sweeps, ratios: one sub-record a row; other values are the heading's */
    size_t n_tables;
    const char **notes; /* sentences a reader must know: conditions, assumptions, warnings */
    size_t n_notes;
};

struct f2f_results *f2f_results_new(f2f_arena *arena, const char *command);
void f2f_results_add(struct f2f_results *set, struct f2f_record *r);
void f2f_results_claim(struct f2f_results *set, struct f2f_record *r);
void f2f_results_table(struct f2f_results *set, struct f2f_record *r);
/* A note that is there already is not added again. */
void f2f_results_note(struct f2f_results *set, const char *fmt, ...) F2F_PRINTF(2, 3);

#ifdef __cplusplus
}
#endif
#endif
