/* write.c - a class's file with fitted values: line by line, so that notes, sources and what is stated stay. */
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "calibrate/calibration.h"

enum { LINE_MAX_B = 4096 };
static const char statistics_key[] = "fit:", errors_key[] = "errors:";

/* A value as people write it. */
static const char *text_of(f2f_arena *arena, enum f2f_quantity quantity, double value) {
    char text[F2F_NUMBER_MAX];
    if (quantity == F2F_QUANTITY_TIME) return f2f_arena_printf(arena, "%s us", f2f_number_short(text, value * 1e6, 4));
    if (quantity == F2F_QUANTITY_FREQUENCY)
        return f2f_arena_printf(arena, "%s GHz", f2f_number_short(text, value * 1e-9, 4));
    return f2f_arena_strdup(arena, f2f_number_short(text, value, 4));
}

/* The fitted constant whose key starts the line, or NULL. */
static const struct f2f_constant *constant_of(const char *line) {
    for (size_t i = 0; i < f2f_n_constants; i++) {
        size_t length = strlen(f2f_constants[i].key);
        bool fitted = f2f_constants[i].fit != F2F_FIT_STATED;
        if (fitted && strncmp(line, f2f_constants[i].key, length) == 0 && line[length] == ':') return &f2f_constants[i];
    }
    return NULL;
}

/* `key: 1.5 us` or `key: {value: 1.5 us, ...}`, with another value. */
static void put_value(struct f2f_buffer *out, const char *line, const struct f2f_constant *constant, double value) {
    const char *inner = strstr(line, "{value:"), *rest = "\n";
    if (inner) rest = inner + strcspn(inner, ",}");
    f2f_buffer_printf(out, "%s: %s%s%s", constant->key, inner ? "{value: " : "",
                      text_of(out->arena, constant->quantity, value), rest);
}

static void put_errors(struct f2f_buffer *out, const struct f2f_residuals errors[F2F_FIT_N], bool left_out) {
    f2f_buffer_printf(out, "%s\n  source: \"fab2fleet calibrate: measured over predicted, chips %s the fit\"\n",
                      errors_key, left_out ? "left out of" : "of");
    char p10[F2F_NUMBER_MAX], p90[F2F_NUMBER_MAX];
    for (int fit = 0; fit < F2F_FIT_N; fit++)
        if (errors[fit].p10 > 0.0)
            f2f_buffer_printf(out, "  %s: {p10: %s, p90: %s}\n", f2f_fit_table((enum f2f_fit)fit),
                              f2f_number_short(p10, errors[fit].p10, 3), f2f_number_short(p90, errors[fit].p90, 3));
}

static void put_statistics(struct f2f_buffer *out, const char *const *statistics, size_t n) {
    if (n) f2f_buffer_printf(out, "%s\n", statistics_key);
    for (size_t i = 0; i < n; i++) f2f_buffer_printf(out, "  - \"%s\"\n", statistics[i]);
}

f2f_status f2f_calibration_write(const char **out, const struct f2f_calibration *c, const char *path,
                                 const struct f2f_residuals errors[F2F_FIT_N], const char *const *statistics,
                                 size_t n_statistics, f2f_error *err) {
    struct f2f_buffer text = {.arena = c->arena};
    struct f2f_chip_class cls = c->cls;
    char line[LINE_MAX_B];
    bool skipping = false;
    FILE *file = fopen(path, "r");
    if (!file) return f2f_fail(err, F2F_EINPUT, "%s: the class's file cannot be read again", path);
    while (fgets(line, sizeof line, file)) {
        bool ours = strncmp(line, statistics_key, strlen(statistics_key)) == 0 ||
                    strncmp(line, errors_key, strlen(errors_key)) == 0;
        skipping = ours || (skipping && line[0] == ' ');
        const struct f2f_constant *constant = constant_of(line);
        if (skipping) continue;
        if (constant) put_value(&text, line, constant, *f2f_constant_value(&cls, constant));
        else f2f_buffer_text(&text, line);
    }
    fclose(file);
    put_errors(&text, errors, c->left_out);
    put_statistics(&text, statistics, n_statistics);
    *out = f2f_buffer_str(&text);
    return F2F_OK;
}
