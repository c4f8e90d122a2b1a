/* goodput.h - inside train/: failures into a record. */
#ifndef F2F_TRAIN_GOODPUT_H
#define F2F_TRAIN_GOODPUT_H

#include "train/plan.h"

/* Adds goodput_frac, days and what they rest on; returns the share of time that is work (1 where nothing is known). */
double f2f_train_goodput(struct f2f_record *r, const struct f2f_system *system, const struct f2f_train_job *job,
                         const struct f2f_train_choice *choice, double chips);

#endif
