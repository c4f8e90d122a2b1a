/* units.h - quantities as people write them: "3.35 TB/s", "36 GB", "5.2 Gb/s".
 *
 * One of the two doors where text meets SI units (the other is report/). GB is 1e9 bytes, GiB is
 * 2^30; b is a bit and B a byte. A bare number is refused where a unit belongs. */
#ifndef F2F_BASE_UNITS_H
#define F2F_BASE_UNITS_H

#include "fab2fleet/status.h"

/* enum suffix, base unit, what it is, example */
#define F2F_QUANTITY_LIST(X)                                          \
    X(NUMBER, "", "a plain number", "1.5")                            \
    X(FRACTION, "", "a fraction", "0.9")                              \
    X(SIZE, "B", "a size in bytes", "80 GB")                          \
    X(RATE, "B/s", "a rate in bytes per second", "3.35 TB/s")         \
    X(BITRATE, "b/s", "a rate in bits per second", "6.4 Gb/s")        \
    X(FLOPS, "FLOP/s", "a rate in FLOP/s", "989 TFLOP/s")             \
    X(FREQUENCY, "Hz", "a frequency", "1.83 GHz")                     \
    X(POWER, "W", "a power", "700 W")                                 \
    X(ENERGY, "J", "an energy", "20 J")                               \
    X(ENERGY_PER_BIT, "J/b", "an energy per bit", "3.9 pJ/b")         \
    X(ENERGY_PER_BYTE, "J/B", "an energy per byte", "1.2 pJ/B")       \
    X(ENERGY_PER_FLOP, "J/FLOP", "an energy per FLOP", "0.5 pJ/FLOP") \
    X(TIME, "s", "a time", "350 ns")                                  \
    X(AREA, "mm2", "an area", "814 mm2")                              \
    X(TEMPERATURE, "C", "a temperature in degrees Celsius", "85 C")   \
    X(THERMAL, "K/W", "a thermal resistance", "0.4 K/W")

enum f2f_quantity {
#define X(id, unit, text, example) F2F_QUANTITY_##id,
    F2F_QUANTITY_LIST(X)
#undef X
        F2F_QUANTITY_N
};

/* Reads the whole text as that quantity into SI units. F2F_EINPUT's message names what is wanted,
 * what was found and an example. NaN and infinities are refused. */
f2f_status f2f_quantity_parse(double *out, enum f2f_quantity wanted, const char *text, f2f_error *err);
const char *f2f_quantity_unit(enum f2f_quantity q);
const char *f2f_quantity_text(enum f2f_quantity q);
const char *f2f_quantity_example(enum f2f_quantity q);
/* A plain number, whole text, C locale whatever the process's locale; no hex, no NaN, no infinity. Returns 0 on
 * failure, 1 if read. */
int f2f_number_parse(double *out, const char *text);

#endif
