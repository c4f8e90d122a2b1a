/* design.c - see design.h.
 *
 * A unit of work (lattice.h) is simulated once, with the first of its designs that can be made; each design is priced
 * by itself. What needs no simulation to be known comes first: a description that contradicts itself, a strategy that
 * does not divide, a requirement on the chip or what it costs. The models themselves do not simulate what does not fit.
 */
#include <math.h>
#include <string.h>

#include "explore/designer.h"
#include "fab2fleet/cost.h"

/* What is known of the chip without a job: limits and size, and where a requirement asks for it, what it costs. */
static struct f2f_record *known_of(const struct f2f_designer *d, f2f_arena *arena) {
    static const enum f2f_cost_figure figures[] = {F2F_COST_HARVEST_YIELD, F2F_COST_DIE,    F2F_COST_STACK_YIELD,
                                                   F2F_COST_MEMORY_PER_GB, F2F_COST_MEMORY, F2F_COST_PACKAGE_YIELD,
                                                   F2F_COST_PACKAGE,       F2F_COST_CHIP,   F2F_COST_PRICE};
    struct f2f_record *r = f2f_record_new(arena, NULL), *sub = f2f_record_sub(r, "chip", "as described");
    const struct f2f_chip *chip = d->system->node->chip;
    const struct f2f_cost_case c = {.system = d->system, .price = d->price};
    struct f2f_cost cost;
    f2f_record_num(sub, "tdp_W", chip->tdp_W, NULL);
    f2f_record_num(sub, "die_mm2", chip->die_mm2, NULL);
    f2f_record_num(sub, "clock_Hz", chip->clock_Hz, NULL);
    if (d->system->mem) f2f_record_num(sub, "memory_B", d->system->mem->capacity_B, NULL);
    if (d->system->mem) f2f_record_num(sub, "memory_Bps", d->system->mem->read_Bps, NULL);
    if (!d->shop->keys->tests_cost || !d->price || f2f_cost_evaluate(&cost, &c, NULL) != F2F_OK) return r;
    sub = f2f_record_sub(r, "cost", NULL);
    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++)
        f2f_record_num(sub, f2f_cost_key(figures[i]), cost.figure[figures[i]], NULL);
    return r;
}

static void end(struct f2f_design_row *row, int status, const char *why) {
    row->status = status;
    row->why = why;
}

/* The first requirement that is missed, of those whose figure the record has. */
static bool miss(struct f2f_design_row *row, const struct f2f_design_keys *keys, const struct f2f_record *r) {
    for (int i = 0; i < keys->n_tests && row->status == F2F_DESIGN_FEASIBLE; i++) {
        const struct f2f_test *test = &keys->tests[i];
        double value = f2f_record_get(r, test->key);
        if (isnan(value) || f2f_test_holds(test, value)) continue;
        end(row, F2F_DESIGN_MISSED,
            f2f_arena_printf(r->arena, "%s is %g, %s is required", test->key, value, test->text));
    }
    return row->status != F2F_DESIGN_FEASIBLE;
}

/* A key that the first result must have: later ones may lack it, as `days` where no tokens are given. */
static f2f_status check_key(const struct f2f_record *r, const char *key, f2f_error *err) {
    const char *names[256];
    size_t n = 0;
    const struct f2f_value *found = f2f_record_find(r, key);
    if (found && (found->kind == F2F_VALUE_TEXT || found->kind == F2F_VALUE_RECORD))
        return f2f_fail(err, F2F_EINPUT, "'%.60s' of a result is no number", key);
    bool no_costs = !f2f_record_find(r, "cost.chip_usd"); /* which `cost.why` explains */
    if (found || (no_costs && (strncmp(key, "cost.", 5) == 0 || strstr(key, "usd") || strstr(key, "kgCO2e"))))
        return F2F_OK;
    for (size_t i = 0; i < r->n_values && n < 256; i++) names[n++] = r->values[i].key;
    return f2f_fail(err, F2F_EINPUT, "the first result has no figure '%.60s'%s", key,
                    f2f_did_you_mean(key, names, n).text);
}

/* An objective or a requirement without a figure. */
static bool lack(struct f2f_design_row *row, const struct f2f_design_keys *keys, const struct f2f_record *r) {
    const struct f2f_value *why = f2f_record_find(r, "cost.why");
    for (int i = 0; i < keys->n && row->status == F2F_DESIGN_FEASIBLE; i++)
        if (keys->asked[i] && isnan(row->figure[i]))
            end(row, F2F_DESIGN_UNKNOWN,
                f2f_arena_printf(r->arena, "%s is not known%s%s", keys->key[i], why && why->text ? ": " : "",
                                 why && why->text ? why->text : ""));
    return row->status != F2F_DESIGN_FEASIBLE;
}

/* The simulation that the designs of a unit share. */
struct unit {
    f2f_arena *arena;
    struct f2f_task task;
    bool made, ran;
};

/* The job on the system that is loaded; what refuses it is the task's status. */
static void make_task(struct unit *u, struct f2f_designer *d) {
    struct f2f_tasks tasks = {.arena = u->arena,
                              .catalog = d->catalog,
                              .items = &u->task,
                              .sets = d->engine_sets,
                              .n_sets = d->n_engine_sets};
    const struct f2f_task like = {.system = d->system, .system_name = "design", .job = &d->job};
    f2f_tasks_add(&tasks, &like);
    f2f_tasks_check(&tasks);
    u->task.serve.unexplained = true;
    u->made = true;
}

/* Its own money on top of what all designs of the unit share. */
static struct f2f_record *price(const struct f2f_designer *d, const struct unit *u, const struct f2f_record *known,
                                f2f_arena *arena) {
    struct f2f_record *r = f2f_record_new(arena, NULL);
    for (size_t i = 0; i < u->task.record->n_values; i++) f2f_record_add(r, &u->task.record->values[i]);
    f2f_record_add(r, f2f_record_find(known, "chip"));
    f2f_cost_join(r, d->system, d->price, u->task.train.tokens);
    return r;
}

static void read_figures(struct f2f_design_row *row, const struct f2f_design_keys *keys, const struct f2f_record *r) {
    for (int i = 0; i < keys->n; i++) {
        double value = f2f_record_get(r, keys->key[i]);
        row->figure[i] = isfinite(value) ? value : (double)NAN; /* the database has no infinity: there is no figure */
    }
}

/* The answer of the job, priced, against all that is asked. */
static f2f_status rate(struct f2f_design_row *row, struct f2f_designer *d, const struct f2f_record *r, f2f_error *err) {
    const struct f2f_design_keys *keys = d->shop->keys;
    const struct f2f_value *why = f2f_record_find(r, "why");
    read_figures(row, keys, r);
    if (f2f_record_get(r, "feasible") <= 0) {
        bool tried = f2f_record_get(r, "iterations") > 0; /* somebody was served, if too late; else it does not fit */
        if (!tried) row->work = F2F_DESIGN_PRUNED;
        end(row, F2F_DESIGN_INFEASIBLE, why && why->text ? why->text : "infeasible");
        return F2F_OK;
    }
    for (int i = 0; i < keys->n && d->first; i++)
        if (keys->wanted[i]) F2F_TRY(check_key(r, keys->key[i], err));
    d->first = false;
    if (!lack(row, keys, r)) (void)miss(row, keys, r);
    return F2F_OK;
}

/* Refused is what the user can mend. */
static f2f_status refuse(struct f2f_design_row *row, f2f_arena *arena, f2f_status status, const f2f_error *reason,
                         f2f_error *err) {
    if (status != F2F_EINPUT && status != F2F_EUSAGE && status != F2F_EINFEASIBLE)
        return f2f_fail(err, status, "%s", reason->message);
    end(row, F2F_DESIGN_REFUSED, f2f_arena_strdup(arena, reason->message));
    return F2F_OK;
}

static f2f_status judge(struct f2f_design_row *row, struct f2f_designer *d, struct unit *u, f2f_arena *arena,
                        f2f_error *err) {
    const struct f2f_design_keys *keys = d->shop->keys;
    f2f_error reason = {0};
    bool fresh;
    F2F_TRY(f2f_designer_refresh(d, &fresh, err));
    if (fresh && u->task.status == F2F_OK && !u->ran) u->made = false; /* its engine went with the catalog */
    f2f_status status = f2f_designer_load(d, row->id, &reason);
    if (status != F2F_OK) return refuse(row, arena, status, &reason, err);
    if (!u->made) make_task(u, d);
    if (u->task.status != F2F_OK) return refuse(row, arena, u->task.status, &u->task.err, err);
    const struct f2f_record *known = known_of(d, arena);
    read_figures(row, keys, known);
    if (miss(row, keys, known)) return F2F_OK;
    row->work = u->ran ? F2F_DESIGN_SHARED : F2F_DESIGN_SIMULATED;
    if (!u->ran) {
        u->task.system = d->system;
        u->task.arena = u->arena;
        f2f_task_answer(&u->task);
        u->ran = true;
    }
    if (u->task.status != F2F_OK) return refuse(row, arena, u->task.status, &u->task.err, err);
    return rate(row, d, price(d, u, known, arena), err);
}

f2f_status f2f_designer_work(struct f2f_designer *d, struct f2f_buffer *rows, uint64_t unit, f2f_error *err) {
    const struct f2f_lattice *lattice = d->shop->lattice;
    struct unit u = {.arena = f2f_arena_new()};
    uint64_t n = f2f_lattice_count(lattice, unit);
    f2f_status status = F2F_OK;
    for (uint64_t k = 0; k < n && status == F2F_OK; k++) {
        f2f_arena *arena = f2f_arena_new();
        struct f2f_design_row row = {.id = f2f_lattice_id(lattice, unit, k)};
        for (int i = 0; i < F2F_DESIGN_KEYS_MAX; i++) row.figure[i] = (double)NAN;
        status = judge(&row, d, &u, arena, err);
        if (status == F2F_OK) f2f_design_pack(rows, &row, d->shop->keys->n);
        f2f_arena_free(arena);
    }
    f2f_arena_free(u.arena);
    return status;
}
