/* collective.c - a collective as an operator: time from src/net, energy and cache traffic from here. */
#include "chip/chip.h"

struct work f2f_chip_collective_work(const struct f2f_machine *machine, const struct f2f_op *op) {
    struct f2f_collective_cost c =
        f2f_collective_with(machine->system, machine->cls, (enum f2f_collective_kind)op->collective, op->group_chips,
                            op->stride_chips, op->bytes_B, op->general ? F2F_COLLECTIVE_GENERAL : F2F_COLLECTIVE_ANY);
    return (struct work){.network_s = c.time_s,
                         .net_B = c.sent_B,
                         .mem_B = 2.0 * c.sent_B,
                         .cache_B = 2.0 * c.sent_B,
                         .format = F2F_DTYPE_FP32};
}
