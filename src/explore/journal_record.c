/* journal_record.c - a record to a line of JSON and back, all of it: values with their help, shares, spans, samples.
 *
 * Arrays by position, in the order of the structs: the line is read by the very program that wrote it (journal.c). */
#include <jansson.h>
#include <string.h>

#include "explore/journal.h"

/* ---- to JSON; NULL, and an array that was given one, is a failure ---- */

static json_t *pack_record(const struct f2f_record *r);

static json_int_t bits_of(double number) {
    json_int_t bits;
    _Static_assert(sizeof bits == sizeof number, "a double fits an integer of JSON");
    memcpy(&bits, &number, sizeof bits);
    return bits;
}

static void append(json_t **list, json_t *item) {
    if (json_array_append_new(*list, item) == 0) return;
    json_decref(*list);
    *list = NULL;
}

static json_t *pack_payload(const struct f2f_value *value) {
    switch (value->kind) {
    case F2F_VALUE_NUMBER: return json_integer(bits_of(value->number));
    case F2F_VALUE_INT:
    case F2F_VALUE_BOOL: return json_integer(value->integer);
    case F2F_VALUE_TEXT: return value->text ? json_string(value->text) : json_null();
    case F2F_VALUE_RECORD: return pack_record(value->record);
    }
    return NULL;
}

static json_t *pack_values(const struct f2f_record *r) {
    json_t *list = json_array();
    for (size_t i = 0; i < r->n_values; i++) {
        const struct f2f_value *v = &r->values[i];
        append(&list, json_pack("[s, s?, i, o]", v->key, v->help, (int)v->kind, pack_payload(v)));
    }
    return list;
}

/* A node with those after it. */
static json_t *pack_shares(const struct f2f_share *node) {
    json_t *list = json_array();
    for (; node; node = node->next)
        append(&list,
               json_pack("[s, s?, I, o]", node->name, node->bound, bits_of(node->amount), pack_shares(node->child)));
    return list;
}

static json_t *pack_spans(const struct f2f_record *r) {
    json_t *list = json_array();
    for (size_t i = 0; i < r->n_spans; i++) {
        const struct f2f_span *s = &r->spans[i];
        append(&list, json_pack("[s, s, I, I]", s->track, s->name, bits_of(s->start_s), bits_of(s->duration_s)));
    }
    return list;
}

static json_t *pack_samples(const struct f2f_record *r) {
    json_t *list = json_array();
    for (size_t i = 0; i < r->n_samples; i++) {
        const struct f2f_sample *s = &r->samples[i];
        append(&list, json_pack("[s, I, I]", s->track, bits_of(s->at_s), bits_of(s->value)));
    }
    return list;
}

static json_t *pack_record(const struct f2f_record *r) {
    return json_pack("[s?, b, o, o, s?, o, o]", r->title, r->is_list, pack_values(r), pack_shares(r->shares),
                     r->share_unit, pack_spans(r), pack_samples(r));
}

char *f2f_record_pack(const struct f2f_record *r) {
    json_t *json = pack_record(r);
    char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
    json_decref(json);
    return text;
}

/* ---- and back; false: it is none of ours ---- */

static struct f2f_record *unpack_record(f2f_arena *arena, json_t *json);

static double number_of(json_int_t bits) {
    double number;
    memcpy(&number, &bits, sizeof number);
    return number;
}

/* A text or null. */
static bool unpack_text(const char **out, f2f_arena *arena, const json_t *json) {
    const char *text = json_string_value(json);
    *out = text ? f2f_arena_strdup(arena, text) : NULL;
    return text || json_is_null(json);
}

static bool unpack_value(struct f2f_record *r, json_t *json) {
    struct f2f_value v = {0};
    json_t *help, *payload;
    int kind;
    if (json_unpack(json, "[s, o, i, o!]", &v.key, &help, &kind, &payload) != 0) return false;
    v.kind = (enum f2f_value_kind)kind;
    bool is_number = kind == F2F_VALUE_NUMBER || kind == F2F_VALUE_INT || kind == F2F_VALUE_BOOL;
    if (!unpack_text(&v.help, r->arena, help) || is_number != json_is_integer(payload)) return false;
    switch (v.kind) {
    case F2F_VALUE_NUMBER: v.number = number_of(json_integer_value(payload)); break;
    case F2F_VALUE_INT:
    case F2F_VALUE_BOOL: v.integer = json_integer_value(payload); break;
    case F2F_VALUE_TEXT:
        if (!unpack_text(&v.text, r->arena, payload)) return false;
        break;
    case F2F_VALUE_RECORD:
        if (!(v.record = unpack_record(r->arena, payload))) return false;
        break;
    default: return false;
    }
    f2f_record_add(r, &v);
    return true;
}

/* The children of a node; those of a tree's root are looked for below a node that holds it alone. */
static bool unpack_shares(struct f2f_share *parent, f2f_arena *arena, json_t *list) {
    size_t i;
    json_t *item;
    if (!json_is_array(list)) return false;
    json_array_foreach(list, i, item) {
        const char *name;
        json_t *bound, *children;
        json_int_t amount;
        struct f2f_share *node = f2f_arena_alloc(arena, sizeof *node);
        if (json_unpack(item, "[s, o, I, o!]", &name, &bound, &amount, &children) != 0) return false;
        node->name = f2f_arena_strdup(arena, name);
        node->amount = number_of(amount);
        if (!unpack_text(&node->bound, arena, bound) || !unpack_shares(node, arena, children)) return false;
        if (parent->last) parent->last->next = node;
        else parent->child = node;
        parent->last = node;
    }
    return true;
}

static bool unpack_spans(struct f2f_record *r, json_t *list) {
    size_t i;
    json_t *item;
    if (!json_is_array(list)) return false;
    json_array_foreach(list, i, item) {
        const char *track, *name;
        json_int_t start, duration;
        if (json_unpack(item, "[s, s, I, I!]", &track, &name, &start, &duration) != 0) return false;
        f2f_record_span(r, track, name, number_of(start), number_of(duration));
    }
    return true;
}

static bool unpack_samples(struct f2f_record *r, json_t *list) {
    size_t i;
    json_t *item;
    if (!json_is_array(list)) return false;
    json_array_foreach(list, i, item) {
        const char *track;
        json_int_t at, value;
        if (json_unpack(item, "[s, I, I!]", &track, &at, &value) != 0) return false;
        f2f_record_sample(r, track, number_of(at), number_of(value));
    }
    return true;
}

static struct f2f_record *unpack_record(f2f_arena *arena, json_t *json) {
    struct f2f_record *r = f2f_record_new(arena, NULL);
    struct f2f_share above = {0};
    json_t *title, *values, *shares, *unit, *spans, *samples, *item;
    int is_list;
    size_t i;
    if (json_unpack(json, "[o, b, o, o, o, o, o!]", &title, &is_list, &values, &shares, &unit, &spans, &samples) != 0)
        return NULL;
    r->is_list = is_list;
    if (!unpack_text(&r->title, arena, title) || !unpack_text(&r->share_unit, arena, unit)) return NULL;
    if (!unpack_shares(&above, arena, shares) || !unpack_spans(r, spans) || !unpack_samples(r, samples)) return NULL;
    r->shares = above.child;
    if (!json_is_array(values)) return NULL;
    json_array_foreach(values, i, item) if (!unpack_value(r, item)) return NULL;
    return r;
}

struct f2f_record *f2f_record_unpack(f2f_arena *arena, const char *text) {
    json_t *json = json_loads(text, 0, NULL);
    struct f2f_record *r = json ? unpack_record(arena, json) : NULL;
    json_decref(json);
    return r;
}
