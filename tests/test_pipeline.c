/* test_pipeline.c - pipeline schedules: orders are whole, what they hold, times against closed forms. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "train/pipeline.h"

enum { N_SCHEDULES = 4 };

/* A small generator of our own: the same shapes on every machine. */
static unsigned next_number(unsigned *state, unsigned below) {
    *state = *state * 1664525u + 1013904223u;
    return (*state >> 8) % below;
}

struct world {
    f2f_arena *arena;
    struct f2f_pipeline_scratch scratch;
    double forward_s[F2F_PIECES_MAX], backward_s[F2F_PIECES_MAX], weight_s[F2F_PIECES_MAX];
    struct f2f_pipeline p;
};

static int setup(void **state) {
    static struct world w;
    w.arena = f2f_arena_new();
    w.scratch = (struct f2f_pipeline_scratch){.arena = w.arena};
    *state = &w;
    return 0;
}

static int teardown(void **state) {
    f2f_arena_free(((struct world *)*state)->arena);
    return 0;
}

/* Equal pieces. */
static struct f2f_pipeline *uniform(struct world *w, const char *name, int stages, int chunks, int micro,
                                    double forward_s, double backward_s, double send_s) {
    for (int q = 0; q < stages * chunks; q++) {
        w->forward_s[q] = forward_s / chunks;
        w->backward_s[q] = backward_s / chunks;
        w->weight_s[q] = 0;
    }
    w->p = (struct f2f_pipeline){.schedule = f2f_schedule_get(f2f_schedule_find(name), chunks),
                                 .shape = {stages, chunks, micro},
                                 .forward_s = w->forward_s,
                                 .backward_s = w->backward_s,
                                 .weight_s = w->weight_s,
                                 .send_s = send_s};
    return &w->p;
}

/* Some schedule, some shape, pieces of any length. */
static bool any(struct world *w, unsigned *seed) {
    int number = 1 + (int)next_number(seed, N_SCHEDULES), chunks = 1 + (int)next_number(seed, 4);
    struct f2f_schedule_shape shape = {1 + (int)next_number(seed, 9), chunks, 1 + (int)next_number(seed, 30)};
    const struct f2f_schedule *schedule = f2f_schedule_get(number, chunks);
    if (!schedule->legal(&shape)) return false;
    uniform(w, schedule->name, shape.stages, chunks, shape.micro, 1, 2, next_number(seed, 3) * 0.1);
    for (int q = 0; q < shape.stages * chunks; q++) {
        w->forward_s[q] = 0.5 + 0.01 * next_number(seed, 100);
        w->backward_s[q] = 1.0 + 0.01 * next_number(seed, 100);
        w->weight_s[q] = 0.5 + 0.01 * next_number(seed, 100);
    }
    return true;
}

static void near(double value, double expected, double tolerance) {
    if (!(fabs(value - expected) <= tolerance * fabs(expected))) fail_msg("%.12g is not %.12g", value, expected);
}

/* Each stage does every forward, backward and weight gradient once, none before what it needs; what it holds at
 * most is what the schedule says. */
static void orders_are_whole(void **state) {
    struct world *w = *state;
    unsigned seed = 1;
    for (int i = 0; i < 2000; i++) {
        if (!any(w, &seed)) continue;
        const struct f2f_schedule *s = w->p.schedule;
        const struct f2f_schedule_shape *x = &w->p.shape;
        for (int stage = 0; stage < x->stages; stage++) {
            char done[3][4][32] = {{{0}}};
            int held = 0, most = 0, all = (s->splits ? 3 : 2) * x->micro * x->chunks;
            for (int k = 0; k < all; k++) {
                struct f2f_action a = s->at(x, stage, s->ahead(x, stage), k);
                struct f2f_place at = f2f_schedule_place(x, a.act, a.k);
                assert_true(at.chunk >= 0 && at.chunk < x->chunks && at.micro >= 0 && at.micro < x->micro);
                assert_false(done[a.act][at.chunk][at.micro]++);
                if (a.act == F2F_ACT_BACKWARD) assert_true(done[F2F_ACT_FORWARD][at.chunk][at.micro]);
                if (a.act == F2F_ACT_WEIGHT) assert_true(done[F2F_ACT_BACKWARD][at.chunk][at.micro]);
                held += a.act == F2F_ACT_FORWARD;
                if (held > most) most = held;
                held -= a.act == (s->splits ? F2F_ACT_WEIGHT : F2F_ACT_BACKWARD);
            }
            assert_int_equal(held, 0);
            if (most != s->held(x, stage))
                fail_msg("%s %dx%d, %d micro-batches, stage %d holds %d, not %d", s->name, x->stages, x->chunks,
                         x->micro, stage, most, s->held(x, stage));
        }
        assert_true(isfinite(f2f_pipeline_simulate(&w->p, &w->scratch, NULL).total_s)); /* waits for nothing in vain */
    }
}

/* GPipe and 1F1B take (m + p - 1) (f + b) where sends are free: Huang et al. 2018, Narayanan et al. 2021. */
static void equal_stages_in_closed_form(void **state) {
    struct world *w = *state;
    for (int p = 1; p <= 16; p *= 2)
        for (int m = 1; m <= 40; m += 3) {
            near(f2f_pipeline_simulate(uniform(w, "gpipe", p, 1, m, 1, 2, 0), &w->scratch, NULL).total_s,
                 3.0 * (m + p - 1), 1e-12);
            near(f2f_pipeline_simulate(uniform(w, "1f1b", p, 1, m, 1, 2, 0), &w->scratch, NULL).total_s,
                 3.0 * (m + p - 1), 1e-12);
        }
}

/* Sends: 1F1B passes the whole pipeline down and up once, and once more for every p micro-batches (a stage waits for
 * its own gradient to come back); GPipe once only. */
static void sends_in_closed_form(void **state) {
    struct world *w = *state;
    const double c = 0.01;
    for (int p = 2; p <= 16; p *= 2)
        for (int m = 1; m <= 40; m++) {
            int again = (m - 1) / p, rest = (m - 1) % p;
            double trips = 2.0 * ((p - 1) * (1 + again) + (rest > 1 ? rest - 1 : 0));
            near(f2f_pipeline_simulate(uniform(w, "1f1b", p, 1, m, 1, 2, c), &w->scratch, NULL).total_s,
                 3.0 * (m + p - 1) + trips * c, 1e-9);
            near(f2f_pipeline_simulate(uniform(w, "gpipe", p, 1, m, 1, 2, c), &w->scratch, NULL).total_s,
                 3.0 * (m + p - 1) + 2 * (p - 1) * c, 1e-9);
        }
}

/* Interleaving divides the bubble by the chunks, where micro-batches fill their groups. */
static void interleaving_in_closed_form(void **state) {
    struct world *w = *state;
    for (int p = 2; p <= 16; p *= 2)
        for (int v = 2; v <= 8; v++)
            for (int groups = 1; groups <= 3; groups++)
                near(f2f_pipeline_simulate(uniform(w, "interleaved", p, v, groups * p, 1, 2, 0), &w->scratch, NULL)
                         .total_s,
                     3.0 * (groups * p + (p - 1.0) / v), 1e-12);
}

/* ZB-H1 with equal times: a bubble of (p - 1) (f + b - w), Qi et al. 2023 section 2.1. */
static void zero_bubble_in_closed_form(void **state) {
    struct world *w = *state;
    for (int p = 2; p <= 8; p *= 2)
        for (int m = 2 * p; m <= 32; m += 5) {
            uniform(w, "zero-bubble", p, 1, m, 1, 1, 0);
            for (int q = 0; q < p; q++) w->weight_s[q] = 1;
            near(f2f_pipeline_simulate(&w->p, &w->scratch, NULL).total_s, 3.0 * m + (p - 1), 1e-12);
        }
}

/* One slow stage s: all others wait for it. */
static void a_slow_stage_in_closed_form(void **state) {
    struct world *w = *state;
    const int p = 6, m = 24;
    for (int s = 0; s < p; s++) {
        uniform(w, "1f1b", p, 1, m, 1, 2, 0);
        w->forward_s[s] = 1.5;
        w->backward_s[s] = 3.0;
        double all = 3.0 * (p - 1) + 4.5, slow = 4.5, ahead = p - 1 - s;
        near(f2f_pipeline_simulate(&w->p, &w->scratch, NULL).total_s, all + (m - 1) * slow - ahead * 1.5, 1e-12);
    }
}

static void bound_is_never_above(void **state) {
    struct world *w = *state;
    unsigned seed = 7;
    double closest = 0;
    for (int i = 0; i < 3000; i++) {
        if (!any(w, &seed)) continue;
        double total_s = f2f_pipeline_simulate(&w->p, &w->scratch, NULL).total_s, bound_s = f2f_pipeline_bound_s(&w->p);
        if (!(bound_s <= total_s * (1 + 1e-12)))
            fail_msg("%s: bound %.12g above %.12g", w->p.schedule->name, bound_s, total_s);
        closest = fmax(closest, bound_s / total_s);
    }
    assert_true(closest > 0.999);
}

/* Pieces as models have them: layers of one length, the ends one fewer or more, embedding and head on top. */
static void like_a_model(struct world *w, unsigned *seed) {
    const struct f2f_schedule_shape *x = &w->p.shape;
    int pieces = x->stages * x->chunks, extra = (int)next_number(seed, (unsigned)pieces);
    double layers = 1 + next_number(seed, 6), layer_s = 1.0 / layers;
    for (int q = 0; q < pieces; q++) {
        double n = layers + (q >= pieces - 1 - extra && q < pieces - 1);
        w->forward_s[q] = n * layer_s;
        w->backward_s[q] = n * 2 * layer_s;
        w->weight_s[q] = n * layer_s;
    }
    w->forward_s[0] += 0.01 * next_number(seed, 10);
    w->forward_s[pieces - 1] += 0.01 * next_number(seed, 100);
    w->backward_s[pieces - 1] += 0.02 * next_number(seed, 100);
    w->p.send_s = 0.02 * next_number(seed, 4);
}

/* Long runs are settled: what is left out of them is periodic. */
static void long_runs_are_as_simulated(void **state) {
    struct world *w = *state;
    unsigned seed = 3;
    double worst = 0, sum = 0;
    int n = 0;
    for (int i = 0; i < 1000; i++) {
        if (!any(w, &seed)) continue;
        const struct f2f_schedule_shape x = w->p.shape;
        uniform(w, w->p.schedule->name, x.stages, x.chunks, 20 * x.stages + (int)next_number(&seed, 50), 1, 2, 0.05);
        near(f2f_pipeline_run(&w->p, &w->scratch).total_s, f2f_pipeline_simulate(&w->p, &w->scratch, NULL).total_s,
             1e-9);
        like_a_model(w, &seed);
        double run_s = f2f_pipeline_run(&w->p, &w->scratch).total_s;
        double all_s = f2f_pipeline_simulate(&w->p, &w->scratch, NULL).total_s, apart = fabs(run_s / all_s - 1);
        worst = fmax(worst, apart);
        sum += apart;
        n++;
    }
    print_message("long runs: %.2g apart on average, %.2g at worst\n", sum / n, worst);
    assert_true(worst < 5e-3 && sum / n < 1e-4);
}

/* An order found for one pipeline serves another of its shape, to the last bit. */
static void orders_are_kept(void **state) {
    struct world *w = *state;
    unsigned seed = 5;
    for (int i = 0; i < 1000; i++) {
        if (!any(w, &seed)) continue;
        f2f_arena *arena = f2f_arena_new();
        struct f2f_pipeline_scratch fresh = {.arena = arena};
        (void)f2f_pipeline_simulate(&w->p, &w->scratch, NULL); /* keeps the order */
        int pieces = w->p.shape.stages * w->p.shape.chunks;
        for (int q = 0; q < pieces; q++) {
            w->forward_s[q] *= 1 + 0.01 * next_number(&seed, 50);
            w->backward_s[q] *= 1 + 0.01 * next_number(&seed, 50);
        }
        struct f2f_pipeline_times a = f2f_pipeline_simulate(&w->p, &w->scratch, NULL);
        struct f2f_pipeline_times b = f2f_pipeline_simulate(&w->p, &fresh, NULL);
        assert_memory_equal(&a, &b, sizeof a);
        f2f_arena_free(arena);
    }
}

/* More of anything never ends sooner. */
static void monotone(void **state) {
    struct world *w = *state;
    unsigned seed = 11;
    for (int i = 0; i < 500; i++) {
        if (!any(w, &seed)) continue;
        double total_s = f2f_pipeline_simulate(&w->p, &w->scratch, NULL).total_s;
        int q = (int)next_number(&seed, (unsigned)(w->p.shape.stages * w->p.shape.chunks));
        w->backward_s[q] += 0.3;
        double longer_s = f2f_pipeline_simulate(&w->p, &w->scratch, NULL).total_s;
        assert_true(longer_s >= total_s);
        w->p.send_s += 0.1;
        assert_true(f2f_pipeline_simulate(&w->p, &w->scratch, NULL).total_s >= longer_s);
    }
}

static void spans_cover_the_work(void **state) {
    struct world *w = *state;
    struct f2f_record *r = f2f_record_new(w->arena, "pipeline");
    double total_s = f2f_pipeline_simulate(uniform(w, "1f1b", 4, 1, 8, 1, 2, 0.1), &w->scratch, r).total_s, sum_s = 0;
    assert_int_equal(r->n_spans, 4 * 8 * 2);
    for (size_t i = 0; i < r->n_spans; i++) {
        sum_s += r->spans[i].duration_s;
        assert_true(r->spans[i].start_s + r->spans[i].duration_s <= total_s * (1 + 1e-12));
    }
    near(sum_s, 4 * 8 * 3.0, 1e-12);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(orders_are_whole),
        cmocka_unit_test(equal_stages_in_closed_form),
        cmocka_unit_test(sends_in_closed_form),
        cmocka_unit_test(interleaving_in_closed_form),
        cmocka_unit_test(zero_bubble_in_closed_form),
        cmocka_unit_test(a_slow_stage_in_closed_form),
        cmocka_unit_test(bound_is_never_above),
        cmocka_unit_test(long_runs_are_as_simulated),
        cmocka_unit_test(orders_are_kept),
        cmocka_unit_test(monotone),
        cmocka_unit_test(spans_cover_the_work),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
