/* window.c - commands of a stretch of time as spans of a timeline: on a track for each bank how long its row opens,
 * closes or refreshes, on one for each pseudo-channel the data. */
#include <math.h>

#include "fab2fleet/memory.h"

enum { MAX_SPANS = 1000000 };

void f2f_mem_window_init(struct f2f_mem_window *w, struct f2f_record *record, const struct f2f_mem_run *run,
                         double begin_s, double end_s) {
    double rate_bps = run->pin_rate_bps > 0.0 ? run->pin_rate_bps : run->memory->pin_rate_bps;
    double clock_s = run->memory->standard->bits_per_clock / rate_bps;
    *w = (struct f2f_mem_window){.record = record,
                                 .memory = run->memory,
                                 .begin_s = begin_s,
                                 .end_s = end_s,
                                 .clock_s = clock_s,
                                 .tick_s = clock_s / run->memory->standard->ticks_per_clock};
}

/* The timing an action's span shows. */
static int symbol_of(int action) {
    switch (action) {
    case F2F_DRAM_ACTIVATE: return F2F_DRAM_SYMBOL_nRCDRD;
    case F2F_DRAM_PRECHARGE:
    case F2F_DRAM_PRECHARGE_ALL: return F2F_DRAM_SYMBOL_nRP;
    case F2F_DRAM_REFRESH_ALL: return F2F_DRAM_SYMBOL_nRFCab;
    case F2F_DRAM_MANAGE_ALL: return F2F_DRAM_SYMBOL_nRFMab;
    case F2F_DRAM_REFRESH_BANK: return F2F_DRAM_SYMBOL_nRFCpb;
    case F2F_DRAM_MANAGE_BANK: return F2F_DRAM_SYMBOL_nRFMpb;
    case F2F_DRAM_READ:
    case F2F_DRAM_READ_AUTO: return F2F_DRAM_SYMBOL_nCL;
    default: return F2F_DRAM_SYMBOL_nCWL;
    }
}

static double timing_s(const struct f2f_mem_window *w, int symbol) {
    const struct f2f_dram_timing *t = &w->memory->timing[symbol];
    return fmax(ceil(t->s / w->clock_s - 1e-6), t->ck) * w->clock_s;
}

static const char *name_of(const struct f2f_mem_window *w, int action) {
    const struct f2f_dram_standard *s = w->memory->standard;
    for (int i = 0; i < s->commands; i++)
        if (s->command[i].action == action) return s->command[i].name;
    return "?";
}

void f2f_mem_window_log(void *context, const struct f2f_mem_command *c) {
    struct f2f_mem_window *w = context;
    double at_s = (double)c->tick * w->tick_s, lasts_s = timing_s(w, symbol_of(c->action));
    if (at_s < w->begin_s || at_s >= w->end_s || w->spans >= MAX_SPANS) return;
    f2f_arena *arena = w->record->arena;
    const char *name = name_of(w, c->action), *track = f2f_arena_printf(arena, "PC %d all banks", c->pseudo);
    bool column = c->action >= F2F_DRAM_READ && c->action <= F2F_DRAM_WRITE_AUTO;
    if (c->bank >= 0 && c->group >= 0)
        track = f2f_arena_printf(arena, "PC %d rank %d group %d bank %d", c->pseudo, c->rank, c->group, c->bank);
    else if (c->rank >= 0) track = f2f_arena_printf(arena, "PC %d rank %d", c->pseudo, c->rank);
    if (c->action == F2F_DRAM_ACTIVATE) name = f2f_arena_printf(arena, "%s row %d", name, c->row);
    w->spans++;
    if (column) {
        const char *data = f2f_arena_printf(arena, "PC %d data", c->pseudo);
        f2f_record_span(w->record, track, name, at_s, w->clock_s);
        f2f_record_span(w->record, data, name, at_s + lasts_s,
                        w->memory->burst / w->memory->standard->bits_per_clock * w->clock_s);
    } else f2f_record_span(w->record, track, name, at_s, lasts_s);
}
