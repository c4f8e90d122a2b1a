/* flow.h - inside src/net and for those who share its wires: max-min fair rates of flows over links. */
#ifndef F2F_NET_FLOW_H
#define F2F_NET_FLOW_H

/* A flow over some links; demand_Bps: what it would take alone, HUGE_VAL for all it gets. */
struct f2f_flow {
    const int *link; /* numbers of links */
    int links;
    double demand_Bps;
    double rate_Bps; /* result */
};

/* Rates such that none can grow without taking from one that is no larger (Bertsekas and Gallager, Data Networks,
 * section 6.5.2: progressive filling). capacity_Bps[n_links]; scratch[2 * n_links]. A flow without links gets its
 * demand. Takes n_flows * links for each bottleneck. */
void f2f_flow_rates(struct f2f_flow *flows, int n_flows, const double *capacity_Bps, int n_links, double *scratch);

/* What one flow of unlimited demand gets of a link beside others of that demand together. */
double f2f_flow_beside(double capacity_Bps, double demand_Bps);

#endif
