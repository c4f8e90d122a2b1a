/* axes.h - the space of strategies: one axis for each field, outer axes first. */
#ifndef F2F_TRAIN_AXES_H
#define F2F_TRAIN_AXES_H

#include <stddef.h>

#include "train/plan.h"

enum { F2F_AXES = 15, F2F_AXIS_MAX = 128 };
/* Axes before the first bound change what a layer costs; those before the second what a pipeline takes. */
enum { F2F_AXES_COST = 8, F2F_AXES_PIPE = 12 };

struct f2f_train_axis {
    size_t offset; /* of the int in struct f2f_strategy */
    int n, value[F2F_AXIS_MAX];
};

/* Every axis with the job's value where it is given, else with all values to be tried. false: nothing is open. */
bool f2f_train_axes_make(struct f2f_train_axis axes[F2F_AXES], const struct f2f_machine *machine,
                         const struct f2f_train_job *job);
/* Is the strategy, with the axes before `depth` set, no copy of another under a second name? depth: one of the two
 * bounds, or F2F_AXES. */
bool f2f_train_axes_canonical(const struct f2f_train_job *job, const struct f2f_strategy *s, int depth);
int *f2f_train_axis_field(struct f2f_strategy *s, const struct f2f_train_axis *axis);
/* dp is what the other sizes leave; false when nothing is, or when it contradicts a given dp. With spares, the most
 * that suits the batch. */
bool f2f_train_axes_take_rest(struct f2f_strategy *s, const struct f2f_train_job *job);

#endif
