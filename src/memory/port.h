/* port.h - inside of memory/: one stack simulated, which all stacks of a kind share, however many a chip has. */
#ifndef F2F_MEMORY_PORT_H
#define F2F_MEMORY_PORT_H

#include "fab2fleet/machine.h"

/* What does not hang on the number of stacks, what they stand on, or how much of them is usable. */
struct f2f_mem_sim {
    double latency_s; /* of one isolated read */
    double peak_frac[F2F_MEM_CLASSES]; /* delivered of the pins' rate */
    double energy_J_per_B; /* above idle, of a read stream */
    struct f2f_mem_delivered delivered[F2F_MEM_CLASSES];
};
f2f_status f2f_mem_sim_make(struct f2f_mem_sim *out, const struct f2f_chip_memory *memory, double temperature_C,
                            f2f_error *err);

/* f2f_mem_port_make with simulations from elsewhere. */
typedef f2f_status f2f_mem_sim_fn(struct f2f_mem_sim *out, void *context, const struct f2f_chip_memory *memory,
                                  double temperature_C, f2f_error *err);
f2f_status f2f_mem_port_of(struct f2f_mem_port *out, const struct f2f_chip_memory *memory, f2f_mem_sim_fn *sim_of,
                           void *context, f2f_error *err);

#endif
