/* kind_plan.c - field tables of a purchasing program: demand, vendors, supplies, cases. */
#include <string.h>

#include "desc/table.h"
#include "fab2fleet/program.h"

#define D struct f2f_demand
static const struct f2f_field demand_fields[] = {
    F2F_TEXT(D, "name", name, true, "what the answer calls it"),
    F2F_STRUCT(D, "job", job, true, &f2f_study_job_table, "what one chip's share of it looks like"),
    F2F_QTYS(D, "amount", amount, n_amounts, NUMBER, 0, 1e24, true,
             "by year: tokens generated (serve), or training runs of job.tokens"),
    F2F_QTY_OR(D, "strength", strength, NUMBER, 0, 1e6, 1, "times `amount`"),
    F2F_FLAG(D, "steady", steady, "training too is wanted as much in each quarter, not just by the end of the year"),
};

static void check_demand(const void *object, const struct f2f_doc *node, struct f2f_diag *diag) {
    const D *d = object;
    const struct f2f_doc *job = f2f_doc_get(node, "job");
    if (d->job.n_models != 1) f2f_doc_error(diag, f2f_doc_get(job, "model"), "a job of a plan has one model");
    if (d->job.n_precisions != 1)
        f2f_doc_error(diag, f2f_doc_get(job, "precision"), "a job of a plan has one precision");
    if (d->job.kind == F2F_JOB_TRAIN && !(d->job.tokens > 0))
        f2f_doc_error(diag, job, "a training run needs 'tokens': how long is it?");
}

static const struct f2f_table demand_table = F2F_TABLE(NULL, D, demand_fields, false, check_demand);

#define V struct f2f_vendor
static const struct f2f_field vendor_fields[] = {
    F2F_TEXT(V, "name", name, true, "what the answer calls it"),
    F2F_NAME(V, "base", base, true, f2f_system_kinds, "a system, node or chip of the catalog, or a path"),
    F2F_MANY(V, SETS, "set", sets, n_sets, false, "fields changed against the base, as --set takes them"),
    F2F_FLAG(V, "own", own, "one's own chip: it must be designed first"),
    F2F_QTY_OR(V, "rent", rent_usd_per_s, MONEY_PER_TIME, 0, 1, 0, "rented by the hour; left out: bought"),
    F2F_QTY_OR(V, "start", start_s, TIME, 0, 1e9, 0, "from the begin of the plan to the first chips"),
    F2F_QTYS(V, "supply", supply, n_supplies, NUMBER, 0, 1e9, false, "most chips, by year"),
    F2F_QTY_OR(V, "share", share_frac, FRACTION, 0, 1, 1, "most of the capacity at the end of a year"),
    F2F_QTY_OR(V, "price_change", price_change_frac, FRACTION, -0.9, 2, 0, "of hardware, a year"),
    F2F_QTY_OR(V, "nre", nre_usd, MONEY, 0, 1e11, 0, "design and masks; the foundry's figures if left out"),
    F2F_QTY_OR(V, "software", software_usd, MONEY, 0, 1e11, 0, "compiler, kernels, porting, once"),
    F2F_QTY_OR(V, "respin", respin_frac, FRACTION, 0, 1, 0, "probability of a second tape-out"),
    F2F_QTY_OR(V, "respin_delay", respin_s, TIME, 0, 1e9, 0, "how much later chips then come"),
    F2F_QTY_OR(V, "respin_cost", respin_usd, MONEY, 0, 1e10, 0, "masks and engineering of it"),
    F2F_QTY_OR(V, "learning", learning_frac, FRACTION, 0.5, 1, 1, "price after each doubling of one's own volume"),
    F2F_QTY_OR(V, "learning_from", learning_from, NUMBER, 1, 1e9, 10000, "chips at which today's price holds"),
};
static const struct f2f_table vendor_table = F2F_TABLE(NULL, V, vendor_fields, false, NULL);

static const char *const supply_words[] = {"stacks", "interposer-wafers", "logic-wafers", NULL};

#define S struct f2f_supply
static const struct f2f_field supply_fields[] = {
    F2F_TEXT(S, "name", name, true, "what the answer calls it"),
    F2F_WORD(S, "of", kind, true, supply_words, "memory stacks, interposer wafers or logic wafers"),
    F2F_TEXT(S, "vendor", vendor, false, "whose chips draw on it; all if left out"),
    F2F_QTYS(S, "amount", amount, n_amounts, NUMBER, 0, 1e12, true, "by year"),
};
static const struct f2f_table supply_table = F2F_TABLE(NULL, S, supply_fields, false, NULL);

#define C struct f2f_plan_case
static const struct f2f_field case_fields[] = {
    F2F_TEXT(C, "name", name, true, "what the answer calls it"),
    F2F_MANY(C, TEXTS, "vendors", vendors, n_vendors, true, "who may deliver"),
};
static const struct f2f_table case_table = F2F_TABLE(NULL, C, case_fields, false, NULL);

static const char *const price_kinds[] = {"price", NULL};
static const char *const objective_words[] = {"least-cost", "most-work", NULL};

#define T struct f2f_program
static const struct f2f_field fields[] = {
    F2F_TEXT(T, "question", question, true, "what is asked, in plain words"),
    F2F_NAME(T, "price", price, false, price_kinds, "price list; us-2024 if left out"),
    F2F_INT(T, "first_year", first_year, 1900, 2200, "year in which the plan begins"),
    F2F_INT(T, "years", years, 1, 10, "how many, of four quarters each"),
    F2F_WORD(T, "objective", objective, true, objective_words, "all demand for least cost, or most work within limits"),
    F2F_LIST(T, "demand", demands, n_demands, true, &demand_table, "work wanted"),
    F2F_LIST(T, "vendors", vendors, n_vendors, true, &vendor_table, "who can deliver"),
    F2F_LIST(T, "supply", supplies, n_supplies, false, &supply_table, "what chips draw on"),
    F2F_LIST(T, "cases", cases, n_cases, false, &case_table, "columns of the answer; one of all vendors if left out"),
    F2F_QTYS(T, "budget", budget_usd, n_budgets, MONEY, 0, 1e14, false, "capital, by year"),
    F2F_QTY_OR(T, "power", power_W, POWER, 0, 1e12, 0, "of the facility"),
    F2F_QTY_OR(T, "shortfall", shortfall_usd_per_s, MONEY_PER_TIME, 0, 10, 0,
               "price of missing work, an hour of the first vendor's chip; left out: none may be missing"),
    F2F_QTY_OR(T, "lot", lot_chips, NUMBER, 0, 1e7, 0, "chips are bought in whole lots; left out: any number"),
};

static void check(const void *object, const struct f2f_doc *node, struct f2f_diag *diag) {
    const T *p = object;
    if (!p->n_demands || !p->n_vendors) f2f_doc_error(diag, node, "a plan needs at least one demand and one vendor");
    if (p->n_vendors > 32 || p->n_demands > 32 || p->n_supplies > 32 || p->n_cases > 16)
        f2f_doc_error(diag, node, "at most 32 vendors, 32 demands, 32 supplies and 16 cases: split the plan");
    const char **names = f2f_desc_item_names(diag->arena, p->vendors, p->n_vendors, sizeof *p->vendors);
    size_t n = (size_t)p->n_vendors;
    f2f_desc_check_twice(diag, node, "vendors", "vendors", names, p->n_vendors);
    for (int s = 0; s < p->n_supplies; s++)
        if (p->supplies[s].vendor)
            f2f_desc_check_name(diag, f2f_desc_item_field(node, "supply", s, "vendor"), "vendor", p->supplies[s].vendor,
                                names, n);
    for (int c = 0; c < p->n_cases; c++) {
        const struct f2f_doc *list = f2f_desc_item_field(node, "cases", c, "vendors");
        for (int i = 0; i < p->cases[c].n_vendors; i++)
            f2f_desc_check_name(diag, f2f_doc_item(list, i) ? f2f_doc_item(list, i) : list, "vendor",
                                p->cases[c].vendors[i], names, n);
    }
}

const struct f2f_table f2f_plan_table = F2F_TABLE("plan", T, fields, false, check);

f2f_status f2f_program_load(const struct f2f_program **out, struct f2f_catalog *catalog, const char *path,
                            const struct f2f_set *sets, size_t n_sets, f2f_error *err) {
    void *object;
    struct f2f_doc *tree;
    *out = NULL;
    F2F_TRY(f2f_desc_resolve(&tree, catalog, &f2f_plan_table, path, NULL, err));
    F2F_TRY(f2f_desc_load_tree(&object, catalog, &f2f_plan_table, tree, sets, n_sets, err));
    ((T *)object)->tree = tree;
    *out = object;
    return F2F_OK;
}
