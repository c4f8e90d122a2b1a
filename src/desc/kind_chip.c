/* kind_chip.c - field tables of a chip and of its memory. */
#include "desc/table.h"

#define M struct f2f_chip_memory
static const struct f2f_field memory_fields[] = {
    F2F_REF(M, "device", device, false, &f2f_memory_table, "the memory stack or device"),
    F2F_FLAG(M, "on_chip", on_chip, "instead of a device: the chip's cache is all the memory there is"),
    F2F_REF(M, "controller", controller, false, &f2f_controller_table,
            "the memory controller; the memory's own if left out"),
    F2F_INT_OR(M, "stacks", stacks, 1, 1024, 0, "stacks or devices on the chip"),
    F2F_QTY_OR(M, "pin_rate", pin_rate_bps, BITRATE, 0, 1e11, 0,
               "pin rate the chip drives; the memory's own if left out"),
    F2F_QTY_OR(M, "inline_ecc", inline_ecc_frac, FRACTION, 0, 0.5, 0,
               "share of transfers that carry ECC bits kept in the memory itself (GDDR, LPDDR); 0: none"),
    F2F_QTY_OR(M, "usable", usable_frac, FRACTION, 0.1, 1, 1,
               "share of the capacity software can allocate (ECC, reserved pages)"),
    F2F_QTY_OR(M, "base_temperature", base_C, TEMPERATURE, -40, 125, F2F_CHIP_PACKAGE_C,
               "temperature of the package the stacks stand on"),
};

/* Stacks of a device, or none: a chip without DRAM must say so, lest one is forgotten. */
static void check_memory(const void *object, const struct f2f_doc *node, struct f2f_diag *diag) {
    const M *memory = object;
    if (memory->on_chip && (memory->device || memory->controller || memory->stacks || memory->pin_rate_bps > 0 ||
                            memory->inline_ecc_frac > 0))
        f2f_doc_error(diag, node,
                      "memory that is 'on_chip' has no device, controller, stacks, pin_rate or inline_ecc: leave them "
                      "out, or set 'on_chip: false'");
    if (!memory->on_chip && !memory->device)
        f2f_doc_error(
            diag, node,
            "'device' is missing: the memory stack or device, e.g. hbm3-8h-16gb; or 'on_chip: true' where the "
            "chip's cache is all the memory there is");
    if (!memory->on_chip && !memory->stacks)
        f2f_doc_error(diag, node, "'stacks' is missing: stacks or devices on the chip");
}

static const struct f2f_table memory_table = F2F_TABLE(NULL, M, memory_fields, true, check_memory);

#define A struct f2f_array
static const struct f2f_field array_fields[] = {
    F2F_INT(A, "rows", rows, 1, 65536, "rows of one array"),
    F2F_INT(A, "columns", columns, 1, 65536, "columns of one array"),
    F2F_INT_OR(A, "least_rows", least_rows, 0, 65536, 0, "rows it may be folded to, for as many more columns"),
};
static const struct f2f_table array_table = F2F_TABLE(NULL, A, array_fields, true, NULL);

#define D struct f2f_chiplets
static const struct f2f_field chiplet_fields[] = {
    F2F_INT(D, "dies", dies, 2, 1024, "compute dies that share the memory"),
    F2F_QTY(D, "link", link_Bps, RATE, 1e9, 1e16, "bandwidth of one die to the others, one direction"),
};
static const struct f2f_table chiplet_table = F2F_TABLE(NULL, D, chiplet_fields, true, NULL);

static const char *const operand_words[] = {"registers", "scratchpad", "paired", NULL};
static const char *const decomposition_words[] = {"tiles", "stream-k", NULL};

/* More units alike are as much faster. */
static const char *const rates_of_units[] = {"peak", "vector", NULL};

#define T struct f2f_chip
static const struct f2f_field fields[] = {
    F2F_REF(T, "class", cls, true, &f2f_class_table, "class of chips whose calibrated constants apply"),
    F2F_REF(T, "process", process, true, &f2f_process_table, "manufacturing process"),
    F2F_QTY(T, "die", die_mm2, AREA, 1, 100000, "area of the compute dies together", .unless = "making.dies"),
    F2F_QTY(T, "clock", clock_Hz, FREQUENCY, 1e7, 1e11, "clock the peak rates refer to", .with = "peak",
            .instead = "boost"),
    F2F_QTY_OR(T, "boost", boost_Hz, FREQUENCY, 0, 1e11, 0,
               "highest clock, or the one it is capped at; `clock` if left out"),
    F2F_INT(T, "units", units, 1, 1000000, "SMs, compute units or matrix cores that share `peak`", .with = "peak",
            .scaled = rates_of_units),
    {.key = "peak",
     .help = "dense matrix peak by number format",
     .type = F2F_FIELD_DTYPES,
     .quantity = F2F_QUANTITY_FLOPS,
     .offset = offsetof(T, peak_flops),
     .required = true,
     .min = 1e9,
     .max = 1e20},
    F2F_QTY_OR(
        T, "compute_capability", compute_capability, NUMBER, 0, 100, 0,
        "NVIDIA's number of the instruction set, e.g. 9.0: which kernels an engine has for it; 0: another vendor's"),
    F2F_WORD(T, "operands", operands, false, operand_words,
             "where matrix units take operands: registers (the default), the scratchpad, or in pairs that share one",
             .given_offset = offsetof(T, says_operands)),
    F2F_WORD(T, "decomposition", decomposition, false, decomposition_words,
             "how the vendor's library shares products out to units: whole tiles (the default), or stream-k"),
    F2F_QTY_OR(T, "kernel_start", kernel_start_s, TIME, 0, 1e-3, 0,
               "to start and drain one kernel in a captured graph; 0: launch_clocks of the class"),
    F2F_INT_OR(T, "attention_rows", attention_rows, 0, 4096, 0,
               "query rows of a block of the vendor's prefill attention; 0: 128, as FlashAttention has"),
    F2F_STRUCT(T, "array", array, false, &array_table, "shape of one unit's systolic array"),
    F2F_STRUCT(T, "chiplets", chiplets, false, &chiplet_table, "dies in the package, if more than one computes"),
    F2F_QTY(T, "vector", vector_flops, FLOPS, 1e9, 1e18, "fp32 rate of the vector units, at `clock`"),
    F2F_QTY(T, "cache", cache_B, SIZE, 1e4, 1e12, "last-level cache or shared SRAM"),
    F2F_INT_OR(T, "cache_copies", cache_copies, 0, 64, 1,
               "parts of the cache that each keep a copy of what their units read"),
    F2F_QTY_OR(T, "cache_bandwidth", cache_Bps, RATE, 0, 1e17, 0,
               "bandwidth of the last-level cache; the class's rule if left out"),
    F2F_QTY(T, "unit_sram", unit_sram_B, SIZE, 1e3, 1e9, "scratchpad of one unit"),
    F2F_QTY_OR(T, "unit_registers", unit_registers_B, SIZE, 0, 1e9, 0,
               "vector registers of one unit; 0: 256 KiB, as NVIDIA's have"),
    F2F_QTY_OR(T, "unit_fetch", unit_fetch_Bps, RATE, 0, 1e15, 0,
               "most that one unit takes from the shared cache for products; the class's unit_rate if left out"),
    F2F_QTY_OR(T, "unit_memory", unit_memory_Bps, RATE, 0, 1e15, 0,
               "most that one unit reads from memory, by the lines it has under way; 0: no limit"),
    F2F_STRUCT(T, "memory", memory, true, &memory_table, "the memory the chip carries"),
    F2F_QTY(T, "tdp", tdp_W, POWER, 0.1, 100000, "power limit of chip and memory"),
    F2F_QTY(T, "idle", idle_W, POWER, 0, 10000, "power when nothing runs"),
    F2F_QTY_OR(T, "host_link", host_link_Bps, RATE, 0, 1e13, 0, "link to the host, one direction"),
    F2F_REF(T, "making", making, false, &f2f_making_table, "how it is put together and sold"),
};

static void check_pin_rate(const struct f2f_chip_memory *memory, const struct f2f_doc *node, struct f2f_diag *diag) {
    const struct f2f_memory *device = memory->device;
    if (!device || !(memory->pin_rate_bps > device->pin_rate_bps * 1.0000001)) return;
    const struct f2f_doc *at = f2f_doc_get(f2f_doc_get(node, "memory"), "pin_rate");
    const char *name = device->id.name ? device->id.name : "the memory";
    double rate = 1e-9 * memory->pin_rate_bps;
    f2f_doc_error(
        diag, at ? at : node,
        "'memory.pin_rate' (%g Gb/s) is above what %s is rated for (%g Gb/s): name a faster memory, e.g. 'device: "
        "{extends: %s, pin_rate: %g Gb/s, source: ...}'",
        rate, name, 1e-9 * device->pin_rate_bps, name, rate);
}

/* A thousand lanes a stack cross no substrate. */
static void check_package(const T *chip, const struct f2f_doc *node, struct f2f_diag *diag) {
    const struct f2f_memory *device = chip->memory.device;
    const struct f2f_package *package = chip->making ? chip->making->package : NULL;
    if (!device || !package || device->height < 2 || package->interposer) return;
    f2f_doc_error(diag, node, "'making.package' %s has no interposer, which stacks such as %s need: e.g. cowos-s",
                  package->id.name ? package->id.name : "", device->id.name ? device->id.name : "of the memory");
}

static void check(const void *object, const struct f2f_doc *node, struct f2f_diag *diag) {
    const T *chip = object;
    double best = 0;
    for (int d = 0; d < F2F_DTYPE_N; d++)
        if (chip->peak_flops[d] > best) best = chip->peak_flops[d];
    if (best <= 0)
        f2f_doc_error(diag, node, "'peak' holds no number format: give at least one, e.g. {bf16: 989 TFLOP/s}");
    if (chip->idle_W >= chip->tdp_W)
        f2f_doc_error(diag, node, "'idle' (%g W) must be below 'tdp' (%g W)", chip->idle_W, chip->tdp_W);
    if (chip->boost_Hz > 0 && chip->boost_Hz < 0.1 * chip->clock_Hz)
        f2f_doc_error(diag, node,
                      "'boost' (%g Hz) is less than a tenth of 'clock' (%g Hz): a lower cap is not modelled",
                      chip->boost_Hz, chip->clock_Hz);
    if (chip->memory.on_chip && chip->cache_Bps <= 0)
        f2f_doc_error(diag, node, "'cache_bandwidth' is missing: where memory is 'on_chip' it is what memory delivers");
    check_pin_rate(&chip->memory, node, diag);
    check_package(chip, node, diag);
}

const struct f2f_table f2f_chip_table = F2F_TABLE("chip", T, fields, true, check);
