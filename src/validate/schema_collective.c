/* schema_collective.c - collectives in one node.
 *
 * Libraries: "nccl" and "rccl" are the general ones; any other is an inference engine's, which may use
 * kernels of its own: TensorRT-LLM's one shot, or vLLM's, which SGLang has too (sgl-kernel/csrc/allreduce). Message:
 * the convention of nccl-tests, as f2f_collective_time has it. */
#include <string.h>

#include "validate/aliases.h"
#include "validate/schema.h"

#define COLUMNS(X)                \
    X(CHIP, "chip", WORD)         \
    X(LIBRARY, "library", WORD)   \
    X(OP, "op", WORD)             \
    X(CHIPS, "chips", COUNT)      \
    X(MESSAGE, "message_B", REAL) \
    X(LATENCY, "latency_us", REAL)

enum { COLUMNS(F2F_COLUMN_ID) };
static const struct f2f_column columns[] = {COLUMNS(F2F_COLUMN_ENTRY)};

static const struct {
    const char *name;
    enum f2f_collective_kind kind;
} ops[] = {{"all_reduce", F2F_ALL_REDUCE},
           {"all_gather", F2F_ALL_GATHER},
           {"alltoall", F2F_ALL_TO_ALL},
           {"reduce_scatter", F2F_REDUCE_SCATTER},
           {"send", F2F_SEND}};
enum { N_OPS = sizeof ops / sizeof ops[0] };

static bool is_general(const char *library) { return strcmp(library, "nccl") == 0 || strcmp(library, "rccl") == 0; }

static bool is_of(const char *library, const char *engine) { return strncmp(library, engine, strlen(engine)) == 0; }

static enum f2f_kernels kernels_of(const char *library) {
    if (is_of(library, "vllm") || is_of(library, "sglang")) return F2F_KERNELS_VLLM;
    bool two_shots = strstr(library, "two-shot") != NULL;
    return is_of(library, "trtllm") && !two_shots ? F2F_KERNELS_TRTLLM : F2F_KERNELS_ANY;
}

static void predict(struct f2f_validation *v, const struct f2f_row *row) {
    const struct f2f_key key = {row->text[CHIP], row->text[LIBRARY], "", "latency_us"};
    const char *reason;
    int i = 0, chips = (int)row->number[CHIPS];
    while (i < N_OPS && strcmp(ops[i].name, row->text[OP]) != 0) i++;
    struct f2f_machine *machine = f2f_lookup_machine(v, f2f_alias_server(key.chip, row->source), chips, &reason);
    if (!machine || i == N_OPS) {
        f2f_validation_skip(v, &key,
                            machine ? "op is none of all_reduce, all_gather, alltoall, reduce_scatter, send" : reason);
        return;
    }
    const struct f2f_op op = {.kind = F2F_OP_COLLECTIVE,
                              .kernels = kernels_of(key.framework),
                              .collective = (int)ops[i].kind,
                              .group_chips = chips,
                              .stride_chips = 1,
                              .general = is_general(key.framework),
                              .bytes_B = row->number[MESSAGE]};
    f2f_validation_kernels(v, &key, machine, &op, 1, row->number[LATENCY]);
}

F2F_SCHEMA(f2f_schema_collective, "collective", columns, predict);
