/* why.c - what stands in the way of all demand, from the duals of the program that leaves least of it undone. */
#include <math.h>
#include <string.h>

#include "plan/model.h"

/* A limit that binds, in all its quarters. */
struct limit {
    const char *name;
    double worth; /* of having more of it */
    int first_q, last_q;
};

static void add(struct limit *limits, int *n, int max, const char *name, double worth, int q) {
    int i = 0;
    while (i < *n && strcmp(limits[i].name, name) != 0) i++;
    if (i == max || !(worth > 1e-9)) return;
    if (i == *n) limits[(*n)++] = (struct limit){name, 0, q, q};
    limits[i].worth += worth;
    if (q < limits[i].first_q) limits[i].first_q = q;
    if (q > limits[i].last_q) limits[i].last_q = q;
}

static const char *row_name(const struct f2f_plan_model *m, const struct f2f_row_tag *tag) {
    switch (tag->kind) {
    case F2F_ROW_SUPPLY: return m->program->supplies[tag->index].name;
    case F2F_ROW_POWER: return "power";
    case F2F_ROW_BUDGET: return "budget";
    case F2F_ROW_SHARE: return f2f_arena_printf(m->arena, "share of %s", m->offers[tag->index].name);
    case F2F_ROW_INNER:
    case F2F_ROW_DEMAND: break;
    }
    return NULL;
}

/* A row's dual times its right side is what it holds back; a share has no right side, its dual stands for itself. */
static int find_limits(struct limit *limits, int max, const struct f2f_plan_model *m, const struct f2f_plan_lp *p,
                       const struct f2f_lp_answer *a) {
    int n = 0;
    for (int r = 0; r < p->lp.n_rows; r++) {
        const char *name = row_name(m, &p->tags[r]);
        double rhs = p->lp.rows[r].rhs, scale = p->tags[r].kind == F2F_ROW_SHARE ? 1e-3 : rhs > 0 ? rhs : 1e-3;
        if (name) add(limits, &n, max, name, -a->row_dual[r] * scale, p->tags[r].quarter);
    }
    for (int i = 0; i < m->vendors * m->quarters; i++) {
        int column = m->offers[i / m->quarters].rented ? p->installed[i] : p->bought[i];
        if (column < 0 || isinf(p->lp.columns[column].high)) continue;
        add(limits, &n, max, f2f_arena_printf(m->arena, "supply of %s", m->offers[i / m->quarters].name),
            -a->reduced[column] * p->lp.columns[column].high, i % m->quarters);
    }
    return n;
}

/* Nobody can do it, or nobody has delivered yet. */
static const char *nobody(const struct f2f_plan_model *m, const struct f2f_plan_ask *ask, int demand, int q) {
    int first_q = m->quarters;
    bool able = false;
    for (int v = 0; v < m->vendors; v++) {
        if (!ask->allowed[v] || !(m->offers[v].tokps[demand] > 0)) continue;
        able = true;
        if (m->offers[v].first_q < first_q) first_q = m->offers[v].first_q;
    }
    if (!able) return "none of the vendors' chips can do it";
    if (first_q > q)
        return f2f_arena_printf(m->arena, "nobody who can do it delivers before %s", f2f_plan_quarter(m, first_q));
    return NULL;
}

static const char *spell(const struct f2f_plan_model *m, struct limit *limits, int n) {
    const char *text = "";
    for (int k = 0; k < 3; k++) { /* the three that hold back most */
        int best = -1;
        for (int i = 0; i < n; i++)
            if (limits[i].worth > 0 && (best < 0 || limits[i].worth > limits[best].worth)) best = i;
        if (best < 0) break;
        const struct limit *l = &limits[best];
        const char *until =
            l->last_q > l->first_q ? f2f_arena_printf(m->arena, " to %s", f2f_plan_quarter(m, l->last_q)) : "";
        text = f2f_arena_printf(m->arena, "%s%s%s (%s%s)", text, *text ? ", " : "", l->name,
                                f2f_plan_quarter(m, l->first_q), until);
        limits[best].worth = 0;
    }
    return text;
}

const char *f2f_plan_why(const struct f2f_plan_model *m, const struct f2f_plan_ask *ask, f2f_error *err) {
    enum { MAX_LIMITS = 80 };
    struct limit limits[MAX_LIMITS];
    struct f2f_plan_ask least = *ask;
    struct f2f_plan_lp p;
    struct f2f_lp_answer a;
    least.elastic = least.least_unmet = true;
    least.most_unmet = HUGE_VAL;
    f2f_plan_build(&p, m, &least);
    if (f2f_lp_solve(&a, &p.lp, err) != F2F_OK) return "the limits contradict each other even if no work is done";
    double missing = 0, all = 0;
    int first = -1;
    for (int i = 0; i < m->demands * m->quarters; i++) {
        if (p.unmet[i] < 0) continue;
        double cost = p.lp.columns[p.unmet[i]].cost;
        all += cost;
        missing += cost * a.value[p.unmet[i]];
        bool earlier = first < 0 || i % m->quarters < first % m->quarters;
        if (a.value[p.unmet[i]] > 1e-6 && earlier) first = i;
    }
    if (first < 0) return "demand can be met only just: the solver's tolerance decides";
    int n = find_limits(limits, MAX_LIMITS, m, &p, &a);
    const char *who = nobody(m, ask, first / m->quarters, first % m->quarters), *which = spell(m, limits, n);
    return f2f_arena_printf(m->arena, "%.3g %% of the demand cannot be met, first of '%s' in %s: %s%s%s%s",
                            100 * missing / all, m->program->demands[first / m->quarters].name,
                            f2f_plan_quarter(m, first % m->quarters), who ? who : "", who && *which ? "; " : "",
                            *which ? "what binds is " : "", which);
}
