/* kind_process.c - field table of a manufacturing process. */
#include "desc/table.h"

const char *const f2f_maturity_words[] = {"shipping", "announced", "estimate", NULL};

#define T struct f2f_process
static const struct f2f_field fields[] = {
    F2F_QTY(T, "flop_energy", flop_energy_J, ENERGY_PER_FLOP, 1e-15, 1e-9,
            "energy of one bf16 FLOP in a matrix unit, operand delivery included, at nominal voltage"),
    F2F_QTY(T, "sram_energy", sram_energy_J_per_B, ENERGY_PER_BYTE, 1e-14, 1e-9,
            "energy of a last-level SRAM access, wires included"),
    F2F_REF(T, "foundry", foundry, false, &f2f_foundry_table, "who makes it, at what price and yield"),
};
const struct f2f_table f2f_process_table = F2F_TABLE("process", T, fields, true, NULL);
