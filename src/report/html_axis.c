/* html_axis.c - see html_axis.h. */
#include <math.h>

#include "base/units.h"
#include "report/html_axis.h"
#include "report/quantity.h"

#define WIDTH 300.0
#define HEIGHT 200.0
#define RIGHT 16.0
#define TOP 34.0
#define BOTTOM 30.0
#define LEAST_LEFT 36.0
#define LOG_SPAN 30.0 /* values that span more than this get a logarithmic scale, */
#define LOG_SPAN_X 8.0 /* so do the xs */

static double nice_step(double range) {
    double power = pow(10, floor(log10(range / 4))), part = range / 4 / power;
    return power * (part <= 1 ? 1 : part <= 2 ? 2 : part <= 2.5 ? 2.5 : part <= 5 ? 5 : 10);
}

static void set_linear(struct f2f_axes *a, double least, double most) {
    double step = nice_step(most - fmin(least, 0));
    a->least = floor(fmin(least, 0) / step) * step;
    a->most = ceil(most / step) * step;
    for (double t = a->least; t <= a->most + step / 2 && a->n_ticks < F2F_AXES_TICKS; t += step)
        a->ticks[a->n_ticks++] = t;
}

static void set_log(struct f2f_axes *a, double least, double most) {
    double from = floor(log10(least)), to = ceil(log10(most)), stride = ceil((to - from) / (F2F_AXES_TICKS - 1));
    a->log = true;
    a->least = pow(10, from);
    a->most = pow(10, to);
    for (double t = from; t <= to && a->n_ticks < F2F_AXES_TICKS; t += stride) a->ticks[a->n_ticks++] = pow(10, t);
}

static const char *tick_text(f2f_arena *arena, const struct f2f_axes *a, size_t i) {
    if (a->log) return f2f_quantity_text_of(arena, a->key, a->ticks[i], false);
    struct f2f_scale scale = f2f_scale_find(a->key, a->ticks, a->n_ticks, false);
    return f2f_scale_text(arena, &scale, a->ticks[i]);
}

/* By number if there are only rising numbers. */
static bool place_numbers(struct f2f_axes *a) {
    for (size_t i = 0; i < a->n_xs; i++)
        if (!f2f_number_parse(&a->places[i], a->xs[i]) || (i && a->places[i] <= a->places[i - 1])) return false;
    double least = a->places[0], most = a->places[a->n_xs - 1];
    bool log_x = least > 0 && most > LOG_SPAN_X * least;
    for (size_t i = 0; i < a->n_xs; i++)
        a->places[i] = log_x ? log(a->places[i] / least) / log(most / least) : (a->places[i] - least) / (most - least);
    return true;
}

struct f2f_axes f2f_axes_make(f2f_arena *arena, const char *key, double least, double most, const char *const *xs,
                              size_t n_xs, bool by_number) {
    struct f2f_axes a = {.key = key, .left = LEAST_LEFT, .xs = xs, .n_xs = n_xs};
    (least > 0 && most > LOG_SPAN * least ? set_log : set_linear)(&a, least, most);
    for (size_t i = 0; i < a.n_ticks; i++) a.left = fmax(a.left, f2f_html_text_px(tick_text(arena, &a, i)) + 12);
    a.places = f2f_arena_alloc(arena, n_xs * sizeof *a.places);
    a.even = !by_number || !place_numbers(&a);
    for (size_t i = 0; a.even && i < n_xs; i++) a.places[i] = ((double)i + 0.5) / (double)n_xs;
    return a;
}

double f2f_axes_step(const struct f2f_axes *a) { return (WIDTH - RIGHT - a->left) / (double)a->n_xs; }

double f2f_axes_x(const struct f2f_axes *a, size_t x) {
    double air = a->even ? 0 : 12; /* points keep off the ends */
    return a->left + air + a->places[x] * (WIDTH - RIGHT - a->left - 2 * air);
}

double f2f_axes_y(const struct f2f_axes *a, double value) {
    double frac =
        a->log ? log10(value / a->least) / log10(a->most / a->least) : (value - a->least) / (a->most - a->least);
    return HEIGHT - BOTTOM - frac * (HEIGHT - TOP - BOTTOM);
}

static void put_text(struct f2f_buffer *out, const char *css, double x, double y, const char *anchor,
                     const char *text) {
    f2f_buffer_printf(out, "<text class=\"%s\" x=\"%s\" y=\"%s\" text-anchor=\"%s\">%s</text>\n", css,
                      f2f_html_px(out->arena, x), f2f_html_px(out->arena, y), anchor,
                      f2f_html_escape(out->arena, text));
}

/* As many labels as have room, from the left. */
static void put_x_labels(struct f2f_buffer *out, const struct f2f_axes *a) {
    double end = 0;
    for (size_t i = 0; i < a->n_xs; i++) {
        double x = f2f_axes_x(a, i), half = f2f_html_text_px(a->xs[i]) / 2;
        if (x - half < end) continue;
        put_text(out, "soft", x, HEIGHT - BOTTOM + 17, "middle", a->xs[i]);
        end = x + half + 6;
    }
}

void f2f_axes_open(struct f2f_buffer *out, const struct f2f_axes *a, const char *name, bool named) {
    f2f_arena *arena = out->arena;
    double top = named ? 0 : TOP - 10; /* no room is left for a name that is not there */
    f2f_buffer_printf(out, "<svg viewBox=\"0 %.0f %.0f %.0f\" role=\"img\" aria-label=\"%s\">\n", top, WIDTH,
                      HEIGHT - top, f2f_html_escape(arena, name));
    if (named) put_text(out, "name", 0, 14, "start", name);
    for (size_t i = 0; i < a->n_ticks; i++) {
        double y = f2f_axes_y(a, a->ticks[i]);
        f2f_buffer_printf(out, "<path class=\"grid\" d=\"M%s %sH%.0f\"/>", f2f_html_px(arena, a->left),
                          f2f_html_px(arena, y), WIDTH - RIGHT);
        put_text(out, "soft", a->left - 6, y + 4, "end", tick_text(arena, a, i));
    }
    put_x_labels(out, a);
}
