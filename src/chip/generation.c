/* generation.c - for which of NVIDIA's instruction sets a chip's kernels are built. */
#include "chip/chip.h"

enum f2f_generation f2f_chip_generation(const struct f2f_chip *chip) {
    int number = (int)(10.0 * chip->compute_capability + 0.5);
    if (number >= 80 && number < 89) return F2F_GENERATION_AMPERE;
    if (number == 89) return F2F_GENERATION_ADA;
    if (number >= 90 && number < 100) return F2F_GENERATION_HOPPER;
    if (number >= 100 && number < 120) return F2F_GENERATION_BLACKWELL;
    return number >= 120 && number < 130 ? F2F_GENERATION_BLACKWELL_RTX : F2F_GENERATION_OTHER;
}
