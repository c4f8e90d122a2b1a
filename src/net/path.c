/* path.c - which wires a group uses: the node's links, and the levels of the network above.
 *
 * Chips are numbered node by node, nodes in the order of the network, so that a group of `chips` members
 * `stride` apart fills nodes and pods in order. Left out: congestion between groups beyond the
 * oversubscription of a level, and adaptive routing. */
#include <math.h>

#include "net/path.h"

static double chip_clock_Hz(const struct f2f_system *system) {
    const struct f2f_chip *chip = system->node->chip;
    return chip->boost_Hz > 0.0 ? chip->boost_Hz : chip->clock_Hz;
}

/* Share of a link left when n chips hang on one PCIe tree: pairs under one bridge are served at full
 * rate; beyond two, transfers cross the host and meet each other. */
static double topology_share(const struct f2f_link *link, int chips) {
    if (link->topology != F2F_TOPO_PCIE || chips <= 2) return 1.0;
    return pow(2.0 / chips, link->contention);
}

static const int least_pod = 16; /* chips: 4 x 4 (trn2-16), the smallest torus that has four links a chip */

/* Share of a chip's links a group drives that is smaller than its torus of two dimensions: a part of one side one link,
 * a whole side, which wraps around, both links of that axis, several sides those and one of the other axis. A host of
 * fewer chips than a pod is described with the two links each has, of which a pair has one. */
static double torus_share(const struct f2f_link *link, int chips, int all) {
    double side = sqrt(all);
    if (link->topology != F2F_TOPO_TORUS || chips >= all) return 1.0;
    if (all < least_pod) return chips == 2 ? 0.5 : 1.0;
    if (chips < side) return 0.25;
    return chips < 2 * side ? 0.5 : 0.75;
}

/* Share of a chip's links that all-to-all traffic can use: in a torus messages are relayed, over a quarter of
 * the longest side on average. */
static double all_to_all_share(const struct f2f_link *link, int chips) {
    if (link->topology != F2F_TOPO_TORUS || chips <= 4) return 1.0;
    return 4.0 / sqrt(chips) < 1.0 ? 4.0 / sqrt(chips) : 1.0;
}

/* NCCL launches clusters of four blocks on chips that have them (src/enqueue.cc, cgaClusterSize: Hopper and later). */
static double cluster_blocks(const struct f2f_chip *chip) { return chip->compute_capability >= 9.0 ? 4.0 : 1.0; }

/* NCCL takes words for 88 of 240 GB/s on A100, 141 of 360 on H100, 282 of 720 on B200 (src/graph/tuning.cc). */
static double words_share(const struct f2f_chip *chip) {
    return chip->compute_capability >= 9.0 ? 141.0 / 360.0 : 87.7 / 240.0;
}

/* A load of 16 bytes a thread; 36 blocks of 512 threads on NVIDIA's chips, 16 on AMD's (csrc/custom_all_reduce.cuh).
 * Others (TPU, Gaudi, Ascend) have no such kernel that is known: AMD's 16 are assumed. */
static double wave_B(const struct f2f_chip *chip) {
    return (chip->compute_capability > 0.0 ? 36.0 : 16.0) * 512.0 * 16.0;
}

static struct f2f_net_path local_path(const struct f2f_system *system, const struct f2f_chip_class *cls, int chips) {
    const struct f2f_link *link = &system->node->link;
    double line_Bps = link->bandwidth_Bps * topology_share(link, chips);
    line_Bps *= torus_share(link, chips, system->node->chips);
    /* A mesh has a link per peer; a group smaller than the mesh drives only those to its members. */
    if (link->topology == F2F_TOPO_MESH && system->node->chips > 1)
        line_Bps *= (double)(chips - 1) / (system->node->chips - 1);
    double software_s = cls->coll_step_ck / chip_clock_Hz(system), hop_s = software_s + link->latency_s;
    bool pcie = link->topology == F2F_TOPO_PCIE,
         wired = link->topology == F2F_TOPO_SWITCH || link->topology == F2F_TOPO_MESH;
    /* An answer comes after the way there and back. PCIe's latency stands for a step of NCCL's, which crosses to the
     * host's memory and from there: two ways already. */
    double answer_s = software_s + (pcie ? 1.0 : 2.0) * link->latency_s;
    double reached_Bps = line_Bps * (pcie ? cls->coll_pcie_frac : cls->coll_frac);
    return (struct f2f_net_path){
        .chips = chips,
        .line_Bps = line_Bps,
        .bandwidth_Bps = reached_Bps,
        .all_to_all_Bps = reached_Bps * all_to_all_share(link, chips),
        .push_Bps = pcie ? reached_Bps : cls->coll_push_frac * line_Bps,
        .fetch_Bps = pcie ? reached_Bps : cls->coll_fetch_frac * line_Bps,
        .fetch_s = answer_s,
        .wave_B = wave_B(system->node->chip),
        .software_s = software_s,
        .hop_s = hop_s,
        .barrier_s = hop_s * (pcie ? chips - 1 : 1),
        .bulk_s = cls->coll_bulk_ck / chip_clock_Hz(system),
        .clock_Hz = chip_clock_Hz(system),
        .cluster_blocks = cluster_blocks(system->node->chip),
        .words_share = words_share(system->node->chip),
        .direct = wired || pcie,
        .maps_peers = wired || (pcie && chips == 2),
        .in_node = wired || pcie,
        .lines = wired,
        .reduces = link->reduces && link->topology == F2F_TOPO_SWITCH,
        .cls = cls,
    };
}

/* Software of a step through the network: NCCL's proxy hands it to the NIC (its tuning table, src/graph/tuning.cc:
 * 2.7 us with flagged words, 14 us in bulk). */
static const double net_step_s = 2.7e-6, net_bulk_step_s = 14e-6;

/* How much of a NIC's rate is left where traffic leaves a level: in a ring, and all to all. */
struct squeeze {
    double ring, all, latency_s;
};

/* The group's reach decides the highest level crossed. A ring crosses it once for all members below, so that
 * oversubscription binds only where it exceeds their number; all-to-all meets it in full. With rails each switch of
 * the lowest level joins the NICs of one place in many nodes, so that it reaches as many times further. Groups of a
 * dragonfly are joined pair by pair: neighbours in a ring all want the same link, and go round by a third group (Kim
 * et al., ISCA 2008: Valiant routing), which takes twice the links. */
static struct squeeze squeeze_of(const struct f2f_system *system, double nodes, double apart) {
    const struct f2f_network *net = system->network;
    double reach = nodes * apart, below = apart;
    struct squeeze s = {1.0, 1.0, 0.0};
    for (int i = 0; net && i < net->levels; i++) {
        const struct f2f_net_level *level = &net->level[i];
        double members_below = fmax(1.0, below / apart), span = level->span_chips;
        double detour = net->topology == F2F_NETWORK_DRAGONFLY && i == net->levels - 1 && i > 0 ? 2.0 : 1.0;
        if (net->rails && i == 0) span *= system->node->chips;
        s.latency_s = detour * level->latency_s;
        s.ring = fmax(s.ring, detour * level->oversubscription / members_below);
        s.all = fmax(s.all, level->oversubscription);
        below = span;
        if (reach <= below) break;
    }
    return s;
}

/* Path between one member per node, `apart` chips from each other. */
static struct f2f_net_path network_path(const struct f2f_system *system, const struct f2f_chip_class *cls, int nodes,
                                        int apart) {
    const struct f2f_network *net = system->network;
    struct squeeze squeeze = squeeze_of(system, nodes, apart);
    double efficiency = net ? net->efficiency_frac : 1.0;
    double line_Bps = system->node->nic_Bps * efficiency;
    return (struct f2f_net_path){
        .chips = nodes,
        .line_Bps = line_Bps / squeeze.ring,
        .bandwidth_Bps = line_Bps / squeeze.ring,
        .all_to_all_Bps = line_Bps / squeeze.all,
        .hop_s = net_step_s + squeeze.latency_s,
        .bulk_s = cls->coll_bulk_ck / chip_clock_Hz(system),
        .bulk_hop_s = net_bulk_step_s - net_step_s,
        .clock_Hz = chip_clock_Hz(system),
        .reduces = net && net->reduces,
        .cls = cls,
    };
}

struct f2f_net_group f2f_net_group_make(const struct f2f_system *system, const struct f2f_chip_class *cls, int chips,
                                        int stride) {
    int step = stride < 1 ? 1 : stride, per_node = system->node->chips / step;
    int local = per_node < 1 ? 1 : per_node;
    if (local > chips) local = chips;
    int nodes = (chips + local - 1) / local;
    struct f2f_net_group group = {.local = local_path(system, cls, local), .across = {.chips = 1}};
    if (nodes > 1) group.across = network_path(system, cls, nodes, local > 1 ? system->node->chips : step);
    return group;
}
