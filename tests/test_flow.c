/* test_flow.c - max-min fair rates against known networks and their definition; levels of a network against flows. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "net/flow.h"
#include "net/path.h"

enum { FLOWS_MAX = 64, LINKS_MAX = 256 };

static void near(double value, double expected, double tolerance) {
    if (!(fabs(value - expected) <= tolerance * fabs(expected))) fail_msg("%.9g is not %.9g", value, expected);
}

static unsigned next_number(unsigned *state, unsigned below) {
    *state = *state * 1664525u + 1013904223u;
    return (*state >> 8) % below;
}

static double scratch[2 * LINKS_MAX];

static void one_link_is_shared_alike(void **state) {
    (void)state;
    static const int link[] = {0};
    const double capacity[] = {90};
    struct f2f_flow flows[] = {{link, 1, HUGE_VAL, 0}, {link, 1, HUGE_VAL, 0}, {link, 1, 10, 0}};
    f2f_flow_rates(flows, 3, capacity, 1, scratch);
    near(flows[2].rate_Bps, 10, 1e-12);
    near(flows[0].rate_Bps, 40, 1e-12);
    near(flows[1].rate_Bps, 40, 1e-12);
    near(f2f_flow_beside(100, 0), 100, 1e-12);
    near(f2f_flow_beside(100, 20), 80, 1e-12);
    near(f2f_flow_beside(100, 300), 50, 1e-12);
}

/* The parking lot: one flow over all of n links, one over each: C / 2 each. */
static void parking_lot(void **state) {
    (void)state;
    int links[] = {0, 1, 2, 3};
    double capacity[] = {8, 8, 8, 8};
    struct f2f_flow flows[5] = {{links, 4, HUGE_VAL, 0}};
    for (int i = 0; i < 4; i++) flows[i + 1] = (struct f2f_flow){&links[i], 1, HUGE_VAL, 0};
    f2f_flow_rates(flows, 5, capacity, 4, scratch);
    for (int i = 0; i < 5; i++) near(flows[i].rate_Bps, 4, 1e-12);
    capacity[2] = 2; /* the long flow has its bottleneck there, the others take what it leaves */
    f2f_flow_rates(flows, 5, capacity, 4, scratch);
    near(flows[0].rate_Bps, 1, 1e-12);
    near(flows[3].rate_Bps, 1, 1e-12);
    near(flows[1].rate_Bps, 7, 1e-12);
}

/* The definition: every flow has its demand, or a full link on which none is faster. */
static void every_flow_has_a_bottleneck(void **state) {
    (void)state;
    unsigned seed = 1;
    for (int round = 0; round < 300; round++) {
        int n_links = 1 + (int)next_number(&seed, 20), n_flows = 1 + (int)next_number(&seed, FLOWS_MAX - 1);
        static int path[FLOWS_MAX][4];
        struct f2f_flow flows[FLOWS_MAX];
        double capacity[LINKS_MAX], used[LINKS_MAX] = {0};
        for (int l = 0; l < n_links; l++) capacity[l] = 1 + next_number(&seed, 100);
        for (int f = 0; f < n_flows; f++) {
            int links = 1 + (int)next_number(&seed, n_links < 4 ? (unsigned)n_links : 4);
            int start = (int)next_number(&seed, (unsigned)n_links);
            for (int i = 0; i < links; i++) path[f][i] = (start + i) % n_links;
            double demand = next_number(&seed, 3) ? HUGE_VAL : 1 + next_number(&seed, 20);
            flows[f] = (struct f2f_flow){path[f], links, demand, 0};
        }
        f2f_flow_rates(flows, n_flows, capacity, n_links, scratch);
        for (int f = 0; f < n_flows; f++)
            for (int i = 0; i < flows[f].links; i++) used[path[f][i]] += flows[f].rate_Bps;
        for (int l = 0; l < n_links; l++) assert_true(used[l] <= capacity[l] * (1 + 1e-9));
        for (int f = 0; f < n_flows; f++) {
            bool held = flows[f].rate_Bps >= flows[f].demand_Bps * (1 - 1e-9);
            for (int i = 0; i < flows[f].links && !held; i++) {
                int l = path[f][i];
                bool fastest = used[l] >= capacity[l] * (1 - 1e-9);
                for (int g = 0; g < n_flows && fastest; g++)
                    for (int k = 0; k < flows[g].links; k++)
                        if (path[g][k] == l && flows[g].rate_Bps > flows[f].rate_Bps * (1 + 1e-9)) fastest = false;
                held = fastest;
            }
            assert_true(held);
        }
    }
}

/* 64 chips, leaves of 16, an uplink of each that is oversubscribed. Rings of every `stride`-th chip, all at once: what
 * the slowest flow gets is what path.c says of a group. */
static void levels_are_as_flows_share_them(void **state) {
    (void)state;
    static const struct f2f_chip chip = {.clock_Hz = 1e9};
    static const struct f2f_chip_class cls = {.coll_frac = 1};
    for (int oversubscription = 1; oversubscription <= 8; oversubscription *= 2)
        for (int stride = 1; stride <= 32; stride *= 2) {
            const struct f2f_net_level levels[] = {{"leaf", 16, 1, 1e-6}, {"spine", 64, oversubscription, 1e-6}};
            const struct f2f_network network = {.efficiency_frac = 1, .level = levels, .levels = 2};
            const struct f2f_node node = {.chip = &chip, .chips = 1, .nic_Bps = 10};
            const struct f2f_system system = {.node = &node, .nodes = 64, .network = &network};
            static int path[FLOWS_MAX][4];
            struct f2f_flow flows[FLOWS_MAX];
            double capacity[LINKS_MAX], slowest = HUGE_VAL;
            for (int c = 0; c < 64; c++) capacity[c] = capacity[64 + c] = 10; /* out of and into each chip */
            for (int leaf = 0; leaf < 4; leaf++) capacity[128 + leaf] = capacity[132 + leaf] = 160.0 / oversubscription;
            for (int c = 0; c < 64; c++) {
                int to = (c + stride) % 64, from_leaf = c / 16, to_leaf = to / 16, links = 2;
                path[c][0] = c;
                path[c][1] = 64 + to;
                if (from_leaf != to_leaf) path[c][links++] = 128 + from_leaf, path[c][links++] = 132 + to_leaf;
                flows[c] = (struct f2f_flow){path[c], links, HUGE_VAL, 0};
            }
            f2f_flow_rates(flows, 64, capacity, 136, scratch);
            for (int c = 0; c < 64; c++) slowest = fmin(slowest, flows[c].rate_Bps);
            struct f2f_net_group g = f2f_net_group_make(&system, &cls, 64 / stride, stride);
            near(g.across.bandwidth_Bps, slowest, 1e-9);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_link_is_shared_alike),
        cmocka_unit_test(parking_lot),
        cmocka_unit_test(every_flow_has_a_bottleneck),
        cmocka_unit_test(levels_are_as_flows_share_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
