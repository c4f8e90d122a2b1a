/* cmd_train.c - `fab2fleet train`: one step of a model on many chips, at a strategy or the best one. */
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "cli/cli.h"
#include "fab2fleet/cost.h"
#include "fab2fleet/train.h"

static struct {
    const char *system, *model, *precision, *strategy, *software, *chips, *price;
    int global_batch, seq;
    bool search, fault_tolerant, async_checkpoint, uncertainty;
    int jobs, spares;
    double tokens, checkpoint_s, doc_tok, optimizer_B;
} o = {.precision = "bf16", .seq = 8192};

static const struct opt table[] = {
    {"system", 's', OPT_TEXT, &o.system, "S", "system, node or chip: a name of the catalog or a path", 0, 0},
    {"model", 'm', OPT_TEXT, &o.model, "M", "model: a name, a folder or a config.json", 0, 0},
    {"precision", 'p', OPT_TEXT, &o.precision, "P", "bf16, fp16 or fp8", 0, 0},
    {"chips", 'n', OPT_TEXT, &o.chips, "N", "chips that train; several numbers with commas: an answer for each", 0, 0},
    {"global-batch", 'b', OPT_INT, &o.global_batch, "B", "sequences of a step", 1, 1e7},
    {"seq", 0, OPT_INT, &o.seq, "L", "tokens of a sequence", 1, 1e8},
    {"strategy", 0, OPT_TEXT, &o.strategy, "S",
     "tp=8,pp=16,cp=1,vp=1,dp=8,micro_batch=1,zero=1,recompute=full,schedule=1f1b,...; sizes that are left out are "
     "chosen",
     0, 0},
    {"search", 0, OPT_FLAG, &o.search, NULL, "choose the fastest strategy that fits (the default without --strategy)",
     0, 0},
    {"tokens", 0, OPT_REAL, &o.tokens, "N", "tokens of the whole run, for days", 0, 1e18},
    {"split", 0, OPT_INT, &o.jobs, "K", "share the chips out to so many jobs", 1, 1e6},
    {"fault-tolerant", 0, OPT_FLAG, &o.fault_tolerant, NULL, "replicas that fail leave and rejoin, the others go on", 0,
     0},
    {"async-checkpoint", 0, OPT_FLAG, &o.async_checkpoint, NULL, "checkpoints stop the job for a copy to the host only",
     0, 0},
    {"checkpoint-interval", 0, OPT_REAL, &o.checkpoint_s, "S", "seconds of work between checkpoints; else the best", 1,
     1e8},
    {"spares", 0, OPT_INT, &o.spares, "N",
     "so many of the chips may stand by (search); by default a twentieth, where nothing divides all", 0, 1e7},
    {"documents", 0, OPT_REAL, &o.doc_tok, "N", "mean tokens of documents packed into sequences", 1, 1e9},
    {"optimizer-bytes", 0, OPT_REAL, &o.optimizer_B, "B", "state of one parameter with its master weight (Adam: 12)", 0,
     100},
    {"software", 0, OPT_TEXT, &o.software, "LIST",
     "other software: stored-scores,loose-mask,exposed-data,exposed-tensor,exposed-sum,exposed-pipeline,flat-data,"
     "half-gradients,narrow-weights (in fp8),lean-recompute; loose-mask wants stored-scores",
     0, 0},
    {"uncertainty", 0, OPT_FLAG, &o.uncertainty, NULL,
     "also p10 and p90: all operators as fast, and as slow, as a tenth of their kind was measured", 0, 0},
    {"price", 0, OPT_TEXT, &o.price, "NAME", "price list, for usd (us-2024)", 0, 0},
    {0}};

static int *field_of(struct f2f_strategy *s, const char *name) {
    const struct {
        const char *name;
        int *field;
    } fields[] = {{"tp", &s->tp},
                  {"cp", &s->cp},
                  {"pp", &s->pp},
                  {"vp", &s->vp},
                  {"dp", &s->dp},
                  {"ep", &s->ep},
                  {"micro_batch", &s->micro_batch},
                  {"zero", &s->zero},
                  {"recompute_layers", &s->recompute_layers},
                  {"shard", &s->shard},
                  {"offload", &s->offload},
                  {"order", &s->order},
                  {"sequence", &s->sequence},
                  {"context", &s->context}};
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        if (strcmp(fields[i].name, name) == 0) return fields[i].field;
    return NULL;
}

/* The words an answer prints for 0 and 1 of a field; NULL: it has none. */
static const char *const *words_of(const char *name) {
    static const struct {
        const char *name, *words[2];
    } fields[] = {{"offload", {"no", "yes"}},
                  {"order", {"tp-cp-pp-dp", "tp-cp-dp-pp"}},
                  {"sequence", {"parallel", "whole"}},
                  {"context", {"gather", "ring"}}};
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        if (strcmp(fields[i].name, name) == 0) return fields[i].words;
    return NULL;
}

static f2f_status read_size(double *out, const char *name, const char *part, const char *text, f2f_error *err) {
    const char *const *words = words_of(name);
    for (int i = 0; words && i < 2; i++) {
        if (strcmp(text, words[i]) != 0) continue;
        *out = i;
        return F2F_OK;
    }
    if (f2f_number_parse(out, text) && *out >= 0 && *out <= 1e7 && !strpbrk(text, ".eE")) return F2F_OK;
    if (words) return f2f_fail(err, F2F_EUSAGE, "--strategy: '%.40s': %s or %s is wanted", part, words[0], words[1]);
    return f2f_fail(err, F2F_EUSAGE, "--strategy: '%.40s' wants a whole number", part);
}

/* The part that ends at the next comma, without the blanks around it; the list goes on behind, or ends (NULL). */
static const char *next_part(char **list) {
    char *part = *list + strspn(*list, " "), *comma = strchr(part, ','), *end = comma ? comma : part + strlen(part);
    *list = comma ? comma + 1 : NULL;
    while (end > part && end[-1] == ' ') end--;
    *end = '\0';
    return part;
}

static f2f_status take_part(struct f2f_strategy *s, const char *part, f2f_error *err) {
    char name[32];
    const char *value = strchr(part, '=');
    size_t length = value ? (size_t)(value - part) : 0;
    double number;
    if (!length || length >= sizeof name)
        return f2f_fail(err, F2F_EUSAGE, "--strategy '%.40s': name=value is wanted, e.g. tp=8", part);
    memcpy(name, part, length);
    name[length] = '\0';
    if (strcmp(name, "recompute") == 0) return f2f_recompute_parse(&s->recompute, value + 1, err);
    if (strcmp(name, "schedule") == 0) return f2f_schedule_parse(&s->schedule, value + 1, err);
    int *field = field_of(s, name);
    if (!field)
        return f2f_fail(err, F2F_EUSAGE,
                        "--strategy: '%s' is not one of tp, cp, pp, vp, dp, ep, micro_batch, zero, recompute, "
                        "recompute_layers, schedule, "
                        "shard, offload, order, sequence, context",
                        name);
    F2F_TRY(read_size(&number, name, part, value + 1, err));
    if (*field != (field == &s->zero ? F2F_ZERO_CHOSEN : 0))
        return f2f_fail(err, F2F_EUSAGE, "--strategy: '%s' is given twice", name);
    if (field == &s->zero && number > 3)
        return f2f_fail(err, F2F_EUSAGE, "--strategy: '%.40s': zero is 0, 1, 2 or 3", part);
    *field = (int)number;
    return F2F_OK;
}

static f2f_status parse_strategy(struct f2f_strategy *s, f2f_arena *arena, const char *text, f2f_error *err) {
    for (char *list = f2f_arena_strdup(arena, text); list;) F2F_TRY(take_part(s, next_part(&list), err));
    return F2F_OK;
}

static f2f_status parse_software(struct f2f_train_software *s, f2f_arena *arena, const char *text, f2f_error *err) {
    const struct {
        const char *name;
        bool *flag;
    } flags[] = {{"stored-scores", &s->stored_scores},   {"loose-mask", &s->loose_mask},
                 {"exposed-data", &s->exposed_data},     {"exposed-tensor", &s->exposed_tensor},
                 {"exposed-sum", &s->exposed_sum},       {"exposed-pipeline", &s->exposed_pipeline},
                 {"flat-data", &s->flat_data},           {"half-gradients", &s->half_gradients},
                 {"narrow-weights", &s->narrow_weights}, {"lean-recompute", &s->lean_recompute}};
    for (char *list = f2f_arena_strdup(arena, text); list;) {
        const char *part = next_part(&list);
        bool known = false;
        for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
            if (strcmp(part, flags[i].name) != 0) continue;
            known = *flags[i].flag = true;
        }
        if (!known)
            return f2f_fail(err, F2F_EUSAGE,
                            "--software: '%.40s' is not one of stored-scores, loose-mask, exposed-data, "
                            "exposed-tensor, exposed-sum, exposed-pipeline, flat-data, half-gradients, "
                            "narrow-weights, lean-recompute",
                            part);
    }
    if (s->loose_mask && !s->stored_scores)
        return f2f_fail(err, F2F_EUSAGE,
                        "--software: loose-mask is of attention with its scores in memory: give stored-scores too");
    return F2F_OK;
}

/* "1024" or "1024,4096": the next number of the list, NULL when it is through. */
static f2f_status next_chips(int *chips, const char **list, f2f_error *err) {
    const char *end = strchr(*list, ',');
    char text[16] = "";
    double number;
    size_t length = end ? (size_t)(end - *list) : strlen(*list);
    if (length < sizeof text) memcpy(text, *list, length);
    if (length >= sizeof text || !f2f_number_parse(&number, text) || strpbrk(text, ".eE") || number < 1 || number > 1e7)
        return f2f_fail(err, F2F_EUSAGE,
                        "--chips: '%.40s' wants whole numbers from 1 to 10000000, e.g. 1024 or 1024,4096", *list);
    *chips = (int)number;
    *list = end ? end + 1 : NULL;
    return F2F_OK;
}

static struct f2f_train_job job_of_options(const struct cli *cli) {
    struct f2f_train_job job = {.global_batch = o.global_batch,
                                .seq = o.seq,
                                .tokens = o.tokens,
                                .jobs = o.jobs,
                                .fault_tolerant = o.fault_tolerant,
                                .async_checkpoint = o.async_checkpoint,
                                .checkpoint_s = o.checkpoint_s,
                                .spares = o.spares,
                                .doc_tok = o.doc_tok,
                                .optimizer_B = o.optimizer_B,
                                .seed = cli->common.seed,
                                .search = true,
                                .go_on = interrupt_go_on,
                                .wide = !o.strategy};
    job.strategy = (struct f2f_strategy){.zero = F2F_ZERO_CHOSEN, .recompute = F2F_RECOMPUTE_CHOSEN};
    if (!o.strategy) job.strategy.schedule = F2F_SCHEDULE_CHOSEN; /* who gives a strategy means the usual one */
    return job;
}

static void put_size(struct cli *cli, struct f2f_results *results, const struct f2f_train_size *size) {
    size->record->title =
        f2f_arena_printf(cli->arena, "%s / train %s %s on %d chips", o.system, o.model, o.precision, size->chips);
    f2f_results_add(results, size->record);
    if (!size->ranking) return;
    size->ranking->title = f2f_arena_printf(cli->arena, "%s on %d chips", size->ranking->title, size->chips);
    f2f_results_table(results, size->ranking);
}

/* All numbers of --chips, searched side by side, and what they cost. */
static f2f_status run_sizes(struct f2f_train_size *sizes, size_t n, struct cli *cli, const struct f2f_system *system,
                            const struct f2f_price *price, const struct f2f_train_job *job, f2f_error *err) {
    f2f_status status = f2f_train_run_sizes(sizes, n, cli->arena, system, job, o.search, cli->common.threads, err);
    for (size_t i = 0; i < n; i++)
        if (sizes[i].status == F2F_OK) f2f_cost_join(sizes[i].record, system, price, o.tokens);
    return status;
}

/* The same again at both ends of the operators' times, each with its own best strategy. */
static f2f_status spread_sizes(struct f2f_train_size *sizes, size_t n, struct cli *cli, const struct f2f_system *system,
                               const struct f2f_price *price, const struct f2f_train_job *job, f2f_error *err) {
    static struct f2f_train_size fast[F2F_TRAIN_SIZES_MAX], slow[F2F_TRAIN_SIZES_MAX];
    struct f2f_train_job other = *job;
    for (size_t i = 0; i < n; i++) fast[i].chips = slow[i].chips = sizes[i].chips;
    other.quantile = F2F_P10;
    F2F_TRY(run_sizes(fast, n, cli, system, price, &other, err));
    other.quantile = F2F_P90;
    F2F_TRY(run_sizes(slow, n, cli, system, price, &other, err));
    for (size_t i = 0; i < n; i++) f2f_record_spread(sizes[i].record, fast[i].record, slow[i].record);
    return F2F_OK;
}

static f2f_status answer_sizes(struct cli *cli, struct f2f_results *results, const struct f2f_system *system,
                               const struct f2f_price *price, const struct f2f_train_job *job, f2f_error *err) {
    static struct f2f_train_size sizes[F2F_TRAIN_SIZES_MAX];
    size_t n = 0;
    for (const char *list = o.chips; list; n++) {
        if (n == F2F_TRAIN_SIZES_MAX)
            return f2f_fail(err, F2F_EUSAGE, "--chips: at most %d numbers", F2F_TRAIN_SIZES_MAX);
        F2F_TRY(next_chips(&sizes[n].chips, &list, err));
    }
    f2f_status status = run_sizes(sizes, n, cli, system, price, job, err);
    if (status == F2F_OK && o.uncertainty) status = spread_sizes(sizes, n, cli, system, price, job, err);
    for (size_t i = 0; i < n; i++) /* one that fails takes nothing from the others */
        if (sizes[i].status == F2F_OK) put_size(cli, results, &sizes[i]);
    if (status == F2F_EINTERRUPTED) f2f_results_note(results, "Interrupted: only what was finished is shown.");
    if (o.uncertainty) f2f_results_note(results, "%s", f2f_quantile_note);
    cli_note_assumed(results, cli, system->node->chip);
    return status;
}

static f2f_status answer(struct cli *cli, struct f2f_results *results, f2f_error *err) {
    const struct f2f_system *system;
    const struct f2f_price *price;
    struct set_list sets;
    struct f2f_train_job job = job_of_options(cli);
    if (!o.system || !o.model || !o.chips || !o.global_batch || cli->n_args)
        return f2f_fail(
            err, F2F_EUSAGE,
            "wanted: fab2fleet train --system h100-roce-24k --model llama-3-70b --chips 1024 --global-batch 1024");
    if (o.strategy && o.search)
        return f2f_fail(err, F2F_EUSAGE,
                        "--strategy and --search exclude each other: what --strategy leaves out is "
                        "searched anyway");
    if (o.strategy) F2F_TRY(parse_strategy(&job.strategy, cli->arena, o.strategy, err));
    if (o.software) F2F_TRY(parse_software(&job.software, cli->arena, o.software, err));
    F2F_TRY(f2f_precision_parse(&job.precision, o.precision, NULL, err));
    static const char *const unread[] = {"engine", "plan", NULL};
    F2F_TRY(cli_refuse_sets(cli, unread, err));
    F2F_TRY(cli_price(&price, &sets, cli, o.price, err));
    F2F_TRY(f2f_catalog_system(&system, cli->catalog, o.system, sets.item, sets.n, err));
    F2F_TRY(f2f_catalog_model(&job.model, cli->catalog, o.model, err));
    return answer_sizes(cli, results, system, price, &job, err);
}

static int run(struct cli *cli) {
    f2f_error err = {0};
    double started_s = cli_now_s();
    struct progress progress;
    struct f2f_results *results = f2f_results_new(cli->arena, cli->verb);
    progress_start(&progress, "train", cli->common.quiet);
    f2f_status status = answer(cli, results, &err);
    progress_end(&progress);
    cli_put_wall(results, started_s);
    return status == F2F_OK || results->n_items ? cli_finish(cli, results, status, &err) : cli_fail(cli, status, &err);
}

const struct verb verb_train = {table, run};
