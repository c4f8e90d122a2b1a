/* hardware.h - what the catalog describes: process, memory, chip, node, network, system.
 *
 * Plain structs, filled by desc/ from YAML (src/desc/kind_*.c has one field table per struct, with
 * unit, range, default and help of every field). SI base units; the suffix says which. Pointers are
 * lent by the arena of the description set. 0 means "not given" where the table marks a field optional. */
#ifndef F2F_HARDWARE_H
#define F2F_HARDWARE_H

#include <stdbool.h>
#include <stdint.h>

#include "fab2fleet/dram.h"
#include "fab2fleet/dtype.h"

#ifdef __cplusplus
extern "C" {
#endif

enum f2f_maturity { F2F_SHIPPING, F2F_ANNOUNCED, F2F_ESTIMATE };

/* Head of every description. */
struct f2f_ident {
    const char *name, *title, *source;
    int status; /* enum f2f_maturity */
    uint64_t digest; /* of all it was read from: its text, what that refers to, the changes made to it */
};

struct f2f_foundry;
struct f2f_stack;
struct f2f_making;

/* A manufacturing process, as far as time and power need it. */
struct f2f_process {
    struct f2f_ident id;
    double flop_energy_J; /* one bf16 FLOP in a matrix unit with its operand delivery, at nominal voltage */
    double sram_energy_J_per_B; /* last-level SRAM access with wires */
    const struct f2f_foundry *foundry; /* what it costs to make (making.h); NULL: not known */
};

/* A DRAM standard: commands and what must lie between them. */
struct f2f_dram_standard {
    struct f2f_ident id;
    int bits_per_clock; /* of one data pin */
    int ticks_per_clock;
    int postponed; /* refreshes that may be owed beside the next one */
    const struct f2f_dram_command *command;
    int commands;
    const struct f2f_dram_constraint *constraint;
    int constraints;
};

/* Policies of a memory controller, one per channel. */
enum f2f_dram_page { F2F_DRAM_PAGE_OPEN, F2F_DRAM_PAGE_CLOSED, F2F_DRAM_PAGE_ADAPTIVE };
enum f2f_dram_refresh { F2F_DRAM_REFRESH_NONE, F2F_DRAM_REFRESH_ALL_BANK, F2F_DRAM_REFRESH_PER_BANK };
enum f2f_dram_hash { F2F_DRAM_HASH_NONE, F2F_DRAM_HASH_COLUMN, F2F_DRAM_HASH_ROW };
struct f2f_controller {
    struct f2f_ident id;
    const char *scheduler; /* name of src/memory/scheduler_list.h */
    int cap; /* column commands a row may get while an older request waits for its bank; 0: no limit */
    int page, refresh, hash; /* enums above */
    double idle_close_s; /* adaptive: a row without requests is closed after this time */
    int postpone; /* refreshes that may be owed before they go first */
    const char *mapping; /* fields from the highest address bit down, e.g. "RoCoBaBgRaPcCo4" */
    double interleave_B; /* bytes in one channel before the next */
    int read_queue, write_queue; /* entries of one channel */
    double drain_high_frac, drain_low_frac; /* of the write queue: writes start and stop being served */
    bool early_release; /* an entry leaves its queue when its row is opened, not when data moves */
};

/* One stack (HBM) or one device (GDDR, LPDDR, DDR) of a memory. */
struct f2f_memory {
    struct f2f_ident id;
    const struct f2f_stack *stack; /* how it is made or bought (making.h); NULL: not known */
    const char *family; /* "HBM3E" */
    const struct f2f_dram_standard *standard;
    const struct f2f_controller *controller; /* used where a chip names none */
    double capacity_B; /* of one stack or device */
    double die_B; /* of one DRAM die of a stack, 0: not told */
    double pin_rate_bps; /* the highest the memory is rated for; a chip may drive less */
    int pins; /* data pins of one stack or device */
    int height; /* DRAM dies in the stack, 1 if none */
    int channels, pseudos, ranks, groups, banks, rows; /* each of one member of the level above */
    double page_B; /* one row of one bank */
    int burst; /* transfers of one column command (BL) */
    struct f2f_dram_timing timing[F2F_DRAM_SYMBOL_nBL]; /* by enum f2f_dram_symbol */
    int raaimt; /* activates of a bank that call for refresh management; 0: none */
    double activate_J; /* one activate and its precharge */
    double read_J_per_b, write_J_per_b; /* array to the edge of the stack */
    double io_J_per_b; /* the link to the chip */
    double refresh_J; /* one bank in one refresh command */
    double idle_W; /* background of one stack */
    double hot_C; /* above it refresh is due hot_refresh times as often */
    double hot_refresh;
    double hotter_C; /* above it, hotter_refresh times */
    double hotter_refresh;
    double base_K_per_W, die_K_per_W; /* thermal resistance of the stack, and of each die in it */
};

/* Degrees Celsius of a package where a chip says nothing (`base_temperature`). */
#define F2F_CHIP_PACKAGE_C 55.0

/* Memory as a chip carries it. */
struct f2f_chip_memory {
    const struct f2f_memory *device; /* NULL: on_chip */
    bool on_chip; /* the chip's cache is all the memory it has (Groq, Cerebras) */
    const struct f2f_controller *controller; /* NULL: the memory's own */
    int stacks; /* stacks or devices */
    double pin_rate_bps; /* what the chip drives; 0: the memory's own */
    double inline_ecc_frac; /* of transfers, for ECC bits beside the data; 0: none */
    double usable_frac; /* capacity software can allocate, after ECC and reserved pages */
    double base_C; /* temperature the stacks stand on: that of the package around them */
};

/* Calibrated constants of a class of chips; src/chip/ says what each one does. All chips of a class
 * share them: nothing is fitted per chip or per shape. */
struct f2f_chip_class;

/* Where matrix units take their operands. From registers: warps load fragments and issue each small product.
 * From the scratchpad by themselves (Hopper's wgmma, systolic arrays): tiles of any width, and other work
 * beside. In pairs (Blackwell's tcgen05): the same, each of two units fetches half of the operand they share,
 * and sums stay in a memory of the matrix units. */
enum f2f_operands { F2F_OPERANDS_REGISTERS, F2F_OPERANDS_SCRATCHPAD, F2F_OPERANDS_PAIRED };

/* How the vendor's library shares a product out: each unit whole tiles, or steps of them (stream-K). */
enum f2f_decomposition { F2F_DECOMPOSITION_TILES, F2F_DECOMPOSITION_STREAM_K };

/* A systolic array, one in each unit. 0 rows: none. */
struct f2f_array {
    int rows, columns;
    int least_rows; /* it may be folded to as few rows and as many more columns; 0: not */
};

/* A package of several compute dies. 0 dies: one. */
struct f2f_chiplets {
    int dies;
    double link_Bps; /* of one die to the others, one direction */
};

struct f2f_chip {
    struct f2f_ident id;
    const struct f2f_chip_class *cls;
    const struct f2f_process *process;
    double die_mm2; /* compute dies together */
    double clock_Hz; /* matrix clock the peaks refer to */
    double boost_Hz; /* highest clock, where it is above that; 0: clock_Hz */
    int units; /* SMs, compute units, matrix cores */
    double peak_flops[F2F_DTYPE_N]; /* dense matrix peak by format; 0: not supported */
    double compute_capability; /* NVIDIA's, which kernels are built for; 0: another vendor's */
    int operands; /* enum f2f_operands */
    bool says_operands; /* given, not left out */
    int decomposition; /* enum f2f_decomposition */
    double kernel_start_s; /* to start and drain one kernel; 0: the class's launch_clocks */
    int attention_rows; /* query rows of a block of the vendor's prefill attention; 0: 128 */
    struct f2f_array array;
    struct f2f_chiplets chiplets;
    double vector_flops; /* fp32 on the vector units, at `clock` */
    double cache_B; /* last-level cache or shared SRAM */
    int cache_copies; /* parts of the cache that each keep their own copy of what is read; 0: one */
    double cache_Bps; /* its bandwidth at `clock`; 0: the class's rule */
    double unit_sram_B; /* scratchpad of one unit: shared memory, L1 */
    double unit_registers_B; /* vector registers of one unit; 0: 256 KiB */
    double unit_fetch_Bps; /* most that one unit takes from the shared cache for products; 0: the class's unit_rate */
    double unit_memory_Bps; /* most that one unit reads from memory: the lines it has under way; 0: no such limit */
    struct f2f_chip_memory memory;
    double tdp_W, idle_W;
    double host_link_Bps; /* PCIe or C2C, one direction */
    const struct f2f_making *making; /* how it is put together (making.h); NULL: by rule */
};

/* Links between chips of one scale-up domain. */
enum f2f_topology { F2F_TOPO_NONE, F2F_TOPO_SWITCH, F2F_TOPO_MESH, F2F_TOPO_TORUS, F2F_TOPO_PCIE };
struct f2f_link {
    int topology; /* enum f2f_topology */
    double bandwidth_Bps; /* per chip, one direction, all links together */
    double latency_s; /* one hop, software excluded */
    bool reduces; /* the switch adds (NVLink SHARP) */
    double contention; /* of a PCIe tree: n chips leave each (2 / n) to this power of its link */
    double energy_J_per_b;
};

struct f2f_node {
    struct f2f_ident id;
    const struct f2f_chip *chip;
    int chips;
    struct f2f_link link; /* the scale-up domain: all chips of the node */
    double nic_Bps; /* network bandwidth per chip, one direction; 0: none */
    double host_W; /* CPUs, NICs, fans, conversion losses at full load */
    double host_usd, host_kg; /* all but the chips: price, embodied CO2e; 0: by rule */
    double power_budget_W; /* what the rack grants a node; 0: all it asks for */
};

/* A level of a scale-out network, from the leaf up. */
struct f2f_net_level {
    const char *name;
    int span_chips; /* chips reachable through this level */
    double oversubscription; /* 7 for 1:7; 1 for full bisection */
    double latency_s; /* one way, through this level */
};

enum f2f_network_topology { F2F_NETWORK_FAT_TREE, F2F_NETWORK_DRAGONFLY };

struct f2f_network {
    struct f2f_ident id;
    int topology; /* enum f2f_network_topology */
    bool rails; /* the lowest switches join the NICs of one place in each node */
    const char *fabric; /* "RoCE", "InfiniBand", "ICI" */
    bool reduces; /* in-network reduction */
    double efficiency_frac; /* of line rate after headers and congestion */
    const struct f2f_net_level *level; /* leaf first */
    int levels;
};

struct f2f_mem_port;
/* What of a system fails. */
enum f2f_failure_scope { F2F_FAILS_CHIP, F2F_FAILS_SERVER, F2F_FAILS_JOB /* however large it is: its software */ };

struct f2f_failure_part {
    const char *name; /* "GPU", "network", ... */
    int scope; /* enum f2f_failure_scope: of what mtbf_s is the mean */
    double mtbf_s;
    double burst; /* failures that follow each other in a burst, mean; 1: each comes alone */
    double repair_s; /* until the broken node is back; 0: nothing is broken */
    double slow_frac; /* the job goes on, this much slower until it is noticed; 0: it stops */
    bool silent; /* noticed late: work since then is void */
    double notice_s; /* slow, silent: until it is noticed */
};

struct f2f_reliability {
    const struct f2f_failure_part *part;
    int parts; /* 0: nothing is known */
    int unit; /* chips that leave together for a repair: a server; 0: the node */
    double detect_s, restart_s; /* until a stop is noticed; until a job runs again, without reading its checkpoint */
    double planned_s; /* between planned stops, 0: none */
    double rejoin_s; /* replicas that tolerate the loss of one: all stand still for so long */
};

struct f2f_system {
    struct f2f_ident id;
    const struct f2f_node *node;
    int nodes;
    const struct f2f_network *network; /* NULL: one node */
    double pue; /* facility power over IT power */
    const struct f2f_mem_port *mem; /* what its memory delivers, where that is known already (machine.h); else NULL */
    double storage_Bps; /* checkpoints are written and read at, all nodes together; 0: not known */
    struct f2f_reliability reliability;
};

#ifdef __cplusplus
}
#endif
#endif
