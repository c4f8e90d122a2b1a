/* kind_memory.c - field table of a memory stack or device. */
#include "desc/table.h"

static const char *const refresh_words[] = {"all-bank", "per-bank", NULL};

#define T struct f2f_memory
static const struct f2f_field fields[] = {
    F2F_TEXT(T, "family", family, true, "the standard, e.g. HBM3E"),
    F2F_QTY(T, "capacity", capacity_B, SIZE, 1e6, 1e13, "capacity of one stack or device"),
    F2F_REF(T, "stack", stack, false, &f2f_stack_table, "how it is made or bought"),
    F2F_QTY(T, "pin_rate", pin_rate_bps, BITRATE, 1e8, 1e11, "highest rate of one data pin the memory is rated for"),
    F2F_INT(T, "pins", pins, 1, 65536, "data pins of one stack or device"),
    F2F_INT(T, "channels", channels, 1, 1024, "channels of one stack or device; pseudo-channels count"),
    F2F_INT(T, "height", height, 1, 64, "DRAM dies in a stack, 1 if it is no stack"),
    F2F_INT(T, "banks", banks, 1, 1024, "banks of one channel, all stack IDs together"),
    F2F_WORD(T, "refresh", refresh, true, refresh_words, "how banks are refreshed"),
    F2F_QTY(T, "trefi", trefi_s, TIME, 1e-8, 1e-3, "each bank is refreshed once in this time"),
    F2F_QTY(T, "trfc", trfc_s, TIME, 1e-9, 1e-4, "length of one refresh: tRFCab (all-bank) or tRFCpb (per-bank)"),
    F2F_QTY(T, "trcd", trcd_s, TIME, 1e-10, 1e-6, "row open to column command (tRCD)"),
    F2F_QTY(T, "tcl", tcl_s, TIME, 1e-10, 1e-6, "read command to data (CL)"),
    F2F_QTY(T, "trp", trp_s, TIME, 1e-10, 1e-6, "precharge (tRP)"),
    F2F_QTY(T, "twtr", twtr_s, TIME, 0, 1e-6, "end of write data to read command, same bank group (tWTR)"),
    F2F_QTY(T, "trtw", trtw_s, TIME, 0, 1e-6, "read command to write command (tRTW)"),
    F2F_QTY(T, "energy", energy_J_per_b, ENERGY_PER_BIT, 1e-13, 1e-9, "energy of one bit moved, cell to pin"),
    F2F_QTY(T, "idle", idle_W, POWER, 0, 100, "background power of one stack or device"),
};

static void check(const void *object, const struct f2f_doc *node, struct f2f_diag *diag) {
    const T *m = object;
    if (m->trfc_s >= m->trefi_s)
        f2f_doc_error(diag, node,
                      "'trfc' (%g s) must be shorter than 'trefi' (%g s): the memory would do nothing but refresh",
                      m->trfc_s, m->trefi_s);
}

const struct f2f_table f2f_memory_table = F2F_TABLE("memory", T, fields, true, check);
