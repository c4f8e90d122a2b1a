/* page.c - page policies: open leaves a row open until another one is wanted; closed closes it with its last
 * request (auto-precharge where the standard has it); adaptive closes it some time after. */
#include <math.h>

#include "memory/channel.h"

void f2f_dram_page_init(struct channel *c, f2f_arena *arena, const struct f2f_memory *memory) {
    (void)memory;
    c->idle_words = (c->banks_per_pseudo + 63) / 64;
    c->idle_close = c->controller->page == F2F_DRAM_PAGE_ADAPTIVE
                        ? (int64_t)ceil(c->controller->idle_close_s / c->spec->tick_s)
                        : 0;
    c->idle = f2f_arena_alloc(arena, (size_t)c->pseudos * (size_t)c->idle_words * sizeof *c->idle);
}

void f2f_dram_page_idle(struct channel *c, int bank, bool idle) {
    int pseudo = c->bank[bank].pseudo, own = bank - pseudo * c->banks_per_pseudo;
    uint64_t *word = &c->idle[pseudo * c->idle_words + own / 64], bit = UINT64_C(1) << own % 64;
    if (idle) *word |= bit;
    else *word &= ~bit;
}

int64_t f2f_dram_page_next(const struct channel *c, int pseudo, int *bank) {
    int64_t best = NEVER;
    for (int w = 0; w < c->idle_words; w++)
        for (uint64_t bits = c->idle[pseudo * c->idle_words + w]; bits; bits &= bits - 1) {
            int b = pseudo * c->banks_per_pseudo + w * 64 + __builtin_ctzll(bits);
            int64_t tick =
                later(f2f_dram_device_ready(&c->device, F2F_DRAM_PRECHARGE, b), c->bank[b].used + c->idle_close);
            if (c->bank[b].held || tick >= best) continue;
            best = tick;
            *bank = b;
        }
    return best < NEVER ? aligned(later(best, c->now), c->spec->edge[F2F_DRAM_PRECHARGE]) : NEVER;
}

bool f2f_dram_page_auto(const struct channel *c, int direction, const struct bank *b, uint16_t e, int64_t tick) {
    int action = direction ? F2F_DRAM_WRITE_AUTO : F2F_DRAM_READ_AUTO;
    if (!c->spec->has[action]) return false;
    for (int d = 0; d < 2; d++) {
        const struct queue *q = &c->queue[d];
        for (uint16_t other = b->list[d].head; other != NO_ENTRY; other = q->entry[other].after)
            if ((d != direction || other != e) && q->entry[other].row == b->open_row) return false;
    }
    return f2f_dram_device_ready(&c->device, action, b->number) <= tick;
}
