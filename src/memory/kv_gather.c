/* kv_gather.c - pages of a key-value cache, each whole, scattered over a pool (PagedAttention, Kwon et al.,
 * SOSP 2023). A page lies in one piece in the address space, so that a channel holds page / channels bytes of it
 * side by side, or one chunk of the interleaving if that is more. Page tables are left out. */
#include "memory/traffic.h"

static f2f_status open_gather(struct source *s, f2f_error *err) {
    int64_t page = (int64_t)(s->traffic->step_B / s->layout.burst_B), whole = s->layout.chunk * s->layout.channels;
    if (page < 1 || page > s->layout.bursts)
        return f2f_fail(err, F2F_EINPUT, "a page of %g B must hold at least one burst of %d B and fit a channel",
                        s->traffic->step_B, s->layout.burst_B);
    s->step = page >= whole ? page / s->layout.channels : page < s->layout.chunk ? page : s->layout.chunk;
    return F2F_OK;
}

static bool next_burst(struct source *s, struct wish *w) {
    if (!s->run_left) {
        uint64_t pages = (uint64_t)(s->layout.bursts / s->step);
        s->at[0] = (int64_t)(f2f_dram_source_draw(s) % pages) * s->step;
        s->run_left = s->step;
    }
    w->burst = s->at[0]++;
    s->run_left--;
    w->write = f2f_dram_source_writes(s);
    return true;
}

const struct traffic_ops f2f_dram_traffic_kv_gather = {
    .name = "kv-gather", .pattern = F2F_MEM_KV_GATHER, .open = open_gather, .next = next_burst};
