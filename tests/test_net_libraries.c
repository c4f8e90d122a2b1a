/* test_net_libraries.c - what NCCL and the engines do within a node: their rounds, channels and guesses, after their
 * sources. */
#include "net_rig.h"

/* Eight chips on NVLink 4: 16 channels in rounds of 64 KiB for each chip, a step and a copy each, and two rounds more.
 */
static void switch_goes_round_in_closed_form(void **state) {
    (void)state;
    struct cluster c;
    cluster_make(&c, F2F_TOPO_SWITCH, 1);
    c.node.link.reduces = true;
    double start_s = 10000.0 / 2e9, hop_s = 1e-6, turn_s = 0.5e-6 + 64.0 * KIB / (10.0 * 2e9);
    double rounds = 256.0 * MIB / (16.0 * 8.0 * 64.0 * KIB) + 2.0;
    near(general(&c, F2F_ALL_REDUCE, 8, 1, 256.0 * MIB).time_s, start_s + 2.0 * hop_s + rounds * 8.0 * turn_s, 1e-9);
}

/* Chunks of 16 KiB are copied in less than a fence takes, there and back; so are those of 32, and so 8 MiB in the
 * former take no less than 16 MiB in the latter. A chip with nothing in a round costs a step in the two rounds beside.
 */
static void switch_waits_for_fences(void **state) {
    (void)state;
    struct cluster c;
    cluster_make(&c, F2F_TOPO_SWITCH, 1);
    c.node.link.reduces = true;
    c.node.link.bandwidth_Bps = 900e9;
    c.node.link.latency_s = 1e-6;
    double start_s = 10000.0 / 2e9, hop_s = 1.5e-6, turn_s = 2.5e-6, turn_B = 24.0 * 16.0 * KIB;
    near(general(&c, F2F_ALL_REDUCE, 8, 1, 8.0 * MIB).time_s,
         start_s + 2.0 * hop_s + (8.0 * MIB / turn_B + 16.0) * turn_s, 1e-9);
    near(general(&c, F2F_ALL_REDUCE, 8, 1, 13.0 * MIB).time_s, start_s + 2.0 * hop_s + (32.0 + 16.0) * turn_s, 1e-9);
    near(general(&c, F2F_ALL_REDUCE, 8, 1, 2.5 * MIB).time_s,
         start_s + 2.0 * hop_s + 3.0 * 2.5 * MIB / turn_B * turn_s + 2.0 * (8.0 - 2.5 * MIB / turn_B) * hop_s, 1e-9);
}

/* Lines and words are bound by channels too, of which faster links have a third more. */
static void faster_links_have_more_channels(void **state) {
    (void)state;
    struct cluster c;
    cluster_make(&c, F2F_TOPO_SWITCH, 1);
    c.node.link.bandwidth_Bps = 900e9;
    double hop_s = 1e-6, start_s = 10000.0 / 2e9, waits_s = 0.1 * log(24.0) * (start_s + 2.0 * hop_s);
    double channels_Bps = 32.0 * 10.0 * 2e9, words_s = MIB / (channels_Bps * 512.0 / 640.0) / 0.5;
    near(general(&c, F2F_ALL_REDUCE, 2, 1, MIB).time_s,
         start_s + 2.0 * hop_s + waits_s + words_s + 0.5 * MIB / (2.0 * channels_Bps), 1e-9);
}

/* Over wires of any speed a channel's copies are the limit. */
static void channels_limit_fast_switches(void **state) {
    (void)state;
    struct cluster c;
    cluster_make(&c, F2F_TOPO_SWITCH, 1);
    c.node.link.reduces = true;
    c.node.link.bandwidth_Bps = 900e9;
    double fast_s = general(&c, F2F_ALL_REDUCE, 8, 1, GIB).time_s;
    c.node.link.bandwidth_Bps = 901e9;
    near(general(&c, F2F_ALL_REDUCE, 8, 1, GIB).time_s, fast_s, 1e-12);
}

/* Peers of two chips have 16 channels; the sender's copy of a part and the receiver's follow each other, after a step
 * in which the kernel sorts out who sends to whom. */
static void peers_share_channels_in_closed_form(void **state) {
    (void)state;
    struct cluster c;
    cluster_make(&c, F2F_TOPO_SWITCH, 1);
    c.node.link.bandwidth_Bps = 1800e9;
    double start_s = 10000.0 / 2e9, hops_s = 2e-6, channel_Bps = 10.0 * 2e9;
    double latency_s = start_s + hops_s + 0.1 * log(32.0) * (start_s + hops_s);
    near(general(&c, F2F_ALL_TO_ALL, 2, 1, 2.0 * MIB).time_s, latency_s + 128.0 * KIB / channel_Bps, 1e-9);
    near(general(&c, F2F_ALL_TO_ALL, 2, 1, 8.0 * MIB).time_s, latency_s + 512.0 * KIB / channel_Bps, 1e-9);
    near(general(&c, F2F_SEND, 2, 1, MIB).time_s, latency_s + 64.0 * KIB / channel_Bps, 1e-9);
}

/* Eight channels of the same that start in clusters of four: two may be late. */
static void clusters_start_together(void **state) {
    (void)state;
    struct cluster c;
    cluster_make(&c, F2F_TOPO_SWITCH, 1);
    double alone_s = general(&c, F2F_ALL_TO_ALL, 2, 1, 512.0 * KIB).time_s;
    struct f2f_chip clustered = {.clock_Hz = 2e9, .compute_capability = 9.0};
    c.node.chip = &clustered;
    double together_s = general(&c, F2F_ALL_TO_ALL, 2, 1, 512.0 * KIB).time_s;
    near(alone_s - together_s, 0.1 * log(4.0) * (10000.0 / 2e9 + 2e-6), 1e-6);
}

/* NCCL's table: four chips keep to the ring, and vLLM turns the switch's adders off. */
static void switch_reduces_where_libraries_let_it(void **state) {
    (void)state;
    struct cluster c;
    cluster_make(&c, F2F_TOPO_SWITCH, 1);
    c.node.link.reduces = true;
    assert_string_equal(general(&c, F2F_ALL_REDUCE, 4, 1, GIB).algorithm, "ring");
    assert_string_equal(f2f_collective_with(&c.system, &cls, F2F_ALL_REDUCE, 8, 1, GIB, F2F_COLLECTIVE_VLLM).algorithm,
                        "ring");
}

/* Where the table says so and not where it is faster: over two chips before bulk pays (A100: 20 us at 1 MiB, 38 at 2).
 */
static void bulk_is_taken_by_a_guess(void **state) {
    (void)state;
    struct cluster c;
    cluster_make(&c, F2F_TOPO_SWITCH, 1);
    double words_s = general(&c, F2F_ALL_GATHER, 2, 1, MIB).time_s;
    double bulk_s = general(&c, F2F_ALL_GATHER, 2, 1, 2.0 * MIB).time_s;
    assert_true(bulk_s - words_s > 10e-6);
}

/* A kernel that only sent would take two chips 4/7 of the time of eight; it copies the half that stays as well. */
static void what_stays_is_copied(void **state) {
    (void)state;
    struct cluster c;
    cluster_make(&c, F2F_TOPO_SWITCH, 1);
    double two_s = general(&c, F2F_ALL_GATHER, 2, 1, GIB).time_s,
           eight_s = general(&c, F2F_ALL_GATHER, 8, 1, GIB).time_s;
    assert_true(eight_s / two_s < 0.9 * (7.0 / 8.0) / (1.0 / 2.0));
}

struct choice {
    int chips;
    double bytes_B;
    const char *algorithm;
};

static struct f2f_collective_cost chosen(const struct cluster *c, const struct choice *choice,
                                         enum f2f_collective_library library) {
    struct f2f_collective_cost cost =
        f2f_collective_with(&c->system, &cls, F2F_ALL_REDUCE, choice->chips, 1, choice->bytes_B, library);
    assert_string_equal(cost.algorithm, choice->algorithm);
    return cost;
}

/* vLLM's kernel turns to two shots by size, the others' where they are faster. */
static void two_shots_follow_the_engine(void **state) {
    (void)state;
    struct cluster c;
    cluster_make(&c, F2F_TOPO_SWITCH, 1);
    static const struct choice cases[] = {{2, 512.0 * KIB, "one-shot"},
                                          {4, 511.0 * KIB, "one-shot"},
                                          {4, 512.0 * KIB, "two-shot"},
                                          {8, 255.0 * KIB, "one-shot"},
                                          {8, 256.0 * KIB, "two-shot"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) (void)chosen(&c, &cases[i], F2F_COLLECTIVE_VLLM);
    assert_string_equal(f2f_collective_time(&c.system, &cls, F2F_ALL_REDUCE, 4, 1, 512.0 * KIB).algorithm, "one-shot");
}

static double vllm_s(const struct cluster *c, int chips, double bytes_B) {
    return f2f_collective_with(&c->system, &cls, F2F_ALL_REDUCE, chips, 1, bytes_B, F2F_COLLECTIVE_VLLM).time_s;
}

/* 36 blocks of 512 threads ask for 288 KiB of each peer at once: twice for 512 KiB. An answer takes 1.5 us, or as long
 * as the wire needs. In two shots each thread asks three peers at once and then one after the other. */
static void fetches_wait_for_answers_in_closed_form(void **state) {
    (void)state;
    struct cluster c;
    cluster_make(&c, F2F_TOPO_SWITCH, 1);
    struct f2f_chip built_for = {.clock_Hz = 2e9, .compute_capability = 9.0};
    c.node.chip = &built_for;
    double start_s = 5000.0 / 2e9, hop_s = 1e-6, answer_s = 1.5e-6;
    for (double link_Bps = 900e9; link_Bps < 1e12; link_Bps += 90e9) {
        c.node.link.bandwidth_Bps = link_Bps;
        near(vllm_s(&c, 2, 512.0 * KIB), start_s + 2.0 * hop_s + 2.0 * answer_s, 1e-9);
        double phase_s = 0.75 * MIB / (0.7 * link_Bps);
        near(vllm_s(&c, 4, MIB), 2.0 * start_s + 2.0 * hop_s + (answer_s + phase_s) + answer_s + 3.0 * answer_s, 1e-9);
    }
    c.node.link.bandwidth_Bps = 100e9;
    near(vllm_s(&c, 2, 512.0 * KIB), start_s + 2.0 * hop_s + answer_s + 512.0 * KIB / (0.7 * 100e9), 1e-9);
}

/* Another vendor's chips have 16 blocks: four waves. */
static void fewer_blocks_ask_more_often(void **state) {
    (void)state;
    struct cluster c;
    cluster_make(&c, F2F_TOPO_SWITCH, 1);
    c.node.link.bandwidth_Bps = 900e9;
    near(vllm_s(&c, 2, 512.0 * KIB), 5000.0 / 2e9 + 2e-6 + 4.0 * 1.5e-6, 1e-9);
}

/* TensorRT-LLM's buffers have 16 million bytes over two chips, 8 over more; its kernel pushes without waiting. */
static void pushes_end_with_their_buffers(void **state) {
    (void)state;
    struct cluster c;
    cluster_make(&c, F2F_TOPO_SWITCH, 1);
    static const struct choice cases[] = {
        {2, 15.9e6, "one-shot"}, {2, 16e6, "ring"}, {3, 7.9e6, "one-shot"}, {3, 8e6, "ring"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct f2f_collective_cost cost = chosen(&c, &cases[i], F2F_COLLECTIVE_ONE_SHOT);
        double pushed_B = cases[i].bytes_B * (cases[i].chips - 1);
        if (i % 2 == 0) near(cost.time_s, 5000.0 / 2e9 + 1e-6 + pushed_B / (0.6 * 450e9), 1e-9);
    }
}

/* An engine that is not named meets once more before buffers are used again: a fence, a step's software and the way
 * there and back, which PCIe's latency holds already. */
static void engines_not_named_have_a_fence(void **state) {
    (void)state;
    static const struct {
        int topology;
        double fence_s;
    } cases[] = {{F2F_TOPO_SWITCH, 1.5e-6}, {F2F_TOPO_PCIE, 1e-6}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct cluster c;
        cluster_make(&c, cases[i].topology, 1);
        struct f2f_collective_cost any = f2f_collective_time(&c.system, &cls, F2F_ALL_REDUCE, 2, 1, KIB);
        double named_s =
            f2f_collective_with(&c.system, &cls, F2F_ALL_REDUCE, 2, 1, KIB, F2F_COLLECTIVE_ONE_SHOT).time_s;
        assert_string_equal(any.algorithm, "one-shot");
        near(any.time_s - named_s, cases[i].fence_s, 1e-9);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(switch_goes_round_in_closed_form),
        cmocka_unit_test(switch_waits_for_fences),
        cmocka_unit_test(faster_links_have_more_channels),
        cmocka_unit_test(channels_limit_fast_switches),
        cmocka_unit_test(peers_share_channels_in_closed_form),
        cmocka_unit_test(clusters_start_together),
        cmocka_unit_test(switch_reduces_where_libraries_let_it),
        cmocka_unit_test(bulk_is_taken_by_a_guess),
        cmocka_unit_test(what_stays_is_copied),
        cmocka_unit_test(two_shots_follow_the_engine),
        cmocka_unit_test(fetches_wait_for_answers_in_closed_form),
        cmocka_unit_test(fewer_blocks_ask_more_often),
        cmocka_unit_test(pushes_end_with_their_buffers),
        cmocka_unit_test(engines_not_named_have_a_fence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
