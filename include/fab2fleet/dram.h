/* dram.h - descriptions of memories: a DRAM standard, a stack or device built after it, a controller.
 *
 * A standard is data: its commands, and constraints {level, before, after, latency} between them after
 * the JEDEC documents. A memory gives organisation, timings and energies; a controller the policies.
 * Five levels hold for every standard; one that a standard lacks has one member. */
#ifndef F2F_DRAM_H
#define F2F_DRAM_H

#include <stdbool.h>

#include "fab2fleet/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A rank is a stack ID (SID) in HBM. Rows and columns lie below the bank. */
enum f2f_dram_level {
    F2F_DRAM_CHANNEL,
    F2F_DRAM_PSEUDO,
    F2F_DRAM_RANK,
    F2F_DRAM_GROUP,
    F2F_DRAM_BANK,
    F2F_DRAM_LEVELS
};
extern const char *const f2f_dram_level_words[];

/* What a command does to the device; its name is the standard's. */
enum f2f_dram_action {
    F2F_DRAM_ACTIVATE,
    F2F_DRAM_PRECHARGE,
    F2F_DRAM_PRECHARGE_ALL,
    F2F_DRAM_READ,
    F2F_DRAM_WRITE,
    F2F_DRAM_READ_AUTO, /* with auto-precharge */
    F2F_DRAM_WRITE_AUTO,
    F2F_DRAM_REFRESH_ALL,
    F2F_DRAM_REFRESH_BANK,
    F2F_DRAM_MANAGE_ALL, /* refresh management (RFM) */
    F2F_DRAM_MANAGE_BANK,
    F2F_DRAM_ACTIONS
};
extern const char *const f2f_dram_action_words[];

/* Banks one command reaches. SAME_BANK: the bank of that index in every group (DDR5's REFsb). */
enum f2f_dram_scope { F2F_DRAM_OF_BANK, F2F_DRAM_OF_SAME_BANK, F2F_DRAM_OF_RANK, F2F_DRAM_OF_PSEUDO };
enum f2f_dram_bus { F2F_DRAM_BUS_ROW, F2F_DRAM_BUS_COLUMN, F2F_DRAM_BUS_SHARED, F2F_DRAM_BUSES };

/* A tick is the shortest step of the command bus: half a clock in HBM3, where a precharge takes one edge. A
 * command takes lead + 1 + tail ticks; latencies count from reference tick to reference tick. */
struct f2f_dram_command {
    const char *name;
    int action; /* enum f2f_dram_action */
    int bus; /* enum f2f_dram_bus */
    int lead, tail; /* ticks the bus is taken before and after the reference tick */
    bool any_edge; /* the reference may be any tick; else it is the first of a clock */
    int scope; /* enum f2f_dram_scope */
};

/* The last of `window` commands of `before` at one member of the level, then one of `after` not before the latency,
 * a sum such as "nCWL + nBL + nWTRS". sibling: at the other members of the same parent. */
struct f2f_dram_constraint {
    int level; /* enum f2f_dram_level */
    const char **before, **after;
    int n_before, n_after;
    const char *latency;
    int window;
    bool sibling;
};

/* Timings: key in the description, symbol in latencies, help. JEDEC's names. */
#define F2F_DRAM_TIMINGS(X)                                                                    \
    X(tcl, nCL, "read command to first data (CL)")                                             \
    X(tcwl, nCWL, "write command to first data (CWL)")                                         \
    X(trcd, nRCDRD, "activate to read (tRCDRD)")                                               \
    X(trcd_wr, nRCDWR, "activate to write (tRCDWR)")                                           \
    X(trp, nRP, "precharge to activate (tRP)")                                                 \
    X(tras, nRAS, "activate to precharge (tRAS)")                                              \
    X(trc, nRC, "activate to activate, same bank (tRC)")                                       \
    X(twr, nWR, "end of write data to precharge (tWR)")                                        \
    X(trtp, nRTP, "read to precharge (tRTP)")                                                  \
    X(tccd_s, nCCDS, "column command to column command, other bank group (tCCD_S)")            \
    X(tccd_l, nCCDL, "the same, same bank group (tCCD_L)")                                     \
    X(tccd_r, nCCDR, "the same, other rank or stack ID (tCCD_R)")                              \
    X(tccd_l_wr, nCCDLWR, "write to write, same bank group (tCCD_L_WR)")                       \
    X(trrd_s, nRRDS, "activate to activate, other bank group (tRRD_S)")                        \
    X(trrd_l, nRRDL, "the same, same bank group (tRRD_L)")                                     \
    X(tfaw, nFAW, "window that holds at most four activates (tFAW)")                           \
    X(twtr_s, nWTRS, "end of write data to read, other bank group (tWTR_S)")                   \
    X(twtr_l, nWTRL, "the same, same bank group (tWTR_L)")                                     \
    X(trtw, nRTW, "read to write (tRTW)")                                                      \
    X(tppd, nPPD, "precharge to precharge (tPPD)")                                             \
    X(trfc_ab, nRFCab, "length of an all-bank refresh (tRFCab)")                               \
    X(trfc_pb, nRFCpb, "length of a per-bank or same-bank refresh (tRFCpb, tRFCsb)")           \
    X(trfm_ab, nRFMab, "length of an all-bank refresh management command (tRFMab)")            \
    X(trfm_pb, nRFMpb, "length of a per-bank refresh management command (tRFMpb)")             \
    X(trrefd, nRREFD, "per-bank refresh to per-bank refresh or activate, other bank (tRREFD)") \
    X(tpbr2pbr, nPBR2PBR, "per-bank refresh to per-bank refresh, other bank (tpbR2pbR)")       \
    X(trefi, nREFI, "each bank is refreshed once in this time (tREFI), below the hot threshold")

/* As written: "2.5 ns", "4 nCK" or "max(4 nCK, 2.5 ns)". */
struct f2f_dram_timing {
    double s, ck; /* the longer counts */
};

/* A latency: nBL (clocks of one burst) and timings, each times a whole number. */
enum f2f_dram_symbol {
#define X(key, symbol, help) F2F_DRAM_SYMBOL_##symbol,
    F2F_DRAM_TIMINGS(X)
#undef X
        F2F_DRAM_SYMBOL_nBL,
    F2F_DRAM_SYMBOLS
};
struct f2f_dram_latency {
    int times[F2F_DRAM_SYMBOLS];
    int clocks; /* plain number of clocks added */
};
/* F2F_EINPUT names the word that is no symbol and the nearest one. */
f2f_status f2f_dram_latency_parse(struct f2f_dram_latency *out, const char *text, f2f_error *err);
const char *f2f_dram_symbol_name(enum f2f_dram_symbol symbol);
const char *f2f_dram_symbol_key(enum f2f_dram_symbol symbol);

#ifdef __cplusplus
}
#endif
#endif
