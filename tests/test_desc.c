/* Descriptions: trees, field tables, extends, sources, --set, and the catalog itself. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "desc/table.h"
#include "fab2fleet/chip_class.h"

static struct f2f_catalog *open_catalog(void) {
    struct f2f_catalog *catalog;
    const char *dir = getenv("FAB2FLEET_DATA");
    assert_non_null(dir);
    assert_int_equal(f2f_catalog_new(&catalog, &dir, 1, NULL), F2F_OK);
    return catalog;
}

static void write_file(const char *path, const char *text) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    fclose(file);
}

/* A temporary description; the caller removes it. */
static void temporary(char path[32], const char *text) {
    memcpy(path, "/tmp/f2f-XXXXXX.yaml", 21);
    int fd = mkstemps(path, 5);
    assert_true(fd >= 0);
    close(fd);
    write_file(path, text);
}

static void tree_knows_its_place(void **state) {
    (void)state;
    static const char text[] = "a: 1\nb: {c: x, d: [\"1\", 2]}\n";
    f2f_arena *arena = f2f_arena_new();
    struct f2f_doc *doc;
    double number;
    assert_int_equal(f2f_doc_parse(&doc, arena, text, sizeof text - 1, "t", f2f_diag_new(arena), NULL), F2F_OK);
    const struct f2f_doc *d = f2f_doc_get(f2f_doc_get(doc, "b"), "d");
    assert_int_equal(d->line, 2);
    assert_int_equal(f2f_doc_count(d), 2);
    assert_false(f2f_doc_number(d->child, &number)); /* quoted: text, not a number */
    assert_true(f2f_doc_number(d->child->next, &number));
    assert_null(f2f_doc_get(doc, "e"));
    f2f_arena_free(arena);
}

static void nearest_names(void **state) {
    (void)state;
    static const char *const keys[] = {"bandwidth", "latency", "capacity"};
    assert_string_equal(f2f_nearest("bandwith", keys, 3), "bandwidth");
    assert_string_equal(f2f_nearest("latncy", keys, 3), "latency");
    assert_null(f2f_nearest("zzz", keys, 3));
    static const char *const swapped[] = {"h100-1x", "h100-sxm"}; /* two letters swapped are one edit */
    assert_string_equal(f2f_nearest("h100-smx", swapped, 2), "h100-sxm");
}

/* Every description of the catalog reads, and every number in it has a source. */
static void whole_catalog_reads(void **state) {
    (void)state;
    struct f2f_catalog *catalog = open_catalog();
    struct f2f_results *all = f2f_results_new(catalog->arena, "list");
    f2f_error err = {0};
    if (f2f_catalog_list(all, catalog, NULL, &err) != F2F_OK) fail_msg("%s", catalog->diag->lines[0]);
    assert_true(all->n_items > 80);
    for (size_t i = 0; i < all->n_items; i++) {
        struct f2f_record *shown;
        if (f2f_catalog_show(&shown, catalog, all->items[i]->title, NULL, 0, &err) != F2F_OK)
            fail_msg("%s: %s", all->items[i]->title, catalog->diag->n ? catalog->diag->lines[0] : err.message);
        for (size_t v = 0; v < shown->n_values; v++) {
            const struct f2f_value *value = &shown->values[v];
            if (value->kind != F2F_VALUE_RECORD || !f2f_record_find(value->record, "si")) continue;
            const struct f2f_value *source = f2f_record_find(value->record, "source");
            if (!source || !source->text || !source->text[0])
                fail_msg("%s: %s has no source", all->items[i]->title, value->key);
        }
    }
    f2f_catalog_free(catalog);
}

/* Names that scripts rely on. */
static void promised_names_exist(void **state) {
    (void)state;
    static const char *const systems[] = {
        "a100-sxm-80gb", "h100-sxm",  "h200-sxm",     "b200-sxm", "b300-sxm",    "gb200",     "gb300",
        "gh200-96gb",    "l40s",      "rtx-pro-6000", "rtx-4090", "rtx-3090",    "rtx-a6000", "a40",
        "h20",           "h800",      "arc-b60",      "mi210",    "mi300x",      "mi325x",    "tpu-v5e",
        "tpu-v6e",       "gaudi2",    "gaudi3",       "mtia-2i",  "agi-1",       "xr2-gen2",  "h100-1x",
        "dgx-a100",      "dgx-h100",  "dgx-h200",     "dgx-b200", "gb200-nvl72", "mi300x-8x", "h100-roce-24k",
        "h100-ib-24k",   "fleet-350k"};
    static const char *const memories[] = {"hbm2e-8h-16gb", "hbm3-8h-16gb", "hbm3e-8h-24gb", "hbm3e-12h-36gb",
                                           "hbm4-12h-36gb", "gddr6",        "gddr7",         "lpddr5",
                                           "lpddr5x",       "ddr5"};
    struct f2f_catalog *catalog = open_catalog();
    const struct f2f_system *system;
    const struct f2f_memory *memory;
    for (size_t i = 0; i < sizeof systems / sizeof systems[0]; i++)
        if (f2f_catalog_system(&system, catalog, systems[i], NULL, 0, NULL) != F2F_OK)
            fail_msg("%s does not read", systems[i]);
    for (size_t i = 0; i < sizeof memories / sizeof memories[0]; i++)
        if (f2f_catalog_memory(&memory, catalog, memories[i], NULL, 0, NULL) != F2F_OK)
            fail_msg("%s does not read", memories[i]);
    f2f_catalog_free(catalog);
}

/* stacks x pins x rate / 8 is the datasheet's bandwidth, within what "usable" digits allow. */
static void bandwidths_are_the_datasheets(void **state) {
    (void)state;
    static const struct {
        const char *chip;
        double bandwidth_Bps;
    } known[] = {{"a100-sxm-80gb", 2.039e12}, {"h100-sxm", 3.35e12}, {"h200-sxm", 4.8e12}, {"l40s", 864e9},
                 {"rtx-4090", 1.008e12},      {"mi300x", 5.3e12},    {"tpu-v5e", 819e9},   {"mtia-2i", 204.8e9}};
    struct f2f_catalog *catalog = open_catalog();
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        const struct f2f_system *system;
        assert_int_equal(f2f_catalog_system(&system, catalog, known[i].chip, NULL, 0, NULL), F2F_OK);
        const struct f2f_chip_memory *m = &system->node->chip->memory;
        double rate_bps = m->pin_rate_bps > 0 ? m->pin_rate_bps : m->device->pin_rate_bps;
        double bandwidth_Bps = rate_bps * m->device->pins * m->stacks / 8;
        if (fabs(bandwidth_Bps / known[i].bandwidth_Bps - 1) > 0.01)
            fail_msg("%s: %g B/s", known[i].chip, bandwidth_Bps);
    }
    f2f_catalog_free(catalog);
}

static void extends_inherits_and_overrides(void **state) {
    (void)state;
    char path[32];
    temporary(path, "kind: chip\nname: x\nextends: h100-sxm\nsource: test\ntdp: 500 W\nmemory: {stacks: 6}\n");
    struct f2f_catalog *catalog = open_catalog();
    const struct f2f_system *base, *system;
    assert_int_equal(f2f_catalog_system(&base, catalog, "h100-sxm", NULL, 0, NULL), F2F_OK);
    assert_int_equal(f2f_catalog_system(&system, catalog, path, NULL, 0, NULL), F2F_OK);
    const struct f2f_chip *chip = system->node->chip, *from = base->node->chip;
    assert_true(fabs(chip->tdp_W - 500) < 1e-9);
    assert_int_equal(chip->memory.stacks, 6);
    assert_string_equal(chip->memory.device->id.name, "hbm3-8h-16gb");
    assert_int_equal(chip->units, from->units);
    assert_int_equal(system->nodes * system->node->chips, 1);
    unlink(path);
    f2f_catalog_free(catalog);
}

/* A name may be written {value: name, note: ...}; a mapping over a name changes a part of what is named. */
static void references_in_every_form(void **state) {
    (void)state;
    char path[32];
    temporary(path, "kind: chip\nname: x\nextends: h100-sxm\nsource: test\n"
                    "process: {value: tsmc-4n, source: test, note: the same}\n"
                    "memory: {device: {trcd: 99 ns}}\n");
    struct f2f_catalog *catalog = open_catalog();
    const struct f2f_system *base, *system;
    assert_int_equal(f2f_catalog_system(&base, catalog, "h100-sxm", NULL, 0, NULL), F2F_OK);
    if (f2f_catalog_system(&system, catalog, path, NULL, 0, NULL) != F2F_OK) fail_msg("%s", catalog->diag->lines[0]);
    const struct f2f_memory *memory = system->node->chip->memory.device, *from = base->node->chip->memory.device;
    assert_string_equal(system->node->chip->process->id.name, "tsmc-4n");
    assert_true(fabs(memory->timing[F2F_DRAM_SYMBOL_nRCDRD].s - 99e-9) < 1e-15);
    assert_true(memory->channels == from->channels && memory->height == from->height);
    unlink(path);
    f2f_catalog_free(catalog);
}

static void set_reaches_into_lists(void **state) {
    (void)state;
    const struct f2f_set good = {"network.levels[1].latency", "7 us"};
    static const struct f2f_set bad[] = {
        {"levels", "1 us"},           {"levels[0]", "1 us"},  {"levels[9].latency", "1 us"},
        {"levels[].latency", "1 us"}, {"chip[0].tdp", "1 W"}, {"chip.", "1"}};
    struct f2f_catalog *catalog = open_catalog();
    const struct f2f_system *system;
    assert_int_equal(f2f_catalog_system(&system, catalog, "h100-roce-24k", &good, 1, NULL), F2F_OK);
    assert_true(fabs(system->network->level[1].latency_s - 7e-6) < 1e-12);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(f2f_catalog_system(&system, catalog, "h100-roce-24k", &bad[i], 1, NULL), F2F_EUSAGE);
    f2f_catalog_free(catalog);
}

static void later_set_sees_earlier(void **state) {
    (void)state;
    const struct f2f_set sets[] = {{"chip.memory.device", "hbm3e-12h-36gb"},
                                   {"device.trfc_pb", "300 ns"},
                                   {"memory.pin_rate", "10 Gb/s"},
                                   {"chip.peak.bf16", "1 PFLOP/s"},
                                   {"nodes", "1"}};
    struct f2f_catalog *catalog = open_catalog();
    const struct f2f_system *system;
    f2f_error err = {0};
    if (f2f_catalog_system(&system, catalog, "dgx-h100", sets, 5, &err) != F2F_OK) fail_msg("%s", err.message);
    const struct f2f_chip *chip = system->node->chip;
    assert_int_equal(chip->memory.device->height, 12);
    assert_true(fabs(chip->memory.device->timing[F2F_DRAM_SYMBOL_nRFCpb].s - 300e-9) < 1e-15);
    assert_true(fabs(chip->peak_flops[F2F_DTYPE_BF16] - 1e15) < 1);
    f2f_catalog_free(catalog);
}

static void all_errors_at_once(void **state) {
    (void)state;
    char path[32];
    temporary(path, "kind: process\nname: x\nflop_enrgy: 1 pJ/FLOP\nsram_energy: 1 GB\n");
    struct f2f_catalog *catalog = open_catalog();
    struct f2f_record *record;
    assert_int_equal(f2f_catalog_check(&record, catalog, path, NULL), F2F_EINPUT);
    assert_int_equal(catalog->diag->n, 3); /* unknown key, wrong unit, missing key */
    assert_non_null(strstr(catalog->diag->lines[0], ":3:"));
    assert_non_null(strstr(catalog->diag->lines[1], ":4:"));
    unlink(path);
    f2f_catalog_free(catalog);
}

static void host_of_many_chips(void **state) {
    (void)state;
    struct f2f_catalog *catalog = open_catalog();
    const struct f2f_system *system;
    assert_int_equal(f2f_catalog_host(&system, catalog, "h100-sxm", 8, NULL, 0, NULL), F2F_OK);
    assert_int_equal(system->node->chips, 8);
    assert_int_equal(f2f_catalog_host(&system, catalog, "h100-sxm", 10000, NULL, 0, NULL), F2F_OK);
    assert_true(system->nodes * system->node->chips >= 10000);
    assert_int_equal(f2f_catalog_host(&system, catalog, "rtx-4090", 4096, NULL, 0, NULL), F2F_EINPUT);
    f2f_catalog_free(catalog);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(tree_knows_its_place),
                                       cmocka_unit_test(nearest_names),
                                       cmocka_unit_test(whole_catalog_reads),
                                       cmocka_unit_test(promised_names_exist),
                                       cmocka_unit_test(bandwidths_are_the_datasheets),
                                       cmocka_unit_test(extends_inherits_and_overrides),
                                       cmocka_unit_test(references_in_every_form),
                                       cmocka_unit_test(set_reaches_into_lists),
                                       cmocka_unit_test(later_set_sees_earlier),
                                       cmocka_unit_test(all_errors_at_once),
                                       cmocka_unit_test(host_of_many_chips)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
