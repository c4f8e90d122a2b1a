/* test_explore.c - an exploration: its front and medians against brute force, its figures against each design alone. */
#include "explore_rig.h"

#include "explore/database_in.h"
#include "fab2fleet/cost.h"

#define SPACE                                                                                                      \
    "space:\n  chip.memory.stacks: [4, 5, 6]\n  making.module: [1000 USD, 2000 USD]\n  chip.boost: [1.4 GHz, 1.8 " \
    "GHz]\n  price.electricity: [0.05 USD/kWh, 0.2 USD/kWh]\n  job.tp: [1, 2]\n"                                   \
    "  job.precision: [fp8, bf16]\n  job.concurrency: [8, 16, 32]\n"
#define GOALS "objectives: {usd_per_Mtok: min, output_tokps: max, power_W: min}\nrequire: [ttft_p99_s<=9]\n"

/* Objectives of a row as smaller is better; false: it is no answer. */
static bool goals_of(double *out, struct f2f_explorer *e, uint64_t id) {
    struct f2f_design_row row;
    if (!f2f_database_row(e->database, e->arena, &row, id) || row.status != F2F_DESIGN_FEASIBLE) return false;
    for (int i = 0; i < 3; i++) out[i] = e->lattice.space->objectives[i].most ? -row.figure[i] : row.figure[i];
    return true;
}

static bool dominates(const double *a, const double *b) {
    return a[0] <= b[0] && a[1] <= b[1] && a[2] <= b[2] && (a[0] < b[0] || a[1] < b[1] || a[2] < b[2]);
}

/* Every design that none dominates is on the front, and no other; equal ones all are. */
static void front_is_that_of_brute_force(void **state) {
    size_t on_all = 0, ties = 0;
    for (uint32_t seed = 1; seed < 6; seed++) {
        struct f2f_explorer *e = rig_explorer(*state, SPACE GOALS);
        struct f2f_front front;
        size_t expected = 0;
        rig_fill(e, seed);
        assert_int_equal(f2f_front_find(&front, e, NULL), F2F_OK);
        for (uint64_t a = 0; a < e->lattice.points; a++) {
            double mine[3], other[3];
            bool best = goals_of(mine, e, a), on_it = false;
            for (uint64_t b = 0; b < e->lattice.points && best; b++)
                best = !goals_of(other, e, b) || !dominates(other, mine);
            for (size_t k = 0; k < front.n; k++) on_it = on_it || front.ids[k] == a;
            assert_int_equal(on_it, best);
            expected += best;
        }
        assert_int_equal(front.n, expected);
        on_all += front.n;
        ties += front.ties;
        assert_int_equal(f2f_database_close(e->database, NULL), F2F_OK);
        (void)unlink(rig_path(*state, "a.db"));
    }
    assert_true(on_all > 10 && ties > 2); /* the test means something */
}

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void medians_are_those_of_brute_force(void **state) {
    struct rig *r = *state;
    struct f2f_explorer *e = rig_explorer(r, SPACE GOALS);
    struct f2f_results *results = f2f_results_new(r->arena, "test");
    double *values = malloc(e->lattice.points * sizeof *values), goals[3];
    rig_fill(e, 42);
    assert_int_equal(f2f_effects_put(results, e, NULL), F2F_OK);
    assert_int_equal(results->n_tables, 1 + (size_t)e->lattice.space->n_axes);
    for (int a = 0; a < e->lattice.space->n_axes; a++) {
        const struct f2f_record *table = results->tables[1 + a];
        for (int v = 0; v < e->lattice.space->axes[a].n_values; v++) {
            const struct f2f_record *row = table->values[v].record;
            size_t n = 0;
            for (uint64_t id = 0; id < e->lattice.points; id++)
                if (f2f_lattice_place(&e->lattice, id, a) == v && goals_of(goals, e, id)) values[n++] = -goals[1];
            qsort(values, n, sizeof *values, by_value);
            assert_int_equal(f2f_record_get(row, "feasible"), n);
            double median = n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
            assert_true(f2f_record_get(row, "median.output_tokps") == median);
            assert_true(f2f_record_get(row, "best.output_tokps") == values[n - 1]);
        }
    }
    free(values);
    assert_int_equal(f2f_database_close(e->database, NULL), F2F_OK);
}

/* The same system, job and price loaded afresh, by the paths a user would --set. */
static struct f2f_record *alone(struct rig *r, const struct f2f_explorer *e, uint64_t id) {
    const struct f2f_space *space = e->lattice.space;
    const char *name[7];
    for (int a = 0; a < 7; a++) name[a] = space->axes[a].values[f2f_lattice_place(&e->lattice, id, a)].name;
    const struct f2f_set sets[] = {{"chip.memory.stacks", name[0]},
                                   {"making.module", name[1]},
                                   {"chip.boost", name[2]}},
                         bill = {"price.electricity", name[3]};
    const struct f2f_system *system;
    const struct f2f_price *price;
    struct f2f_record *record;
    struct f2f_serve_job job = {.model = space->job.models[0], .isl = 256, .osl = 64, .requests = 16};
    job.strategy =
        (struct f2f_strategy){.tp = (int)strtol(name[4], NULL, 10), .pp = 1, .cp = 1, .vp = 1, .dp = 1, .ep = 1};
    job.concurrency = (int)strtol(name[6], NULL, 10);
    assert_int_equal(f2f_precision_parse(&job.precision, name[5], NULL, NULL), F2F_OK);
    assert_int_equal(f2f_catalog_engine(&job.engine, r->catalog, NULL, NULL, 0, NULL), F2F_OK);
    assert_int_equal(f2f_catalog_system(&system, r->catalog, "h100-1x", sets, 3, NULL), F2F_OK);
    assert_int_equal(f2f_catalog_price(&price, r->catalog, NULL, &bill, 1, NULL), F2F_OK);
    if (f2f_serve_run(&record, r->arena, system, &job, NULL) != F2F_OK) return NULL;
    f2f_cost_join(record, system, price, 0);
    return record;
}

/* Shared simulations, kept files and catalogs that are thrown away cannot be seen in the figures. */
static void designs_are_as_if_alone(void **state) {
    struct rig *r = *state;
    struct f2f_results *results;
    f2f_error err = {0};
    const char *path = rig_path(r, "a.db");
    const struct f2f_space *space = rig_space(r, SPACE GOALS);
    if (f2f_explore_run(&results, r->catalog, space, path, &r->options, &err) != F2F_OK) fail_msg("%s", err.message);
    const struct f2f_record *counts = results->items[0];
    assert_int_equal(f2f_record_get(counts, "evaluated"), 288);
    assert_int_equal(f2f_record_get(counts, "refused"), 144); /* one chip is no two */
    assert_int_equal(f2f_record_get(counts, "feasible"), 144);
    assert_int_equal(f2f_record_get(counts, "simulations"), 36);
    struct f2f_explorer *e;
    assert_int_equal(f2f_explorer_new(&e, r->catalog, space, &r->options, NULL), F2F_OK);
    assert_int_equal(f2f_database_open(&e->database, e->arena, path, true, &e->lattice, &e->keys, &e->mark, &err),
                     F2F_OK);
    for (uint64_t id = 0; id < e->lattice.points; id += 5) {
        struct f2f_design_row row;
        assert_true(f2f_database_row(e->database, r->arena, &row, id));
        const struct f2f_record *record = alone(r, e, id);
        assert_int_equal(row.status, record ? F2F_DESIGN_FEASIBLE : F2F_DESIGN_REFUSED);
        for (int k = 0; record && k < e->keys.n; k++) {
            double wanted = f2f_record_get(record, e->keys.key[k]);
            if (strncmp(e->keys.key[k], "chip.", 5) == 0) continue;
            assert_int_equal(isnan(row.figure[k]), isnan(wanted));
            if (!isnan(wanted)) assert_memory_equal(&row.figure[k], &wanted, sizeof wanted);
        }
    }
    assert_int_equal(f2f_database_close(e->database, &err), F2F_OK);
}

static double tdp_of(struct f2f_catalog *catalog, const char *path) {
    const struct f2f_system *system;
    f2f_error err = {0};
    if (f2f_catalog_system(&system, catalog, path, NULL, 0, &err) != F2F_OK) fail_msg("%s", err.message);
    return system->node->chip->tdp_W;
}

static void write_chip(const char *path, const char *tdp) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "kind: chip\nname: mine\nsource: a test\nextends: h100-sxm\ntdp: %s\n", tdp);
    fclose(file);
}

/* What was read stays as it was for all catalogs that share files, and is theirs to change; others see the change. */
static void files_stay_as_they_were(void **state) {
    struct rig *r = *state;
    const char *path = rig_path(r, "chip.yaml");
    struct f2f_files *files = f2f_files_new(r->arena);
    const struct f2f_set set = {"chip.tdp", "500 W"};
    const struct f2f_system *changed;
    struct f2f_catalog *first, *second, *third;
    assert_int_equal(f2f_catalog_again(&first, r->catalog, files, NULL), F2F_OK);
    assert_int_equal(f2f_catalog_again(&second, r->catalog, files, NULL), F2F_OK);
    assert_int_equal(f2f_catalog_again(&third, r->catalog, NULL, NULL), F2F_OK);
    write_chip(path, "650 W");
    assert_true(tdp_of(first, path) == 650);
    assert_int_equal(f2f_catalog_system(&changed, first, path, &set, 1, NULL), F2F_OK);
    assert_true(changed->node->chip->tdp_W == 500);
    write_chip(path, "600 W");
    assert_true(tdp_of(first, path) == 650 && tdp_of(second, path) == 650);
    f2f_catalog_free(first);
    assert_true(tdp_of(second, path) == 650); /* the texts are not the first reader's */
    assert_true(tdp_of(third, path) == 600);
    f2f_catalog_free(second);
    f2f_catalog_free(third);
}

/* Units worked through in any order and number give the rows of one after the other. */
static void lent_work_is_the_same(void **state) {
    struct rig *r = *state;
    struct f2f_explorer *e = rig_explorer(r, SPACE GOALS);
    const uint64_t units[] = {0, 1, 2, 3, 40, 41, 71};
    enum { N = sizeof units / sizeof units[0] };
    struct f2f_buffer singly = {.arena = r->arena};
    const char *rows;
    size_t length;
    f2f_error err = {0};
    for (size_t i = 0; i < N; i++) {
        struct f2f_designer *designer = f2f_designer_new(&e->shop);
        assert_int_equal(f2f_designer_work(designer, &singly, units[i], &err), F2F_OK);
        f2f_designer_free(designer);
    }
    assert_int_equal(f2f_explorer_work(e, r->arena, units, N, &rows, &length, &err), F2F_OK);
    const char *a = rows, *b = singly.data;
    struct f2f_design_row x, y;
    int n = 0;
    for (; f2f_design_unpack(&x, &a, rows + length, e->keys.n); n++) {
        assert_true(f2f_design_unpack(&y, &b, singly.data + singly.length, e->keys.n));
        assert_true(x.id == y.id && x.status == y.status && x.work == y.work);
        assert_string_equal(x.why ? x.why : "", y.why ? y.why : "");
        for (int k = 0; k < e->keys.n; k++)
            assert_memory_equal(&x.figure[k], &y.figure[k], isnan(x.figure[k]) ? 0 : sizeof(double));
    }
    assert_int_equal(n, 4 * N);
    assert_ptr_equal(a, rows + length);
    assert_int_equal(f2f_database_close(e->database, NULL), F2F_OK);
}

/* Bytes that are cut off anywhere are no row. */
static void cut_rows_are_refused(void **state) {
    struct rig *r = *state;
    struct f2f_buffer bytes = {.arena = r->arena};
    struct f2f_design_row row = {.id = 7, .status = F2F_DESIGN_MISSED, .why = "too slow"}, back;
    f2f_design_pack(&bytes, &row, 5);
    for (size_t n = 0; n <= bytes.length; n++) {
        const char *at = bytes.data;
        assert_int_equal(f2f_design_unpack(&back, &at, bytes.data + n, 5), n == bytes.length);
    }
    assert_string_equal(back.why, "too slow");
    assert_int_equal(back.id, 7);
}

/* A key that no result has is a mistake of the space, told with the nearest. */
static void unknown_keys_are_told(void **state) {
    struct rig *r = *state;
    struct f2f_results *results;
    f2f_error err = {0};
    const struct f2f_space *s = rig_space(r, "space: {job.concurrency: [1, 2]}\nobjectives: {tpot_p95_s: min}\n");
    assert_int_equal(f2f_explore_run(&results, r->catalog, s, rig_path(r, "a.db"), &r->options, &err), F2F_EINPUT);
    assert_non_null(strstr(err.message, "the first result has no figure 'tpot_p95_s' (did you mean 'tpot_p9"));
    assert_null(results);
    s = rig_space(r, "space: {job.concurrency: [1, 2]}\nobjectives: {power_W: min}\nkeep: [memory]\n");
    assert_int_equal(f2f_explore_run(&results, r->catalog, s, rig_path(r, "b.db"), &r->options, &err), F2F_EINPUT);
    assert_non_null(strstr(err.message, "'memory' of a result is no number"));
}

/* A figure that other designs have is none of a design without it. */
static void keys_may_be_of_some(void **state) {
    struct rig *r = *state;
    struct f2f_results *results;
    f2f_error err = {0};
    const char *rest = "space: {job.tokens: [1e12, 0, 2e12], making.module: [1000 USD, 1100 USD]}\n"
                       "objectives: {step_s: min}\nrequire: [days>0]\n";
    const struct f2f_space *s = rig_space(r, rest);
    struct f2f_space train = *s;
    train.job.kind = F2F_JOB_TRAIN;
    train.base = "mi300x-8x";
    f2f_status status = f2f_explore_run(&results, r->catalog, &train, rig_path(r, "a.db"), &r->options, &err);
    if (status != F2F_OK) fail_msg("%s", err.message);
    assert_int_equal(f2f_record_get(results->items[0], "evaluated"), 6);
    assert_int_equal(f2f_record_get(results->items[0], "unknown"), 2);
    assert_int_equal(f2f_record_get(results->items[0], "feasible"), 4);
}

/* What is known without a simulation is not simulated. */
static void early_requirements_prune(void **state) {
    struct rig *r = *state;
    struct f2f_results *results;
    f2f_error err = {0};
    const struct f2f_space *s =
        rig_space(r, "space: {job.concurrency: [1, 2], chip.tdp: [500 W, 700 W], chip.memory.stacks: [4, 5]}\n"
                     "objectives: {usd_per_Mtok: min}\nrequire: [chip.tdp_W<=600, cost.chip_usd<=1e6]\n");
    assert_int_equal(f2f_explore_run(&results, r->catalog, s, rig_path(r, "a.db"), &r->options, &err), F2F_OK);
    assert_int_equal(f2f_record_get(results->items[0], "missed"), 4);
    assert_int_equal(f2f_record_get(results->items[0], "pruned"), 4);
    assert_int_equal(f2f_record_get(results->items[0], "simulations"), 4);
    s = rig_space(r,
                  "space: {job.concurrency: [1, 2]}\nobjectives: {usd_per_Mtok: min}\nrequire: [cost.chip_usd<=1]\n");
    assert_int_equal(f2f_explore_run(&results, r->catalog, s, rig_path(r, "b.db"), &r->options, &err), F2F_EINFEASIBLE);
    assert_non_null(results);
    assert_int_equal(f2f_record_get(results->items[0], "simulations"), 0);
    assert_non_null(strstr(results->notes[0], "cost.chip_usd is "));
}

/* Where the disk is full the batch is taken back, so that no half unit is in the file. */
static void a_full_disk_leaves_no_half(void **state) {
    struct rig *r = *state;
    struct f2f_explorer *e = rig_explorer(r, SPACE GOALS);
    struct f2f_design_row row = {.why =
                                     "a long reason that fills a page before long, when it is given many times over"};
    struct f2f_database_counts counts;
    uint64_t id = 0;
    assert_int_equal(f2f_database_add(e->database, &row, NULL), F2F_OK);
    assert_int_equal(f2f_database_commit(e->database, NULL), F2F_OK);
    assert_int_equal(f2f_database_exec(e->database, "PRAGMA max_page_count = 1", NULL), F2F_OK); /* as many as now */
    f2f_status status = F2F_OK;
    while (status == F2F_OK && id < 200) {
        row.id = ++id;
        status = f2f_database_add(e->database, &row, NULL);
    }
    assert_int_equal(status, F2F_ERUN);
    assert_true(id > 1);
    assert_int_equal(f2f_database_commit(e->database, NULL), F2F_OK);
    assert_int_equal(f2f_database_count(e->database, &counts, NULL), F2F_OK);
    assert_int_equal(counts.rows, 1);
    assert_int_equal(f2f_database_close(e->database, NULL), F2F_OK);
}

/* The first designs of a unit, however they came there, are not taken for all of it. */
static void half_a_unit_is_done_again(void **state) {
    struct rig *r = *state;
    struct f2f_results *results;
    struct f2f_explorer *e = rig_explorer(r, SPACE GOALS);
    struct f2f_design_row row = {.id = f2f_lattice_id(&e->lattice, 2, 0), .status = F2F_DESIGN_MISSED, .why = "half"};
    f2f_error err = {0};
    for (int i = 0; i < e->keys.n; i++) row.figure[i] = (double)NAN;
    assert_int_equal(f2f_database_add(e->database, &row, NULL), F2F_OK);
    assert_int_equal(f2f_database_close(e->database, &err), F2F_OK);
    struct f2f_explore_options again = {.threads = 1, .resume = true};
    const struct f2f_space *space = rig_space(r, SPACE GOALS);
    assert_int_equal(f2f_explore_run(&results, r->catalog, space, rig_path(r, "a.db"), &again, &err), F2F_OK);
    assert_int_equal(f2f_record_get(results->items[0], "evaluated"), 288);
    assert_int_equal(f2f_record_get(results->items[0], "missed"), 0);
}

int main(void) {
#define T(test) cmocka_unit_test_setup_teardown(test, rig_setup, rig_teardown)
    const struct CMUnitTest tests[] = {T(front_is_that_of_brute_force), T(medians_are_those_of_brute_force),
                                       T(designs_are_as_if_alone),      T(files_stay_as_they_were),
                                       T(lent_work_is_the_same),        T(cut_rows_are_refused),
                                       T(unknown_keys_are_told),        T(early_requirements_prune),
                                       T(keys_may_be_of_some),          T(a_full_disk_leaves_no_half),
                                       T(half_a_unit_is_done_again)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
