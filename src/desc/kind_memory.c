/* kind_memory.c - field table of a memory stack or device. */
#include <math.h>
#include <string.h>

#include "desc/table.h"

#define NEVER_C 200.0 /* more than any memory is simulated at (F2F_MEM_LIMIT_C) */
#define T struct f2f_memory
static const struct f2f_field fields[] = {
    F2F_TEXT(T, "family", family, true, "generation, e.g. HBM3E"),
    F2F_REF(T, "standard", standard, true, &f2f_dram_table, "the DRAM standard: commands and constraints"),
    F2F_REF(T, "controller", controller, true, &f2f_controller_table, "the controller used where a chip names none",
            .unless = "^.controller"),
    F2F_QTY(T, "capacity", capacity_B, SIZE, 1e6, 1e13, "capacity of one stack or device"),
    F2F_QTY_OR(T, "die", die_B, SIZE, 1e6, 1e13, 0,
               "capacity of one DRAM die of a stack: 'height' of them make 'capacity'"),
    F2F_REF(T, "stack", stack, false, &f2f_stack_table, "how it is made or bought"),
    F2F_QTY(T, "pin_rate", pin_rate_bps, BITRATE, 1e8, 1e11, "highest rate of one data pin the memory is rated for"),
    F2F_INT(T, "pins", pins, 1, 65536, "data pins of one stack or device"),
    F2F_INT(T, "height", height, 1, 64, "DRAM dies in a stack, 1 if it is no stack"),
    F2F_INT(T, "channels", channels, 1, 256, "channels of one stack or device, each with its own command bus"),
    F2F_INT(T, "pseudo_channels", pseudos, 1, 4, "pseudo-channels of a channel"),
    F2F_INT(T, "ranks", ranks, 1, 16, "ranks of a pseudo-channel; in HBM stack IDs"),
    F2F_INT(T, "bank_groups", groups, 1, 16, "bank groups of a rank"),
    F2F_INT(T, "banks", banks, 1, 64, "banks of a bank group"),
    F2F_INT(T, "rows", rows, 1, 16777216, "rows of a bank"),
    F2F_QTY(T, "page", page_B, SIZE, 64, 1048576, "bytes of one row of a bank"),
    F2F_INT(T, "burst", burst, 1, 64, "transfers of one column command (BL)"),
#define X(key, symbol, help) F2F_TIMING(T, #key, timing[F2F_DRAM_SYMBOL_##symbol], help),
    F2F_DRAM_TIMINGS(X)
#undef X
        F2F_INT_OR(T, "raaimt", raaimt, 0, 100000, 0,
                   "activates of a bank that call for refresh management (RAAIMT); 0: none"),
    F2F_QTY(T, "activate_energy", activate_J, ENERGY, 0, 1e-6, "one activate and its precharge"),
    F2F_QTY(T, "read_energy", read_J_per_b, ENERGY_PER_BIT, 0, 1e-9,
            "one bit read, from the row to the edge of the stack"),
    F2F_QTY(T, "write_energy", write_J_per_b, ENERGY_PER_BIT, 0, 1e-9, "one bit written, the other way"),
    F2F_QTY(T, "io_energy", io_J_per_b, ENERGY_PER_BIT, 0, 1e-9, "one bit between the stack and the chip"),
    F2F_QTY(T, "refresh_energy", refresh_J, ENERGY, 0, 1e-6, "one bank in one refresh command"),
    F2F_QTY(T, "idle", idle_W, POWER, 0, 100, "background power of one stack or device"),
    F2F_QTY_OR(T, "hot", hot_C, TEMPERATURE, 0, NEVER_C, 85, "above this temperature refresh is due more often"),
    F2F_QTY_OR(T, "hot_refresh", hot_refresh, NUMBER, 1, 16, 2, "how many times as often"),
    F2F_QTY_OR(T, "hotter", hotter_C, TEMPERATURE, 0, NEVER_C, NEVER_C,
               "above this temperature refresh is due more often still; 200 C: never"),
    F2F_QTY_OR(T, "hotter_refresh", hotter_refresh, NUMBER, 1, 16, 4, "how many times as often as below 'hot'"),
    F2F_QTY_OR(T, "base_resistance", base_K_per_W, THERMAL, 0, 100, 0, "from the package to the lowest DRAM die"),
    F2F_QTY_OR(T, "die_resistance", die_K_per_W, THERMAL, 0, 100, 0,
               "of each die in the stack: half of its bond layer's"),
};

/* Clocks of a timing at the rated pin rate. */
static double clocks(const T *m, int symbol) {
    double clock_s = m->standard->bits_per_clock / m->pin_rate_bps;
    return fmax(ceil(m->timing[symbol].s / clock_s - 1e-6), m->timing[symbol].ck);
}

static const struct f2f_doc *place(const struct f2f_doc *node, const char *key) {
    const struct f2f_doc *child = f2f_doc_get(node, key);
    return child ? child : node;
}

/* Of the keys that must multiply to one another, one that the description itself gives: who changes `channels` of an
 * inherited memory looks for the fault in his own file. */
static const struct f2f_doc *own_place(const struct f2f_doc *node) {
    static const char *const keys[] = {"rows",  "capacity",    "channels", "pseudo_channels",
                                       "ranks", "bank_groups", "banks",    "page"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        const struct f2f_doc *child = f2f_doc_get(node, keys[i]);
        if (child && child->file == node->file) return child;
    }
    return place(node, "rows");
}

static const double GiB = 1073741824.0;
enum { MAX_BANKS = 1024 }; /* of a channel: several times what any standard has */

/* How many ranks hold so much, where that is a whole number, between two texts. */
static const char *ranks_for(const T *m, double capacity_B, double product_B, const char *before, const char *after,
                             struct f2f_diag *diag) {
    double ranks = capacity_B / product_B * m->ranks;
    if (ranks < 1 || fabs(ranks - round(ranks)) > 1e-9) return "";
    return f2f_arena_printf(diag->arena, "%s%.0f%s", before, ranks, after);
}

/* So many dies hold so much: a stack of another height is another memory, with all that hangs on it. */
static void check_height(const T *m, const struct f2f_doc *node, struct f2f_diag *diag) {
    double holds_B = m->height * m->die_B;
    if (!(m->die_B > 0) || fabs(holds_B - m->capacity_B) <= 0.5) return;
    f2f_doc_error(
        diag, place(node, "height"),
        "%d dies of %.6g GiB ('die') are %.6g GiB, but 'capacity' is %.6g GiB: give all that changes with the "
        "height, 'capacity: %.6g GiB', %s'idle' and 'trfc_ab', or another 'die'",
        m->height, m->die_B / GiB, holds_B / GiB, m->capacity_B / GiB, holds_B / GiB,
        ranks_for(m, holds_B, m->capacity_B, "'ranks: ", "', ", diag));
}

static void check_organisation(const T *m, const struct f2f_doc *node, struct f2f_diag *diag) {
    double banks = (double)m->channels * m->pseudos * m->ranks * m->groups * m->banks,
           product_B = banks * m->rows * m->page_B;
    int width = m->pins / (m->channels * m->pseudos);
    if (banks / m->channels > MAX_BANKS)
        f2f_doc_error(diag, place(node, "banks"), "%.0f banks in a channel: at most %d", banks / m->channels,
                      MAX_BANKS);
    if (fabs(product_B - m->capacity_B) > 0.5)
        f2f_doc_error(diag, own_place(node),
                      "%.0f banks of %d rows of %.0f B are %.0f B, but 'capacity' is %.0f B: %.10g rows would do%s",
                      banks, m->rows, m->page_B, product_B, m->capacity_B, m->capacity_B / (banks * m->page_B),
                      ranks_for(m, m->capacity_B, product_B, ", or ", " ranks", diag));
    if (width < 1 || width * m->channels * m->pseudos != m->pins)
        f2f_doc_error(diag, place(node, "pins"), "%d pins do not divide by %d channels of %d pseudo-channels", m->pins,
                      m->channels, m->pseudos);
    else if (width * m->burst % 8 || fmod(m->page_B, width * m->burst / 8.0) != 0)
        f2f_doc_error(diag, place(node, "burst"), "a row of %g B does not hold whole bursts of %d transfers of %d pins",
                      m->page_B, m->burst, width);
    if (m->burst % m->standard->bits_per_clock)
        f2f_doc_error(diag, place(node, "burst"), "a burst of %d transfers at %d a clock is no whole number of clocks",
                      m->burst, m->standard->bits_per_clock);
}

/* In clocks if one of the three is: each is rounded up by itself, so that one clock may be missing. */
static void check_row_cycle(const T *m, const struct f2f_doc *node, struct f2f_diag *diag) {
    const struct f2f_dram_timing *rc = &m->timing[F2F_DRAM_SYMBOL_nRC], *ras = &m->timing[F2F_DRAM_SYMBOL_nRAS],
                                 *rp = &m->timing[F2F_DRAM_SYMBOL_nRP];
    double rc_ck = clocks(m, F2F_DRAM_SYMBOL_nRC), ras_ck = clocks(m, F2F_DRAM_SYMBOL_nRAS),
           rp_ck = clocks(m, F2F_DRAM_SYMBOL_nRP);
    bool times = rc->ck <= 0 && ras->ck <= 0 && rp->ck <= 0;
    if (times && rc->s < ras->s + rp->s - 1e-13)
        f2f_doc_error(diag, place(node, "trc"),
                      "'trc' (%.10g ns) is less than 'tras' (%.10g ns) + 'trp' (%.10g ns): a row cannot close and open "
                      "sooner than that; make it at least %.10g ns",
                      rc->s * 1e9, ras->s * 1e9, rp->s * 1e9, (ras->s + rp->s) * 1e9);
    if (!times && rc_ck < ras_ck + rp_ck - (rc->s > 0 || ras->s > 0 || rp->s > 0))
        f2f_doc_error(diag, place(node, "trc"),
                      "'trc' (%g clocks) is less than 'tras' (%g) + 'trp' (%g): make it at least their sum", rc_ck,
                      ras_ck, rp_ck);
}

static void check_timings(const T *m, const struct f2f_doc *node, struct f2f_diag *diag) {
    check_row_cycle(m, node, diag);
    static const int refreshes[] = {F2F_DRAM_SYMBOL_nRFCab, F2F_DRAM_SYMBOL_nRFCpb};
    for (int i = 0; i < 2; i++)
        if (clocks(m, refreshes[i]) >= clocks(m, F2F_DRAM_SYMBOL_nREFI))
            f2f_doc_error(diag, place(node, f2f_dram_symbol_key((enum f2f_dram_symbol)refreshes[i])),
                          "'%s' (%g clocks) must be shorter than 'trefi' (%g): the memory would do nothing but refresh",
                          f2f_dram_symbol_key((enum f2f_dram_symbol)refreshes[i]), clocks(m, refreshes[i]),
                          clocks(m, F2F_DRAM_SYMBOL_nREFI));
}

/* Hotter memory is refreshed no more seldom, and is left time to do something else. */
static void check_hot(const T *m, const struct f2f_doc *node, struct f2f_diag *diag) {
    bool ever = m->hotter_C < NEVER_C;
    double most = ever ? m->hotter_refresh : m->hot_C < NEVER_C ? m->hot_refresh : 1.0;
    double refresh_ck = fmax(clocks(m, F2F_DRAM_SYMBOL_nRFCab), clocks(m, F2F_DRAM_SYMBOL_nRFCpb));
    if (ever && m->hotter_C < m->hot_C)
        f2f_doc_error(diag, place(node, "hotter"), "'hotter' (%g C) is below 'hot' (%g C): make it at least that",
                      m->hotter_C, m->hot_C);
    if (ever && m->hotter_refresh < m->hot_refresh)
        f2f_doc_error(diag, place(node, "hotter_refresh"),
                      "'hotter_refresh' (%g) is less than 'hot_refresh' (%g): make it at least that", m->hotter_refresh,
                      m->hot_refresh);
    if (refresh_ck * most >= clocks(m, F2F_DRAM_SYMBOL_nREFI))
        f2f_doc_error(diag, place(node, ever ? "hotter_refresh" : "hot_refresh"),
                      "refreshed %g times as often, 'trefi' is %g clocks, and a refresh takes %g: the memory would do "
                      "nothing but refresh; make it less than %.4g",
                      most, clocks(m, F2F_DRAM_SYMBOL_nREFI) / most, refresh_ck,
                      clocks(m, F2F_DRAM_SYMBOL_nREFI) / refresh_ck);
}

static void check_management(const T *m, const struct f2f_doc *node, struct f2f_diag *diag) {
    bool managed = false;
    for (int i = 0; i < m->standard->commands; i++) {
        int action = m->standard->command[i].action;
        managed |= action == F2F_DRAM_MANAGE_ALL || action == F2F_DRAM_MANAGE_BANK;
    }
    if (m->raaimt && !managed)
        f2f_doc_error(diag, place(node, "raaimt"),
                      "'raaimt' calls for refresh management, which standard '%.60s' has no command for: remove it",
                      m->standard->id.name ? m->standard->id.name : "");
}

/* Every timing the standard's constraints speak of must be given. */
static void check_used(const T *m, const struct f2f_doc *node, struct f2f_diag *diag) {
    bool told[F2F_DRAM_SYMBOLS] = {false};
    for (int i = 0; i < m->standard->constraints; i++) {
        const struct f2f_dram_constraint *c = &m->standard->constraint[i];
        struct f2f_dram_latency latency;
        if (f2f_dram_latency_parse(&latency, c->latency, NULL) != F2F_OK) continue;
        for (int s = 0; s < F2F_DRAM_SYMBOL_nBL; s++) {
            const char *key = f2f_dram_symbol_key((enum f2f_dram_symbol)s);
            if (!latency.times[s] || told[s] || f2f_doc_get(node, key)) continue;
            told[s] = true;
            f2f_doc_error(diag, node, "'%s' is missing: the standard's constraint '%s' after '%s' needs it (%s)", key,
                          c->after[0], c->before[0], c->latency);
        }
    }
}

static void check(const void *object, const struct f2f_doc *node, struct f2f_diag *diag) {
    const T *m = object;
    static const char *const always[] = {"tcl", "tcwl", "trcd", "trp", "tras", "trc", "trefi", "trfc_ab"};
    size_t before = diag->n;
    for (size_t i = 0; i < sizeof always / sizeof always[0]; i++)
        if (!f2f_doc_get(node, always[i]))
            f2f_doc_error(diag, node, "'%s' is missing: every DRAM has it (e.g. %s: 14 ns)", always[i], always[i]);
    check_used(m, node, diag);
    if (diag->n != before) return;
    check_height(m, node, diag);
    check_organisation(m, node, diag);
    check_timings(m, node, diag);
    if (diag->n == before) check_hot(m, node, diag);
    check_management(m, node, diag);
}

const struct f2f_table f2f_memory_table = F2F_TABLE("memory", T, fields, true, check);
