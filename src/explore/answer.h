/* answer.h - inside of explore/: what is said about finished tasks. */
#ifndef F2F_EXPLORE_ANSWER_H
#define F2F_EXPLORE_ANSWER_H

#include "explore/explore.h"

/* A table of ratios for serving and one for training: a row for each job, the main figures of the last system over the
 * first. */
void f2f_answer_ratios(struct f2f_results *results, const struct f2f_study *study, const struct f2f_tasks *tasks,
                       size_t n_jobs);
/* One table for a sweep: a row for each model, precision and value. */
void f2f_answer_sweep(struct f2f_results *results, const struct f2f_study *study, const struct f2f_study_sweep *sweep,
                      const struct f2f_task *tasks, size_t n);
/* Needs the sweep tables; adds {text, expected, predicted, holds, conditions...}. */
void f2f_answer_claim(struct f2f_results *results, const struct f2f_study *study, const struct f2f_study_claim *claim,
                      const struct f2f_tasks *tasks, size_t n_jobs);

#endif
