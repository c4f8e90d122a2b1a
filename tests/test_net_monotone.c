/* test_net_monotone.c - every collective on every node and system of the catalog: more bytes never take less time,
 * more bandwidth never takes more. Brute force over operations, groups, sizes and libraries. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "desc/table.h"
#include "fab2fleet/machine.h"

enum { NAMES = 256, LIBRARIES = 4 };
static const double most_B = 64.0 * 1024.0 * 1024.0 * 1024.0, size_step = 1.19, slack = 1.0 - 1e-12;

static const enum f2f_collective_library libraries[LIBRARIES] = {F2F_COLLECTIVE_ANY, F2F_COLLECTIVE_GENERAL,
                                                                 F2F_COLLECTIVE_VLLM, F2F_COLLECTIVE_ONE_SHOT};

/* The same system with other wires; each caller has its own. */
struct wired {
    struct f2f_node node;
    struct f2f_system system;
};

static const struct f2f_system *wire(struct wired *w, const struct f2f_system *system, double link, double nic) {
    w->node = *system->node;
    w->node.link.bandwidth_Bps *= link;
    w->node.nic_Bps *= nic;
    w->system = *system;
    w->system.node = &w->node;
    return &w->system;
}

static double ask_s(const struct f2f_system *system, enum f2f_collective_kind op, int chips, double bytes_B,
                    enum f2f_collective_library library) {
    return f2f_collective_with(system, system->node->chip->cls, op, chips, 1, bytes_B, library).time_s;
}

/* One operation of one group in one library, over all sizes. */
static void check(const char *name, const struct f2f_system *system, enum f2f_collective_kind op, int chips,
                  enum f2f_collective_library library) {
    static const double faster[][2] = {{1.01, 1.0}, {1.0, 1.01}, {1.7, 1.7}};
    double before_s = 0.0;
    for (double bytes_B = 16.0; bytes_B < most_B; bytes_B *= size_step) {
        double time_s = ask_s(system, op, chips, bytes_B, library);
        if (!(time_s >= before_s * slack))
            fail_msg("%s: %d of %d, library %d: %g B take %g s, less took %g", name, (int)op, chips, (int)library,
                     bytes_B, time_s, before_s);
        before_s = time_s;
        for (int i = 0; i < 3; i++) {
            struct wired w;
            double fast_s = ask_s(wire(&w, system, faster[i][0], faster[i][1]), op, chips, bytes_B, library);
            if (!(fast_s * slack <= time_s))
                fail_msg("%s: %d of %d, library %d: %g B take %g s over wires %g and %g times as fast, %g before", name,
                         (int)op, chips, (int)library, bytes_B, fast_s, faster[i][0], faster[i][1], time_s);
        }
    }
}

/* Pairs, part of a node, a node, two nodes, a few, all. */
static int groups_of(int *groups, const struct f2f_system *system) {
    int node = system->node->chips, all = node * system->nodes, n = 0;
    const int wanted[] = {2, 3, 4, 5, 8, node / 2, node, 2 * node, 16 * node, all};
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
        if (wanted[i] >= 2 && wanted[i] <= all && (!n || wanted[i] > groups[n - 1])) groups[n++] = wanted[i];
    return n;
}

static void whole_kind(struct f2f_catalog *catalog, const char *kind, size_t least) {
    const char *names[NAMES];
    size_t n = f2f_catalog_names(names, NAMES, catalog, kind);
    assert_true(n >= least && n <= NAMES);
    for (size_t i = 0; i < n; i++) {
        const struct f2f_system *system;
        int groups[16];
        if (f2f_catalog_system(&system, catalog, names[i], NULL, 0, NULL) != F2F_OK) fail_msg("%s", names[i]);
        int n_groups = groups_of(groups, system);
        for (int g = 0; g < n_groups; g++)
            for (int op = 0; op < F2F_COLLECTIVE_N; op++)
                for (int l = 0; l < LIBRARIES; l++)
                    check(names[i], system, (enum f2f_collective_kind)op, groups[g], libraries[l]);
    }
}

static void more_bytes_take_longer_and_faster_wires_less(void **state) {
    (void)state;
    struct f2f_catalog *catalog;
    const char *dir = getenv("FAB2FLEET_DATA");
    assert_non_null(dir);
    assert_int_equal(f2f_catalog_new(&catalog, &dir, 1, NULL), F2F_OK);
    whole_kind(catalog, "node", 50);
    whole_kind(catalog, "system", 5);
    f2f_catalog_free(catalog);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(more_bytes_take_longer_and_faster_wires_less)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
