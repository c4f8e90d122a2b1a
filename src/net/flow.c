/* flow.c - max-min fair sharing of links, as congestion control tends to (per-flow fairness).
 *
 * All rates rise together until a link is full or a demand is met; flows there keep what they have, the others go on
 * rising. Left out: unfairness between long and short round trips, losses. */
#include "net/flow.h"

#include <math.h>
#include <stddef.h>

/* Counts of flows that still rise, by link. */
static void count_rising(const struct f2f_flow *flows, int n_flows, double *rising, int n_links) {
    for (int l = 0; l < n_links; l++) rising[l] = 0;
    for (int f = 0; f < n_flows; f++)
        for (int i = 0; flows[f].rate_Bps < 0 && i < flows[f].links; i++) rising[flows[f].link[i]]++;
}

/* The level at which the first link fills or the first demand is met. */
static double next_level(const struct f2f_flow *flows, int n_flows, const double *left_Bps, const double *rising,
                         int n_links) {
    double level = HUGE_VAL;
    for (int l = 0; l < n_links; l++)
        if (rising[l] > 0) level = fmin(level, fmax(left_Bps[l], 0) / rising[l]);
    for (int f = 0; f < n_flows; f++)
        if (flows[f].rate_Bps < 0) level = fmin(level, flows[f].demand_Bps);
    return level;
}

static int is_held(const struct f2f_flow *flow, const double *left_Bps, const double *rising, double level) {
    if (flow->demand_Bps <= level) return 1;
    for (int i = 0; i < flow->links; i++) {
        int l = flow->link[i];
        if (fmax(left_Bps[l], 0) / rising[l] <= level * (1 + 1e-12)) return 1;
    }
    return 0;
}

/* left_Bps counts what settled flows leave, so that a link's level is what is left over those that rise. */
void f2f_flow_rates(struct f2f_flow *flows, int n_flows, const double *capacity_Bps, int n_links, double *scratch) {
    double *left_Bps = scratch, *rising = scratch + n_links;
    for (int l = 0; l < n_links; l++) left_Bps[l] = capacity_Bps[l];
    for (int f = 0; f < n_flows; f++) flows[f].rate_Bps = flows[f].links > 0 ? -1 : flows[f].demand_Bps;
    for (;;) {
        count_rising(flows, n_flows, rising, n_links);
        double level = next_level(flows, n_flows, left_Bps, rising, n_links);
        if (!(level < HUGE_VAL)) break;
        for (int f = 0; f < n_flows; f++)
            if (flows[f].rate_Bps < 0 && is_held(&flows[f], left_Bps, rising, level)) flows[f].rate_Bps = -2 - level;
        for (int f = 0; f < n_flows; f++) {
            if (flows[f].rate_Bps > -2) continue;
            flows[f].rate_Bps = level;
            for (int i = 0; i < flows[f].links; i++) left_Bps[flows[f].link[i]] -= level;
        }
    }
}

double f2f_flow_beside(double capacity_Bps, double demand_Bps) {
    static const int link[] = {0};
    struct f2f_flow flows[] = {{link, 1, HUGE_VAL, 0}, {link, 1, demand_Bps, 0}};
    double scratch[2];
    f2f_flow_rates(flows, demand_Bps > 0 ? 2 : 1, &capacity_Bps, 1, scratch);
    return flows[0].rate_Bps;
}
