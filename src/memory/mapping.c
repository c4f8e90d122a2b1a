/* mapping.c - address mapping in mixed radix: nothing needs to be a power of two.
 *
 * The text names fields from the highest address bit down: Ro row, Co column, Ba bank, Bg bank group, Ra rank or
 * stack ID, Pc pseudo-channel; a number takes so many values of the field there and leaves the rest to a second
 * mention (Co4: four bursts of a row stay together, as in minimalist open-page, Kaseridis et al., MICRO 2011). Mixing
 * with bits of column or row after Zhang, Zhu and Zhang, MICRO 2000: XOR where a field has a power of two of values,
 * else addition modulo their number; both can be undone. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "memory/mapping.h"

enum { FIELD_PSEUDO, FIELD_RANK, FIELD_GROUP, FIELD_BANK, FIELD_ROW, FIELD_COLUMN, FIELDS };
static const char names[FIELDS][3] = {"Pc", "Ra", "Bg", "Ba", "Ro", "Co"};

static int log2_of(int64_t n) {
    int bits = 0;
    while (INT64_C(1) << bits < n) bits++;
    return bits;
}

static int field_of(const char *at) {
    for (int f = 0; f < FIELDS; f++)
        if (strncmp(at, names[f], 2) == 0) return f;
    return -1;
}

/* One field from the text, at most `limit` characters long; pieces are found from the highest down. */
static f2f_status read_piece(struct piece *out, const char **at, const char *text, f2f_error *err) {
    char *end;
    int field = field_of(*at);
    if (field < 0)
        return f2f_fail(err, F2F_EINPUT,
                        "mapping '%.40s': '%.2s' is no field (Ro Co Ba Bg Ra Pc, then a number or none)", text, *at);
    *out = (struct piece){.field = field};
    *at += 2;
    if (!isdigit((unsigned char)**at)) return F2F_OK;
    out->size = strtol(*at, &end, 10);
    *at = end;
    if (out->size < 1 || out->size > 1 << 24)
        return f2f_fail(err, F2F_EINPUT, "mapping '%.40s': %lld values of %s", text, (long long)out->size,
                        names[field]);
    return F2F_OK;
}

static f2f_status read_pieces(struct mapping *map, const char *text, f2f_error *err) {
    struct piece from_high[MAX_PIECES];
    const char *at = text;
    int n = 0;
    while (*at) {
        if (n == MAX_PIECES)
            return f2f_fail(err, F2F_EINPUT, "mapping '%.40s' has more than %d fields", text, MAX_PIECES);
        F2F_TRY(read_piece(&from_high[n++], &at, text, err));
    }
    for (int i = 0; i < n; i++) map->piece[i] = from_high[n - 1 - i];
    map->pieces = n;
    return F2F_OK;
}

/* Sizes of the pieces that took no number: what the others of the field left. */
static f2f_status size_pieces(struct mapping *map, const int *size, const char *text, f2f_error *err) {
    int64_t taken[FIELDS] = {1, 1, 1, 1, 1, 1};
    int open[FIELDS] = {0};
    for (int i = 0; i < map->pieces; i++) {
        if (map->piece[i].size) taken[map->piece[i].field] *= map->piece[i].size;
        else open[map->piece[i].field]++;
    }
    for (int f = 0; f < FIELDS; f++) {
        bool whole = open[f] ? size[f] % taken[f] == 0 : taken[f] == size[f];
        if (open[f] > 1 || !whole)
            return f2f_fail(err, F2F_EINPUT, "mapping '%.40s': the parts of %s do not multiply to %d", text, names[f],
                            size[f]);
    }
    int64_t weight[FIELDS] = {1, 1, 1, 1, 1, 1};
    map->bursts = 1;
    for (int i = 0; i < map->pieces; i++) {
        struct piece *p = &map->piece[i];
        if (!p->size) p->size = size[p->field] / taken[p->field];
        p->weight = (int)weight[p->field];
        weight[p->field] *= p->size;
        p->shift = (p->size & (p->size - 1)) == 0 ? log2_of(p->size) : -1;
        map->bursts *= p->size;
    }
    return F2F_OK;
}

static void choose_hashes(struct mapping *map, const int *size, int hash) {
    int shift = 0;
    map->hash = hash;
    if (hash == F2F_DRAM_HASH_NONE) return;
    for (int f = FIELD_PSEUDO; f <= FIELD_BANK; f++) {
        int bits = log2_of(size[f]);
        if (!bits) continue;
        map->hashed[map->n_hashed++] = (struct hashed){.field = f, .size = size[f], .bits = bits, .shift = shift};
        shift += bits;
    }
}

static void fill_tables(struct mapping *map) {
    map->linear = map->bursts <= INT64_C(1) << 32;
    for (int i = 0; i < map->pieces; i++) map->linear &= map->piece[i].shift >= 0;
    for (int b = 0; map->linear && b < 4; b++)
        for (int v = 0; v < 256; v++) {
            struct place place = f2f_dram_mapping_work_out(map, (int64_t)v << 8 * b);
            map->byte[b][v] = (uint64_t)place.row << 32 | (uint64_t)place.column << 16 | (uint64_t)place.bank;
        }
}

f2f_status f2f_dram_mapping_make(struct mapping *out, const char *text, int hash, const struct dram_spec *spec,
                                 f2f_error *err) {
    const int size[FIELDS] = {spec->per_parent[F2F_DRAM_PSEUDO],
                              spec->per_parent[F2F_DRAM_RANK],
                              spec->per_parent[F2F_DRAM_GROUP],
                              spec->per_parent[F2F_DRAM_BANK],
                              spec->rows,
                              spec->columns};
    *out = (struct mapping){0};
    F2F_TRY(read_pieces(out, text, err));
    F2F_TRY(size_pieces(out, size, text, err));
    choose_hashes(out, size, hash);
    memcpy(out->level_size, size, sizeof out->level_size);
    fill_tables(out);
    return F2F_OK;
}

static void mix(const struct mapping *map, int32_t *field) {
    int32_t source = field[map->hash == F2F_DRAM_HASH_ROW ? FIELD_ROW : FIELD_COLUMN];
    for (int i = 0; i < map->n_hashed; i++) {
        const struct hashed *h = &map->hashed[i];
        int32_t bits = source >> h->shift & ((1 << h->bits) - 1);
        if (h->size == 1 << h->bits) field[h->field] ^= bits;
        else field[h->field] = (field[h->field] + bits) % h->size;
    }
}

struct place f2f_dram_mapping_work_out(const struct mapping *map, int64_t burst) {
    int32_t field[FIELDS] = {0};
    uint64_t rest = (uint64_t)burst;
    for (int i = 0; i < map->pieces; i++) {
        const struct piece *p = &map->piece[i];
        uint64_t value;
        if (p->shift >= 0) {
            value = rest & ((UINT64_C(1) << p->shift) - 1);
            rest >>= p->shift;
        } else {
            value = rest % (uint64_t)p->size;
            rest /= (uint64_t)p->size;
        }
        field[p->field] += (int32_t)value * p->weight;
    }
    mix(map, field);
    int bank = ((field[FIELD_PSEUDO] * map->level_size[FIELD_RANK] + field[FIELD_RANK]) * map->level_size[FIELD_GROUP] +
                field[FIELD_GROUP]) *
                   map->level_size[FIELD_BANK] +
               field[FIELD_BANK];
    return (struct place){.row = field[FIELD_ROW], .column = field[FIELD_COLUMN], .bank = bank};
}
