/* trace_mooncake.c - Mooncake's traces (Qin et al., FAST 2025): a JSON object a line, time in milliseconds, and a name
 * for each 512 tokens of prompt that stands for them and all before. */
#include <jansson.h>
#include <string.h>

#include "serve/trace.h"

enum { BLOCK_TOK = 512 };

struct state {
    f2f_arena *arena;
    unsigned *ids;
    size_t cap;
};

static bool recognise(void **out, f2f_arena *arena, const char *first_line) {
    struct state *state = f2f_arena_alloc(arena, sizeof *state);
    state->arena = arena;
    *out = state;
    return first_line[strspn(first_line, " \t")] == '{';
}

static f2f_status read_ids(struct f2f_arrival *out, struct state *state, const json_t *list,
                           const struct f2f_lines *lines, f2f_error *err) {
    size_t n = json_array_size(list);
    if (n > state->cap) {
        state->cap = 2 * n;
        state->ids = f2f_arena_alloc(state->arena, state->cap * sizeof *state->ids);
    }
    for (size_t i = 0; i < n; i++) {
        const json_t *id = json_array_get(list, i);
        if (!json_is_integer(id))
            return f2f_lines_fail(lines, 1, err, "'hash_ids' holds something that is no whole number");
        unsigned long long value = (unsigned long long)json_integer_value(id);
        state->ids[i] = (unsigned)(value ^ (value >> 32));
    }
    out->ids = state->ids;
    out->n_ids = (int)n;
    return F2F_OK;
}

static f2f_status length_of(long long *out, const json_t *row, const char *key, const struct f2f_lines *lines,
                            f2f_error *err) {
    const json_t *value = json_object_get(row, key);
    if (!json_is_integer(value))
        return f2f_lines_fail(lines, 1, err, "'%s' is %s: a whole number of tokens is wanted", key,
                              value ? "something else" : "missing");
    *out = json_integer_value(value);
    return F2F_OK;
}

static f2f_status read_row(struct f2f_arrival *out, struct state *state, const json_t *row,
                           const struct f2f_lines *lines, f2f_error *err) {
    const json_t *at = json_object_get(row, "timestamp"), *ids = json_object_get(row, "hash_ids");
    if (!json_is_number(at))
        return f2f_lines_fail(lines, 1, err, "'timestamp' is %s: a number of milliseconds is wanted",
                              at ? "something else" : "missing");
    out->at_s = json_number_value(at) * 1e-3;
    F2F_TRY(length_of(&out->isl, row, "input_length", lines, err));
    F2F_TRY(length_of(&out->osl, row, "output_length", lines, err));
    if (ids && !json_is_array(ids)) return f2f_lines_fail(lines, 1, err, "'hash_ids' is no list");
    return ids ? read_ids(out, state, ids, lines, err) : F2F_OK;
}

static f2f_status read(struct f2f_arrival *out, bool *failed, void *state, const struct f2f_lines *lines, char *line,
                       f2f_error *err) {
    json_error_t reason;
    json_t *row = json_loadb(line, strlen(line), 0, &reason);
    *failed = false;
    if (!row) return f2f_lines_fail(lines, (size_t)reason.column, err, "no JSON: %.100s", reason.text);
    f2f_status status = read_row(out, state, row, lines, err);
    json_decref(row);
    return status;
}

const struct f2f_trace_format f2f_trace_mooncake = {
    .name = "JSON lines",
    .wanted = "{\"timestamp\": ms, \"input_length\": n, \"output_length\": n} (Mooncake)",
    .id_tok = BLOCK_TOK,
    .recognise = recognise,
    .read = read};
