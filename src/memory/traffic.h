/* traffic.h - where requests come from: one source a channel, one file a pattern (traffic_list.h).
 *
 * A source says what is wanted next, not when: the channel paces it. Random numbers are drawn by counter,
 * keyed by seed and channel. */
#ifndef F2F_MEMORY_TRAFFIC_H
#define F2F_MEMORY_TRAFFIC_H

#include <stdint.h>

#include "fab2fleet/memory.h"

struct wish {
    int64_t burst; /* in the channel */
    int64_t due_ck; /* a trace's cycle; 0: as soon as the pace allows */
    bool write;
};

/* How addresses of the whole memory fall on channels: `chunk` bursts to each in turn. */
struct layout {
    int64_t bursts; /* of one channel */
    int64_t chunk;
    int burst_B, channels, channel;
};

struct trace; /* trace.c */

struct source {
    const struct f2f_mem_traffic *traffic;
    const struct traffic_ops *ops;
    struct layout layout;
    uint64_t drawn; /* random numbers so far */
    int64_t asked, left; /* requests so far, and to come */
    uint64_t write_share, write_carry; /* of 2^32 */
    int64_t at[2]; /* next burst of each stream, reads first */
    int64_t run_left, step; /* bursts of a page to come; of a stride */
    struct trace *trace;
};

struct traffic_ops {
    const char *name; /* as the command line takes it */
    int pattern; /* enum f2f_mem_pattern */
    /* Both may be NULL: nothing to prepare; nothing to give back. */
    f2f_status (*open)(struct source *s, f2f_error *err);
    void (*close)(struct source *s);
    /* The next request of this channel; false when there is none. */
    bool (*next)(struct source *s, struct wish *w);
};

f2f_status f2f_dram_source_open(struct source *s, const struct f2f_mem_traffic *traffic, const struct layout *layout,
                                int64_t requests, f2f_error *err);
void f2f_dram_source_close(struct source *s);
bool f2f_dram_source_next(struct source *s, struct wish *w);

/* Whether the next request writes: shares are spread evenly. */
bool f2f_dram_source_writes(struct source *s);
/* The next random number (splitmix64, Steele et al., OOPSLA 2014). */
uint64_t f2f_dram_source_draw(struct source *s);
/* A burst of the whole memory: its place in this channel, or -1 if it lies in another one. */
int64_t f2f_dram_layout_local(const struct layout *layout, int64_t burst);

/* Reads the whole trace once: how many requests, and whether every line can be read. */
f2f_status f2f_dram_trace_check(int64_t *requests, const char *path, f2f_error *err);

#define X(name) extern const struct traffic_ops f2f_dram_traffic_##name;
#include "memory/traffic_list.h"
#undef X

#endif
