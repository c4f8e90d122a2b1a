/* constants.h - the numbers of train/ that no description carries, each with where it comes from.
 *
 * Those marked "fit" come from scripts/fit-train.sh (docs/models/train.md says when, and what it would find now). */
#ifndef F2F_TRAIN_CONSTANTS_H
#define F2F_TRAIN_CONSTANTS_H

/* Adam in mixed precision: fp32 master weight, first and second moment (ZeRO, arXiv 1910.02054 section 3.1). */
#define F2F_TRAIN_ADAM_B 12.0

/* Driver context, libraries and communication buffers of a chip: assumed, no published breakdown found. */
#define F2F_TRAIN_CONTEXT_B 1.5e9

/* Large blocks are rounded to so many bytes (PyTorch, c10/cuda/CUDACachingAllocator: kRoundLarge). */
#define F2F_TRAIN_ROUNDING_B 2097152.0

/* Share of compute time inside the operators of the graph. The rest: gaps between kernels, bias, dropout
 * and casts as kernels of their own, lower clocks in long runs. One value for all chips and models. */
#ifndef F2F_TRAIN_KERNEL_FRAC
#define F2F_TRAIN_KERNEL_FRAC 0.948 /* fit */
#endif

/* Share of its power limit a chip may use for weeks: kernels are measured on a chip that has not warmed up, and hot
 * silicon leaks more. */
#ifndef F2F_TRAIN_POWER_FRAC
#define F2F_TRAIN_POWER_FRAC 0.902 /* fit */
#endif

/* Spread (standard deviation over mean) of one chip's step time; all wait for the slowest, so a step
 * grows by spread * sqrt(2 ln N). */
#ifndef F2F_TRAIN_SPREAD
#define F2F_TRAIN_SPREAD 0.0247 /* fit */
#endif

/* Host work of a step that nothing hides: data loader, gradient norm, learning rate, logging. */
#ifndef F2F_TRAIN_HOST_S
#define F2F_TRAIN_HOST_S 0.058 /* fit */
#endif

/* Units the kernel of a collective takes from the products it runs beside (Transformer Engine gives its overlapped
 * collectives 16 multiprocessors, NCCL as many channels or more). */
#define F2F_TRAIN_COMM_UNITS 16.0

/* Search keeps at least this many tokens of a sequence on a chip (Llama 3: 131,072 over cp = 16). */
#define F2F_TRAIN_CONTEXT_TOK 8192

#endif
