/* chip.h - inside src/chip: one cost function per kind of operator, and the rates they share. */
#ifndef F2F_CHIP_CHIP_H
#define F2F_CHIP_CHIP_H

#include "fab2fleet/chip_class.h"
#include "fab2fleet/machine.h"

/* What an operator demands, before power: filled by a kind's function, finished by power.c. */
struct work {
    double fixed_s; /* launch, ramps, setup: nothing can shorten it but another class */
    double compute_s; /* at full clock */
    double memory_s;
    double network_s;
    double serial_s; /* streams before or after, by kernels of their own */
    double flop, mem_B, cache_B, net_B;
    bool ahead; /* loads run ahead of products: the longer those take, the less of loads shows */
    double runs; /* in a row after a pause, so that the power limit acts late; 0: no pauses */
    double clock; /* what f2f_chip_power_clock says of it, where it has been asked; 0: not yet */
    enum f2f_dtype format; /* of the flop, for their energy */
    double flop_energy; /* of one, relative to a plain product's in that format; 0: 1 */
};

typedef struct work work_fn(const struct f2f_machine *machine, const struct f2f_op *op);
work_fn f2f_chip_gemm_work, f2f_chip_prefill_work, f2f_chip_decode_work, f2f_chip_vector_work, f2f_chip_embed_work,
    f2f_chip_sample_work, f2f_chip_collective_work;

/* Generations of NVIDIA's chips whose kernels have rules of their own, by compute capability: 8.0
 * to 8.8; 8.9; 9.x; 10.x and 11.x, with tensor memory; 12.x, without. Kernels for other chips are a library's. */
enum f2f_generation {
    F2F_GENERATION_OTHER,
    F2F_GENERATION_AMPERE,
    F2F_GENERATION_ADA,
    F2F_GENERATION_HOPPER,
    F2F_GENERATION_BLACKWELL,
    F2F_GENERATION_BLACKWELL_RTX
};
enum f2f_generation f2f_chip_generation(const struct f2f_chip *chip);
/* The format a product really runs in: the asked one, else the next wider the chip has; weight-only
 * formats run in 16 bit. */
enum f2f_dtype f2f_chip_native_format(const struct f2f_chip *chip, enum f2f_dtype wanted);
/* Does each short block of elements have a scale of its own? */
bool f2f_chip_scales_blocks(enum f2f_dtype format);
/* Highest clock; power.c stretches the time where power does not allow it. */
double f2f_chip_clock_Hz(const struct f2f_chip *chip);
/* Matrix peak of a native format at that clock; the vector units' where the chip has no matrix unit for it. */
double f2f_chip_peak_flops(const struct f2f_chip *chip, enum f2f_dtype format);
/* The same of products whose operands pass through registers: less in narrow formats. */
double f2f_chip_register_flops(const struct f2f_machine *machine, enum f2f_dtype format);
/* That of products: the latter, or the peak where operands come from the scratchpad. */
double f2f_chip_product_flops(const struct f2f_machine *machine, enum f2f_dtype format);
/* fp32 of the vector units at that clock. */
double f2f_chip_vector_flops(const struct f2f_chip *chip);
/* FLOP of the two products of one attention score. */
double f2f_chip_score_flop(const struct f2f_op *op);
/* Seconds one unit takes for one attention score: two products and the soft-max. */
double f2f_chip_score_s(const struct f2f_machine *machine, enum f2f_dtype format, const struct f2f_op *op);
/* The soft-max alone. */
double f2f_chip_softmax_s(const struct f2f_machine *machine, const struct f2f_op *op);
/* Energy of an attention product's FLOP over a plain product's. */
double f2f_chip_attention_energy(const struct f2f_machine *machine, const struct f2f_op *op);
/* The format attention's products run in. */
enum f2f_dtype f2f_chip_attention_format(const struct f2f_chip *chip, const struct f2f_op *op);
/* Bandwidth of the shared cache at the highest clock. */
double f2f_chip_cache_Bps(const struct f2f_machine *machine);

/* Seconds of a number of clocks at the chip's highest. */
double f2f_chip_clocks_s(const struct f2f_machine *machine, double clocks);
double f2f_chip_launch_s(const struct f2f_machine *machine);

/* Seconds to move so many bytes: a read stream, pages of the KV cache, reads and writes together. `frac` is the share
 * of what the memory delivers, the class's where there is none. */
double f2f_chip_read_s(const struct f2f_machine *machine, double bytes_B);
double f2f_chip_kv_s(const struct f2f_machine *machine, double bytes_B, double frac);
double f2f_chip_mixed_s(const struct f2f_machine *machine, double bytes_B);

/* From the cache, where no two units share what they read. */
double f2f_chip_cached_s(const struct f2f_machine *machine, double bytes_B);
/* Activations: what fits half of the cache is still there from the operator before, if the cache is the faster. */
double f2f_chip_activation_s(const struct f2f_machine *machine, double bytes_B);
/* The same by wide loads, which reach what the memory delivers. */
double f2f_chip_wide_activation_s(const struct f2f_machine *machine, double bytes_B);

/* Of a product's work the casts before it, kernels and streams of their own; nothing where it casts nothing. */
work_fn f2f_chip_cast_work;

/* The clock, relative to the highest, that keeps the chip within its power; 1 where nothing limits it. */
/* Seconds of compute and memory side by side: the longer, and what of the shorter does not hide. Where loads run ahead
 * (products) less of them shows the longer they have. */
static inline double f2f_chip_overlapped_s(double hidden_frac, bool ahead, double compute_s, double memory_s) {
    bool bound = compute_s > memory_s;
    double longer_s = bound ? compute_s : memory_s, shorter_s = bound ? memory_s : compute_s;
    double shown_frac = (1.0 - hidden_frac) * (ahead && bound ? memory_s / compute_s : 1.0);
    return longer_s + shown_frac * shorter_s;
}

double f2f_chip_power_clock(const struct f2f_machine *machine, const struct work *w);
/* Energy, and the stretch that keeps the chip within its power. */
struct f2f_op_cost f2f_chip_power_finish(const struct f2f_machine *machine, const struct work *w);

#endif
