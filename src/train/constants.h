/* constants.h - the numbers of train/ that no description carries, each with where it comes from. */
#ifndef F2F_TRAIN_CONSTANTS_H
#define F2F_TRAIN_CONSTANTS_H

/* Adam in mixed precision: fp32 master weight, first and second moment (ZeRO, arXiv 1910.02054 section 3.1). */
#define F2F_TRAIN_ADAM_B 12.0

/* Driver context, libraries and communication buffers of a chip, and what the allocator cannot use:
 * assumed, no published breakdown found. */
#define F2F_TRAIN_CONTEXT_B 2e9

/* Share of compute time inside the operators of the graph. The rest: gaps between kernels, bias, dropout
 * and casts as kernels of their own, lower clocks in long runs. One value for all chips and models, fit on
 * training.csv (docs/models/train.md). */
#define F2F_TRAIN_KERNEL_FRAC 0.94

/* Spread (standard deviation over mean) of one chip's step time; all wait for the slowest, so a step
 * grows by spread * sqrt(2 ln N). Fit on training.csv rows from 8 to 16,384 chips (docs/models/train.md). */
#define F2F_TRAIN_SPREAD 0.01

/* Host work of a step that nothing hides: data loader, gradient norm, learning rate, logging. Same fit. */
#define F2F_TRAIN_HOST_S 0.05

/* Search keeps at least this many tokens of a sequence on a chip (Llama 3: 131,072 over cp = 16). */
#define F2F_TRAIN_CONTEXT_TOK 8192

#endif
