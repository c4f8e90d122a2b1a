/* Descriptions of DRAM: timings and latencies as text, standards, memories and controllers of the catalog. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "desc/table.h"
#include "memory/energy.h"

static struct f2f_catalog *open_catalog(void) {
    struct f2f_catalog *catalog;
    const char *dir = getenv("FAB2FLEET_DATA");
    assert_non_null(dir);
    assert_int_equal(f2f_catalog_new(&catalog, &dir, 1, NULL), F2F_OK);
    return catalog;
}

static const struct f2f_memory *load(struct f2f_catalog *catalog, const char *name) {
    const struct f2f_memory *memory;
    if (f2f_catalog_memory(&memory, catalog, name, NULL, 0, NULL) != F2F_OK)
        fail_msg("%s: %s", name, catalog->diag->n ? catalog->diag->lines[0] : "does not read");
    return memory;
}

/* Clocks as JEDEC counts them: the time rounded up, and no less than the clocks given. */
static double clocks(const struct f2f_memory *m, int symbol) {
    if (symbol == F2F_DRAM_SYMBOL_nBL) return (double)m->burst / m->standard->bits_per_clock;
    double clock_s = m->standard->bits_per_clock / m->pin_rate_bps;
    return fmax(ceil(m->timing[symbol].s / clock_s - 1e-6), m->timing[symbol].ck);
}

static double banks(const struct f2f_memory *m) {
    return (double)m->channels * m->pseudos * m->ranks * m->groups * m->banks;
}

static void timings_are_times_or_clocks(void **state) {
    (void)state;
    static const struct {
        const char *text;
        double s, ck;
    } good[] = {{"2.5 ns", 2.5e-9, 0}, {"4 nCK", 0, 4},
                {"4nCK", 0, 4},        {"max(4 nCK, 2.5 ns)", 2.5e-9, 4},
                {"3.9 us", 3.9e-6, 0}, {"max( 1 ns ,2 ns)", 2e-9, 0},
                {"0 nCK", 0, 0},       {"max(2.5 ns, 4 nCK)", 2.5e-9, 4}};
    static const char *const bad[] = {"",
                                      "4",
                                      "nCK",
                                      "-1 nCK",
                                      "4.5 nCK",
                                      "4 nCKs",
                                      "1e9 nCK",
                                      "-1 ns",
                                      "1 s",
                                      "nan ns",
                                      "max()",
                                      "max(1 ns)",
                                      "max(1 ns,)",
                                      "max(1 ns, 2 ns",
                                      "max(1 ns, 2 ns, 3 ns)",
                                      "min(1 ns, 2 ns)",
                                      "2.5 GB"};
    struct f2f_dram_timing timing;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_int_equal(f2f_desc_timing_parse(&timing, good[i].text, NULL), F2F_OK);
        if (fabs(timing.s - good[i].s) > 1e-18 || timing.ck != good[i].ck) fail_msg("%s", good[i].text);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (f2f_desc_timing_parse(&timing, bad[i], NULL) != F2F_EINPUT) fail_msg("'%s' was taken", bad[i]);
}

static void latencies_are_sums(void **state) {
    (void)state;
    static const char *const bad[] = {
        "", "nRCDX", "nRP +", "+ nRP", "nRP nRC", "2 *", "nRP / 2", "nRP - - nRC", "1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1"};
    struct f2f_dram_latency latency;
    f2f_error err;
    assert_int_equal(f2f_dram_latency_parse(&latency, "nCWL + 2 nBL+nWTRL - 1", NULL), F2F_OK);
    assert_int_equal(latency.times[F2F_DRAM_SYMBOL_nCWL], 1);
    assert_int_equal(latency.times[F2F_DRAM_SYMBOL_nBL], 2);
    assert_int_equal(latency.times[F2F_DRAM_SYMBOL_nWTRL], 1);
    assert_int_equal(latency.clocks, -1);
    assert_int_equal(f2f_dram_latency_parse(&latency, "nCL + nBL + 2 - nCWL", NULL), F2F_OK);
    assert_int_equal(latency.times[F2F_DRAM_SYMBOL_nCWL], -1);
    assert_int_equal(latency.clocks, 2);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (f2f_dram_latency_parse(&latency, bad[i], NULL) != F2F_EINPUT) fail_msg("'%s' was taken", bad[i]);
    assert_int_equal(f2f_dram_latency_parse(&latency, "nCWL + nWTRX", &err), F2F_EINPUT);
    assert_non_null(strstr(err.message, "'nWTRX' is no timing (did you mean 'nWTR"));
}

/* All memories of the catalog, each called back. */
static void each_memory(void (*look)(const struct f2f_memory *)) {
    struct f2f_catalog *catalog = open_catalog();
    const char *names[64];
    size_t n = f2f_catalog_names(names, 64, catalog, "memory");
    assert_true(n >= 28 && n < 64);
    for (size_t i = 0; i < n; i++) look(load(catalog, names[i]));
    f2f_catalog_free(catalog);
}

static void is_whole(const struct f2f_memory *m) {
    double burst_B = (double)m->pins / (m->channels * m->pseudos) * m->burst / 8;
    if (fabs(banks(m) * m->rows * m->page_B - m->capacity_B) > 0.5) fail_msg("%s: capacity", m->id.name);
    if (fmod(m->page_B, burst_B) != 0) fail_msg("%s: bursts in a row", m->id.name);
    if (m->height > 1 && m->ranks != (m->height + 3) / 4 && !strstr(m->id.name, "-ref"))
        fail_msg("%s: %d stack IDs for %d dies", m->id.name, m->ranks, m->height); /* four dies carry all channels */
}

/* What holds between JEDEC's timings whatever their values. */
static void is_consistent(const struct f2f_memory *m) {
    static const int ordered[][2] = {
        {F2F_DRAM_SYMBOL_nCCDS, F2F_DRAM_SYMBOL_nCCDL}, {F2F_DRAM_SYMBOL_nRRDS, F2F_DRAM_SYMBOL_nRRDL},
        {F2F_DRAM_SYMBOL_nWTRS, F2F_DRAM_SYMBOL_nWTRL}, {F2F_DRAM_SYMBOL_nRFCpb, F2F_DRAM_SYMBOL_nRFCab},
        {F2F_DRAM_SYMBOL_nBL, F2F_DRAM_SYMBOL_nCCDS},   {F2F_DRAM_SYMBOL_nRCDRD, F2F_DRAM_SYMBOL_nRAS}};
    for (size_t i = 0; i < sizeof ordered / sizeof ordered[0]; i++) {
        double low = clocks(m, ordered[i][0]), high = clocks(m, ordered[i][1]);
        if (high > 0 && low > high)
            fail_msg("%s: %s %g > %s %g", m->id.name, f2f_dram_symbol_name((enum f2f_dram_symbol)ordered[i][0]), low,
                     f2f_dram_symbol_name((enum f2f_dram_symbol)ordered[i][1]), high);
    }
    double group_ck = clocks(m, F2F_DRAM_SYMBOL_nCCDS) * (m->groups > 1 ? m->groups : m->banks);
    if (clocks(m, F2F_DRAM_SYMBOL_nCCDL) > group_ck) fail_msg("%s: groups in turn cannot fill the bus", m->id.name);
    /* refreshes of all banks, one after another and twice as often when hot, must fit into tREFI */
    double rank = m->groups * m->banks * clocks(m, F2F_DRAM_SYMBOL_nPBR2PBR),
           pseudo = m->ranks * m->groups * m->banks * clocks(m, F2F_DRAM_SYMBOL_nRREFD);
    if (fmax(rank, pseudo) * m->hot_refresh > clocks(m, F2F_DRAM_SYMBOL_nREFI))
        fail_msg("%s: per-bank refreshes do not fit into tREFI", m->id.name);
}

static void memories_are_whole(void **state) {
    (void)state;
    each_memory(is_whole);
    each_memory(is_consistent);
}

/* 3 stack IDs of 24,576 rows, 48 banks a pseudo-channel, 1,536 in all: JESD238 organisation of 24 Gb dies. */
static void twelve_high_has_three_stack_ids(void **state) {
    (void)state;
    struct f2f_catalog *catalog = open_catalog();
    const struct f2f_memory *m = load(catalog, "hbm3e-12h-36gb");
    assert_int_equal(m->ranks, 3);
    assert_int_equal(m->rows, 24576);
    assert_true(banks(m) == 1536);
    assert_true(m->capacity_B == 36 * 1073741824.0);
    assert_int_equal(load(catalog, "hbm3e-8h-24gb")->rows, 24576);
    f2f_catalog_free(catalog);
}

/* Speeds of one stack differ in the pin rate alone: in ns nothing moves, in clocks what is bound in ns. */
static void speeds_differ_in_the_pin_rate(void **state) {
    (void)state;
    static const char *const speeds[] = {"8.0", "9.2", "9.8", "10.0"};
    static const char *const stacks[] = {"hbm3e-8h-24gb", "hbm3e-12h-36gb"};
    struct f2f_catalog *catalog = open_catalog();
    for (size_t s = 0; s < 2; s++)
        for (size_t i = 0; i < 4; i++) {
            char name[40];
            (void)snprintf(name, sizeof name, "%s-%s", stacks[s], speeds[i]);
            const struct f2f_memory *m = load(catalog, name), *base = load(catalog, stacks[s]);
            assert_true(fabs(m->pin_rate_bps - strtod(speeds[i], NULL) * 1e9) < 1);
            assert_memory_equal(m->timing, base->timing, sizeof m->timing);
            assert_true(m->rows == base->rows && m->height == base->height && m->ranks == base->ranks);
        }
    f2f_catalog_free(catalog);
}

/* A stream that reads whole rows at the rated speed, refresh and background included. */
static double stream_J_per_b(const struct f2f_memory *m) {
    double rate_bps = m->pin_rate_bps * m->pins;
    double refresh_W = banks(m) * m->refresh_J / m->timing[F2F_DRAM_SYMBOL_nREFI].s;
    return m->activate_J / (m->page_B * 8) + m->read_J_per_b + m->io_J_per_b + (refresh_W + m->idle_W) / rate_bps;
}

/* Sources: O'Connor, MICRO 2017 (HBM2); AttAcc's parts, without refresh and background (HBM3); Samsung (HBM3E);
 * TPUv4i, ISCA 2021 (GDDR6); the rest guards what docs/models/dram-timings.md says is assumed. */
static void energies_are_the_published(void **state) {
    (void)state;
    static const struct {
        const char *memory;
        double pJ_per_b, part;
    } known[] = {{"hbm2e-8h-16gb", 3.93, 0.03}, {"hbm2-8h-8gb", 3.93, 0.03}, {"hbm3-8h-16gb", 3.59, 0.07},
                 {"hbm3e-12h-36gb", 3.9, 0.01}, {"gddr6", 6.5, 0.01},        {"hbm4-12h-36gb", 2.8, 0.01},
                 {"gddr7", 5.2, 0.01},          {"lpddr5x", 6, 0.01},        {"ddr5", 15, 0.01}};
    struct f2f_catalog *catalog = open_catalog();
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        double got = stream_J_per_b(load(catalog, known[i].memory)) * 1e12;
        if (fabs(got / known[i].pJ_per_b - 1) > known[i].part) fail_msg("%s: %g pJ/b", known[i].memory, got);
    }
    const struct f2f_memory *hbm3 = load(catalog, "hbm3-8h-16gb");
    double moved = hbm3->activate_J / (hbm3->page_B * 8) + hbm3->read_J_per_b + hbm3->io_J_per_b;
    assert_true(fabs(moved * 1e12 / 3.59 - 1) < 0.005);
    f2f_catalog_free(catalog);
}

/* The thermal model's two points: 80 C at four layers, 110 C at twelve, at 2.5 W a die over 70 C. */
static void resistance_meets_the_two_points(void **state) {
    (void)state;
    struct f2f_catalog *catalog = open_catalog();
    const struct f2f_memory *m = load(catalog, "hbm3-8h-16gb");
    struct f2f_memory four = *m, twelve = *m;
    four.height = 4;
    twelve.height = 12;
    assert_true(fabs(f2f_mem_temperature_C(&four, 70, 2.5 * 4) - 80) < 0.5);
    assert_true(fabs(f2f_mem_temperature_C(&twelve, 70, 2.5 * 12) - 110) < 0.5);
    f2f_catalog_free(catalog);
}

/* The reference memories have their simulator's clocks: Ramulator 2.1 hbm2.py, preset HBM2_2000Mbps. */
static void references_have_their_clocks(void **state) {
    (void)state;
    static const struct {
        int symbol, ck;
    } hbm2[] = {{F2F_DRAM_SYMBOL_nBL, 2},      {F2F_DRAM_SYMBOL_nCL, 14},   {F2F_DRAM_SYMBOL_nRCDRD, 14},
                {F2F_DRAM_SYMBOL_nRCDWR, 12},  {F2F_DRAM_SYMBOL_nRP, 14},   {F2F_DRAM_SYMBOL_nRAS, 34},
                {F2F_DRAM_SYMBOL_nRC, 48},     {F2F_DRAM_SYMBOL_nWR, 16},   {F2F_DRAM_SYMBOL_nRTP, 5},
                {F2F_DRAM_SYMBOL_nCWL, 5},     {F2F_DRAM_SYMBOL_nCCDS, 2},  {F2F_DRAM_SYMBOL_nCCDL, 4},
                {F2F_DRAM_SYMBOL_nRRDS, 4},    {F2F_DRAM_SYMBOL_nRRDL, 4},  {F2F_DRAM_SYMBOL_nWTRS, 6},
                {F2F_DRAM_SYMBOL_nWTRL, 8},    {F2F_DRAM_SYMBOL_nFAW, 15},  {F2F_DRAM_SYMBOL_nRFCab, 350},
                {F2F_DRAM_SYMBOL_nRFCpb, 160}, {F2F_DRAM_SYMBOL_nRREFD, 8}, {F2F_DRAM_SYMBOL_nREFI, 3900}},
      hbm3[] = {{F2F_DRAM_SYMBOL_nBL, 2},      {F2F_DRAM_SYMBOL_nCL, 20},    {F2F_DRAM_SYMBOL_nRCDRD, 31},
                {F2F_DRAM_SYMBOL_nRCDWR, 15},  {F2F_DRAM_SYMBOL_nRP, 26},    {F2F_DRAM_SYMBOL_nRAS, 45},
                {F2F_DRAM_SYMBOL_nRC, 72},     {F2F_DRAM_SYMBOL_nWR, 33},    {F2F_DRAM_SYMBOL_nRTP, 9},
                {F2F_DRAM_SYMBOL_nCWL, 10},    {F2F_DRAM_SYMBOL_nCCDS, 2},   {F2F_DRAM_SYMBOL_nCCDL, 4},
                {F2F_DRAM_SYMBOL_nCCDR, 3},    {F2F_DRAM_SYMBOL_nRRDS, 4},   {F2F_DRAM_SYMBOL_nRRDL, 5},
                {F2F_DRAM_SYMBOL_nWTRS, 7},    {F2F_DRAM_SYMBOL_nWTRL, 10},  {F2F_DRAM_SYMBOL_nRTW, 20},
                {F2F_DRAM_SYMBOL_nFAW, 24},    {F2F_DRAM_SYMBOL_nPPD, 2},    {F2F_DRAM_SYMBOL_nRFCab, 560},
                {F2F_DRAM_SYMBOL_nRFCpb, 320}, {F2F_DRAM_SYMBOL_nREFI, 6240}};
    struct f2f_catalog *catalog = open_catalog();
    const struct f2f_memory *ref = load(catalog, "hbm2-2.0-ref"), *m = load(catalog, "hbm3-8h-16gb");
    for (size_t i = 0; i < sizeof hbm2 / sizeof hbm2[0]; i++) assert_true(clocks(ref, hbm2[i].symbol) == hbm2[i].ck);
    for (size_t i = 0; i < sizeof hbm3 / sizeof hbm3[0]; i++) assert_true(clocks(m, hbm3[i].symbol) == hbm3[i].ck);
    f2f_catalog_free(catalog);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(timings_are_times_or_clocks),
                                       cmocka_unit_test(latencies_are_sums),
                                       cmocka_unit_test(memories_are_whole),
                                       cmocka_unit_test(twelve_high_has_three_stack_ids),
                                       cmocka_unit_test(speeds_differ_in_the_pin_rate),
                                       cmocka_unit_test(energies_are_the_published),
                                       cmocka_unit_test(resistance_meets_the_two_points),
                                       cmocka_unit_test(references_have_their_clocks)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
