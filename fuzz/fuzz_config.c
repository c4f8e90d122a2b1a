/* Any text as a config.json; what is accepted must give a graph whose figures are finite and not negative. */
#undef NDEBUG /* the asserts are the test */
#include <assert.h>
#include <math.h>
#include <stdint.h>

#include "fab2fleet/doc.h"
#include "fab2fleet/model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void walk(f2f_arena *arena, const struct f2f_model *m) {
    static const struct f2f_pass pass = {
        .prefill_seqs = 2, .prefill_q = 128, .prefill_kv = 256, .prefill_ends = 1, .decode_seqs = 8, .decode_kv = 1000};
    struct f2f_precision fp8;
    struct f2f_graph *graph;
    assert(m->params > 0);
    if (f2f_precision_parse(&fp8, "fp8", NULL, NULL) != F2F_OK) return;
    if (f2f_graph_forward(&graph, arena, m, &fp8, &pass, NULL) != F2F_OK) return;
    for (size_t i = 0; i < graph->n_ops; i++) {
        double flop = f2f_op_flop(&graph->ops[i]), weight_B = f2f_op_weight_B(&graph->ops[i]);
        assert(isfinite(flop) && flop >= 0 && isfinite(weight_B) && weight_B >= 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    f2f_arena *arena = f2f_arena_new();
    struct f2f_diag *diag = f2f_diag_new(arena);
    struct f2f_doc *doc;
    struct f2f_model *model;
    if (f2f_doc_parse(&doc, arena, (const char *)data, size, "config.json", diag, NULL) == F2F_OK &&
        f2f_model_read(&model, arena, doc, "fuzz", diag, NULL) == F2F_OK)
        walk(arena, model);
    f2f_arena_free(arena);
    return 0;
}
