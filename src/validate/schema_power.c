/* schema_power.c - power and latency of one fixed batch, as Splitwise (arXiv 2311.18677) logged them.
 *
 * average_power is a share of the chips' TDP over the whole run; prompt_time is the time to the first token
 * and token_time that of each further one, in milliseconds. 16-bit weights, an engine like vLLM. Peak power
 * and the sum of the times are not compared: one is a sampling artefact, the other follows from the rest. */
#include "validate/aliases.h"
#include "validate/serving.h"

#define COLUMNS(X)                            \
    X(MODEL, "model", WORD)                   \
    X(HARDWARE, "hardware", WORD)             \
    X(PROMPT, "prompt_size", COUNT)           \
    X(BATCH, "batch_size", COUNT)             \
    X(TOKENS, "token_size", COUNT)            \
    X(PEAK_POWER, "peak_power", LOGGED)       \
    X(AVERAGE_POWER, "average_power", LOGGED) \
    X(PROMPT_TIME, "prompt_time", LOGGED)     \
    X(TOKEN_TIME, "token_time", LOGGED)       \
    X(E2E_TIME, "e2e_time", LOGGED)           \
    X(TP, "tensor_parallel", COUNT)

enum { COLUMNS(F2F_COLUMN_ID) };
static const struct f2f_column columns[] = {COLUMNS(F2F_COLUMN_ENTRY)};

static void predict(struct f2f_validation *v, const struct f2f_row *row) {
    const struct f2f_serving run = {.chip = f2f_alias_chip(row->text[HARDWARE]),
                                    .engine = "vllm",
                                    .model = row->text[MODEL],
                                    .precision = "fp16",
                                    .tp = row->number[TP],
                                    .pp = 1,
                                    .isl = row->number[PROMPT],
                                    .osl = row->number[TOKENS],
                                    .concurrency = row->number[BATCH],
                                    .static_batch = true};
    struct f2f_served served;
    const char *reason;
    bool done = f2f_serving_predict(&served, v, &run, &reason);
    const struct {
        const char *metric;
        double measured, predicted;
    } figures[] = {{"average_power", row->number[AVERAGE_POWER], served.power_frac},
                   {"prompt_time", row->number[PROMPT_TIME], served.ttft_s * 1e3},
                   {"token_time", row->number[TOKEN_TIME], served.tpot_s * 1e3}};
    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++) {
        const struct f2f_key key = {run.chip, "", run.precision, figures[i].metric};
        if (!done) f2f_validation_skip(v, &key, reason);
        else if (figures[i].measured > 0.0) f2f_validation_point(v, &key, figures[i].measured, figures[i].predicted);
        else f2f_validation_skip(v, &key, "not logged");
    }
}

F2F_SCHEMA(f2f_schema_power, "power", columns, predict);
