/* attention.c - what prefill and decode attention share: the time of a score, formats, engines.
 *
 * A score costs two products of head_dim and the soft-max on the vector units. Units that take operands from the
 * scratchpad have soft-max beside the products, a part of the shorter hidden; on Hopper what is hidden is in the share
 * of the peak. Scores pass through registers between the two products on all of them. */
#include <math.h>

#include "chip/chip.h"

/* Of the extra energy, where scores need not pass through registers between the two products. FlashAttention-4 is
 * published with 1,605 TFLOP/s on B200, as much as plain products reach there. */
static const double scratchpad_share = 0.3;
/* Hopper: of the matrix peak in products, if the soft-max comes on top in full. An effective figure: FlashAttention-3
 * does hide some of the soft-max (without, it takes 14 % longer: Shah et al., 2024, table 2), but one share of the
 * peak and one of what is hidden did not fit H100 and H20 together. On an H20, whose products take six times as long
 * as its soft-max and whose power nothing limits, it gives 134 of 148 TFLOP/s by FlashAttention, where 126 is published
 * (flash-attention issue 1310). */
static const double hopper_frac = 0.87;
/* With sums in memory of their own two blocks of queries are under way and soft-max has threads of its own, so that the
 * longer of both counts. Exponentials then bind: a unit has 16 a clock (CUDA C++ Programming Guide, throughput of
 * native arithmetic instructions), twice as many from 10.3 on (NVIDIA, "Inside NVIDIA Blackwell Ultra": 10.7 against 5
 * TeraExponentials/s), and the other operations go on beside them. Chosen after 1,071 and 1,115 TFLOP/s in cuDNN's
 * prefill of 8,192 and 16,384 tokens with heads of 64 on GB200 (flash-attention pull request 2605), with 1,267 in
 * TensorRT-LLM's of 65,536 with heads of 128 on B200 in sight (vLLM pull request 25998). FlashAttention-4 computes some
 * by polynomials and gains 15 % at most. */
static const double paired_hidden_share = 1.0;
static const double exponentials_per_ck = 16.0, doubled_from = 10.3;
static const double exponential_flop = 4.0; /* of `softmax_flop` */
static const double hidden_share_of_others = 0.35; /* assumed: their vector units work beside the arrays */
/* PyTorch brings FlashAttention-2, which passes operands through registers everywhere. On a chip whose peak takes them
 * from the scratchpad such instructions reach 62.9 % of it (Luo et al., 2024, arXiv 2402.13499, H800). */
static const double mma_share = 0.629;

double f2f_chip_score_flop(const struct f2f_op *op) {
    return op->latent_dim > 0.0 ? 4.0 * op->latent_dim + 2.0 * op->head_dim : 4.0 * op->head_dim;
}

/* Over the mean of engines. FlashAttention-2 and -3 are vLLM's, SGLang's and a library of their own. TensorRT-LLM has
 * its own kernels, but for Blackwell with tensor memory, where all three run those through FlashInfer. Other libraries
 * (cuDNN, FlashAttention-4, AITER) are counted with FlashInfer. */
static double speed_of(const struct f2f_machine *machine, enum f2f_kernels kernels) {
    double flash_over_mean = machine->cls->vllm_attention;
    if (machine->chip->operands == F2F_OPERANDS_PAIRED) return 1.0;
    switch (kernels) {
    case F2F_KERNELS_TRTLLM: return 1.0 / flash_over_mean;
    case F2F_KERNELS_VLLM:
    case F2F_KERNELS_FLASH: return flash_over_mean;
    case F2F_KERNELS_ANY:
    case F2F_KERNELS_PYTORCH:
    case F2F_KERNELS_TE: break; /* of products alone */
    }
    return 1.0;
}

/* A kernel that takes longer for the same products issues more instructions beside them. */
double f2f_chip_attention_energy(const struct f2f_machine *machine, const struct f2f_op *op) {
    double extra = machine->cls->attention_energy / speed_of(machine, op->kernels) - 1.0;
    return machine->chip->operands != F2F_OPERANDS_REGISTERS ? 1.0 + scratchpad_share * extra : 1.0 + extra;
}

/* TensorRT-LLM multiplies in 8 bit where the cache is in 8 bit, if the units take it from the scratchpad; on Blackwell
 * with tensor memory so do all who run its kernels (vLLM pull requests 21716 and 23647 cast queries for them). */
enum f2f_dtype f2f_chip_attention_format(const struct f2f_chip *chip, const struct f2f_op *op) {
    bool serves = !op->no_cache && op->kernels != F2F_KERNELS_PYTORCH; /* not training, not a library alone */
    bool trtllm = op->kernels == F2F_KERNELS_TRTLLM;
    if (f2f_chip_generation(chip) == F2F_GENERATION_BLACKWELL) trtllm = trtllm || serves;
    bool narrow = trtllm && op->kv == F2F_DTYPE_FP8 && chip->operands != F2F_OPERANDS_REGISTERS;
    return f2f_chip_native_format(chip, narrow ? F2F_DTYPE_FP8 : op->compute);
}

/* Of the matrix peak in the products. */
static double products_frac(const struct f2f_machine *machine, const struct f2f_op *op) {
    const struct f2f_chip *chip = machine->chip;
    double frac = machine->cls->attention_frac;
    if (chip->operands == F2F_OPERANDS_REGISTERS) return frac;
    if (op->kernels == F2F_KERNELS_PYTORCH) return mma_share * frac;
    return f2f_chip_generation(chip) == F2F_GENERATION_HOPPER ? hopper_frac : frac;
}

static double hidden_share(const struct f2f_chip *chip, const struct f2f_op *op) {
    bool hopper = f2f_chip_generation(chip) == F2F_GENERATION_HOPPER;
    if (op->kernels == F2F_KERNELS_PYTORCH || chip->operands == F2F_OPERANDS_REGISTERS || hopper) return 0.0;
    return chip->operands == F2F_OPERANDS_PAIRED ? paired_hidden_share : hidden_share_of_others;
}

static double beside_exponentials_s(const struct f2f_machine *machine, double unit_flops) {
    bool doubled = machine->chip->compute_capability > doubled_from - 0.05;
    double exponential_s =
        f2f_chip_clocks_s(machine, 1.0 / (doubled ? 2.0 * exponentials_per_ck : exponentials_per_ck));
    return fmax(exponential_s, (machine->cls->softmax_flop - exponential_flop) / unit_flops);
}

double f2f_chip_softmax_s(const struct f2f_machine *machine, const struct f2f_op *op) {
    double unit_flops = f2f_chip_vector_flops(machine->chip) / machine->chip->units;
    bool beside = f2f_chip_generation(machine->chip) == F2F_GENERATION_BLACKWELL && op->kernels != F2F_KERNELS_PYTORCH;
    if (beside) return beside_exponentials_s(machine, unit_flops);
    return machine->cls->softmax_flop / unit_flops / speed_of(machine, op->kernels);
}

/* What products take beyond their peak are the instructions beside them, which are no slower where NVIDIA halves a
 * unit's rate by 32-bit sums (GeForce): its integer products go on at four times as many as in 16 bit. */
static double unhalved_flops(const struct f2f_machine *machine, enum f2f_dtype format) {
    const double *peak_flops = machine->chip->peak_flops;
    double flops = f2f_chip_register_flops(machine, format);
    if (f2f_chip_generation(machine->chip) == F2F_GENERATION_OTHER || !(peak_flops[format] > 0.0)) return flops;
    double integer_flops = peak_flops[F2F_DTYPE_INT8] / fmax(1.0, f2f_dtype_B(format));
    return flops * fmax(1.0, integer_flops / peak_flops[format]);
}

double f2f_chip_score_s(const struct f2f_machine *machine, enum f2f_dtype format, const struct f2f_op *op) {
    const struct f2f_chip *chip = machine->chip;
    double flop = f2f_chip_score_flop(op) * chip->units / speed_of(machine, op->kernels);
    double beside = 1.0 / products_frac(machine, op) - 1.0;
    double products_s =
        flop / f2f_chip_register_flops(machine, format) + beside * flop / unhalved_flops(machine, format);
    double softmax_s = f2f_chip_softmax_s(machine, op);
    return products_s + softmax_s - hidden_share(chip, op) * fmin(products_s, softmax_s);
}
