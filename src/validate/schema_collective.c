/* schema_collective.c - collectives in one node.
 *
 * Libraries: "nccl" and "rccl" are the general ones; any other is an inference engine's, which may use
 * kernels of its own. Message: the convention of nccl-tests, as f2f_collective_time has it. */
#include <string.h>

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

static enum f2f_collective_library library_of(const char *name) {
    bool general = strcmp(name, "nccl") == 0 || strcmp(name, "rccl") == 0;
    return general ? F2F_COLLECTIVE_GENERAL : F2F_COLLECTIVE_ANY;
}

static void predict(struct f2f_validation *v, const struct f2f_row *row) {
    const struct f2f_key key = {row->text[CHIP], row->text[LIBRARY], "", "latency_us"};
    const char *reason;
    int op = 0, chips = (int)row->number[CHIPS];
    while (op < N_OPS && strcmp(ops[op].name, row->text[OP]) != 0) op++;
    const struct f2f_machine *machine = f2f_lookup_machine(v, key.chip, chips, &reason);
    if (!machine || op == N_OPS) {
        f2f_validation_skip(v, &key,
                            machine ? "op is none of all_reduce, all_gather, alltoall, reduce_scatter, send" : reason);
        return;
    }
    struct f2f_collective_cost cost = f2f_collective_with(machine->system, machine->cls, ops[op].kind, chips, 1,
                                                          row->number[MESSAGE], library_of(key.framework));
    f2f_validation_point(v, &key, row->number[LATENCY], cost.time_s * 1e6);
}

F2F_SCHEMA(f2f_schema_collective, "collective", columns, predict);
