/* schema_collective.c - collectives in one node.
 *
 * Libraries: "nccl" and "rccl" are the general ones, whoever calls them ("vllm-pynccl"); any other is an inference
 * engine's, which may use kernels of its own: TensorRT-LLM's one shot, or vLLM's, which SGLang has too
 * (sgl-kernel/csrc/allreduce). Message: the convention of nccl-tests, as f2f_collective_time has it. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

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

/* Kernels of an engine, behind its name. Not here: two shots, which is what any library's are. */
static const char *const own_kernels[] = {"-custom", "-one-shot"};
enum { N_OWN_KERNELS = sizeof own_kernels / sizeof own_kernels[0] };

/* The text ends so, in any case, with '-' for what joins words. */
static bool ends_in(const char *text, const char *end) {
    size_t length = strlen(text), n = strlen(end);
    if (length < n) return false;
    for (text += length - n; *end; text++, end++)
        if (*end == '-' ? !strchr("-_. ", *text) : strncasecmp(text, end, 1) != 0) return false;
    return true;
}

static bool is_general(const char *library) { return ends_in(library, "nccl") || ends_in(library, "rccl"); }

static enum f2f_kernels kernels_of(const char *library) {
    char name[64];
    size_t length = strlen(library);
    for (int i = 0; i < N_OWN_KERNELS; i++)
        if (ends_in(library, own_kernels[i])) length = strlen(library) - strlen(own_kernels[i]);
    (void)snprintf(name, sizeof name, "%.*s", (int)length, library);
    const char *engine = f2f_alias_framework(name);
    if (strcasecmp(engine, "vllm") == 0 || strcmp(engine, "sglang") == 0) return F2F_KERNELS_VLLM;
    return strcmp(engine, "trtllm") == 0 ? F2F_KERNELS_TRTLLM : F2F_KERNELS_ANY;
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
