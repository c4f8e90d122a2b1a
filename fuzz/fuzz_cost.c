/* Any text as a description of making, prices, a device or a plan: the first byte picks the kind, the rest is the file.
 * No catalog is there, so references must be mappings. What reads as a chip's making is priced, with all its ranges. */
#include <stdint.h>

#include "desc/table.h"
#include "fab2fleet/fab.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends of every range, and the chip's bill there. */
static void price(const struct f2f_making *making, const struct f2f_ranges *ranges) {
    static const struct f2f_foundry foundry = {.wafer_usd = 1e4,
                                               .wafer_mm = 300,
                                               .reticle_x_mm = 26,
                                               .reticle_y_mm = 33,
                                               .defects_per_mm2 = 1e-3,
                                               .yield = "murphy",
                                               .coverage_frac = 0.9};
    static const struct f2f_process process = {.foundry = &foundry};
    static const struct f2f_stack stack = {.contract_usd_per_B = 15e-9, .footprint_mm2 = 120};
    static const struct f2f_memory memory = {.capacity_B = 16e9, .height = 8, .stack = &stack};
    const struct f2f_chip chip = {
        .process = &process, .die_mm2 = 800, .memory = {.device = &memory, .stacks = 6}, .making = making};
    struct f2f_fab_chip out;
    (void)f2f_fab_chip(&out, &chip, NULL);
    for (size_t i = 0; i < ranges->n; i++) {
        f2f_range_put(&ranges->item[i], f2f_range_quantile(&ranges->item[i], i % 2 ? 0.999 : 0.001));
        (void)f2f_fab_chip(&out, &chip, NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const struct f2f_table *const tables[] = {&f2f_making_table, &f2f_foundry_table, &f2f_bonding_table,
                                                     &f2f_stack_table,  &f2f_package_table, &f2f_price_table,
                                                     &f2f_device_table, &f2f_plan_table};
    static const char *const dirs[] = {"/nonexistent"};
    struct f2f_catalog *catalog;
    struct f2f_doc *doc;
    void *object;
    if (size < 1 || f2f_catalog_new(&catalog, dirs, 1, NULL) != F2F_OK) return 0;
    const struct f2f_table *table = tables[data[0] % (sizeof tables / sizeof tables[0])];
    f2f_arena *arena = f2f_catalog_arena(catalog);
    f2f_catalog_ranges_start(catalog);
    if (f2f_doc_parse(&doc, arena, (const char *)data + 1, size - 1, "input", f2f_catalog_diag(catalog), NULL) ==
            F2F_OK &&
        doc->kind == F2F_DOC_MAP && f2f_desc_load_tree(&object, catalog, table, doc, NULL, 0, NULL) == F2F_OK &&
        table == &f2f_making_table)
        price(object, f2f_catalog_ranges(catalog));
    f2f_catalog_free(catalog);
    return 0;
}
