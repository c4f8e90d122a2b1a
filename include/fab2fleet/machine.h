/* machine.h - time and energy of operators: a chip with its memory port and its links.
 *
 * A machine is prepared once from a system (memory and network are asked for what they deliver) and
 * then answers for any operator, without allocation and without state: same operator, same answer. */
#ifndef F2F_MACHINE_H
#define F2F_MACHINE_H

#include "fab2fleet/chip_class.h"
#include "fab2fleet/hardware.h"
#include "fab2fleet/memory.h"
#include "fab2fleet/model.h"
#include "fab2fleet/record.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Access classes the port was simulated with. */
enum f2f_mem_class {
    F2F_MEM_WEIGHTS, /* a read stream over all channels */
    F2F_MEM_KV, /* pages gathered from a fragmented pool */
    F2F_MEM_ACTIVATIONS, /* two reads for each write */
    F2F_MEM_CLASSES
};

/* What the memory delivers, all stacks of the chip together, simulated command by command (src/memory/port.c). */
struct f2f_mem_port {
    double capacity_B; /* usable */
    double peak_Bps;
    double read_Bps; /* weight streams */
    double kv_Bps; /* pages of the KV cache */
    double mixed_Bps; /* activations, reads and writes */
    double latency_s; /* one isolated read */
    double energy_J_per_B; /* above idle, of a read stream */
    double idle_W;
    double temperature_C; /* of the hottest DRAM die under a read stream */
    bool hot; /* so that refresh is due more often */
    struct f2f_mem_delivered {
        double data_frac, loss_frac[F2F_MEM_LOSSES]; /* of the data bus's time; sum 1 */
        double latency_s; /* mean, loaded */
        double row_hit_frac;
    } delivered[F2F_MEM_CLASSES];
};

/* F2F_EINPUT when the timings contradict each other (tRFC >= tREFI, no pins, ...). */
f2f_status f2f_mem_port_make(struct f2f_mem_port *out, const struct f2f_chip_memory *memory, f2f_error *err);

/* Ports made once and kept: as the hook of a catalog (f2f_catalog_on_system) it gives every system its port, and
 * equal memories the same one; not where the chip's cache is all there is. Lives in the arena. */
struct f2f_mem_ports *f2f_mem_ports_new(f2f_arena *arena);
f2f_status f2f_mem_ports_attach(void *ports, struct f2f_system *system, f2f_error *err);

/* How long operators take: as expected; or all as fast, or as slow, as a tenth of their kind was measured on chips the
 * class's constants were not fitted to. */
enum f2f_quantile { F2F_EXPECTED, F2F_P10, F2F_P90 };

/* What p10 and p90 of a figure say that was predicted with all three, for readers. */
extern const char *const f2f_quantile_note;

struct f2f_machine {
    const struct f2f_system *system;
    const struct f2f_chip *chip;
    const struct f2f_chip_class *cls;
    struct f2f_mem_port mem;
    enum f2f_quantile quantile; /* f2f_machine_make: as expected */
};

f2f_status f2f_machine_make(struct f2f_machine *out, const struct f2f_system *system, f2f_error *err);

/* Bandwidth of a chip's last-level cache at its `clock`: its own, or the rule of the class. */
double f2f_chip_stated_cache_Bps(const struct f2f_chip *chip, const struct f2f_chip_class *cls);

enum f2f_bound { F2F_BOUND_COMPUTE, F2F_BOUND_MEMORY, F2F_BOUND_LATENCY, F2F_BOUND_NETWORK, F2F_BOUND_N };
const char *f2f_bound_name(enum f2f_bound b);

/* One run of one operator. */
struct f2f_op_cost {
    double time_s;
    enum f2f_bound bound;
    double flop;
    double mem_B; /* moved through the memory port */
    double net_B; /* sent by one chip */
    double energy_J; /* dynamic: above idle */
};

struct f2f_op_cost f2f_machine_op(const struct f2f_machine *machine, const struct f2f_op *op);

/* Remembers what was asked of one machine: same answers, sooner. About 1 MB; not to be shared by threads. */
struct f2f_memo;
struct f2f_memo *f2f_memo_new(f2f_arena *arena, const struct f2f_machine *machine);
struct f2f_op_cost f2f_memo_op(struct f2f_memo *memo, const struct f2f_op *op);

/* The format the chip computes it in: the asked one, or the next wider it has. */
enum f2f_dtype f2f_machine_format(const struct f2f_machine *machine, const struct f2f_op *op);

/* Of that time: casting a product's input to the narrower format it is computed in, at the highest clock; 0: none. */
double f2f_machine_cast_s(const struct f2f_machine *machine, const struct f2f_op *op);

/* What passes between an elementwise kernel and the next: part of its time, which a profiler does not count. */
double f2f_machine_gap_s(const struct f2f_machine *machine);

/* The same time by what it is spent on: starts and ends of kernels, products and elements, memory, links, casts before
 * a product, and the stretch by the power limit; of compute and memory at once, the shorter counts for what it does not
 * hide. Children are added to the root of r. */
void f2f_machine_explain(struct f2f_record *r, const struct f2f_machine *machine, const struct f2f_op *op);

/* Measured over predicted, as the class's calibration left it on chips it had not seen: a tenth of the operators of
 * that kind is below p10, a tenth above p90. {1, 1} where it is not known. */
struct f2f_residuals f2f_machine_uncertainty(const struct f2f_machine *machine, const struct f2f_op *op);

/* All operators of a graph, counts included; shares (may be NULL) receives one child per operator. */
struct f2f_op_cost f2f_machine_graph(const struct f2f_machine *machine, const struct f2f_graph *graph, f2f_arena *arena,
                                     struct f2f_share *shares);

/* Time of a collective over `chips` chips, `stride` apart, each with a message of bytes_B (nccl-tests'
 * convention: all-reduce and reduce-scatter: the full buffer; all-gather: the gathered buffer;
 * all-to-all: one chip's whole buffer; send: the message). src/net/ picks the fastest algorithm. */
struct f2f_collective_cost {
    double time_s;
    double sent_B; /* by one chip */
    const char *algorithm;
};
struct f2f_collective_cost f2f_collective_time(const struct f2f_system *system, const struct f2f_chip_class *cls,
                                               enum f2f_collective_kind op, int chips, int stride, double bytes_B);

/* Whose kernels may run: inference engines bring all-reduce kernels of their own (one-shot, two-shot) and
 * fall back to the general library (NCCL, RCCL); training uses the general library alone. ONE_SHOT: an engine that
 * has no other kernel of its own. VLLM: any, but without reduction in the switch, which vLLM turns off. */
enum f2f_collective_library {
    F2F_COLLECTIVE_ANY,
    F2F_COLLECTIVE_GENERAL,
    F2F_COLLECTIVE_ONE_SHOT,
    F2F_COLLECTIVE_VLLM
};
/* f2f_collective_time with a choice of library. */
struct f2f_collective_cost f2f_collective_with(const struct f2f_system *system, const struct f2f_chip_class *cls,
                                               enum f2f_collective_kind op, int chips, int stride, double bytes_B,
                                               enum f2f_collective_library library);

#ifdef __cplusplus
}
#endif
#endif
