/* build.h - the limits TensorRT-LLM's benchmark builds an engine with. */
#ifndef F2F_SERVE_BUILD_H
#define F2F_SERVE_BUILD_H

#include "fab2fleet/serve.h"

/* Sets max_seqs and max_batched_tok of the job's engine; a build that leaves no room for one context is halved until it
 * does. Before: model, precision, strategy, lengths. */
void f2f_serve_build(struct f2f_serve_job *job, enum f2f_harness_build build, const struct f2f_machine *machine);

#endif
