/* test_across.c - collectives over nodes against a simulation event by event, distance, and their own cost. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "net/path.h"

enum { LOCAL = 8, NODES = 8, CHIPS = LOCAL * NODES, EVENTS = 1 << 16 };
#define MIB (1024.0 * 1024.0)

static const struct f2f_chip chip = {.clock_Hz = 2e9};
static const struct f2f_chip_class cls = {.coll_launch_ck = 10000,
                                          .coll_step_ck = 1000,
                                          .coll_bulk_ck = 40000,
                                          .coll_frac = 0.75,
                                          .coll_pcie_frac = 0.625,
                                          .coll_channel_B_per_ck = 10,
                                          .coll_straggling = 0.1};
static const struct f2f_net_level levels[] = {
    {"leaf", 64, 1, 2e-6}, {"spine", 4096, 1, 4e-6}, {"core", 1 << 20, 7, 9e-6}};
static struct f2f_network network = {.efficiency_frac = 0.9, .level = levels, .levels = 3};
static struct f2f_node node = {.chip = &chip, .chips = LOCAL, .nic_Bps = 50e9};
static struct f2f_system cluster = {.node = &node, .nodes = 1 << 17, .network = &network};

static struct f2f_collective_cost ask(enum f2f_collective_kind op, int chips, double bytes_B) {
    node.link = (struct f2f_link){.topology = F2F_TOPO_TORUS, .bandwidth_Bps = 450e9, .latency_s = 0.5e-6};
    return f2f_collective_with(&cluster, &cls, op, chips, 1, bytes_B, F2F_COLLECTIVE_GENERAL);
}

static struct f2f_collective_cost all_reduce(int chips, double bytes_B) { return ask(F2F_ALL_REDUCE, chips, bytes_B); }

/* A part of the message on its way round a ring: it arrives at a chip after so many steps. */
struct event {
    double at_s;
    int chip, channel, step;
};

static struct event heap[EVENTS];
static int n_events;

static void push(struct event e) {
    int i = n_events++;
    assert_true(n_events < EVENTS);
    for (; i > 0 && heap[(i - 1) / 2].at_s > e.at_s; i = (i - 1) / 2) heap[i] = heap[(i - 1) / 2];
    heap[i] = e;
}

static struct event pop(void) {
    struct event first = heap[0], last = heap[--n_events];
    int i = 0;
    for (int child; (child = 2 * i + 1) < n_events; i = child) {
        if (child + 1 < n_events && heap[child + 1].at_s < heap[child].at_s) child++;
        if (heap[child].at_s >= last.at_s) break;
        heap[i] = heap[child];
    }
    heap[i] = last;
    return first;
}

/* Chips in rings of `ring` members; channel c of a ring over nodes leaves each node by the NIC of its chip c. */
static int next_chip(int from, int channel, int first, int ring) {
    if (ring <= LOCAL) return first + (from - first + 1) % ring;
    int place = (from % LOCAL - channel - 1 + 2 * LOCAL) % LOCAL, base = from / LOCAL * LOCAL;
    if (place < LOCAL - 1) return base + (channel + 1 + place + 1) % LOCAL;
    return (base + LOCAL + (channel + 1) % LOCAL) % ring;
}

/* Each chip sends a part to the next as soon as it has arrived and the wire is free; wires serve in order of arrival.
 * Rounds of a ring over all chips in one channel per NIC, bytes_B the message. */
static double simulate_ring(double bytes_B, int rounds, bool bulk) {
    struct f2f_net_group g = f2f_net_group_make(&cluster, &cls, CHIPS, 1);
    double link_free_s[CHIPS] = {0}, nic_free_s[CHIPS] = {0}, end_s = 0;
    double part_B = bytes_B / LOCAL / CHIPS * (bulk ? 1 : 2); /* flagged words are half flags */
    n_events = 0;
    for (int c = 0; c < CHIPS; c++)
        for (int channel = 0; channel < LOCAL; channel++) push((struct event){0, c, channel, 0});
    while (n_events) {
        struct event e = pop();
        end_s = fmax(end_s, e.at_s);
        if (e.step == rounds * (CHIPS - 1)) continue;
        int to = next_chip(e.chip, e.channel, 0, CHIPS);
        bool inside = to / LOCAL == e.chip / LOCAL;
        const struct f2f_net_path *path = inside ? &g.local : &g.across;
        double *free_s = inside ? &link_free_s[e.chip] : &nic_free_s[e.chip];
        double start_s = fmax(e.at_s, *free_s);
        *free_s = start_s + part_B / path->bandwidth_Bps;
        push((struct event){*free_s + path->hop_s + (bulk ? path->bulk_hop_s : 0), to, e.channel, e.step + 1});
    }
    double passed_B = rounds * (CHIPS - 1.0) / CHIPS * bytes_B;
    return end_s + cls.coll_launch_ck / chip.clock_Hz + (bulk ? f2f_net_set_up_s(&g.local, CHIPS, passed_B) : 0);
}

static void as_event_by_event(void **state) {
    (void)state;
    static const enum f2f_collective_kind ops[] = {F2F_ALL_REDUCE, F2F_ALL_GATHER, F2F_REDUCE_SCATTER};
    double worst = 0;
    int compared = 0;
    for (double bytes_B = MIB; bytes_B <= 65536 * MIB; bytes_B *= 2)
        for (int i = 0; i < 3; i++) {
            struct f2f_collective_cost c = ask(ops[i], CHIPS, bytes_B);
            if (strcmp(c.algorithm, "ring") != 0) continue;
            int rounds = ops[i] == F2F_ALL_REDUCE ? 2 : 1;
            double events_s = fmin(simulate_ring(bytes_B, rounds, true), simulate_ring(bytes_B, rounds, false));
            worst = fmax(worst, fabs(c.time_s / events_s - 1));
            compared++;
        }
    print_message("%d rings over %d chips: at most %.1f %% from the events\n", compared, CHIPS, 100 * worst);
    assert_true(compared > 15 && worst < 0.05);
}

/* Wires that work at the same time are never slower than in turn, and never faster than each of them. */
static void no_faster_than_its_wires(void **state) {
    (void)state;
    for (int chips = 16; chips <= 4096; chips *= 4)
        for (double bytes_B = 1024; bytes_B <= 8192 * MIB; bytes_B *= 8) {
            struct f2f_collective_cost c = all_reduce(chips, bytes_B);
            double nodes = chips / (double)LOCAL, share = 2 * (nodes - 1) / nodes * bytes_B / LOCAL;
            assert_true(c.time_s > share / 50e9);
            assert_true(c.time_s > 2 * bytes_B * 7 / 8 / 450e9 || strcmp(c.algorithm, "hierarchical") != 0);
        }
}

static void distance_costs(void **state) {
    (void)state;
    double last_s = 0;
    for (int nodes = 2; nodes <= 1 << 16; nodes *= 2) {
        double now_s = all_reduce(nodes * LOCAL, 1 * MIB).time_s;
        assert_true(now_s > last_s);
        last_s = now_s;
    }
    double tree_s = f2f_collective_with(&cluster, &cls, F2F_ALL_REDUCE, 8192, 1, 65536, F2F_COLLECTIVE_GENERAL).time_s;
    assert_true(tree_s < 1e-3); /* a thousand steps of a ring would take longer */
}

/* Rails: switches that join one place of many nodes reach further, so that fewer levels are crossed. */
static void rails_shorten_the_way(void **state) {
    (void)state;
    network.rails = false;
    double tree_s = all_reduce(256, 1024).time_s;
    network.rails = true;
    assert_true(all_reduce(256, 1024).time_s < tree_s);
    network.rails = false;
}

/* A group in a pod of 16 x 16 drives the links of the axes it lies along; a pair in a host has one of its two. */
static void a_torus_gives_the_links_of_an_axis(void **state) {
    (void)state;
    struct f2f_node pod = {.chip = &chip, .chips = 256};
    struct f2f_system system = {.node = &pod, .nodes = 1};
    const double share[][2] = {{4, 0.25}, {16, 0.5}, {64, 0.75}, {256, 1}};
    pod.link = (struct f2f_link){.topology = F2F_TOPO_TORUS, .bandwidth_Bps = 180e9, .latency_s = 1e-6};
    for (int i = 0; i < 4; i++) {
        struct f2f_net_path path = f2f_net_group_make(&system, &cls, (int)share[i][0], 1).local;
        assert_true(fabs(path.line_Bps / 180e9 - share[i][1]) < 1e-12);
    }
    pod.chips = 16; /* 4 x 4 */
    assert_true(fabs(f2f_net_group_make(&system, &cls, 2, 1).local.line_Bps - 45e9) < 1.0);
    assert_true(fabs(f2f_net_group_make(&system, &cls, 4, 1).local.line_Bps - 90e9) < 1.0);
    pod.chips = 8;
    assert_true(fabs(f2f_net_group_make(&system, &cls, 2, 1).local.line_Bps - 90e9) < 1.0);
    assert_true(fabs(f2f_net_group_make(&system, &cls, 4, 1).local.line_Bps - 180e9) < 1.0);
}

/* Neighbours in a ring over a dragonfly's groups go round by a third one: half of the rate, twice the way. */
static void a_dragonfly_makes_detours(void **state) {
    (void)state;
    static const struct f2f_net_level few[] = {{"group", 8, 1, 2e-6}, {"global", 1 << 20, 1, 4e-6}};
    struct f2f_network plain = {.efficiency_frac = 1, .level = few, .levels = 2}, dragonfly = plain;
    struct f2f_system system = {.node = &node, .nodes = 1024, .network = &plain};
    dragonfly.topology = F2F_NETWORK_DRAGONFLY;
    struct f2f_net_path tree = f2f_net_group_make(&system, &cls, 64, 8).across;
    system.network = &dragonfly;
    struct f2f_net_path global = f2f_net_group_make(&system, &cls, 64, 8).across;
    assert_true(fabs(global.bandwidth_Bps / tree.bandwidth_Bps - 0.5) < 1e-12);
    assert_true(global.hop_s > tree.hop_s);
}

/* Under a millisecond for any size: what it costs does not grow with the chips. */
static void costs_nothing_to_ask(void **state) {
    (void)state;
    double sum_s = 0;
    clock_t begun = clock();
    for (int i = 0; i < 1000; i++) sum_s += all_reduce(350000 + 8 * i, 1024 * MIB).time_s;
    double each_s = (double)(clock() - begun) / CLOCKS_PER_SEC / 1000;
    print_message("all-reduce over 350,000 chips: %.2g us to ask\n", each_s * 1e6);
    assert_true(sum_s > 0 && each_s < 1e-3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_event_by_event),
        cmocka_unit_test(no_faster_than_its_wires),
        cmocka_unit_test(distance_costs),
        cmocka_unit_test(rails_shorten_the_way),
        cmocka_unit_test(a_torus_gives_the_links_of_an_axis),
        cmocka_unit_test(a_dragonfly_makes_detours),
        cmocka_unit_test(costs_nothing_to_ask),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
