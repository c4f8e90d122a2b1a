/* energy.h - joules of a run from its counts, and the temperature of a stack from its power. */
#ifndef F2F_MEMORY_ENERGY_H
#define F2F_MEMORY_ENERGY_H

#include "fab2fleet/memory.h"

enum { PART_ACTIVATE, PART_READ, PART_WRITE, PART_REFRESH, PART_BACKGROUND, PARTS };

/* Fills part_J, io_J and energy_J of `r` from its bytes, time and commands. channels: simulated;
 * refreshed_banks: of all refresh commands together. */
void f2f_mem_energy(struct f2f_mem_result *r, const struct f2f_memory *memory, int channels, double read_B,
                    double write_B, double refreshed_banks);

#endif
