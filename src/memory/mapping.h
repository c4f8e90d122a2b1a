/* mapping.h - where in a channel a burst lies: a mapping text such as RoCoBaBgRaPcCo4, compiled. */
#ifndef F2F_MEMORY_MAPPING_H
#define F2F_MEMORY_MAPPING_H

#include "memory/spec.h"

struct place {
    int32_t row, column;
    int bank; /* of the channel, all levels together */
};

enum { MAX_PIECES = 16 };

struct mapping {
    struct piece {
        int64_t size; /* values of this piece */
        int shift; /* log2 of it, or -1 */
        int field, weight; /* index in `field` below; times what is already there */
    } piece[MAX_PIECES]; /* from the lowest address bit up */
    int pieces;
    struct hashed {
        int field, size, bits, shift; /* mixed with so many bits of the source from `shift` up */
    } hashed[4];
    int n_hashed, hash;
    int level_size[4]; /* pseudo-channel, rank, group, bank */
    int64_t bursts; /* of the channel */
    bool linear; /* all sizes are powers of two: a place is the XOR of what each byte of the address gives */
    uint64_t byte[4][256]; /* row << 32 | column << 16 | bank */
};

/* F2F_EINPUT: a word that is no field, or pieces that do not multiply to the organisation. */
f2f_status f2f_dram_mapping_make(struct mapping *out, const char *text, int hash, const struct dram_spec *spec,
                                 f2f_error *err);
/* burst: index in the channel, below `bursts`. No two bursts share a place. */
struct place f2f_dram_mapping_work_out(const struct mapping *map, int64_t burst);
static inline struct place f2f_dram_mapping_place(const struct mapping *map, int64_t burst) {
    if (!map->linear) return f2f_dram_mapping_work_out(map, burst);
    uint64_t all = map->byte[0][burst & 255] ^ map->byte[1][burst >> 8 & 255] ^ map->byte[2][burst >> 16 & 255] ^
                   map->byte[3][burst >> 24 & 255];
    return (struct place){(int32_t)(all >> 32), (int32_t)(all >> 16 & 0xffff), (int)(all & 0xffff)};
}

#endif
