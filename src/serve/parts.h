/* parts.h - time and energy of the parts of a pass through a model, each remembered by what it depends on.
 *
 * The operators of a pass are timed one by one, so that a pass is the sum of four independent parts. What is
 * remembered is the chip model's own answer, never an estimate of it. */
#ifndef F2F_SERVE_PARTS_H
#define F2F_SERVE_PARTS_H

#include "fab2fleet/engine.h"
#include "fab2fleet/machine.h"
#include "fab2fleet/parallel.h"

enum f2f_part {
    F2F_PART_BODY, /* all that sees rows of tokens: a tokens */
    F2F_PART_HEAD, /* logits and sampling: a rows */
    F2F_PART_PROMPTS, /* attention of prompt chunks: a chunks of b tokens each, at a context of c */
    F2F_PART_DECODES /* attention of decodes: a sequences at a context of b */
};

enum f2f_phase { F2F_PHASE_PREFILL, F2F_PHASE_DECODE, F2F_PHASE_N };

struct f2f_part_entry {
    enum f2f_part part;
    long long a, b, c;
    double time_s, energy_J; /* of one chip */
    double runs[F2F_PHASE_N]; /* account */
};

struct f2f_parts;

/* All must live as long. decode_queries: rows of each sequence in decode (above 1: a draft is checked).
 * F2F_EINPUT: what f2f_graph_cut refuses. */
f2f_status f2f_parts_make(struct f2f_parts **out, f2f_arena *arena, const struct f2f_machine *machine,
                          const struct f2f_model *model, const struct f2f_precision *precision,
                          const struct f2f_strategy *strategy, int decode_queries, const struct f2f_engine *engine,
                          f2f_error *err);
/* Lives as long as the parts. */
struct f2f_part_entry *f2f_parts_of(struct f2f_parts *parts, enum f2f_part part, long long a, long long b, long long c);
/* Forgets the account, not the parts. */
void f2f_parts_reset(struct f2f_parts *parts);
/* Adds the account of a phase to a node of a tree: an operator at each leaf, times scale. */
void f2f_parts_explain(const struct f2f_parts *parts, struct f2f_record *r, struct f2f_share *node,
                       enum f2f_phase phase, double scale);

#endif
