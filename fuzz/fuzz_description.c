/* Any text as a description or study of any kind: the first byte picks the kind, the rest is the file.
 * No catalog is there, so references stay unresolved; inline mappings and --set paths are followed. */
#include <stdint.h>
#include <string.h>

#include "desc/table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const struct f2f_table *const tables[] = {
        &f2f_process_table, &f2f_memory_table, &f2f_class_table, &f2f_chip_table, &f2f_node_table,
        &f2f_network_table, &f2f_system_table, &f2f_study_table, &f2f_dram_table, &f2f_controller_table};
    static const char *const dirs[] = {"/nonexistent"};
    static const struct f2f_set sets[] = {{"chip.memory.stacks", "8"}, {"tdp", "1 W"}, {"peak.bf16", "1 TFLOP/s"}},
                                /* what others may stand in for, of which the first that is refused ends it */
        over[] = {{"idle_close", "1 ns"}, {"die", "9 mm2"}, {"controller.cap", "4"}};
    struct f2f_catalog *catalog;
    struct f2f_doc *doc;
    void *object;
    if (size < 1 || f2f_catalog_new(&catalog, dirs, 1, NULL) != F2F_OK) return 0;
    const struct f2f_table *table = tables[data[0] % (sizeof tables / sizeof tables[0])];
    f2f_arena *arena = f2f_catalog_arena(catalog);
    if (f2f_doc_parse(&doc, arena, (const char *)data + 1, size - 1, "input", f2f_catalog_diag(catalog), NULL) ==
            F2F_OK &&
        doc->kind == F2F_DOC_MAP)
        (void)f2f_desc_load_tree(&object, catalog, table, doc, data[0] < 128 ? sets : over,
                                 data[0] % 4 == 3 ? 1 + data[0] / 4 % 3 : 0, NULL);
    f2f_catalog_free(catalog);
    return 0;
}
