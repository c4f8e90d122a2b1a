/* test_net.c - collectives: bytes in closed form, bounds no algorithm may beat, choice, hierarchy. */
#include "net_rig.h"

static void ring_bytes_in_closed_form(void **state) {
    (void)state;
    struct cluster c;
    cluster_make(&c, F2F_TOPO_TORUS, 1); /* leaves the ring alone for large messages */
    for (int n = 2; n <= 8; n++) {
        near(general(&c, F2F_ALL_REDUCE, n, 1, GIB).sent_B, 2.0 * (n - 1) / n * GIB, 1e-12);
        near(general(&c, F2F_ALL_GATHER, n, 1, GIB).sent_B, (double)(n - 1) / n * GIB, 1e-12);
        near(general(&c, F2F_REDUCE_SCATTER, n, 1, GIB).sent_B, (double)(n - 1) / n * GIB, 1e-12);
        near(general(&c, F2F_ALL_TO_ALL, n, 1, GIB).sent_B, (double)(n - 1) / n * GIB, 1e-12);
    }
    assert_string_equal(general(&c, F2F_ALL_REDUCE, 8, 1, GIB).algorithm, "ring");
    near(general(&c, F2F_SEND, 2, 1, GIB).sent_B, GIB, 1e-12);
}

/* Whoever else is in the group, a send has one peer. */
static void send_takes_no_longer_in_a_larger_group(void **state) {
    (void)state;
    struct cluster c;
    cluster_make(&c, F2F_TOPO_SWITCH, 1);
    for (double bytes_B = 64.0; bytes_B < GIB; bytes_B *= 4.0)
        near(general(&c, F2F_SEND, 8, 1, bytes_B).time_s, general(&c, F2F_SEND, 2, 1, bytes_B).time_s, 1e-12);
}

/* Large: bytes over bandwidth; small: the start and 2 (n-1) steps, or fewer by tree. */
static void ring_time_in_closed_form(void **state) {
    (void)state;
    struct cluster c;
    cluster_make(&c, F2F_TOPO_TORUS, 1);
    double start_s = 10000.0 / 2e9, hop_s = 1e-6, copy_Bps = 24.0 * 2.0 * 10.0 * 2e9, sent_B = 1.75 * GIB;
    double set_up_s = 20e-6 * sent_B / (sent_B + 8.0 * 512.0 * KIB);
    near(general(&c, F2F_ALL_REDUCE, 8, 1, GIB).time_s,
         start_s + 14.0 * hop_s + set_up_s + sent_B / (450e9 * 0.75) + GIB / 8.0 / copy_Bps, 1e-9);
    near(general(&c, F2F_ALL_GATHER, 4, 1, 64.0).time_s,
         start_s + 3.0 * hop_s + 48.0 / (450e9 * 0.75 / 2.0) + 16.0 / copy_Bps, 1e-9);
    struct f2f_collective_cost tree = general(&c, F2F_ALL_REDUCE, 8, 1, 64.0);
    assert_string_equal(tree.algorithm, "tree");
    near(tree.time_s, start_s + 6.0 * hop_s, 1e-3);
}

static void line_rate_is_never_beaten(void **state) {
    (void)state;
    static const int topologies[] = {F2F_TOPO_SWITCH, F2F_TOPO_MESH, F2F_TOPO_TORUS, F2F_TOPO_PCIE};
    for (int t = 0; t < 4; t++)
        for (int op = 0; op < F2F_COLLECTIVE_N; op++)
            for (double bytes_B = 1.0; bytes_B < 8.0 * GIB; bytes_B *= 4.0) {
                struct cluster c;
                cluster_make(&c, topologies[t], 1);
                c.node.link.reduces = true;
                struct f2f_collective_cost cost =
                    f2f_collective_time(&c.system, &cls, (enum f2f_collective_kind)op, 8, 1, bytes_B);
                assert_true(cost.time_s > cost.sent_B / 450e9);
                assert_true(cost.sent_B >= 0.875 * bytes_B);
            }
}

static void time_grows_with_the_message(void **state) {
    (void)state;
    for (int nodes = 1; nodes <= 16; nodes *= 16)
        for (int op = 0; op < F2F_COLLECTIVE_N; op++) {
            struct cluster c;
            double before_s = 0.0;
            cluster_make(&c, F2F_TOPO_SWITCH, nodes);
            for (double bytes_B = 256.0; bytes_B < 4.0 * GIB; bytes_B *= 2.0) {
                double time_s = general(&c, (enum f2f_collective_kind)op, 8 * nodes, 1, bytes_B).time_s;
                assert_true(time_s >= before_s);
                before_s = time_s;
            }
        }
}

static void more_bandwidth_is_never_slower(void **state) {
    (void)state;
    struct cluster c, fast;
    cluster_make(&c, F2F_TOPO_SWITCH, 8);
    cluster_make(&fast, F2F_TOPO_SWITCH, 8);
    fast.node.link.bandwidth_Bps *= 2.0;
    fast.node.nic_Bps *= 2.0;
    for (int op = 0; op < F2F_COLLECTIVE_N; op++)
        for (int chips = 2; chips <= 64; chips *= 2)
            for (double bytes_B = KIB; bytes_B < GIB; bytes_B *= 32.0)
                assert_true(general(&fast, (enum f2f_collective_kind)op, chips, 1, bytes_B).time_s <=
                            general(&c, (enum f2f_collective_kind)op, chips, 1, bytes_B).time_s);
}

static void engines_have_shorter_small_all_reduces(void **state) {
    (void)state;
    struct cluster c;
    cluster_make(&c, F2F_TOPO_SWITCH, 1);
    struct f2f_collective_cost any = f2f_collective_time(&c.system, &cls, F2F_ALL_REDUCE, 8, 1, 8.0 * KIB);
    assert_string_equal(any.algorithm, "one-shot");
    assert_true(any.time_s < general(&c, F2F_ALL_REDUCE, 8, 1, 8.0 * KIB).time_s);
    assert_string_equal(f2f_collective_time(&c.system, &cls, F2F_ALL_REDUCE, 8, 1, 4.0 * MIB).algorithm, "two-shot");
    near(f2f_collective_time(&c.system, &cls, F2F_ALL_REDUCE, 8, 1, GIB).time_s,
         general(&c, F2F_ALL_REDUCE, 8, 1, GIB).time_s, 1e-12); /* beyond the engines' buffers */
}

static void switch_reduces_large_messages(void **state) {
    (void)state;
    struct cluster c;
    cluster_make(&c, F2F_TOPO_SWITCH, 1);
    double ring_s = general(&c, F2F_ALL_REDUCE, 8, 1, GIB).time_s;
    c.node.link.reduces = true;
    struct f2f_collective_cost cost = general(&c, F2F_ALL_REDUCE, 8, 1, GIB);
    assert_string_equal(cost.algorithm, "in-switch");
    near(cost.sent_B, 1.125 * GIB, 1e-12);
    assert_true(cost.time_s < ring_s);
}

static void kernels_of_engines_need_mapped_peers(void **state) {
    (void)state;
    struct cluster c;
    cluster_make(&c, F2F_TOPO_PCIE, 1);
    c.node.link.bandwidth_Bps = 32e9;
    assert_string_equal(f2f_collective_time(&c.system, &cls, F2F_ALL_REDUCE, 2, 1, KIB).algorithm, "one-shot");
    assert_string_equal(f2f_collective_time(&c.system, &cls, F2F_ALL_REDUCE, 4, 1, KIB).algorithm, "ring");
}

static void nodes_are_joined_in_phases(void **state) {
    (void)state;
    struct cluster c;
    cluster_make(&c, F2F_TOPO_SWITCH, 8);
    struct f2f_collective_cost cost = general(&c, F2F_ALL_REDUCE, 64, 1, GIB);
    /* In the node twice 7/8 of the message; between nodes 2 * 7/8 of an eighth. In turn, or both at once. */
    double link_s = 1.75 * GIB / (450e9 * 0.75), nic_s = 1.75 * GIB / 8.0 / (50e9 * 0.9);
    assert_true(cost.time_s > fmax(link_s, nic_s) && cost.time_s < 1.1 * (link_s + nic_s));
    /* Round a ring of all 64. */
    near(general(&c, F2F_ALL_GATHER, 64, 1, GIB).sent_B, 63.0 / 64.0 * GIB, 1e-9);
    near(general(&c, F2F_REDUCE_SCATTER, 64, 1, GIB).sent_B, 63.0 / 64.0 * GIB, 1e-9);
    near(general(&c, F2F_ALL_TO_ALL, 64, 1, GIB).sent_B, 63.0 / 64.0 * GIB, 0.0);
}

static void stride_decides_the_wires(void **state) {
    (void)state;
    struct cluster c;
    cluster_make(&c, F2F_TOPO_SWITCH, 64);
    double inside_s = general(&c, F2F_ALL_REDUCE, 8, 1, GIB).time_s;
    double across_s = general(&c, F2F_ALL_REDUCE, 8, 8, GIB).time_s;
    double half_s = general(&c, F2F_ALL_REDUCE, 8, 4, GIB).time_s; /* two members in each node */
    assert_true(inside_s < half_s && half_s < across_s);
    near(general(&c, F2F_SEND, 2, 8, GIB).time_s, GIB / 45e9, 0.01);
    near(general(&c, F2F_SEND, 2, 1, GIB).time_s, GIB / (450e9 * 0.75), 0.01);
}

static void oversubscription_binds_where_it_must(void **state) {
    (void)state;
    struct cluster c;
    cluster_make(&c, F2F_TOPO_SWITCH, 512);
    /* Eight members in each leaf share its uplinks: a ring leaves a leaf once, all-to-all does not. */
    near(general(&c, F2F_ALL_GATHER, 64, 8, 16.0 * GIB).time_s, 63.0 / 64.0 * 16.0 * GIB / 45e9, 0.03);
    near(general(&c, F2F_ALL_TO_ALL, 64, 8, 16.0 * GIB).time_s, 63.0 / 64.0 * 16.0 * GIB / (45e9 / 7.0), 0.03);
    /* One member in each leaf: every step of the ring goes over the spine. */
    near(general(&c, F2F_ALL_GATHER, 64, 64, 16.0 * GIB).time_s, 63.0 / 64.0 * 16.0 * GIB / (45e9 / 7.0), 0.03);
}

static void a_bus_is_shared(void **state) {
    (void)state;
    struct cluster c;
    cluster_make(&c, F2F_TOPO_PCIE, 1);
    c.node.link.bandwidth_Bps = 32e9;
    double two_s = general(&c, F2F_ALL_GATHER, 2, 1, GIB).time_s,
           eight_s = general(&c, F2F_ALL_GATHER, 8, 1, GIB).time_s;
    near(eight_s / two_s, (7.0 / 8.0) / (1.0 / 2.0) * 16.0, 0.05);
}

static void one_chip_needs_nothing(void **state) {
    (void)state;
    struct cluster c;
    cluster_make(&c, F2F_TOPO_SWITCH, 1);
    struct f2f_collective_cost cost = general(&c, F2F_ALL_REDUCE, 1, 1, GIB);
    assert_true(cost.time_s == 0.0 && cost.sent_B == 0.0);
    assert_true(general(&c, F2F_ALL_GATHER, 8, 1, 0.0).time_s == 0.0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ring_bytes_in_closed_form),
        cmocka_unit_test(send_takes_no_longer_in_a_larger_group),
        cmocka_unit_test(ring_time_in_closed_form),
        cmocka_unit_test(line_rate_is_never_beaten),
        cmocka_unit_test(time_grows_with_the_message),
        cmocka_unit_test(more_bandwidth_is_never_slower),
        cmocka_unit_test(engines_have_shorter_small_all_reduces),
        cmocka_unit_test(switch_reduces_large_messages),
        cmocka_unit_test(kernels_of_engines_need_mapped_peers),
        cmocka_unit_test(nodes_are_joined_in_phases),
        cmocka_unit_test(stride_decides_the_wires),
        cmocka_unit_test(oversubscription_binds_where_it_must),
        cmocka_unit_test(a_bus_is_shared),
        cmocka_unit_test(one_chip_needs_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
