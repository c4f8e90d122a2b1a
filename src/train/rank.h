/* rank.h - inside train/: the best strategies as a table. */
#ifndef F2F_TRAIN_RANK_H
#define F2F_TRAIN_RANK_H

#include "train/plan.h"

/* One row for each of the best and the next; NULL when nothing fits. */
struct f2f_record *f2f_train_rank(f2f_arena *arena, const struct f2f_train_found *found);

#endif
