/* program.c - a purchasing program: what each vendor's chip does is simulated, then plan/ decides. */
#include <math.h>
#include <string.h>

#include "explore/explore.h"
#include "fab2fleet/plan.h"

/* What a vendor's system cannot be made for: at the changes to it, or at the vendor. */
static void report_vendor(const struct f2f_program *p, int v, struct f2f_diag *diag, const f2f_error *err) {
    const struct f2f_doc *vendor = f2f_doc_item(f2f_doc_get(p->tree, "vendors"), v), *set = f2f_doc_get(vendor, "set");
    f2f_doc_error(diag, set ? set : vendor, "vendor '%.60s': %s", p->vendors[v].name, err->message);
}

/* Systems with the vendor's changes. */
static f2f_status load_systems(const struct f2f_system **systems, struct f2f_catalog *catalog,
                               const struct f2f_program *p, f2f_error *err) {
    struct f2f_diag *diag = f2f_catalog_diag(catalog);
    size_t before = diag->n + diag->dropped;
    for (int v = 0; v < p->n_vendors; v++) {
        f2f_error reason = {0};
        size_t told = diag->n + diag->dropped;
        f2f_status status = f2f_catalog_system(&systems[v], catalog, p->vendors[v].base, p->vendors[v].sets,
                                               (size_t)p->vendors[v].n_sets, &reason);
        if (status == F2F_OK || (status == F2F_EINPUT && diag->n + diag->dropped > told)) continue;
        if ((status == F2F_EUSAGE || status == F2F_EINPUT) &&
            f2f_catalog_system(&systems[v], catalog, p->vendors[v].base, NULL, 0, NULL) == F2F_OK)
            report_vendor(p, v, diag, &reason);
        else return f2f_fail(err, status, "%s", reason.message); /* the user's own change is wrong */
    }
    return f2f_diag_status(diag, before, err);
}

/* Ways to do a demand's job: serving that states no tp is tried on 1, 2, 4, ... chips of the vendor's node. */
static int ways_of(const struct f2f_study_job *job, const struct f2f_system *system) {
    if (job->kind != F2F_JOB_SERVE || job->tp || job->pp) return 1;
    int n = 1;
    while (1 << n <= system->node->chips) n++;
    return n;
}

/* A demand's job on a vendor's system, each way. */
static void add_ways(struct f2f_tasks *tasks, const struct f2f_program *p, int v, int d,
                     const struct f2f_system *system) {
    const struct f2f_study_job *asked = &p->demands[d].job;
    const struct f2f_doc *demand = f2f_doc_item(f2f_doc_get(p->tree, "demand"), d);
    int ways = ways_of(asked, system);
    for (int way = 0; way < ways; way++) {
        struct f2f_study_job *job = f2f_arena_alloc(tasks->arena, sizeof *job);
        *job = *asked;
        if (ways > 1) job->tp = 1 << way;
        const struct f2f_task like = {
            .system = system, .system_name = p->vendors[v].name, .job = job, .at = f2f_doc_get(demand, "job")};
        f2f_tasks_add(tasks, &like);
    }
}

/* Tasks by vendor, demand and way; those of pair i are from begin[i] up to begin[i + 1]. What no model would take is
 * reported. */
static f2f_status add_tasks(struct f2f_tasks *tasks, size_t *begin, const struct f2f_system *const *systems,
                            const struct f2f_program *p, f2f_error *err) {
    struct f2f_diag *diag = f2f_catalog_diag(tasks->catalog);
    size_t n = 0, before = diag->n + diag->dropped;
    for (int v = 0; v < p->n_vendors; v++)
        for (int d = 0; d < p->n_demands; d++) n += (size_t)ways_of(&p->demands[d].job, systems[v]);
    tasks->items = f2f_arena_alloc(tasks->arena, (n + 1) * sizeof *tasks->items);
    for (int v = 0; v < p->n_vendors; v++) {
        for (int d = 0; d < p->n_demands; d++) {
            begin[v * p->n_demands + d] = tasks->n;
            add_ways(tasks, p, v, d, systems[v]);
        }
    }
    begin[p->n_vendors * p->n_demands] = tasks->n;
    f2f_tasks_report(tasks);
    return f2f_diag_status(diag, before, err);
}

/* Systems and tasks of a program. */
struct unfolded {
    const struct f2f_system **systems;
    struct f2f_tasks tasks;
    size_t *begin;
};

static f2f_status unfold(struct unfolded *u, struct f2f_catalog *catalog, const struct f2f_program *p, f2f_error *err) {
    f2f_arena *arena = f2f_catalog_arena(catalog);
    *u = (struct unfolded){.tasks = {.arena = arena, .catalog = catalog}};
    u->systems = f2f_arena_alloc(arena, (size_t)p->n_vendors * sizeof *u->systems);
    u->begin = f2f_arena_alloc(arena, ((size_t)p->n_vendors * (size_t)p->n_demands + 1) * sizeof *u->begin);
    F2F_TRY(load_systems(u->systems, catalog, p, err));
    return add_tasks(&u->tasks, u->begin, u->systems, p, err);
}

/* Tokens a second of one chip, delivered: only in the hours they are wanted, less what a power budget and failures
 * take; and what a million of them cost. */
static double rate_of(const struct f2f_task *t, const struct f2f_price *price, double *usd_per_Mtok) {
    const struct f2f_cost_case c = {.system = t->system, .price = price};
    struct f2f_cost cost;
    bool train = t->kind == F2F_JOB_TRAIN;
    double tokps = f2f_figure(t->record, train ? "tokps" : "output_tokps");
    double goodput = train ? f2f_figure(t->record, "goodput_frac") : price->use_frac;
    *usd_per_Mtok = (double)NAN;
    if (!(tokps > 0) || f2f_cost_evaluate(&cost, &c, NULL) != F2F_OK) return 0;
    double rate = tokps / f2f_cost_chips(t->record) * (goodput > 0 ? goodput : 1) * cost.figure[F2F_COST_DELIVERED];
    *usd_per_Mtok = cost.figure[F2F_COST_TCO_CHIP] / (rate * 3600e-6);
    return rate;
}

/* What a chip of a vendor does for a demand, the best way. */
struct rate {
    double tokps, usd_per_Mtok;
    const struct f2f_task *task;
};

static bool was_left(const struct f2f_task *t) { return t->status == F2F_OK && !t->record; }

/* NaN where an interruption left a way untried. */
static struct rate best_rate(const struct f2f_tasks *tasks, size_t begin, size_t end, const struct f2f_price *price) {
    struct rate best = {.usd_per_Mtok = (double)NAN, .task = &tasks->items[begin]};
    for (size_t i = begin; i < end; i++) {
        struct rate r = {.task = &tasks->items[i]};
        if (was_left(r.task)) return (struct rate){(double)NAN, (double)NAN, r.task};
        r.tokps = rate_of(r.task, price, &r.usd_per_Mtok);
        if (r.tokps > best.tokps) best = r;
    }
    return best;
}

/* One table: what a chip of each vendor does. */
static void put_rates(struct f2f_results *results, const struct f2f_program *p, const struct rate *rates) {
    struct f2f_record *table = f2f_record_new(
        results->arena, "what one chip does, simulated, and what that costs (design and rent not counted)");
    for (int v = 0; v < p->n_vendors; v++) {
        struct f2f_record *row = f2f_record_sub(table, p->vendors[v].name, NULL);
        f2f_record_text(row, "vendor", p->vendors[v].name, NULL);
        for (int d = 0; d < p->n_demands; d++) {
            const struct rate *r = &rates[v * p->n_demands + d];
            const char *name = p->demands[d].name;
            if (p->demands[d].job.kind == F2F_JOB_SERVE && r->tokps > 0)
                f2f_record_int(row, f2f_arena_printf(results->arena, "%s.tp", name), r->task->serve.strategy.tp, NULL);
            f2f_record_num(row, f2f_arena_printf(results->arena, "%s.tokps", name), r->tokps, NULL);
            f2f_record_num(row, f2f_arena_printf(results->arena, "%s.usd_per_Mtok", name), r->usd_per_Mtok, NULL);
            if (r->tokps > 0 || isnan(r->tokps)) continue;
            const struct f2f_value *why = f2f_record_find(r->task->record, "why");
            const char *reason = why && why->text ? why->text : r->task->err.message;
            f2f_results_note(results, "%s cannot do '%s': %.200s", p->vendors[v].name, name, reason);
        }
    }
    f2f_results_table(results, table);
}

static bool go_on(void *context) {
    const struct f2f_program_options *o = context;
    return !o->progress || o->progress(o->progress_context, 1, 1, "cases");
}

/* Without all that chips do there is nothing to plan with. */
static f2f_status end_early(const struct f2f_tasks *tasks, struct f2f_results *results, f2f_error *err) {
    size_t left = 0;
    for (size_t i = 0; i < tasks->n; i++) left += was_left(&tasks->items[i]);
    if (!left) return F2F_OK;
    f2f_results_note(results, "Interrupted: only what some chips do was simulated, and nothing planned.");
    return f2f_fail(err, F2F_EINTERRUPTED, "interrupted: %zu of %zu simulations were finished", tasks->n - left,
                    tasks->n);
}

f2f_status f2f_program_run(struct f2f_results **out, struct f2f_catalog *catalog, const struct f2f_program *p,
                           const struct f2f_program_options *o, f2f_error *err) {
    f2f_arena *arena = f2f_catalog_arena(catalog);
    struct unfolded u;
    size_t n = (size_t)p->n_vendors * (size_t)p->n_demands;
    struct rate *rates = f2f_arena_alloc(arena, n * sizeof *rates);
    double *tokps = f2f_arena_alloc(arena, n * sizeof *tokps);
    f2f_error reason;
    *out = NULL;
    F2F_TRY(unfold(&u, catalog, p, err));
    f2f_status status = f2f_tasks_run(&u.tasks, o->threads, NULL, o->progress, o->progress_context, &reason);
    if (status != F2F_OK && status != F2F_EINPUT && status != F2F_EINTERRUPTED)
        return f2f_fail(err, status, "%s", reason.message);
    for (size_t i = 0; i < n; i++) {
        rates[i] = best_rate(&u.tasks, u.begin[i], u.begin[i + 1], o->price);
        tokps[i] = rates[i].tokps;
    }
    struct f2f_results *results = f2f_results_new(arena, "plan");
    results->title = p->id.title ? p->id.title : p->id.name;
    results->question = p->question;
    put_rates(results, p, rates);
    if ((status = end_early(&u.tasks, results, err)) != F2F_OK) {
        *out = results;
        return status;
    }
    const struct f2f_plan_input in = {.program = p,
                                      .price = o->price,
                                      .systems = u.systems,
                                      .tokps = tokps,
                                      .ranges = f2f_catalog_ranges(catalog),
                                      .samples = o->samples,
                                      .seed = o->seed,
                                      .go_on = go_on,
                                      .go_on_context = (void *)o};
    status = f2f_plan_run(results, &in, err);
    if (status == F2F_EINTERRUPTED) f2f_results_note(results, "Interrupted: only what was finished is shown.");
    if (status == F2F_OK || status == F2F_EINTERRUPTED) *out = results;
    return status;
}

/* Is there a vendor and a way to do the demand? */
static bool can_do(const struct unfolded *u, const struct f2f_program *p, int d) {
    for (int v = 0; v < p->n_vendors; v++)
        for (size_t i = u->begin[v * p->n_demands + d]; i < u->begin[v * p->n_demands + d + 1]; i++)
            if (u->tasks.items[i].status == F2F_OK) return true;
    return false;
}

/* One vendor's chip may be unable to do a demand, which the answer says; not all of them. */
f2f_status f2f_program_check(struct f2f_catalog *catalog, const struct f2f_program *p, f2f_error *err) {
    struct f2f_diag *diag = f2f_catalog_diag(catalog);
    size_t before = diag->n + diag->dropped;
    struct unfolded u;
    F2F_TRY(unfold(&u, catalog, p, err));
    f2f_tasks_check(&u.tasks);
    for (int d = 0; d < p->n_demands; d++) {
        const struct f2f_task *first = &u.tasks.items[u.begin[d]];
        if (!can_do(&u, p, d))
            f2f_doc_error(diag, f2f_task_fault(&u.tasks, first), "demand '%.60s' can be met by no vendor, e.g. %s: %s",
                          p->demands[d].name, f2f_task_title(u.tasks.arena, first), first->err.message);
    }
    return f2f_diag_status(diag, before, err);
}
