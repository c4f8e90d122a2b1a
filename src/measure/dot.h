/* dot.h - inside src/measure: blocks of an instruction that adds several narrow products to each sum.
 *
 * Included by isa_*.c of AVX-512, which say INSTRUCTION, SUM, VECTOR, LOAD, STORE and BROADCAST of 32 bit: `step`
 * elements of k at once. The instruction is assembly, as GCC 12 copies the sums around its intrinsic. */
#include <string.h>

#include "measure/kernels.h"

enum { ROWS = 8, VECTORS = F2F_PANEL_VECTORS, LANES = 16, PEAK_SUMS = 12 };

static inline __attribute__((always_inline)) VECTOR dot(VECTOR sum, VECTOR input, VECTOR w) {
    __asm__(INSTRUCTION " %2, %1, %0" : "+v"(sum) : "v"(input), "v"(w));
    return sum;
}

static inline __attribute__((always_inline)) void block_of(int rows, const char *in, size_t stride_B, const char *panel,
                                                           size_t steps, char *sum) {
    VECTOR s[ROWS][VECTORS];
    for (int r = 0; r < rows; r++)
        for (int c = 0; c < VECTORS; c++) s[r][c] = LOAD(sum + (r * VECTORS + c) * 64);
    for (size_t k = 0; k < steps; k++, panel += VECTORS * 64) {
        VECTOR w[VECTORS];
        for (int c = 0; c < VECTORS; c++) w[c] = LOAD(panel + c * 64);
        for (int r = 0; r < rows; r++) {
            int32_t four;
            memcpy(&four, in + (size_t)r * stride_B + 4 * k, sizeof four);
            VECTOR input = BROADCAST(four);
            for (int c = 0; c < VECTORS; c++) s[r][c] = dot(s[r][c], input, w[c]);
        }
    }
    for (int r = 0; r < rows; r++)
        for (int c = 0; c < VECTORS; c++) STORE(sum + (r * VECTORS + c) * 64, s[r][c]);
}

static void block(int rows, const void *in, size_t stride_B, const void *panel, size_t steps, void *sum) {
    switch (rows) {
    case 1: block_of(1, in, stride_B, panel, steps, sum); break;
    case 2: block_of(2, in, stride_B, panel, steps, sum); break;
    case 4: block_of(4, in, stride_B, panel, steps, sum); break;
    default: block_of(ROWS, in, stride_B, panel, steps, sum);
    }
}

static float peak(long rounds) {
    VECTOR s[PEAK_SUMS];
    char operand[64];
    float out;
    memset(operand, 0, sizeof operand);
    __asm__ volatile("" : : "r"(operand) : "memory"); /* what it holds is not known */
    VECTOR input = BROADCAST(0x3f803f80), w = LOAD(operand);
    for (int i = 0; i < PEAK_SUMS; i++) s[i] = LOAD(operand);
    for (long r = 0; r < rounds; r++)
        for (int i = 0; i < PEAK_SUMS; i++) s[i] = dot(s[i], input, w);
    for (int i = 1; i < PEAK_SUMS; i++) s[0] = SUM(s[0], s[i]);
    STORE(operand, s[0]);
    memcpy(&out, operand, sizeof out);
    return out;
}
