/* kind_controller.c - field table of a memory controller: how one channel orders and places requests. */
#include <ctype.h>
#include <string.h>

#include "desc/table.h"

static const char *const page_words[] = {"open", "closed", "adaptive", NULL};
static const char *const refresh_words[] = {"none", "all-bank", "per-bank", NULL};
static const char *const hash_words[] = {"none", "column", "row", NULL};

#define T struct f2f_controller
static const struct f2f_field fields[] = {
    F2F_TEXT(T, "scheduler", scheduler, true, "fcfs, frfcfs or frfcfs-rowhit"),
    F2F_INT_OR(T, "cap", cap, 0, 1000000, 0,
               "requests one open row may serve while an older request waits for its bank; 0: no limit"),
    F2F_WORD(T, "page", page, true, page_words, "what becomes of an open row without requests"),
    F2F_QTY_OR(T, "idle_close", idle_close_s, TIME, 0, 1e-3, 0, "adaptive: it is closed after this time",
               .only = "page=adaptive"),
    F2F_WORD(T, "refresh", refresh, true, refresh_words, "how banks are refreshed"),
    F2F_INT_OR(T, "postpone", postpone, 0, 9, 0, "refreshes that may be owed before they go ahead of requests"),
    F2F_TEXT(
        T, "mapping", mapping, true,
        "fields of an address in a channel from the highest down: Ro Co Ba Bg Ra Pc, e.g. RoCoBaBgRaPcCo4 (4 columns)"),
    F2F_WORD(T, "hash", hash, true, hash_words, "bits that pseudo-channel, rank, group and bank are mixed with"),
    F2F_QTY(T, "interleave", interleave_B, SIZE, 32, 1048576, "bytes in one channel before the next"),
    F2F_INT(T, "read_queue", read_queue, 1, 4096, "read entries of one channel"),
    F2F_INT(T, "write_queue", write_queue, 1, 4096, "write entries of one channel"),
    F2F_QTY(T, "drain_high", drain_high_frac, FRACTION, 0, 1, "share of the write queue at which writes go first"),
    F2F_QTY(T, "drain_low", drain_low_frac, FRACTION, 0, 1, "share at which reads go first again"),
    F2F_FLAG(T, "early_release", early_release, "an entry leaves its queue when its row is opened"),
};

/* Fields of two letters, each perhaps with a number of values; at most one mention of a field has none. How many
 * values there are is the memory's matter. Ch may end it: the channel is chosen before, by `interleave`. */
static void check_mapping(const char *text, const struct f2f_doc *at, struct f2f_diag *diag) {
    static const char names[][3] = {"Ro", "Co", "Ba", "Bg", "Ra", "Pc"};
    enum { ROW, COLUMN, FIELDS = sizeof names / sizeof names[0] };
    int whole[FIELDS] = {0};
    for (const char *p = text; *p;) {
        int f = 0;
        while (f < FIELDS && strncmp(p, names[f], 2) != 0) f++;
        if (f == FIELDS && strcmp(p, "Ch") == 0) break;
        if (f == FIELDS) {
            f2f_doc_error(diag, at, "'mapping': '%.2s' %s", p,
                          strncmp(p, "Ch", 2) == 0 ? "must stand last: channels are chosen by 'interleave'"
                                                   : "is no field: Ro Co Ba Bg Ra Pc are");
            return;
        }
        p += 2;
        whole[f] += !isdigit((unsigned char)*p);
        while (isdigit((unsigned char)*p)) p++;
    }
    for (int f = 0; f < FIELDS; f++)
        if (whole[f] > 1)
            f2f_doc_error(diag, at, "'mapping': '%s' stands twice: give all but one a number, as in Co4", names[f]);
    for (int f = ROW; f <= COLUMN; f++)
        if (whole[f] < 1) f2f_doc_error(diag, at, "'mapping': '%s' is missing", names[f]);
}

static void check(const void *object, const struct f2f_doc *node, struct f2f_diag *diag) {
    const T *c = object;
    check_mapping(c->mapping, f2f_doc_get(node, "mapping"), diag);
    if (c->drain_low_frac >= c->drain_high_frac)
        f2f_doc_error(diag, node, "'drain_low' (%g) must be below 'drain_high' (%g)", c->drain_low_frac,
                      c->drain_high_frac);
    if (c->page == F2F_DRAM_PAGE_ADAPTIVE && c->idle_close_s <= 0)
        f2f_doc_error(diag, node, "'page' is adaptive: say after what time a row is closed (idle_close: 200 ns)");
}

const struct f2f_table f2f_controller_table = F2F_TABLE("controller", T, fields, true, check);
