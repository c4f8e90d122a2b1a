/* port.c - placeholder while the cycle-level memory is built. */
#include "fab2fleet/machine.h"

f2f_status f2f_mem_port_make(struct f2f_mem_port *out, const struct f2f_chip_memory *memory, f2f_error *err) {
    const struct f2f_memory *d = memory->device;
    (void)err;
    double pin_bps = memory->pin_rate_bps > 0.0 ? memory->pin_rate_bps : d->pin_rate_bps;
    double peak = pin_bps * d->pins / 8.0 * memory->stacks,
           usable = memory->usable_frac > 0.0 ? memory->usable_frac : 1.0;
    *out = (struct f2f_mem_port){.capacity_B = d->capacity_B * memory->stacks * usable,
                                 .peak_Bps = peak,
                                 .read_Bps = .949 * peak,
                                 .mixed_Bps = .887 * peak,
                                 .energy_J_per_B = 8 * 3.6e-12,
                                 .idle_W = d->idle_W * memory->stacks};
    return F2F_OK;
}
