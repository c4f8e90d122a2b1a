/* attention.c - what prefill and decode attention share: the time of a score, formats, engines.
 *
 * A score costs two products of head_dim and the soft-max on the vector units. Pairs of units have soft-max beside the
 * products, a part of the shorter hidden; others do one after the other, with few bubbles between where units take
 * operands from the scratchpad (FlashAttention-3, Shah et al., 2024). Scores pass through registers between the two
 * products on all of them. */
#include <math.h>

#include "chip/chip.h"

/* Of the extra energy, where scores need not pass through registers between the two products. FlashAttention-4 is
 * published with 1,605 TFLOP/s on B200, as much as plain products reach there. */
static const double scratchpad_share = 0.3;
/* Of the matrix peak in products with operands from the scratchpad: what FlashAttention-3 and cuDNN reach on an H20,
 * whose products take six times as long as its soft-max and whose power nothing limits (126 and 129 of 148 TFLOP/s,
 * flash-attention issue 1310). With that share soft-max shows in full on H100, whose bubbles hang on it, not on the
 * products. */
static const double scratchpad_frac = 0.87;
/* With sums in memory of their own two blocks of queries are under way and soft-max has threads of its own. Chosen
 * after B200: 1,267 TFLOP/s in TensorRT-LLM's prefill of 65,536 tokens and more (vLLM pull request 25998), 1,071 and
 * 1,115 in cuDNN's of 8,192 and 16,384 with heads of 64 (flash-attention pull request 2605). */
static const double paired_hidden_share = 0.8;
static const double array_hidden_share = 0.35; /* assumed: arrays have vector units beside them */
/* PyTorch brings FlashAttention-2, which passes operands through registers everywhere. On a chip whose peak takes them
 * from the scratchpad such instructions reach 62.9 % of it (Luo et al., 2024, arXiv 2402.13499, H800). */
static const double mma_share = 0.629;

double f2f_chip_attention_energy(const struct f2f_machine *machine) {
    double extra = machine->cls->attention_energy - 1.0;
    return machine->chip->operands != F2F_OPERANDS_REGISTERS ? 1.0 + scratchpad_share * extra : 1.0 + extra;
}

double f2f_chip_score_flop(const struct f2f_op *op) {
    return op->latent_dim > 0.0 ? 4.0 * op->latent_dim + 2.0 * op->head_dim : 4.0 * op->head_dim;
}

static double speed_of(const struct f2f_chip_class *cls, enum f2f_kernels kernels) {
    if (kernels == F2F_KERNELS_ANY || kernels == F2F_KERNELS_PYTORCH) return 1.0;
    return kernels == F2F_KERNELS_VLLM ? cls->vllm_attention : 1.0 / cls->vllm_attention;
}

/* TensorRT-LLM multiplies in 8 bit where the cache is in 8 bit, if the units take it from the scratchpad. */
enum f2f_dtype f2f_chip_attention_format(const struct f2f_chip *chip, const struct f2f_op *op) {
    bool narrow =
        op->kernels == F2F_KERNELS_TRTLLM && op->kv == F2F_DTYPE_FP8 && chip->operands != F2F_OPERANDS_REGISTERS;
    return f2f_chip_native_format(chip, narrow ? F2F_DTYPE_FP8 : op->compute);
}

/* Of the matrix peak in the products. */
static double products_frac(const struct f2f_machine *machine, const struct f2f_op *op) {
    const struct f2f_chip *chip = machine->chip;
    double frac = machine->cls->attention_frac;
    if (chip->operands == F2F_OPERANDS_REGISTERS) return frac;
    if (op->kernels == F2F_KERNELS_PYTORCH) return mma_share * frac;
    return chip->operands == F2F_OPERANDS_PAIRED || chip->array.rows > 0 ? frac : scratchpad_frac;
}

static double hidden_share(const struct f2f_chip *chip, const struct f2f_op *op) {
    if (op->kernels == F2F_KERNELS_PYTORCH) return 0.0;
    if (chip->array.rows > 0) return array_hidden_share;
    return chip->operands == F2F_OPERANDS_PAIRED ? paired_hidden_share : 0.0;
}

double f2f_chip_score_s(const struct f2f_machine *machine, enum f2f_dtype format, const struct f2f_op *op) {
    const struct f2f_chip *chip = machine->chip;
    double matrix_flops = f2f_chip_register_flops(machine, format) * products_frac(machine, op) / chip->units;
    double products_s = f2f_chip_score_flop(op) / matrix_flops;
    double softmax_s = machine->cls->softmax_flop / (f2f_chip_vector_flops(chip) / chip->units);
    double hidden_s = hidden_share(chip, op) * fmin(products_s, softmax_s);
    return (products_s + softmax_s - hidden_s) / speed_of(machine->cls, op->kernels);
}
