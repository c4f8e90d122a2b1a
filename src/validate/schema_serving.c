/* schema_serving.c - serving runs: a closed loop, all requests queued at the start, one fixed batch.
 */
#include <string.h>

#include "validate/aliases.h"
#include "validate/serving.h"

/* ---- serving: a closed loop; means of time to first token and of time per further token ---- */

#define SERVING(X)                         \
    X(S_CHIP, "chip", WORD)                \
    X(S_FRAMEWORK, "framework", WORD)      \
    X(S_VERSION, "version", TEXT)          \
    X(S_MODEL, "model", WORD)              \
    X(S_PRECISION, "precision", WORD)      \
    X(S_TP, "tp", COUNT)                   \
    X(S_CONCURRENCY, "concurrency", COUNT) \
    X(S_ISL, "isl", COUNT)                 \
    X(S_OSL, "osl", COUNT)                 \
    X(S_TTFT, "ttft_ms", REAL)             \
    X(S_TPOT, "tpot_ms", REAL)

enum { SERVING(F2F_COLUMN_ID) };
static const struct f2f_column serving_columns[] = {SERVING(F2F_COLUMN_ENTRY)};

static void predict_serving(struct f2f_validation *v, const struct f2f_row *row) {
    const struct f2f_key ttft = {row->text[S_CHIP], f2f_alias_framework(row->text[S_FRAMEWORK]), row->text[S_PRECISION],
                                 "ttft_ms"};
    const struct f2f_key tpot = {row->text[S_CHIP], f2f_alias_framework(row->text[S_FRAMEWORK]), row->text[S_PRECISION],
                                 "tpot_ms"};
    const struct f2f_serving run = {.chip = row->text[S_CHIP],
                                    .engine = f2f_alias_framework(row->text[S_FRAMEWORK]),
                                    .version = row->text[S_VERSION],
                                    .model = row->text[S_MODEL],
                                    .precision = row->text[S_PRECISION],
                                    .tp = row->number[S_TP],
                                    .pp = 1,
                                    .isl = row->number[S_ISL],
                                    .osl = row->number[S_OSL],
                                    .concurrency = row->number[S_CONCURRENCY]};
    struct f2f_served served;
    const char *reason;
    if (f2f_serving_predict(&served, v, &run, &reason)) {
        f2f_validation_point(v, &ttft, row->number[S_TTFT], served.ttft_s * 1e3);
        f2f_validation_point(v, &tpot, row->number[S_TPOT], served.tpot_s * 1e3);
    } else {
        f2f_validation_skip(v, &ttft, reason);
        f2f_validation_skip(v, &tpot, reason);
    }
}

F2F_SCHEMA(f2f_schema_serving, "serving", serving_columns, predict_serving);

/* ---- throughput: all requests queued at the start, output tokens per second of the whole engine ---- */

#define THROUGHPUT(X)                       \
    X(T_CHIP, "chip", WORD)                 \
    X(T_FRAMEWORK, "framework", WORD)       \
    X(T_VERSION, "version", TEXT)           \
    X(T_MODEL, "model", WORD)               \
    X(T_PRECISION, "precision", WORD)       \
    X(T_KV_PRECISION, "kv_precision", WORD) \
    X(T_TP, "tp", COUNT)                    \
    X(T_PP, "pp", COUNT)                    \
    X(T_ISL, "isl", COUNT)                  \
    X(T_OSL, "osl", COUNT)                  \
    X(T_OUTPUT, "output_tokps", REAL)

enum { THROUGHPUT(F2F_COLUMN_ID) };
static const struct f2f_column throughput_columns[] = {THROUGHPUT(F2F_COLUMN_ENTRY)};

static void predict_throughput(struct f2f_validation *v, const struct f2f_row *row) {
    const struct f2f_key key = {row->text[T_CHIP], f2f_alias_framework(row->text[T_FRAMEWORK]), row->text[T_PRECISION],
                                "output_tokps"};
    const struct f2f_serving run = {.chip = row->text[T_CHIP],
                                    .engine = f2f_alias_framework(row->text[T_FRAMEWORK]),
                                    .version = row->text[T_VERSION],
                                    .model = row->text[T_MODEL],
                                    .precision = row->text[T_PRECISION],
                                    .kv_precision = row->text[T_KV_PRECISION],
                                    .tp = row->number[T_TP],
                                    .pp = row->number[T_PP],
                                    .isl = row->number[T_ISL],
                                    .osl = row->number[T_OSL],
                                    .all_queued = true};
    struct f2f_served served;
    const char *reason;
    if (f2f_serving_predict(&served, v, &run, &reason))
        f2f_validation_point(v, &key, row->number[T_OUTPUT], served.output_tokps);
    else f2f_validation_skip(v, &key, reason);
}

F2F_SCHEMA(f2f_schema_throughput, "throughput", throughput_columns, predict_throughput);

/* ---- static: one fixed batch, no refill; output_tokps includes the time of the prompts ---- */

#define STATIC(X)                           \
    X(F_CHIP, "chip", WORD)                 \
    X(F_FRAMEWORK, "framework", WORD)       \
    X(F_VERSION, "version", TEXT)           \
    X(F_MODEL, "model", WORD)               \
    X(F_PRECISION, "precision", WORD)       \
    X(F_KV_PRECISION, "kv_precision", WORD) \
    X(F_TP, "tp", COUNT)                    \
    X(F_PP, "pp", COUNT)                    \
    X(F_ISL, "isl", COUNT)                  \
    X(F_OSL, "osl", COUNT)                  \
    X(F_BATCH, "batch", COUNT)              \
    X(F_METRIC, "metric", WORD)             \
    X(F_VALUE, "value", REAL)

enum { STATIC(F2F_COLUMN_ID) };
static const struct f2f_column static_columns[] = {STATIC(F2F_COLUMN_ENTRY)};

static void predict_static(struct f2f_validation *v, const struct f2f_row *row) {
    const struct f2f_key key = {row->text[F_CHIP], f2f_alias_framework(row->text[F_FRAMEWORK]), row->text[F_PRECISION],
                                row->text[F_METRIC]};
    const struct f2f_serving run = {.chip = row->text[F_CHIP],
                                    .engine = f2f_alias_framework(row->text[F_FRAMEWORK]),
                                    .version = row->text[F_VERSION],
                                    .model = row->text[F_MODEL],
                                    .precision = row->text[F_PRECISION],
                                    .kv_precision = row->text[F_KV_PRECISION],
                                    .tp = row->number[F_TP],
                                    .pp = row->number[F_PP],
                                    .isl = row->number[F_ISL],
                                    .osl = row->number[F_OSL],
                                    .concurrency = row->number[F_BATCH],
                                    .static_batch = true};
    bool first = strcmp(key.metric, "ttft_ms") == 0;
    struct f2f_served served;
    const char *reason;
    if (!first && strcmp(key.metric, "output_tokps") != 0)
        f2f_validation_skip(v, &key, "metric is neither output_tokps nor ttft_ms");
    else if (f2f_serving_predict(&served, v, &run, &reason))
        f2f_validation_point(v, &key, row->number[F_VALUE], first ? served.ttft_s * 1e3 : served.output_tokps);
    else f2f_validation_skip(v, &key, reason);
}

F2F_SCHEMA(f2f_schema_static, "static", static_columns, predict_static);
