/* net_rig.h - made-up nodes and clusters for tests of collectives. */
#ifndef F2F_TESTS_NET_RIG_H
#define F2F_TESTS_NET_RIG_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fab2fleet/chip_class.h"
#include "fab2fleet/machine.h"

#define KIB 1024.0
#define MIB (1024.0 * 1024.0)
#define GIB (1024.0 * MIB)

static const struct f2f_chip_class cls = {.coll_launch_ck = 10000.0,
                                          .coll_engine_ck = 5000.0,
                                          .coll_step_ck = 1000.0,
                                          .coll_push_frac = 0.6,
                                          .coll_fetch_frac = 0.7,
                                          .coll_bulk_ck = 40000.0,
                                          .coll_frac = 0.75,
                                          .coll_pcie_frac = 0.625,
                                          .coll_channel_B_per_ck = 10.0,
                                          .coll_straggling = 0.1};
static const struct f2f_chip chip = {.clock_Hz = 2e9};
static const struct f2f_net_level levels[] = {{"leaf", 64, 1.0, 5e-6}, {"spine", 4096, 7.0, 10e-6}};
static const struct f2f_network network = {.efficiency_frac = 0.9, .level = levels, .levels = 2};

struct cluster {
    struct f2f_node node;
    struct f2f_system system;
};

/* 8 chips at 450 GB/s a node; nodes on 50 GB/s a chip. */
static inline void cluster_make(struct cluster *c, int topology, int nodes) {
    c->node = (struct f2f_node){.chip = &chip, .chips = 8, .nic_Bps = 50e9};
    c->node.link =
        (struct f2f_link){.topology = topology, .bandwidth_Bps = 450e9, .latency_s = 0.5e-6, .contention = 2.0};
    c->system = (struct f2f_system){.node = &c->node, .nodes = nodes, .network = nodes > 1 ? &network : NULL};
}

static inline struct f2f_collective_cost general(const struct cluster *c, enum f2f_collective_kind op, int chips,
                                                 int stride, double bytes_B) {
    return f2f_collective_with(&c->system, &cls, op, chips, stride, bytes_B, F2F_COLLECTIVE_GENERAL);
}

static inline void near(double got, double want, double tolerance_frac) {
    if (!(fabs(got - want) <= tolerance_frac * fabs(want)))
        fail_msg("got %g, wanted %g within %g %%", got, want, 100.0 * tolerance_frac);
}

#endif
