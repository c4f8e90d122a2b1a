/* text_claims.c - claims with their verdict, figures, and conditions; see text.h. */
#include <math.h>
#include <string.h>

#include "report/grid.h"
#include "report/quantity.h"
#include "report/text.h"

#define INDENT 4

static bool told(const char *key) {
    static const char *const in_head[] = {"text", "holds", "expected", "predicted", "tolerance_frac", "of", "job"};
    for (size_t i = 0; i < sizeof in_head / sizeof in_head[0]; i++)
        if (strcmp(key, in_head[i]) == 0) return true;
    return false;
}

static const char *quantity(f2f_arena *arena, const struct f2f_record *r, const char *name, const char *unit) {
    return f2f_quantity_text_of(arena, unit, f2f_record_get(r, name), true);
}

static void put_line(struct f2f_text *t, const char *text) {
    f2f_buffer_fill(t->out, ' ', INDENT);
    f2f_text_wrap(t, INDENT, INDENT + 2, text);
}

/* "users_fit of job chat: predicted 1.47x, published 1.5x (within 10% counts as right)" */
static const char *figures(f2f_arena *arena, const struct f2f_record *claim) {
    struct f2f_buffer out = {.arena = arena};
    const char *of = f2f_record_word(claim, "of"), *job = f2f_record_word(claim, "job");
    if (*of) f2f_buffer_printf(&out, "%s%s%s: ", of, *job ? " of " : "", job);
    f2f_buffer_printf(&out, "predicted %s", quantity(arena, claim, "predicted", "ratio"));
    f2f_buffer_printf(&out, ", published %s", quantity(arena, claim, "expected", "ratio"));
    if (isfinite(f2f_record_get(claim, "tolerance_frac")))
        f2f_buffer_printf(&out, " +- %s", quantity(arena, claim, "tolerance_frac", "frac"));
    return f2f_buffer_str(&out);
}

static const char *label(f2f_arena *arena, const char *key) {
    char *text = f2f_arena_strdup(arena, key);
    for (char *c = text; *c; c++)
        if (*c == '_') *c = ' ';
    return text;
}

static void put_claim(struct f2f_text *t, struct f2f_record *claim) {
    f2f_arena *arena = t->out->arena;
    bool holds = f2f_record_get(claim, "holds") > 0;
    const char *verdict = holds ? "holds:" : "does not hold:";
    f2f_buffer_text(t->out, "  ");
    f2f_text_styled(t, holds ? F2F_STYLE_GOOD : F2F_STYLE_BAD, verdict);
    f2f_buffer_text(t->out, " ");
    f2f_text_wrap(t, 3 + strlen(verdict), INDENT, f2f_record_word(claim, "text"));
    put_line(t, figures(arena, claim));
    struct f2f_grid grid = f2f_grid_make(arena, &claim, 1);
    for (size_t i = 0; i < grid.n_rows; i++) {
        const struct f2f_row *row = &grid.rows[i];
        if (row->heading || told(row->path)) continue;
        put_line(t, f2f_arena_printf(arena, "%s: %s", label(arena, row->key), f2f_row_texts(arena, row, 1, true)[0]));
    }
}

void f2f_text_claims(struct f2f_text *t, const struct f2f_results *results) {
    if (!results->n_claims) return;
    f2f_buffer_text(t->out, "\n");
    f2f_text_styled(t, F2F_STYLE_BOLD, "Claims");
    f2f_buffer_text(t->out, "\n");
    for (size_t i = 0; i < results->n_claims; i++) put_claim(t, results->claims[i]);
}
