/* kind_system.c - field tables of node, network and system. */
#include "desc/table.h"

static const char *const topology_words[] = {"none", "switch", "mesh", "torus", "pcie", NULL};

#define L struct f2f_link
static const struct f2f_field link_fields[] = {
    F2F_WORD(L, "topology", topology, true, topology_words, "how the chips are joined"),
    F2F_QTY(L, "bandwidth", bandwidth_Bps, RATE, 1e6, 1e15, "all links of one chip, one direction"),
    F2F_QTY(L, "latency", latency_s, TIME, 1e-9, 1e-2, "one hop, software excluded"),
    F2F_FLAG(L, "reduces", reduces, "the switch adds (in-switch reduction)"),
    F2F_QTY_OR(L, "contention", contention, NUMBER, 0, 4, 0.25,
               "of a PCIe tree: n chips leave each (2 / n) to this power of its link"),
    F2F_QTY(L, "energy", energy_J_per_b, ENERGY_PER_BIT, 0, 1e-9, "energy of one bit over a link, both ends"),
};
static const struct f2f_table link_table = F2F_TABLE(NULL, L, link_fields, true, NULL);

#define N struct f2f_node
static const struct f2f_field node_fields[] = {
    F2F_REF(N, "chip", chip, true, &f2f_chip_table, "the accelerator"),
    F2F_INT(N, "chips", chips, 1, 4096, "accelerators in the scale-up domain"),
    F2F_STRUCT(N, "link", link, false, &link_table, "links between them; left out for one chip"),
    F2F_QTY_OR(N, "nic", nic_Bps, RATE, 0, 1e13, 0, "network bandwidth per chip, one direction"),
    F2F_QTY_OR(N, "host_power", host_W, POWER, 0, 1e6, 0,
               "CPUs, NICs, switches, fans, conversion losses of the node at full load"),
    F2F_QTY_OR(N, "host_price", host_usd, MONEY, 0, 1e8, 0, "all of the node but its chips; by rule if left out"),
    F2F_QTY_OR(N, "host_carbon", host_kg, CARBON, 0, 1e7, 0, "embodied in all of the node but its chips"),
    F2F_QTY_OR(N, "power_budget", power_budget_W, POWER, 0, 1e7, 0, "power the rack grants a node, if it limits"),
};

static void check_node(const void *object, const struct f2f_doc *node, struct f2f_diag *diag) {
    const N *n = object;
    if (n->chips > 1 && n->link.topology == F2F_TOPO_NONE)
        f2f_doc_error(diag, node, "%d chips but no 'link' between them: give topology, bandwidth, latency and energy",
                      n->chips);
}

const struct f2f_table f2f_node_table = F2F_TABLE("node", N, node_fields, true, check_node);

#define V struct f2f_net_level
static const struct f2f_field level_fields[] = {
    F2F_TEXT(V, "name", name, true, "rack, pod, ..."),
    F2F_INT(V, "span", span_chips, 1, 100000000,
            "chips that reach each other through this level; with rails, of the lowest: nodes"),
    F2F_QTY(V, "oversubscription", oversubscription, NUMBER, 1, 1000, "7 for 1:7; 1 for full bisection"),
    F2F_QTY(V, "latency", latency_s, TIME, 1e-9, 1e-1, "one way through this level"),
};
static const struct f2f_table level_table = F2F_TABLE(NULL, V, level_fields, true, NULL);

static const char *const network_words[] = {"fat-tree", "dragonfly", NULL};

#define W struct f2f_network
static const struct f2f_field network_fields[] = {
    F2F_TEXT(W, "fabric", fabric, true, "RoCE, InfiniBand, ICI, ..."),
    F2F_WORD(W, "topology", topology, false, network_words, "how levels are joined; a fat tree if left out"),
    F2F_FLAG(W, "rails", rails, "each lowest switch joins the NICs of one place in many nodes"),
    F2F_FLAG(W, "reduces", reduces, "switches add (in-network reduction)"),
    F2F_QTY(W, "efficiency", efficiency_frac, FRACTION, 0.01, 1,
            "share of the line rate left after headers and congestion"),
    F2F_LIST(W, "levels", level, levels, true, &level_table, "levels from the leaf up"),
};

static void check_network(const void *object, const struct f2f_doc *node, struct f2f_diag *diag) {
    const W *w = object;
    for (int i = 1; i < w->levels; i++)
        if (w->level[i].span_chips <= w->level[i - 1].span_chips)
            f2f_doc_error(diag, node,
                          "level '%s' spans %d chips, not more than '%s' below it (%d): list levels from the leaf up",
                          w->level[i].name, w->level[i].span_chips, w->level[i - 1].name, w->level[i - 1].span_chips);
    if (!w->levels) f2f_doc_error(diag, node, "'levels' is empty: a network has at least one");
}

const struct f2f_table f2f_network_table = F2F_TABLE("network", W, network_fields, true, check_network);

static const char *const scope_words[] = {"chip", "server", "job", NULL};

#define P struct f2f_failure_part
static const struct f2f_field part_fields[] = {
    F2F_TEXT(P, "name", name, true, "GPU, network, software, ..."),
    F2F_WORD(P, "of", scope, true, scope_words, "what fails: each chip, each server, or a job whatever its size"),
    F2F_QTY(P, "mtbf", mtbf_s, TIME, 1, 1e13, "mean time between failures of one of them"),
    F2F_QTY_OR(P, "burst", burst, NUMBER, 1, 1000, 1, "failures that follow each other, mean; 1: each alone"),
    F2F_QTY_OR(P, "repair", repair_s, TIME, 0, 1e8, 0, "until the server is back; 0: nothing is broken"),
    F2F_QTY_OR(P, "slow", slow_frac, FRACTION, 0, 0.99, 0, "the job goes on, this much slower; 0: it stops"),
    F2F_FLAG(P, "silent", silent, "noticed late: work since then is void"),
    F2F_QTY_OR(P, "notice", notice_s, TIME, 0, 1e8, 0, "slow or silent: until it is noticed"),
};
static const struct f2f_table part_table = F2F_TABLE(NULL, P, part_fields, true, NULL);

#define R struct f2f_reliability
static const struct f2f_field reliability_fields[] = {
    F2F_LIST(R, "parts", part, parts, true, &part_table, "what fails"),
    F2F_INT_OR(R, "unit", unit, 0, 4096, 0, "chips that leave together for a repair, a server; 0: the node"),
    F2F_QTY(R, "detect", detect_s, TIME, 0, 1e6, "until a stop is noticed and its cause is known"),
    F2F_QTY(R, "restart", restart_s, TIME, 0, 1e6, "until the job runs again, without reading its checkpoint"),
    F2F_QTY_OR(R, "planned", planned_s, TIME, 0, 1e9, 0, "between planned stops; 0: none"),
    F2F_QTY_OR(R, "rejoin", rejoin_s, TIME, 0, 1e6, 180,
               "standstill of a job whose replicas go on without the failed one"),
};
static const struct f2f_table reliability_table = F2F_TABLE(NULL, R, reliability_fields, true, NULL);

#define S struct f2f_system
static const struct f2f_field system_fields[] = {
    F2F_REF(S, "node", node, true, &f2f_node_table, "the node"),
    F2F_INT(S, "nodes", nodes, 1, 10000000, "how many"),
    F2F_REF(S, "network", network, false, &f2f_network_table, "the scale-out network; none for one node"),
    F2F_QTY_OR(S, "pue", pue, NUMBER, 1, 3, 1, "facility power over IT power"),
    F2F_QTY_OR(S, "storage", storage_Bps, RATE, 1e6, 1e15, 0, "writes and reads checkpoints, all nodes together"),
    F2F_STRUCT(S, "reliability", reliability, false, &reliability_table, "what fails, and how a job recovers"),
};

static void check_system(const void *object, const struct f2f_doc *node, struct f2f_diag *diag) {
    const S *s = object;
    if (s->nodes > 1 && !s->network) f2f_doc_error(diag, node, "%d nodes but no 'network' between them", s->nodes);
    if (!s->network || !s->network->levels) return;
    int span = s->network->level[s->network->levels - 1].span_chips;
    if ((double)s->nodes * s->node->chips > span)
        f2f_doc_error(diag, node, "%d nodes of %d chips do not fit a network that spans %d chips", s->nodes,
                      s->node->chips, span);
    if (s->nodes > 1 && s->node->nic_Bps <= 0)
        f2f_doc_error(diag, node, "the node has no 'nic' bandwidth for the network");
}

const struct f2f_table f2f_system_table = F2F_TABLE("system", S, system_fields, true, check_system);
