/* chip_class.h - calibrated constants of a class of chips.
 *
 * A class is a way of building an accelerator: many small matrix units under a cache, a few large
 * systolic arrays, ... All chips of a class share its constants; what differs between chips is in
 * their datasheets. `fab2fleet calibrate` fits them and writes them to catalog/class/, with the
 * errors that remain. */
#ifndef F2F_CHIP_CLASS_H
#define F2F_CHIP_CLASS_H

#include "fab2fleet/hardware.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Tables of measurements, and the constants fitted on them in this order: later ones build on earlier ones.
 * enum suffix, name of the table, member of struct f2f_class_errors. */
#define F2F_FIT_LIST(X)                      \
    X(GEMM, "gemm", gemm)                    \
    X(PREFILL, "attention_prefill", prefill) \
    X(DECODE, "attention_decode", decode)    \
    X(LAYER, "layer", layer)                 \
    X(COLLECTIVE, "collective", collective)

enum f2f_fit {
#define X(id, table, member) F2F_FIT_##id,
    F2F_FIT_LIST(X)
#undef X
        F2F_FIT_N,
    F2F_FIT_STATED /* not fitted: the catalog says where it is from */
};

/* Measured over predicted: a tenth of the rows is below p10, a tenth above p90. 0: not known. */
struct f2f_residuals {
    double p10, p90;
};

struct f2f_class_errors {
#define X(id, table, member) struct f2f_residuals member;
    F2F_FIT_LIST(X)
#undef X
};

/* key in the description, member, quantity (of base/units.h), least, most (SI units), fitted on, help.
 * Every key is required unless the description extends another class. */
#define F2F_CHIP_CLASS_FIELDS(X)                                                                                     \
    /* the chip: what is fitted, and what is stated */                                                               \
    X("launch_clocks", launch_ck, NUMBER, 0.0, 1e6, GEMM,                                                            \
      "chip clocks to start and drain one kernel in a captured graph; merging split sums takes as long")             \
    X("tile_clocks", tile_ck, NUMBER, 0.0, 1e6, DECODE,                                                              \
      "chip clocks to fill the pipeline of a 256 x 128 tile and write its result")                                   \
    X("step_clocks", step_ck, NUMBER, 0.0, 100.0, GEMM,                                                              \
      "chip clocks of the inner loop beside products, for each step of k; operands in registers")                    \
    X("stream_frac", stream_frac, FRACTION, 0.1, 1.0, GEMM,                                                          \
      "share of what the memory delivers that a kernel's stream reaches")                                            \
    X("unit_rate", unit_B_per_ck, NUMBER, 1.0, 1e5, GEMM,                                                            \
      "bytes a unit takes from the shared cache in one clock, what neighbours share counted for each")               \
    X("overlap_frac", overlap_frac, FRACTION, 0.0, 1.0, GEMM,                                                        \
      "how much of the shorter of compute and memory time hides behind the longer")                                  \
    X("narrow_frac", narrow_frac, FRACTION, 0.1, 1.0, GEMM,                                                          \
      "share of the peak in 8 bit or less of products with operands in registers")                                   \
    X("nominal_clock", nominal_clock_Hz, FREQUENCY, 0.0, 1e10, STATED,                                               \
      "clock the process's energies are stated for, voltage follows the clock; 0: `clock` of each chip")             \
    X("excursion", excursion, NUMBER, 1.0, 10.0, GEMM,                                                               \
      "power a burst of kernels may draw after a pause over that of the limit")                                      \
    X("limit_delay", limit_delay_s, TIME, 0.0, 10.0, GEMM,                                                           \
      "a burst may draw as much energy above the power limit as the limit allows in that time")                      \
    X("attention_frac", attention_frac, FRACTION, 0.05, 1.0, PREFILL,                                                \
      "share of the matrix peak in attention's products")                                                            \
    X("widen_flop", widen_flop, NUMBER, 0.0, 1e3, STATED,                                                            \
      "fp32 operations of the vector units to turn a byte of an 8-bit KV cache into a wider format")                 \
    X("element_rate", elements_per_ck, NUMBER, 0.1, 1e5, LAYER,                                                      \
      "elements a unit loads and stores in one clock in elementwise work")                                           \
    X("profiled_frac", profiled_frac, FRACTION, 0.0, 1.0, LAYER,                                                     \
      "of launch_clocks, what a profiler counts to an elementwise kernel; the rest passes before the next one")      \
    X("softmax_flop", softmax_flop, NUMBER, 0.0, 1e3, STATED,                                                        \
      "fp32 operations of the vector units for one attention score, beside the products")                            \
    X("attention_energy", attention_energy, NUMBER, 0.1, 10.0, STATED,                                               \
      "energy of an attention product's FLOP over that of a plain product's: soft-max, operands in registers")       \
    X("register_energy", register_energy, NUMBER, 0.1, 10.0, STATED,                                                 \
      "energy of a product whose operands pass through registers over one that reads them from the scratchpad")      \
    X("waiting_frac", waiting_frac, FRACTION, 0.0, 1.0, STATED,                                                      \
      "of the power of units at work at the highest clock, what those draw that are clocked but wait")               \
    X("blocked_frac", blocked_frac, FRACTION, 0.0, 1.0, STATED,                                                      \
      "share of the cache software blocks products for; 0: the cache follows the walk of tiles")                     \
    X("unshared_frac", unshared_frac, FRACTION, 0.01, 1.0, STATED,                                                   \
      "of the cache's rate to tiles, what streams get that no two units share")                                      \
    X("mixed_frac", mixed_frac, FRACTION, 0.1, 1.0, STATED,                                                          \
      "of the memory's traffic in reads and writes, what is of use: less where a store reads its line first")        \
    X("resident_rows", resident_rows, NUMBER, 1.0, 64.0, STATED, "rows of elementwise work a unit works on at once") \
    X("element_waits", element_waits, FRACTION, 0.0, 1.0, STATED,                                                    \
      "of what elementwise work hides otherwise, what shows where a thread moves one element at a time")             \
    X("exp_ops", exp_ops, NUMBER, 0.0, 1e3, STATED,                                                                  \
      "operations of elementwise work an exponential takes beside its one; 0: units have an instruction for it")     \
    X("query_rows", query_rows, NUMBER, 1.0, 128.0, STATED,                                                          \
      "rows of queries a product of decode attention takes at least")                                                \
    /* inference engines: what their kernels and their framework's take */                                           \
    X("prefill_setup", prefill_s, TIME, 0.0, 1e-3, PREFILL,                                                          \
      "prefill attention beyond one launch: rotary embedding, cache write, ends of kernels")                         \
    X("decode_clocks", decode_ck, NUMBER, 0.0, 1e6, DECODE,                                                          \
      "chip clocks of decode attention beyond one launch: the same, page tables, merge of split sequences")          \
    X("weight_only_setup", weight_only_s, TIME, 0.0, 1e-3, GEMM,                                                     \
      "added to products whose weights are narrower than products, with TensorRT-LLM's kernels")                     \
    X("trtllm_cast", trtllm_cast_s, TIME, 0.0, 1e-3, GEMM, "TensorRT-LLM: kernels that cast activations to 8 bit")   \
    X("vllm_attention", vllm_attention, NUMBER, 0.5, 2.0, PREFILL,                                                   \
      "vLLM's attention kernels over the mean of engines in speed; TensorRT-LLM's are slower by as much")            \
    X("block_rate", block_B_per_ck, NUMBER, 0.0, 1e4, DECODE,                                                        \
      "bytes of an 8-bit KV cache one block of TensorRT-LLM's kernel that widens reads in one clock; 0: no limit")   \
    X("gather_rate", gather_per_ck, NUMBER, 0.0, 1e5, LAYER,                                                         \
      "elements a unit looks up in a table in one clock; 0: as many as in other elementwise work")                   \
    X("gather_clocks", gather_ck, NUMBER, 0.0, 1e6, LAYER, "chip clocks to look up one row of few")                  \
    /* collective libraries */                                                                                       \
    X("collective_launch_clocks", coll_launch_ck, NUMBER, 0.0, 1e6, COLLECTIVE,                                      \
      "chip clocks to start a collective of the general library")                                                    \
    X("collective_step_clocks", coll_step_ck, NUMBER, 0.0, 1e6, COLLECTIVE,                                          \
      "chip clocks of the software part of one step of a collective")                                                \
    X("collective_bulk_clocks", coll_bulk_ck, NUMBER, 0.0, 1e6, COLLECTIVE,                                          \
      "chip clocks added where the collective moves bulk instead of flagged data")                                   \
    X("collective_frac", coll_frac, FRACTION, 0.05, 1.0, STATED, "share of link bandwidth in bulk transfer")         \
    X("collective_pcie_frac", coll_pcie_frac, FRACTION, 0.05, 1.0, STATED, "the same of PCIe through a host")        \
    X("collective_channel_rate", coll_channel_B_per_ck, NUMBER, 1.0, 1e5, COLLECTIVE,                                \
      "bytes half of the threads of one of a collective's channels copy in one clock")                               \
    X("collective_straggling", coll_straggling, FRACTION, 0.0, 1.0, COLLECTIVE,                                      \
      "how much longer start and steps take with e times as many channels")                                          \
    X("collective_engine_clocks", coll_engine_ck, NUMBER, 0.0, 1e6, COLLECTIVE,                                      \
      "chip clocks to start an inference engine's own all-reduce kernel")                                            \
    X("collective_push_frac", coll_push_frac, FRACTION, 0.05, 1.0, COLLECTIVE,                                       \
      "share of link bandwidth an engine's own all-reduce kernel reaches that pushes to all peers")                  \
    X("collective_fetch_frac", coll_fetch_frac, FRACTION, 0.05, 1.0, COLLECTIVE,                                     \
      "the same of one that fetches from them")

struct f2f_chip_class {
    struct f2f_ident id;
#define X(key, member, quantity, least, most, fit, help) double member;
    F2F_CHIP_CLASS_FIELDS(X)
#undef X
    struct f2f_class_errors errors; /* of chips that were left out of the fit */
    const char **fit; /* statistics of the fit, for readers */
    int n_fit;
};

#ifdef __cplusplus
}
#endif
#endif
