/* program.c - a purchasing program: what each vendor's chip does is simulated, then plan/ decides. */
#include <math.h>
#include <string.h>

#include "explore/explore.h"
#include "fab2fleet/plan.h"

/* Systems with the vendor's changes. */
static f2f_status load_systems(const struct f2f_system **systems, struct f2f_catalog *catalog,
                               const struct f2f_program *p, f2f_error *err) {
    for (int v = 0; v < p->n_vendors; v++)
        F2F_TRY(f2f_catalog_system(&systems[v], catalog, p->vendors[v].base, p->vendors[v].sets,
                                   (size_t)p->vendors[v].n_sets, err));
    return F2F_OK;
}

static f2f_status add_tasks(struct f2f_tasks *tasks, const struct f2f_system *const *systems,
                            const struct f2f_program *p, f2f_error *err) {
    tasks->items =
        f2f_arena_alloc(tasks->arena, ((size_t)p->n_vendors * (size_t)p->n_demands + 1) * sizeof *tasks->items);
    for (int v = 0; v < p->n_vendors; v++)
        for (int d = 0; d < p->n_demands; d++)
            F2F_TRY(f2f_tasks_add(tasks, &p->demands[d].job, systems[v], p->vendors[v].name, NULL, err));
    return F2F_OK;
}

/* Tokens a second of one chip, delivered: only in the hours they are wanted, less what a power budget and failures
 * take; and what a million of them cost. */
static double rate_of(const struct f2f_task *t, const struct f2f_price *price, double *usd_per_Mtok) {
    const struct f2f_cost_case c = {.system = t->system, .price = price};
    struct f2f_cost cost;
    bool train = t->kind == F2F_JOB_TRAIN;
    double chips = train ? t->train.chips : (double)t->serve.strategy.tp * t->serve.strategy.pp;
    double tokps = f2f_figure(t->record, train ? "tokps" : "output_tokps");
    double goodput = train ? f2f_figure(t->record, "goodput_frac") : price->use_frac;
    *usd_per_Mtok = (double)NAN;
    if (!(tokps > 0) || f2f_cost_evaluate(&cost, &c, NULL) != F2F_OK) return 0;
    double rate = tokps / chips * (goodput > 0 ? goodput : 1) * cost.figure[F2F_COST_DELIVERED];
    *usd_per_Mtok = cost.figure[F2F_COST_TCO_CHIP] / (rate * 3600e-6);
    return rate;
}

/* One table: what a chip of each vendor does. */
static void put_rates(struct f2f_results *results, const struct f2f_program *p, const struct f2f_tasks *tasks,
                      const double *tokps, const double *usd_per_Mtok) {
    struct f2f_record *table = f2f_record_new(
        results->arena, "what one chip does, simulated, and what that costs (design and rent not counted)");
    for (int v = 0; v < p->n_vendors; v++) {
        struct f2f_record *row = f2f_record_sub(table, p->vendors[v].name, NULL);
        f2f_record_text(row, "vendor", p->vendors[v].name, NULL);
        for (int d = 0; d < p->n_demands; d++) {
            int i = v * p->n_demands + d;
            f2f_record_num(row, f2f_arena_printf(results->arena, "%s.tokps", p->demands[d].name), tokps[i], NULL);
            f2f_record_num(row, f2f_arena_printf(results->arena, "%s.usd_per_Mtok", p->demands[d].name),
                           usd_per_Mtok[i], NULL);
            if (tokps[i] > 0) continue;
            const struct f2f_value *why = f2f_record_find(tasks->items[i].record, "why");
            const char *reason = why && why->text ? why->text : tasks->items[i].err.message;
            f2f_results_note(results, "%s cannot do '%s': %.200s", p->vendors[v].name, p->demands[d].name, reason);
        }
    }
    f2f_results_table(results, table);
}

f2f_status f2f_program_run(struct f2f_results **out, struct f2f_catalog *catalog, const struct f2f_program *p,
                           const struct f2f_program_options *o, f2f_error *err) {
    f2f_arena *arena = f2f_catalog_arena(catalog);
    struct f2f_tasks tasks = {.arena = arena, .catalog = catalog};
    const struct f2f_system **systems = f2f_arena_alloc(arena, (size_t)p->n_vendors * sizeof *systems);
    size_t n = (size_t)p->n_vendors * (size_t)p->n_demands;
    double *tokps = f2f_arena_alloc(arena, n * sizeof *tokps), *usd = f2f_arena_alloc(arena, n * sizeof *usd);
    f2f_error reason;
    *out = NULL;
    F2F_TRY(load_systems(systems, catalog, p, err));
    F2F_TRY(add_tasks(&tasks, systems, p, err));
    f2f_status status = f2f_tasks_run(&tasks, o->threads, o->progress, o->progress_context, &reason);
    if (status != F2F_OK && status != F2F_EINPUT) return f2f_fail(err, status, "%s", reason.message);
    for (size_t i = 0; i < tasks.n; i++) tokps[i] = rate_of(&tasks.items[i], o->price, &usd[i]);
    struct f2f_results *results = f2f_results_new(arena, "plan");
    results->title = p->id.title ? p->id.title : p->id.name;
    results->question = p->question;
    put_rates(results, p, &tasks, tokps, usd);
    const struct f2f_plan_input in = {.program = p,
                                      .price = o->price,
                                      .systems = systems,
                                      .tokps = tokps,
                                      .ranges = f2f_catalog_ranges(catalog),
                                      .samples = o->samples,
                                      .seed = o->seed};
    F2F_TRY(f2f_plan_run(results, &in, err));
    *out = results;
    return F2F_OK;
}
