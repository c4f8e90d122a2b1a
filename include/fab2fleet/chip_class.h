/* chip_class.h - calibrated constants of a class of chips.
 *
 * A class is a way of building an accelerator: many small matrix units under a cache, a few large
 * systolic arrays, ... All chips of a class share its constants; what differs between chips is in
 * their datasheets. catalog/class/ says what each value was fitted on. */
#ifndef F2F_CHIP_CLASS_H
#define F2F_CHIP_CLASS_H

#include "fab2fleet/hardware.h"

#ifdef __cplusplus
extern "C" {
#endif

/* key in the description, member, quantity (of base/units.h), least, most
 * (SI units), help. Every key is required unless the description extends another class. */
#define F2F_CHIP_CLASS_FIELDS(X)                                                                                     \
    X("launch_clocks", launch_ck, NUMBER, 0.0, 1e6, "chip clocks to start and drain one kernel in a captured graph") \
    X("tile_clocks", tile_ck, NUMBER, 0.0, 1e6, "chip clocks to fill the pipeline of one tile and write its result") \
    X("stream_frac", stream_frac, FRACTION, 0.1, 1.0,                                                                \
      "share of what the memory delivers that a kernel's stream reaches")                                            \
    X("matrix_frac", matrix_frac, FRACTION, 0.1, 1.0, "share of the matrix peak inside the loop of a large tile")    \
    X("narrow_frac", narrow_frac, FRACTION, 0.1, 1.0,                                                                \
      "matrix_frac is multiplied by this for formats of 8 bit or less")                                              \
    X("unit_rate", unit_B_per_ck, NUMBER, 1.0, 1e5, "bytes a unit takes from the shared cache in one clock")         \
    X("blocked_frac", blocked_frac, FRACTION, 0.0, 1.0,                                                              \
      "share of the cache software blocks products for; 0: the cache follows the walk of tiles")                     \
    X("overlap_frac", overlap_frac, FRACTION, 0.0, 1.0,                                                              \
      "how much of the shorter of compute and memory time hides behind the longer")                                  \
    X("weight_only_setup", weight_only_s, TIME, 0.0, 1e-3,                                                           \
      "added to products whose weights are narrower than products")                                                  \
    X("nominal_clock", nominal_clock_Hz, FREQUENCY, 1e8, 1e10,                                                       \
      "clock at the process's nominal voltage; above it voltage and energy per operation rise")                      \
    X("vector_frac", vector_frac, FRACTION, 0.01, 1.0, "share of the fp32 vector peak in elementwise work")          \
    X("attention_frac", attention_frac, FRACTION, 0.05, 1.0, "matrix_frac is multiplied by this in attention")       \
    X("softmax_flop", softmax_flop, NUMBER, 0.0, 1e3,                                                                \
      "fp32 operations of the vector units for one attention score, beside the products")                            \
    X("attention_setup", attention_setup_s, TIME, 0.0, 1e-3,                                                         \
      "fixed cost of attention beyond one launch: rotary and cache write, merge of split sequences")                 \
    X("collective_launch_clocks", coll_launch_ck, NUMBER, 0.0, 1e6,                                                  \
      "chip clocks to start a collective of the general library")                                                    \
    X("collective_step", coll_step_s, TIME, 0.0, 1e-3, "software part of one step of a collective")                  \
    X("collective_bulk", coll_bulk_s, TIME, 0.0, 1e-3,                                                               \
      "added where the collective moves bulk instead of flagged data")                                               \
    X("collective_frac", coll_frac, FRACTION, 0.05, 1.0, "share of link bandwidth in bulk transfer")                 \
    X("collective_switch_frac", coll_switch_frac, FRACTION, 0.05, 1.0, "the same where the switch reduces")          \
    X("collective_engine_clocks", coll_engine_ck, NUMBER, 0.0, 1e6,                                                  \
      "chip clocks to start an inference engine's own all-reduce kernel")                                            \
    X("bus_contention", bus_contention, NUMBER, 0.0, 4.0,                                                            \
      "exponent by which chips beyond two slow each other on a PCIe tree")

struct f2f_chip_class {
    struct f2f_ident id;
#define X(key, member, quantity, least, most, help) double member;
    F2F_CHIP_CLASS_FIELDS(X)
#undef X
};

#ifdef __cplusplus
}
#endif
#endif
