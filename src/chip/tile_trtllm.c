/* tile_trtllm.c - the tiles of TensorRT-LLM's products of narrow weights, before Hopper.
 *
 * CUTLASS kernels of which those for a shape are timed when an engine is built and the fastest is kept (TensorRT-LLM
 * 1.0: cpp/tensorrt_llm/kernels/cutlass_kernels/cutlass_heuristic.cpp, get_candidate_tiles and get_candidate_configs;
 * fpA_intB_gemm/fpA_intB_gemm_template.h). Parts of k are whole blocks of 64, seven at most, and add their sums up one
 * after the other in the same kernel. The kernel on vector units that is timed with them is `untiled` in tile.c. */
#include <math.h>

#include "chip/tile.h"

static const struct tile_shape mixed[] = {{16, 128}, {16, 256}, {32, 128}, {64, 128}, {128, 128}};
static const double most_parts = 7.0, block_k = 64.0;

bool f2f_tile_mixed(const struct f2f_chip *chip, const struct f2f_op *op, enum f2f_dtype format) {
    enum f2f_generation generation = f2f_chip_generation(chip);
    bool narrow = f2f_dtype_B(op->weight) < f2f_dtype_B(format) && !f2f_chip_scales_blocks(format);
    if (op->kernels != F2F_KERNELS_TRTLLM || op->groups > 1.0 || !narrow) return false;
    return generation == F2F_GENERATION_AMPERE || generation == F2F_GENERATION_ADA;
}

bool f2f_tile_mixed_splits(double k, double parts) {
    return parts == 1.0 || (parts <= most_parts && fmod(k, parts * block_k) == 0.0);
}

const struct tile_shape *f2f_tile_mixed_shapes(int *n) {
    *n = (int)(sizeof mixed / sizeof mixed[0]);
    return mixed;
}
