/* collective.c - a collective as an operator: time from src/net, energy and cache traffic from here. */
#include "chip/chip.h"

/* SGLang has vLLM's kernel (sgl-kernel's custom_all_reduce.cuh says so). TensorRT-LLM is taken to leave what its
 * one-shot kernel does not pay for to NCCL: its published throughput with tensor parallelism fits that better than a
 * two-shot kernel. */
static enum f2f_collective_library library_of(const struct f2f_op *op) {
    if (op->general) return F2F_COLLECTIVE_GENERAL;
    if (op->kernels == F2F_KERNELS_VLLM || op->kernels == F2F_KERNELS_FLASH) return F2F_COLLECTIVE_VLLM;
    return op->kernels == F2F_KERNELS_TRTLLM ? F2F_COLLECTIVE_ONE_SHOT : F2F_COLLECTIVE_ANY;
}

struct work f2f_chip_collective_work(const struct f2f_machine *machine, const struct f2f_op *op) {
    struct f2f_collective_cost c =
        f2f_collective_with(machine->system, machine->cls, (enum f2f_collective_kind)op->collective, op->group_chips,
                            op->stride_chips, op->bytes_B, library_of(op));
    return (struct work){.network_s = c.time_s,
                         .net_B = c.sent_B,
                         .mem_B = 2.0 * c.sent_B,
                         .cache_B = 2.0 * c.sent_B,
                         .format = F2F_DTYPE_FP32};
}
