/* run.c - a cost with its uncertainty: Monte Carlo over all ranges at once, and a tornado of one at a time.
 *
 * Inputs are taken to be independent. What stands in one place of one file is one input, whatever refers to it. */
#include <math.h>
#include <string.h>

#include "cost/explain.h"

enum { TORNADO_ROWS = 15, LEAST_SAMPLES = 100 }; /* of fewer, a tenth is too few to tell p10 and p90 by */

static const char *const helps[F2F_COST_N] = {
#define X(id, key, help) help,
    F2F_COST_LIST(X)
#undef X
};

/* What the tornado looks at: the last link of the chain that there is. */
static enum f2f_cost_figure aim(const struct f2f_cost_case *c) {
    return c->job.tokps > 0 ? F2F_COST_PER_MTOK : F2F_COST_TCO;
}

static void put_back(const struct f2f_ranges *ranges) {
    for (size_t i = 0; i < ranges->n; i++) f2f_range_put(&ranges->item[i], ranges->item[i].value);
}

/* Figures of samples: figure-major, `samples` of each together, of which `done` are drawn. */
struct draws {
    double *table;
    size_t samples, done;
};

static f2f_status draw_all(struct draws *draws, const struct f2f_cost_case *c, const struct f2f_cost_options *o,
                           f2f_error *err) {
    struct f2f_cost cost;
    for (int i = 0; i < o->samples; i++) {
        if (o->go_on && !o->go_on(o->go_on_context))
            return f2f_fail(err, F2F_EINTERRUPTED, "interrupted: %d of %d samples were drawn", i, o->samples);
        for (size_t d = 0; d < o->ranges->n; d++) {
            const struct f2f_range *r = &o->ranges->item[d];
            f2f_range_put(r, f2f_range_quantile(r, f2f_cost_draw(o->seed, (int)d, i, o->samples)));
        }
        F2F_TRY(f2f_cost_evaluate(&cost, c, err));
        for (int f = 0; f < F2F_COST_N; f++) draws->table[(size_t)f * draws->samples + draws->done] = cost.figure[f];
        draws->done++;
    }
    return F2F_OK;
}

static void put_figures(struct f2f_record *r, const struct f2f_cost *cost, const struct draws *draws) {
    static const struct {
        const char *suffix;
        double p;
    } quantiles[] = {{"_p10", 0.1}, {"_p50", 0.5}, {"_p90", 0.9}};
    for (int f = 0; f < F2F_COST_N; f++) {
        if (isnan(cost->figure[f])) continue;
        f2f_record_num(r, f2f_cost_key((enum f2f_cost_figure)f), cost->figure[f], helps[f]);
        for (size_t q = 0; draws->done && q < sizeof quantiles / sizeof quantiles[0]; q++)
            f2f_record_num(
                r, f2f_arena_printf(r->arena, "%s%s", f2f_cost_key((enum f2f_cost_figure)f), quantiles[q].suffix),
                f2f_cost_quantile(draws->table + (size_t)f * draws->samples, draws->done, quantiles[q].p), NULL);
    }
}

/* One input at its 10 % and 90 % quantile, all others at their values. */
struct swing {
    const struct f2f_range *range;
    double low, high; /* of the input */
    double at_low, at_high; /* of the figure */
    double chip_low_usd, chip_high_usd;
};

static f2f_status look(double *figure, double *chip_usd, const struct f2f_cost_case *c, const struct f2f_range *range,
                       double value, f2f_error *err) {
    struct f2f_cost cost;
    f2f_range_put(range, value);
    f2f_status status = f2f_cost_evaluate(&cost, c, err);
    f2f_range_put(range, range->value);
    *figure = cost.figure[aim(c)];
    *chip_usd = cost.figure[F2F_COST_CHIP];
    return status;
}

static f2f_status find_swings(struct swing *swings, const struct f2f_cost_case *c, const struct f2f_ranges *ranges,
                              f2f_error *err) {
    for (size_t i = 0; i < ranges->n; i++) {
        const struct f2f_range *r = &ranges->item[i];
        struct swing s = {.range = r, .low = f2f_range_quantile(r, 0.1), .high = f2f_range_quantile(r, 0.9)};
        F2F_TRY(look(&s.at_low, &s.chip_low_usd, c, r, s.low, err));
        F2F_TRY(look(&s.at_high, &s.chip_high_usd, c, r, s.high, err));
        size_t at = i; /* the widest first; equal ones keep their order */
        for (; at > 0 && fabs(swings[at - 1].at_high - swings[at - 1].at_low) < fabs(s.at_high - s.at_low); at--)
            swings[at] = swings[at - 1];
        swings[at] = s;
    }
    return F2F_OK;
}

static struct f2f_record *make_tornado(f2f_arena *arena, const struct f2f_cost_case *c, const struct swing *swings,
                                       size_t n) {
    const char *key = f2f_cost_key(aim(c));
    struct f2f_record *table = f2f_record_new(arena, f2f_arena_printf(arena, "what moves %s", key));
    f2f_record_text(table, "text", "Each input at its 10 % and 90 % quantile, the others at their values.", NULL);
    for (size_t i = 0; i < n && i < TORNADO_ROWS; i++) {
        const struct swing *s = &swings[i];
        const char *unit;
        double times = f2f_range_written(&unit, s->range);
        struct f2f_record *row = f2f_record_sub(table, f2f_arena_printf(arena, "%zu", i + 1), NULL);
        f2f_record_text(row, "input", f2f_range_label(arena, s->range), NULL);
        f2f_record_num(row, "low", times * s->low, NULL);
        f2f_record_num(row, "high", times * s->high, NULL);
        f2f_record_text(row, "unit", unit, NULL);
        f2f_record_num(row, f2f_arena_printf(arena, "low.%s", key), s->at_low, NULL);
        f2f_record_num(row, f2f_arena_printf(arena, "high.%s", key), s->at_high, NULL);
        f2f_record_num(row, "low.chip_usd", s->chip_low_usd, NULL);
        f2f_record_num(row, "high.chip_usd", s->chip_high_usd, NULL);
    }
    return table;
}

f2f_status f2f_cost_run(struct f2f_record **out, struct f2f_record **tornado, f2f_arena *arena,
                        const struct f2f_cost_case *c, const struct f2f_cost_options *o, f2f_error *err) {
    struct f2f_cost cost;
    struct draws draws = {.samples = (size_t)o->samples};
    bool uncertain = o->samples > 0 && o->ranges;
    f2f_status status = F2F_OK;
    *out = NULL;
    if (tornado) *tornado = NULL;
    F2F_TRY(f2f_cost_evaluate(&cost, c, err));
    if (uncertain) {
        draws.table = f2f_arena_alloc(arena, (size_t)F2F_COST_N * draws.samples * sizeof *draws.table);
        status = draw_all(&draws, c, o, err);
        put_back(o->ranges);
        if (status != F2F_OK && status != F2F_EINTERRUPTED) return status;
        if (status == F2F_EINTERRUPTED && draws.done < LEAST_SAMPLES) draws.done = 0;
    }
    if (uncertain && tornado && o->ranges->n && status == F2F_OK) {
        struct swing *swings = f2f_arena_alloc(arena, o->ranges->n * sizeof *swings);
        F2F_TRY(find_swings(swings, c, o->ranges, err));
        *tornado = make_tornado(arena, c, swings, o->ranges->n);
    }
    struct f2f_record *r = f2f_record_new(arena, c->system->id.name);
    put_figures(r, &cost, &draws);
    f2f_cost_put_basis(r, &cost);
    f2f_cost_put_bill(r, &cost);
    bool job = c->job.tokps > 0;
    double per_h = job ? cost.figure[F2F_COST_PER_MTOK] / cost.figure[F2F_COST_TCO_CHIP]
                       : (double)c->system->nodes * c->system->node->chips;
    f2f_cost_explain(r, &cost, job ? "a million tokens" : "an hour", per_h);
    *out = r;
    return status;
}
