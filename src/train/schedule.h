/* schedule.h - pipeline schedules: in which order a stage works through micro-batches and chunks.
 *
 * A model is cut into stages * chunks pieces; piece q lives on stage q % stages. A schedule is one file with one
 * ops table, and one line in schedule_list.h. When things happen is the pipeline's business (pipeline.c). */
#ifndef F2F_TRAIN_SCHEDULE_H
#define F2F_TRAIN_SCHEDULE_H

#include <stdbool.h>

struct f2f_schedule_shape {
    int stages, chunks; /* chunks of one stage */
    int micro; /* micro-batches */
};

enum f2f_act { F2F_ACT_FORWARD, F2F_ACT_BACKWARD, F2F_ACT_WEIGHT /* weight gradients, where split off */ };

/* k-th of its kind on a stage, in the order in which all stages take micro-batches and chunks. */
struct f2f_action {
    enum f2f_act act;
    int k;
};

struct f2f_place {
    int chunk, micro;
};

struct f2f_schedule {
    const char *name, *help;
    bool splits; /* backward is the input's gradient alone; weight gradients are actions of their own */
    bool (*legal)(const struct f2f_schedule_shape *x);
    /* Forwards of a stage before its first backward; a stage has no fewer than the one after it. */
    int (*ahead)(const struct f2f_schedule_shape *x, int stage);
    /* Action i of a stage, from 0 to (splits ? 3 : 2) * micro * chunks - 1; ahead: its forwards ahead. */
    struct f2f_action (*at)(const struct f2f_schedule_shape *x, int stage, int ahead, int i);
    /* Most chunk activations a stage holds at once, known from its order alone. */
    int (*held)(const struct f2f_schedule_shape *x, int stage);
};

/* The schedule of a strategy's number (from 1); 0: 1F1B, interleaved where there are chunks. NULL beyond the last. */
const struct f2f_schedule *f2f_schedule_get(int number, int chunks);
/* Its number by name, 0 if there is none. */
int f2f_schedule_find(const char *name);

/* Micro-batches go through the chunks in groups of at least `stages`, as equal as can be (Llama 3's N, arXiv
 * 2407.21783 section 3.3.2; Narayanan et al. 2021, arXiv 2104.04473, take exactly `stages`). Smaller groups than stages
 * - 1 would wait for themselves. The size of the largest. */
int f2f_schedule_group(const struct f2f_schedule_shape *x);
/* Forward k of that order: each group through all chunks. Backward k: the same with chunks from the last. */
struct f2f_place f2f_schedule_place(const struct f2f_schedule_shape *x, enum f2f_act act, int k);
/* Action i where `ahead` forwards come first, then one forward and one backward in turn, then backwards. In line, as
 * it is asked for each action of each pipeline. */
static inline struct f2f_action f2f_schedule_turns(const struct f2f_schedule_shape *x, int ahead, int i) {
    int all = x->micro * x->chunks, steady = i - ahead; /* actions after the forwards ahead */
    if (steady < 0) return (struct f2f_action){F2F_ACT_FORWARD, i};
    if (steady >= 2 * (all - ahead)) return (struct f2f_action){F2F_ACT_BACKWARD, i - all};
    return (struct f2f_action){steady % 2 ? F2F_ACT_BACKWARD : F2F_ACT_FORWARD, (steady % 2 ? 0 : ahead) + steady / 2};
}
/* The same as an entry of an ops table. */
struct f2f_action f2f_schedule_alternate(const struct f2f_schedule_shape *x, int stage, int ahead, int i);

#endif
