/* test_space.c - spaces of designs: axes counted out, faults at their place, and every design exactly once. */
#include "explore_rig.h"

#define GOAL "objectives: {usd_per_Mtok: min}"

static void same_values(const struct f2f_space_axis *axis, const char *const *wanted, int n) {
    assert_int_equal(axis->n_values, n);
    for (int i = 0; i < n; i++) assert_string_equal(axis->values[i].name, wanted[i]);
}

static void ranges_are_counted_out(void **state) {
    static const char *const clocks[] = {"1.2 GHz", "1.4 GHz", "1.6 GHz"}, *const sizes[] = {"1", "2", "4", "8"},
                             *const powers[] = {"500 W", "600 W", "700 W"},
                             *const mixed[] = {"800 MHz", "1200 MHz", "1600 MHz"}, *const stacks[] = {"5"};
    const struct f2f_space *s = rig_space(*state, "space:\n"
                                                  "  chip.boost: {from: 1.2 GHz, to: 1.7 GHz, step: 200 MHz}\n"
                                                  "  job.tp: {from: 1, to: 8, factor: 2}\n"
                                                  "  chip.tdp: {from: 500 W, to: 0.7 kW, count: 3}\n"
                                                  "  chip.idle: 90 W\n"
                                                  "  chip.memory.stacks: [5]\n" GOAL);
    same_values(&s->axes[0], clocks, 3);
    same_values(&s->axes[1], sizes, 4);
    same_values(&s->axes[2], powers, 3);
    same_values(&s->axes[4], stacks, 1);
    assert_int_equal(s->axes[3].n_values, 1); /* one value needs no list */
    s = rig_space(*state, "space:\n  chip.boost: {from: 800 MHz, to: 1.6 GHz, step: 0.4 GHz}\n" GOAL);
    same_values(&s->axes[0], mixed, 3);
}

/* Nothing of a unit is still written in it. */
static void ranges_may_begin_at_zero(void **state) {
    static const char *const times[] = {"0 ms", "5 ms", "10 ms"}, *const rates[] = {"0 GB/s", "400 GB/s", "800 GB/s"};
    const struct f2f_space *s = rig_space(*state, "space:\n  engine.host: {from: 0 ms, to: 10 ms, step: 5000 us}\n"
                                                  "  chip.unit_memory: {from: 0 GB/s, to: 0.8 TB/s, count: 3}\n" GOAL);
    same_values(&s->axes[0], times, 3);
    same_values(&s->axes[1], rates, 3);
}

/* A tenth added ten times is not one: values are counted, not summed up, and the end is met. */
static void ranges_meet_their_end(void **state) {
    const struct f2f_space *s = rig_space(*state, "space: {job.rate_scale: {from: 0.1, to: 1, step: 0.1}}\n" GOAL);
    assert_int_equal(s->axes[0].n_values, 10);
    assert_string_equal(s->axes[0].values[9].name, "1");
    assert_string_equal(s->axes[0].values[2].name, "0.3");
}

static void faults_stand_at_their_place(void **state) {
    static const struct {
        const char *rest, *words;
    } faults[] = {
        {"space: {chip.memory.stack: [4]}\n" GOAL, "did you mean 'stacks'"},
        {"space: {chip.memory.stacks: [4, x]}\n" GOAL, "'stacks' must be a whole number"},
        {"space: {chip.memory.stacks: [4, 4]}\n" GOAL, "has the value '4' twice"},
        {"space: {chip.tdp: [500]}\n" GOAL, "a power"},
        {"space: {chip.memory.device: [hbm9]}\n" GOAL, "no memory 'hbm9' in the catalog"},
        {"space: {job.model: [llama-9]}\n" GOAL, "no model 'llama-9' in the catalog"},
        {"space: {base: [h100-1x, none]}\n" GOAL, "no system, node or chip 'none'"},
        {"space: {job.name: [a]}\n" GOAL, "is no single value"},
        {"space: {chip.memory: [a]}\n" GOAL, "is no single value"},
        {"space: {job.precison: [fp8]}\n" GOAL, "did you mean 'precision'"},
        {"space: {chip.tdp: {from: 500 W, to: 700 W}}\n" GOAL, "one of 'step', 'factor' and 'count'"},
        {"space: {chip.tdp: {from: 500 W, to: 700 W, step: 1 W, count: 3}}\n" GOAL, "one of 'step'"},
        {"space: {chip.tdp: {from: 700 W, to: 500 W, count: 3}}\n" GOAL, "the range is empty"},
        {"space: {chip.tdp: {from: 500 W, to: 700 W, step: 0 W}}\n" GOAL, "the range is empty"},
        {"space: {chip.tdp: {from: 500 W, to: 700 W, step: 1 uW}}\n" GOAL, "more than 10000 values"},
        {"space: {job.tp: {from: 1, to: 2, step: 0.5}}\n" GOAL, "'tp' must be a whole number"},
        {"space: {job.engine: {from: 1, to: 2, count: 2}}\n" GOAL, "'engine' is no number"},
        {"space: {mine: [{name: a}]}\n" GOAL, "a choice is {name: ..., set:"},
        {"space: {mine: [{name: a, set: {chip.tdp: 500}}]}\n" GOAL, "a power"},
        {"space: {chip.tdp: [500 W], mine: [{name: a, set: {chip.tdp: 500 W}}]}\n" GOAL,
         "is varied by 'chip.tdp', too"},
        {"space: {chip.tdp: [500 W], node.chip.tdp: [600 W]}\n" GOAL, "is varied by 'chip.tdp', too"},
        {"space: {tdp: [500 W], chip: [h100-sxm]}\n" GOAL, "'chip' would undo 'tdp' of 'tdp'"},
        {"space: {chip.tdp: [500 W], mine: [{name: a, set: {chip.idle: 9 W}}, {name: b, set: {tdp: 9 W}}]}\n" GOAL,
         "'tdp' is varied by 'chip.tdp', too"},
        {"space: {mine: [{name: a, set: {chip.idle: 9 W}}, {name: b, set: {chip.tdp: 9 W}}], chip.tdp: [8 W]}\n" GOAL,
         "'chip.tdp' is varied by 'mine', too"},
        {"space: {mine: [{name: a, set: {chip.tdp: 500 W, chip: h200-sxm}}]}\n" GOAL, "'chip' would undo 'chip.tdp'"},
        {"space: {job.tp: [1], mine: [{name: a, set: {job.tp: 2}}]}\n" GOAL, "'job.tp' is varied by 'job.tp', too"},
        {"space: {chip.tdp: {from: 500 W, to: 500 W, count: 3}}\n" GOAL, "has the value '500 W' twice"},
        {"set: {chip.tdp: 600 W}\nspace: {chip: [h100-sxm, h200-sxm]}\n" GOAL,
         "'chip.tdp' of 'set' would be undone by 'chip' of 'space' (line "},
        {"set: {node.chip.tdp: 600 W}\nspace: {chip.tdp: {from: 500 W, to: 700 W, count: 3}}\n" GOAL,
         "'node.chip.tdp' of 'set' would be undone by 'chip.tdp' of 'space' (line "},
        {"set: {chip.memory.device.trefi: 2 us}\nspace: {mine: [{name: a, set: {chip.memory.device: gddr7}}]}\n" GOAL,
         "'chip.memory.device.trefi' of 'set' would be undone by 'mine' of 'space' (line "},
        {"space: {}\n" GOAL, "must map 1 to 24 paths"},
        {"space: {chip.tdp: [500 W]}\nobjectives: {usd_per_Mtok: low}", "must be min or max"},
        {"space: {chip.tdp: [500 W]}\nobjectives: {}", "must map 1 to 8 keys"},
        {"space: {chip.tdp: [500 W]}\n" GOAL "\nprice: nowhere", "no price 'nowhere'"},
    };
    struct rig *r = *state;
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        const struct f2f_space *space;
        f2f_error err = {0};
        struct f2f_diag *diag = f2f_catalog_diag(r->catalog);
        size_t before = diag->n;
        assert_int_equal(rig_load(&space, r, faults[i].rest, &err), F2F_EINPUT);
        if (!strstr(err.message, faults[i].words)) fail_msg("%s: %s", faults[i].rest, err.message);
        assert_true(diag->n > before);
        assert_non_null(strstr(diag->lines[before], "space.yaml:"));
    }
}

/* What only shows when the space is unfolded. */
static void spaces_that_cannot_be_explored(void **state) {
    struct rig *r = *state;
    const struct f2f_set twice[] = {{"chip.tdp", "600 W"}, {"tdp", "600 W"}, {"chip.idle", "9 W"}};
    struct f2f_explore_options with_set = {.n_sets = 1};
    struct f2f_explorer *e;
    f2f_error err = {0};
    const struct f2f_space *s = rig_space(r, "space: {job.precision: [fp8, fp9]}\n" GOAL);
    assert_int_equal(f2f_explorer_new(&e, r->catalog, s, &r->options, &err), F2F_EINPUT);
    assert_non_null(strstr(err.message, "unknown precision 'fp9'"));
    s = rig_space(r, "space: {chip.tdp: [500 W]}\nrequire: [ttft_p99_s]\n" GOAL);
    assert_int_equal(f2f_explorer_new(&e, r->catalog, s, &r->options, &err), F2F_EINPUT);
    assert_non_null(strstr(err.message, "KEY<=NUMBER is wanted"));
    s = rig_space(r, "space: {chip.tdp: [500 W]}\n" GOAL);
    for (with_set.sets = twice; with_set.sets < &twice[2]; with_set.sets++)
        assert_int_equal(f2f_explorer_new(&e, r->catalog, s, &with_set, &err), F2F_EUSAGE);
    assert_int_equal(f2f_explorer_new(&e, r->catalog, s, &with_set, &err), F2F_OK);
    s = rig_space(r, "space: {mine: [{name: a, set: {job.tp: 1}}, {name: b, set: {chip: h200-sxm}}]}\n" GOAL);
    assert_int_equal(f2f_explorer_new(&e, r->catalog, s, &with_set, &err), F2F_EUSAGE);
    assert_non_null(strstr(err.message, "--set chip.idle: the space varies it by 'mine'"));
    s = rig_space(
        r,
        "space:\n  chip.tdp: {from: 500 W, to: 700 W, count: 5000}\n"
        "  chip.boost: {from: 1 GHz, to: 2 GHz, count: 5000}\n  chip.idle: {from: 1 W, to: 90 W, count: 5000}\n" GOAL);
    assert_int_equal(f2f_explorer_new(&e, r->catalog, s, &r->options, &err), F2F_EINPUT);
    assert_non_null(strstr(err.message, "give `samples:`"));
}

/* The ids of all units are all ids, each once; designs of a unit differ in axes that pay alone. */
static void every_design_once(void **state) {
    struct rig *r = *state;
    struct f2f_lattice l;
    const struct f2f_space *s = rig_space(r, "space:\n  making.module: [1000 USD, 1200 USD]\n"
                                             "  chip.memory.stacks: [4, 5, 6]\n"
                                             "  price.electricity: [0.05 USD/kWh, 0.1 USD/kWh, 0.2 USD/kWh]\n"
                                             "  job.tp: [1, 2]\n" GOAL);
    assert_int_equal(f2f_lattice_make(&l, r->arena, s, NULL), F2F_OK);
    assert_int_equal(l.points, 36);
    assert_int_equal(l.n_units, 6);
    int seen[36] = {0};
    for (uint64_t u = 0; u < l.n_units; u++) {
        assert_int_equal(f2f_lattice_count(&l, u), 6);
        for (uint64_t k = 0; k < 6; k++) {
            uint64_t id = f2f_lattice_id(&l, u, k), first = f2f_lattice_id(&l, u, 0);
            seen[id]++;
            assert_int_equal(f2f_lattice_place(&l, id, 1), f2f_lattice_place(&l, first, 1));
            assert_int_equal(f2f_lattice_place(&l, id, 3), f2f_lattice_place(&l, first, 3));
        }
    }
    for (int i = 0; i < 36; i++) assert_int_equal(seen[i], 1);
    assert_int_equal(f2f_lattice_place(&l, 1, 3), 1); /* the last axis is the fastest */
    assert_int_equal(f2f_lattice_place(&l, 35, 0), 1);
}

/* However many designs differ in costs alone, a unit has at most 1,024, and each is in one. */
static void units_are_bounded(void **state) {
    struct rig *r = *state;
    struct f2f_lattice l;
    static int seen[6000];
    for (int samples = 0; samples <= 5900; samples += 5900) {
        const char *rest = f2f_arena_printf(
            r->arena,
            "space:\n  price.electricity: {from: 0.1 USD/kWh, to: 1 USD/kWh, count: 3000}\n  job.tp: [1, 2]\n"
            "samples: %d\n" GOAL,
            samples);
        assert_int_equal(f2f_lattice_make(&l, r->arena, rig_space(r, rest), NULL), F2F_OK);
        uint64_t n = 0, most = 0;
        memset(seen, 0, sizeof seen);
        for (uint64_t u = 0; u < l.n_units; u++) {
            uint64_t count = f2f_lattice_count(&l, u), first = f2f_lattice_id(&l, u, 0);
            for (uint64_t k = 0; k < count; k++) {
                uint64_t id = f2f_lattice_id(&l, u, k);
                assert_true(id < 6000 && !seen[id]++);
                assert_int_equal(f2f_lattice_place(&l, id, 1), f2f_lattice_place(&l, first, 1));
            }
            n += count;
            if (count > most) most = count;
        }
        assert_int_equal(n, l.n_designs);
        assert_int_equal(most, 1024);
    }
}

/* 50 samples: each of ten values of an axis is drawn five times, none twice, the same every time. */
static void samples_hit_every_value(void **state) {
    struct rig *r = *state;
    struct f2f_lattice l, again;
    const struct f2f_space *s = rig_space(r, "space:\n  chip.tdp: {from: 500 W, to: 590 W, step: 10 W}\n"
                                             "  price.electricity: {from: 0.1 USD/kWh, to: 1 USD/kWh, count: 10}\n"
                                             "  chip.boost: {from: 1 GHz, to: 1.9 GHz, step: 100 MHz}\n"
                                             "  chip.idle: {from: 50 W, to: 90 W, count: 1000}\n"
                                             "samples: 50\nseed: 7\n" GOAL);
    assert_int_equal(f2f_lattice_make(&l, r->arena, s, NULL), F2F_OK);
    assert_int_equal(f2f_lattice_make(&again, r->arena, s, NULL), F2F_OK);
    assert_int_equal(l.points, 1000000);
    assert_int_equal(l.n_designs, 50);
    int hits[3][10] = {{0}};
    uint64_t n = 0, last = 0;
    for (uint64_t u = 0; u < l.n_units; u++)
        for (uint64_t k = 0; k < f2f_lattice_count(&l, u); k++, n++) {
            uint64_t id = f2f_lattice_id(&l, u, k);
            assert_int_equal(id, f2f_lattice_id(&again, u, k));
            assert_true(id < l.points && (!n || id != last));
            last = id;
            for (int a = 0; a < 3; a++) hits[a][f2f_lattice_place(&l, id, a)]++;
        }
    assert_int_equal(n, l.n_designs);
    for (int a = 0; a < 3; a++)
        for (int v = 0; v < 10; v++) assert_int_equal(hits[a][v], 5);
}

int main(void) {
#define T(test) cmocka_unit_test_setup_teardown(test, rig_setup, rig_teardown)
    const struct CMUnitTest tests[] = {T(ranges_are_counted_out),      T(ranges_meet_their_end),
                                       T(faults_stand_at_their_place), T(spaces_that_cannot_be_explored),
                                       T(every_design_once),           T(units_are_bounded),
                                       T(samples_hit_every_value),     T(ranges_may_begin_at_zero)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
