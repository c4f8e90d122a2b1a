/* schema_request_log.c - the log of an engine that was driven in its own process: arrivals, lengths, times.
 *
 * The file is one run, replayed as a trace: one point for the mean TTFT and one for the mean TPOT. Its name says what
 * ran: ENGINE_log_MODEL_CHIP.csv. 16-bit weights, one chip. */
#include <string.h>

#include "validate/serving.h"
#include "validate/state.h"

#define COLUMNS(X)               \
    X(ID, "request_id", WORD)    \
    X(IN, "input_toks", COUNT)   \
    X(OUT, "output_toks", COUNT) \
    X(AT, "arrival_s", LOGGED)   \
    X(TTFT, "ttft_s", REAL)      \
    X(TPOT, "tpot_ms", LOGGED)   \
    X(E2E, "latency_s", REAL)

enum { COLUMNS(F2F_COLUMN_ID) };
static const struct f2f_column columns[] = {COLUMNS(F2F_COLUMN_ENTRY)};

struct log_name {
    const char *engine, *model, *chip;
};

/* false: the name does not say. */
static bool read_name(struct log_name *out, f2f_arena *arena, const char *path) {
    const char *slash = strrchr(path, '/');
    char *name = f2f_arena_strdup(arena, slash ? slash + 1 : path), *log = strstr(name, "_log_");
    char *last = log ? strrchr(log + 5, '_') : NULL, *end = last ? strstr(last, ".csv") : NULL;
    if (!end) return false;
    *log = *last = *end = '\0';
    *out = (struct log_name){name, log + 5, last + 1};
    return true;
}

static f2f_status replay(struct f2f_record **out, struct f2f_validation *v, const struct log_name *name,
                         const struct f2f_machine *machine, const struct f2f_model *model, f2f_error *err) {
    struct f2f_serve_job job = {
        .model = model, .stream = {.trace = v->path}, .unexplained = true, .quantile = v->quantile};
    const char *engine = strcmp(name->engine, "vllm") == 0 ? "vllm-inproc" : name->engine;
    F2F_TRY(f2f_precision_parse(&job.precision, "bf16", NULL, err));
    F2F_TRY(f2f_catalog_engine(&job.engine, v->catalog, engine, NULL, 0, err));
    return f2f_serve_run(out, v->arena, machine->system, &job, err);
}

static void predict(struct f2f_validation *v, const struct f2f_row *row) {
    struct log_name name = {0};
    struct f2f_record *r = NULL;
    f2f_error err = {0};
    const char *reason = "the name of the file is not ENGINE_log_MODEL_CHIP.csv";
    (void)row;
    if (v->n_groups > 0) return; /* the first row stands for all */
    bool named = read_name(&name, v->arena, v->path);
    const struct f2f_machine *machine = named ? f2f_lookup_machine(v, name.chip, 1.0, &reason) : NULL;
    const struct f2f_model *model = machine ? f2f_lookup_model(v, name.model, &reason) : NULL;
    const struct f2f_key ttft = {named ? name.chip : "", named ? name.engine : "", "bf16", "ttft_s"};
    const struct f2f_key tpot = {ttft.chip, ttft.framework, ttft.dtype, "tpot_s"};
    if (model && replay(&r, v, &name, machine, model, &err) != F2F_OK) reason = f2f_arena_strdup(v->arena, err.message);
    if (!r || !(f2f_record_get(r, "logged_ttft_mean_s") > 0.0)) {
        f2f_validation_skip(v, &ttft, reason);
        f2f_validation_skip(v, &tpot, reason);
        return;
    }
    f2f_validation_point(v, &ttft, f2f_record_get(r, "logged_ttft_mean_s"), f2f_record_get(r, "ttft_mean_s"));
    f2f_validation_point(v, &tpot, f2f_record_get(r, "logged_tpot_mean_s"), f2f_record_get(r, "tpot_mean_s"));
}

F2F_SCHEMA(f2f_schema_request_log, "request_log", columns, predict);
