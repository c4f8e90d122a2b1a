/* traffic.c - what all sources share, and the patterns of a few lines. */
#include <string.h>

#include "memory/traffic.h"

static const struct traffic_ops *const list[] = {
#define X(name) &f2f_dram_traffic_##name,
#include "memory/traffic_list.h"
#undef X
};

f2f_status f2f_dram_source_open(struct source *s, const struct f2f_mem_traffic *traffic, const struct layout *layout,
                                int64_t requests, f2f_error *err) {
    *s = (struct source){.traffic = traffic, .layout = *layout, .left = requests};
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++)
        if (list[i]->pattern == traffic->pattern) s->ops = list[i];
    s->write_share = (uint64_t)((1.0 - traffic->read_frac) * 4294967296.0 + 0.5);
    return s->ops->open ? s->ops->open(s, err) : F2F_OK;
}

void f2f_dram_source_close(struct source *s) {
    if (s->ops && s->ops->close) s->ops->close(s);
}

bool f2f_dram_source_next(struct source *s, struct wish *w) {
    *w = (struct wish){0};
    if (s->left <= 0 || !s->ops->next(s, w)) return false;
    s->asked++;
    s->left--;
    return true;
}

bool f2f_dram_source_writes(struct source *s) {
    s->write_carry += s->write_share;
    bool writes = s->write_carry >> 32 != 0;
    s->write_carry &= UINT64_C(0xffffffff);
    return writes;
}

uint64_t f2f_dram_source_draw(struct source *s) {
    uint64_t z =
        s->traffic->seed + UINT64_C(7919) * (uint64_t)s->layout.channel + ++s->drawn * UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

int64_t f2f_dram_layout_local(const struct layout *layout, int64_t burst) {
    int64_t chunk = burst / layout->chunk;
    if (chunk % layout->channels != layout->channel) return -1;
    return chunk / layout->channels * layout->chunk + burst % layout->chunk;
}

static int64_t advance(const struct source *s, int64_t *at) {
    int64_t burst = *at;
    if (++*at >= s->layout.bursts) *at = 0;
    return burst;
}

/* Reads from the start, writes from elsewhere: 0.382 of the channel on, as no two arrays of a program start in the
 * same bank. */
static f2f_status stream_open(struct source *s, f2f_error *err) {
    (void)err;
    s->at[1] = (int64_t)(0.382 * (double)s->layout.bursts);
    return F2F_OK;
}

static bool stream_next(struct source *s, struct wish *w) {
    w->write = f2f_dram_source_writes(s);
    w->burst = advance(s, &s->at[w->write]);
    return true;
}

const struct traffic_ops f2f_dram_traffic_stream = {
    .name = "stream", .pattern = F2F_MEM_STREAM, .open = stream_open, .next = stream_next};

/* Request k: two reads, then a write, of three streams a quarter of the channel (and the skew) apart. */
static bool triad_next(struct source *s, struct wish *w) {
    int64_t stream = s->asked % 3, i = s->asked / 3;
    w->write = stream == 2;
    w->burst = (i + stream * (s->layout.bursts / 4) + stream * s->traffic->skew) % s->layout.bursts;
    return true;
}

const struct traffic_ops f2f_dram_traffic_triad = {.name = "triad", .pattern = F2F_MEM_TRIAD, .next = triad_next};

static bool random_next(struct source *s, struct wish *w) {
    uint64_t n = (uint64_t)s->layout.bursts, drawn = f2f_dram_source_draw(s);
    w->burst = (int64_t)((n & (n - 1)) == 0 ? drawn & (n - 1) : drawn % n);
    w->write = f2f_dram_source_writes(s);
    return true;
}

const struct traffic_ops f2f_dram_traffic_random = {.name = "random", .pattern = F2F_MEM_RANDOM, .next = random_next};

static f2f_status strided_open(struct source *s, f2f_error *err) {
    s->step = (int64_t)(s->traffic->step_B / s->layout.burst_B);
    if (s->step < 1 || (double)s->step * s->layout.burst_B != s->traffic->step_B)
        return f2f_fail(err, F2F_EINPUT, "a stride of %g B is no multiple of a burst of %d B", s->traffic->step_B,
                        s->layout.burst_B);
    s->left *= s->layout.channels; /* of the whole memory: each channel takes its own */
    return F2F_OK;
}

/* Walks the whole memory, by way of burst 1, 2, ... where a stride would come back to where it began. */
static bool strided_next(struct source *s, struct wish *w) {
    int64_t all = s->layout.bursts * s->layout.channels;
    for (; s->left > 0; s->left--, s->asked++) {
        bool write = f2f_dram_source_writes(s);
        int64_t around = s->at[0] / all, local = f2f_dram_layout_local(&s->layout, (s->at[0] + around) % all);
        s->at[0] += s->step;
        if (local < 0) continue;
        w->burst = local;
        w->write = write;
        return true;
    }
    return false;
}

const struct traffic_ops f2f_dram_traffic_strided = {
    .name = "strided", .pattern = F2F_MEM_STRIDED, .open = strided_open, .next = strided_next};
