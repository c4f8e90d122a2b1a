/* test_plan.c - plans against exhaustive search, finite differences and sums. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "plan/model.h"

static void assert_near(double got, double want, double relative) {
    if (!(fabs(got - want) <= relative * fabs(want) + 1e-9))
        fail_msg("%.12g is not %.12g within %g", got, want, relative);
}

/* ---- small programs ---- */

static uint64_t random_state;
static double uniform(double low, double high) { /* splitmix64 */
    uint64_t z = random_state += 0x9e3779b97f4a7c15U;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return low + (high - low) * (double)((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

enum { V = 2, Q = 4, LOTS = 3 }; /* vendors, quarters, most lots a vendor delivers in one */
static const double lot = 100, quarter_s = 8766.0 * 900.0;

/* One year, one demand, a vendor who sells and a chip of one's own that learns. */
struct small {
    struct f2f_program program;
    struct f2f_price price;
    struct f2f_plan_input in;
    struct f2f_plan_model model;
    struct f2f_demand demand;
    struct f2f_vendor vendors[V];
    struct f2f_supply supply;
    struct f2f_offer offers[V];
    double amount, stacks, supplies[V], tokps[V];
    bool allowed[V];
    struct f2f_plan_ask ask;
};

static void make_small(struct small *s, f2f_arena *arena) {
    *s = (struct small){.amount = uniform(100, 900) * quarter_s * 4, .stacks = uniform(1000, 9000)};
    s->price = (struct f2f_price){.capital_frac = 0.08, .rental_usd_per_s = 1e-3};
    s->demand = (struct f2f_demand){.name = "work", .amount = &s->amount, .n_amounts = 1, .strength = 1};
    s->demand.job.kind = F2F_JOB_TRAIN;
    s->demand.job.tokens = 1;
    s->demand.steady = uniform(0, 1) < 0.5;
    s->supply = (struct f2f_supply){.name = "stacks", .kind = F2F_SUPPLY_STACKS, .amount = &s->stacks, .n_amounts = 1};
    for (int v = 0; v < V; v++) {
        s->supplies[v] = 4 * LOTS * lot;
        s->tokps[v] = uniform(0.5, 2);
        s->allowed[v] = true;
        s->vendors[v] = (struct f2f_vendor){.name = v ? "own" : "bought",
                                            .own = v == 1,
                                            .supply = &s->supplies[v],
                                            .n_supplies = 1,
                                            .share_frac = 1,
                                            .learning_frac = v ? uniform(0.8, 1) : 1,
                                            .learning_from = 2 * lot};
        s->offers[v] = (struct f2f_offer){.name = s->vendors[v].name,
                                          .own = v == 1,
                                          .tokps = &s->tokps[v],
                                          .weight = s->tokps[v],
                                          .chip_q_usd = uniform(500, 1500),
                                          .steady_q_usd = uniform(100, 300),
                                          .needs = {floor(uniform(1, 9))},
                                          .power_W = uniform(500, 1500),
                                          .nre_usd = v ? uniform(1e4, 3e6) : 0,
                                          .first_q = v ? (int)uniform(0, 3) : 0,
                                          .life_q = 20,
                                          .vendor = &s->vendors[v]};
        s->offers[v].hardware_q_usd = 1.2 * s->offers[v].chip_q_usd;
    }
    s->program = (struct f2f_program){.first_year = 2024, .years = 1, .demands = &s->demand, .n_demands = 1};
    s->program.vendors = s->vendors, s->program.n_vendors = V;
    s->program.supplies = &s->supply, s->program.n_supplies = 1;
    s->program.power_W = uniform(0.4e6, 2e6);
    s->program.lot_chips = lot;
    s->in = (struct f2f_plan_input){.program = &s->program, .price = &s->price, .tokps = s->tokps};
    s->model = (struct f2f_plan_model){.arena = arena, .in = &s->in, .program = &s->program, .offers = s->offers};
    s->model.vendors = V, s->model.demands = 1, s->model.years = 1, s->model.quarters = Q;
    s->model.discount_q = pow(1.08, -0.25);
    s->ask = (struct f2f_plan_ask){
        .allowed = s->allowed, .share_frac = 1, .most_unmet = HUGE_VAL, .fails = -1, .demand_scale = 1};
}

/* ---- exhaustive search ---- */

/* Cost of so many lots by vendor and quarter, or HUGE_VAL where a limit is broken. */
static double cost_of(const struct small *s, const int lots[V][Q]) {
    double usd = 0, worked = 0, installed[V] = {0}, own = 0;
    for (int q = 0; q < Q; q++) {
        double stacks = 0, power_W = 0, here = 0;
        for (int v = 0; v < V; v++) {
            double chips = lots[v][q] * lot;
            if (chips > 0 && q < s->offers[v].first_q) return HUGE_VAL;
            installed[v] += chips;
            own += v ? chips : 0;
            stacks += chips * s->offers[v].needs[0];
            power_W += installed[v] * s->offers[v].power_W;
            here += installed[v] * s->tokps[v] * quarter_s;
            usd += chips * f2f_plan_chip_usd(&s->model, v, q);
        }
        if (stacks > s->stacks / 4 * (1 + 1e-9) || power_W > s->program.power_W * (1 + 1e-9)) return HUGE_VAL;
        if (s->demand.steady && here < s->amount / 4 * (1 - 1e-9)) return HUGE_VAL;
        worked += here;
    }
    if (worked < s->amount * (1 - 1e-9)) return HUGE_VAL;
    if (own > 0) usd += f2f_plan_begin_usd(&s->model, 1);
    for (int k = 0; k < F2F_PLAN_TIERS && own > 0; k++) {
        double chips, rebate = f2f_plan_rebate_usd(&s->model, 1, k, &chips);
        usd -= fmin(own, chips) * rebate;
        own -= fmin(own, chips);
    }
    return usd;
}

static double search(const struct small *s) {
    double best = HUGE_VAL;
    for (int code = 0; code < 65536; code++) { /* (LOTS + 1)^(V * Q) */
        int lots[V][Q];
        for (int i = 0; i < V * Q; i++) lots[i / Q][i % Q] = code >> 2 * i & 3;
        best = fmin(best, cost_of(s, lots));
    }
    return best;
}

static void exhaustive(void **state) {
    int feasible = 0, built = 0;
    (void)state;
    random_state = 3;
    for (int i = 0; i < 60; i++) {
        f2f_arena *arena = f2f_arena_new();
        struct small s;
        struct f2f_plan_answer a;
        f2f_error err;
        make_small(&s, arena);
        double want = search(&s);
        f2f_status status = f2f_plan_solve(&a, &s.model, &s.ask, &err);
        assert_int_equal(status, isinf(want) ? F2F_EINFEASIBLE : F2F_OK);
        if (status == F2F_OK) {
            assert_near(a.cost_usd, want, 1e-6);
            feasible++;
            built += a.begun[1];
        }
        f2f_arena_free(arena);
    }
    assert_true(feasible > 15 && feasible < 60 && built > 3 &&
                built < feasible); /* both answers were put to the test */
}

/* ---- duals ---- */

/* Shadow prices against the same program with a little more. */
static void shadow_prices(void **state) {
    int told = 0;
    (void)state;
    random_state = 11;
    for (int i = 0; i < 60; i++) {
        f2f_arena *arena = f2f_arena_new();
        struct small s;
        struct f2f_plan_answer a, more;
        make_small(&s, arena);
        s.program.lot_chips = 0;
        s.vendors[1].learning_frac = 1;
        if (f2f_plan_solve(&a, &s.model, &s.ask, NULL) == F2F_OK) {
            double worth = 0, extra = 1e-3 * s.stacks;
            for (int q = 0; q < Q; q++) worth += a.supply_usd[q] * extra / 4;
            s.stacks += extra;
            assert_int_equal(f2f_plan_solve(&more, &s.model, &s.ask, NULL), F2F_OK);
            assert_true(fabs(a.cost_usd - more.cost_usd - worth) <= 0.02 * worth + 1e-6 * a.cost_usd);
            told += worth > 1e-4 * a.cost_usd * 0.01;
        }
        f2f_arena_free(arena);
    }
    assert_true(told > 3);
}

/* ---- sums and signs ---- */

/* Chips are conserved, work is done by chips that are there, and money is the sum of its payments. */
static void conservation(void **state) {
    (void)state;
    random_state = 5;
    for (int i = 0; i < 40; i++) {
        f2f_arena *arena = f2f_arena_new();
        struct small s;
        struct f2f_plan_answer a;
        make_small(&s, arena);
        s.program.lot_chips = 0;
        if (f2f_plan_solve(&a, &s.model, &s.ask, NULL) == F2F_OK) {
            double usd = 0, own = 0, work = 0;
            for (int v = 0; v < V; v++) {
                double installed = 0;
                for (int q = 0; q < Q; q++) {
                    installed += a.bought[v * Q + q];
                    assert_near(a.installed[v * Q + q], installed, 1e-6);
                    assert_true(a.used[v * Q + q] <= installed * (1 + 1e-6) + 1e-6);
                    work += a.used[v * Q + q] * s.tokps[v] * quarter_s;
                    usd += a.bought[v * Q + q] * f2f_plan_chip_usd(&s.model, v, q);
                    own += v ? a.bought[v * Q + q] : 0;
                }
            }
            if (a.begun[1]) usd += f2f_plan_begin_usd(&s.model, 1);
            for (int k = 0; k < F2F_PLAN_TIERS && own > 0; k++) {
                double chips, rebate = f2f_plan_rebate_usd(&s.model, 1, k, &chips);
                usd -= fmin(own, chips) * rebate;
                own -= fmin(own, chips);
            }
            assert_near(a.cost_usd, usd, 1e-5);
            assert_true(work >= s.amount * (1 - 1e-6));
        }
        f2f_arena_free(arena);
    }
}

/* What is limited stays within: capital of a year, a vendor's share, what a vendor delivers. */
static void limits_hold(void **state) {
    int bound = 0;
    (void)state;
    random_state = 17;
    for (int i = 0; i < 60; i++) {
        f2f_arena *arena = f2f_arena_new();
        struct small s;
        struct f2f_plan_answer a;
        double budget = uniform(2e6, 3e7), spent = 0, capacity = 0;
        make_small(&s, arena);
        s.program.lot_chips = 0;
        s.program.budget_usd = &budget, s.program.n_budgets = 1;
        s.vendors[0].share_frac = 0.6;
        for (int v = 0; v < V; v++) s.offers[v].capital_usd = 20 * s.offers[v].chip_q_usd;
        if (f2f_plan_solve(&a, &s.model, &s.ask, NULL) == F2F_OK) {
            for (int v = 0; v < V; v++) {
                capacity += a.installed[v * Q + Q - 1] * s.offers[v].weight;
                for (int q = 0; q < Q; q++) {
                    spent += a.bought[v * Q + q] * s.offers[v].capital_usd;
                    assert_true(a.bought[v * Q + q] <= LOTS * lot * (1 + 1e-9));
                }
            }
            assert_true(spent <= budget * (1 + 1e-6));
            assert_true(a.installed[Q - 1] * s.offers[0].weight <= 0.6 * capacity * (1 + 1e-6));
            bound += a.installed[Q - 1] * s.offers[0].weight > 0.599 * capacity;
        }
        f2f_arena_free(arena);
    }
    assert_true(bound > 3);
}

/* More demand, or fewer vendors, is never cheaper. */
static void monotone(void **state) {
    (void)state;
    random_state = 9;
    for (int i = 0; i < 30; i++) {
        f2f_arena *arena = f2f_arena_new();
        struct small s;
        struct f2f_plan_answer all, more, one;
        make_small(&s, arena);
        if (f2f_plan_solve(&all, &s.model, &s.ask, NULL) == F2F_OK) {
            s.ask.demand_scale = 1.1;
            if (f2f_plan_solve(&more, &s.model, &s.ask, NULL) == F2F_OK)
                assert_true(more.cost_usd >= all.cost_usd * (1 - 1e-6));
            s.ask.demand_scale = 1;
            s.allowed[i % 2] = false;
            if (f2f_plan_solve(&one, &s.model, &s.ask, NULL) == F2F_OK)
                assert_true(one.cost_usd >= all.cost_usd * (1 - 1e-6));
        }
        f2f_arena_free(arena);
    }
}

/* What binds is named. */
static void names_what_binds(void **state) {
    f2f_arena *arena = f2f_arena_new();
    struct small s;
    struct f2f_plan_answer a;
    f2f_error err;
    (void)state;
    random_state = 1;
    make_small(&s, arena);
    s.program.lot_chips = 0;
    s.offers[1].first_q = 0;
    s.amount = 50 * quarter_s * 4;
    s.program.power_W = 1e9;
    s.stacks = 4; /* one chip or so */
    assert_int_equal(f2f_plan_solve(&a, &s.model, &s.ask, &err), F2F_EINFEASIBLE);
    assert_non_null(strstr(err.message, "what binds is stacks (2024 Q1"));
    s.stacks = 1e9;
    s.program.power_W = 1000;
    assert_int_equal(f2f_plan_solve(&a, &s.model, &s.ask, &err), F2F_EINFEASIBLE);
    assert_non_null(strstr(err.message, "what binds is power"));
    s.program.power_W = 1e9;
    s.supplies[0] = s.supplies[1] = 10;
    assert_int_equal(f2f_plan_solve(&a, &s.model, &s.ask, &err), F2F_EINFEASIBLE);
    assert_non_null(strstr(err.message, "supply of "));
    s.supplies[0] = s.supplies[1] = 1e6;
    s.demand.steady = true;
    s.offers[0].first_q = s.offers[1].first_q = 2;
    assert_int_equal(f2f_plan_solve(&a, &s.model, &s.ask, &err), F2F_EINFEASIBLE);
    assert_non_null(strstr(err.message, "nobody who can do it delivers before 2024 Q3"));
    s.tokps[0] = s.tokps[1] = 0;
    assert_int_equal(f2f_plan_solve(&a, &s.model, &s.ask, &err), F2F_EINFEASIBLE);
    assert_non_null(strstr(err.message, "none of the vendors' chips can do it"));
    f2f_arena_free(arena);
}

/* A plan that knows of a failure is never dearer than one that finds out. */
static void regret_has_a_sign(void **state) {
    f2f_arena *arena = f2f_arena_new();
    struct small s;
    struct f2f_plan_answer best;
    struct f2f_record *table;
    double worst;
    (void)state;
    random_state = 2;
    for (int i = 0; i < 10; i++) {
        make_small(&s, arena);
        if (f2f_plan_solve(&best, &s.model, &s.ask, NULL) != F2F_OK) continue;
        assert_int_equal(f2f_plan_regret(&table, &worst, &s.model, &s.ask, &best, "small", NULL), F2F_OK);
        assert_true(worst >= 0);
        assert_int_equal(table->n_values, V);
    }
    f2f_arena_free(arena);
}

/* The smaller the share one vendor may have, the dearer. */
static void frontier_rises(void **state) {
    (void)state;
    random_state = 23;
    for (int i = 0; i < 10; i++) {
        f2f_arena *arena = f2f_arena_new();
        struct small s;
        struct f2f_record *table;
        make_small(&s, arena);
        s.program.lot_chips = 0;
        assert_int_equal(f2f_plan_frontier(&table, &s.model, &s.ask, "small", NULL), F2F_OK);
        double before = 0;
        for (size_t k = 0; k < table->n_values; k++) {
            double total = f2f_record_get(table->values[k].record, "total_usd");
            assert_true(total >= before * (1 - 1e-6));
            before = total;
        }
        f2f_arena_free(arena);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exhaustive),        cmocka_unit_test(shadow_prices),  cmocka_unit_test(conservation),
        cmocka_unit_test(monotone),          cmocka_unit_test(limits_hold),    cmocka_unit_test(names_what_binds),
        cmocka_unit_test(regret_has_a_sign), cmocka_unit_test(frontier_rises),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
