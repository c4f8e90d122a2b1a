/* kind_study.c - field tables of a study: systems, jobs, claims and sweeps. */
#include <string.h>

#include "desc/table.h"
#include "fab2fleet/study.h"

static const char *const engine_kinds[] = {"engine", NULL}, *const traffic_kinds[] = {"traffic", NULL},
                         *const price_kinds[] = {"price", NULL};

#define S struct f2f_study_system
static const struct f2f_field system_fields[] = {
    F2F_TEXT(S, "name", name, true, "what the answer calls it"),
    F2F_NAME(S, "base", base, true, f2f_system_kinds, "a system, node or chip of the catalog, or a path"),
    F2F_TEXT(S, "text", text, false, "one sentence about it"),
    F2F_MANY(S, SETS, "set", sets, n_sets, false, "fields changed against the base, as --set takes them"),
    F2F_REF(S, "device", device, false, &f2f_device_table, "what somebody carries it in, or receives its tokens with"),
    F2F_FLAG(S, "streamed", streamed, "tokens are sent to the device"),
    F2F_MANY(S, TEXTS, "jobs", jobs, n_jobs, false, "names of the jobs it does; all if left out"),
};
static const struct f2f_table system_table = F2F_TABLE(NULL, S, system_fields, false, NULL);

static const char *const job_words[] = {"serve", "train", NULL};

#define J struct f2f_study_job
static const struct f2f_field job_fields[] = {
    F2F_TEXT(J, "name", name, true, "what the answer calls it"),
    F2F_WORD(J, "do", kind, true, job_words, "serve or train"),
    F2F_MANY(J, MODELS, "model", models, n_models, true, "one model or a list: a job for each"),
    F2F_MANY(J, TEXTS, "precision", precisions, n_precisions, true, "one precision or a list: a job for each"),
    F2F_TEXT(J, "kv_precision", kv_precision, false, "format of the KV cache; the precision's own if left out"),
    F2F_NAME(J, "engine", engine, false, engine_kinds, "serving engine whose batching is followed"),
    F2F_INT_OR(J, "tp", tp, 0, 4096, 0, "tensor parallel chips; 0: one (serve), chosen (train, plan)"),
    F2F_INT_OR(J, "pp", pp, 0, 4096, 0, "pipeline stages; 0: one (serve), chosen (train)"),
    F2F_INT_OR(J, "cp", cp, 0, 4096, 0, "context parallel chips"),
    F2F_INT_OR(J, "vp", vp, 0, 64, 0, "chunks of layers a stage holds (interleaving)"),
    F2F_INT_OR(J, "dp", dp, 0, 1000000, 0, "data parallel copies"),
    F2F_INT_OR(J, "micro_batch", micro_batch, 0, 4096, 0, "sequences of one micro-batch"),
    F2F_INT_OR(J, "zero", zero, -1, 3, -1,
               "what data parallel copies share out: 0 nothing, 1 optimizer, 2 + gradients, 3 + weights; -1 chosen"),
    F2F_TEXT(J, "recompute", recompute, false, "none, selective, full or selective-op; chosen if left out"),
    F2F_INT_OR(J, "isl", isl, 1, 100000000, 2048, "prompt tokens of a request"),
    F2F_INT_OR(J, "osl", osl, 1, 100000000, 512, "generated tokens of a request"),
    F2F_INT_OR(J, "concurrency", concurrency, 0, 10000000, 0,
               "requests in flight at all times; 0: as many as fit and meet the SLO"),
    F2F_NAME(J, "traffic", traffic, false, traffic_kinds,
             "requests drawn from a traffic of the catalog, instead of a closed loop"),
    F2F_PATH(J, "trace", trace, "request log; where it is not at hand, `traffic` stands in"),
    F2F_QTY_OR(J, "rate_scale", rate_scale, NUMBER, 1e-6, 1e6, 1, "so many times the requests per second"),
    F2F_INT_OR(J, "requests", requests, 0, 100000000, 0, "requests of the run; 0: enough, or all of a trace"),
    F2F_INT_OR(J, "replicas", replicas, 1, 100000, 1, "replicas behind a router"),
    F2F_TEXT(J, "router", router, false, "round-robin, least-loaded or prefix-aware"),
    F2F_TEXT(J, "slo", slo, false, "objectives, e.g. 'ttft_p99_s<=2,tpot_p99_s<=0.05'"),
    F2F_INT_OR(J, "chips", chips, 1, 10000000, 8, "chips that train"),
    F2F_INT_OR(J, "global_batch", global_batch, 1, 10000000, 1024, "sequences of a step"),
    F2F_INT_OR(J, "seq", seq, 1, 100000000, 8192, "tokens of a training sequence"),
    F2F_INT_OR(J, "split", split, 1, 1000000, 1, "share the chips out to so many jobs alike"),
    F2F_INT_OR(J, "spares", spares, 0, 10000000, 0, "chips that may stand by where they suit no strategy"),
    F2F_FLAG(J, "fault_tolerant", fault_tolerant, "replicas that fail leave and rejoin, the others go on"),
    F2F_FLAG(J, "async_checkpoint", async_checkpoint, "checkpoints stop the job for a copy to the hosts only"),
    F2F_QTY_OR(J, "tokens", tokens, NUMBER, 0, 1e18, 0, "tokens of the whole run, for days"),
};
const struct f2f_table f2f_study_job_table = F2F_TABLE(NULL, J, job_fields, false, NULL);

#define C struct f2f_study_claim
static const struct f2f_field claim_fields[] = {
    F2F_TEXT(C, "text", text, true, "the statement"),
    F2F_TEXT(C, "source", source, true, "who published it, and when"),
    F2F_TEXT(C, "of", of, true, "key whose ratio (last system over first) is claimed"),
    F2F_TEXT(C, "job", job, true, "job it is read from"),
    F2F_TEXT(C, "sweep", sweep, false, "sweep whose rows tell where it holds"),
    F2F_TEXT(C, "because", because, false, "the mechanism"),
    F2F_QTY(C, "expected", expected, NUMBER, 1e-9, 1e9, "the claimed ratio"),
    F2F_QTY_OR(C, "tolerance", tolerance_frac, FRACTION, 0, 10, 0.1, "how near counts as holding"),
};
static const struct f2f_table claim_table = F2F_TABLE(NULL, C, claim_fields, false, NULL);

#define W struct f2f_study_sweep
static const struct f2f_field sweep_fields[] = {
    F2F_TEXT(W, "name", name, true, "title of the table"),
    F2F_TEXT(W, "text", text, false, "what to see in it"),
    F2F_STRUCT(W, "job", job, true, &f2f_study_job_table, "the job that is repeated"),
    F2F_TEXT(W, "path", path, true, "what is varied: a --set path, or job.FIELD"),
    F2F_MANY(W, TEXTS, "values", values, n_values, true, "its values"),
    F2F_MANY(W, TEXTS, "of", of, n_of, true, "keys shown for each system, with their ratio"),
};
static const struct f2f_table sweep_table = F2F_TABLE(NULL, W, sweep_fields, false, NULL);

#define T struct f2f_study
static const struct f2f_field fields[] = {
    F2F_TEXT(T, "question", question, true, "what is asked, in plain words"),
    F2F_LIST(T, "systems", systems, n_systems, true, &system_table, "systems to compare; ratios are last over first"),
    F2F_LIST(T, "jobs", jobs, n_jobs, true, &f2f_study_job_table, "what each of them does"),
    F2F_LIST(T, "claims", claims, n_claims, false, &claim_table, "published statements to be tested"),
    F2F_LIST(T, "sweeps", sweeps, n_sweeps, false, &sweep_table, "where the answer changes"),
    F2F_FLAG(T, "uncertainty", uncertainty,
             "each job also with all operators as fast, and as slow, as a tenth of their kind was measured: KEY_p10, "
             "KEY_p90"),
    F2F_NAME(T, "price", price, false, price_kinds, "price list for money in the answer; us-2024 if left out"),
};

/* Every job a system names, and every sweep a claim does, is one of the study's; none is called as another. */
static void check_names(const T *study, const struct f2f_doc *node, struct f2f_diag *diag) {
    f2f_arena *arena = diag->arena;
    const char **systems = f2f_desc_item_names(arena, study->systems, study->n_systems, sizeof *study->systems),
               **jobs = f2f_desc_item_names(arena, study->jobs, study->n_jobs, sizeof *study->jobs),
               **sweeps = f2f_desc_item_names(arena, study->sweeps, study->n_sweeps, sizeof *study->sweeps);
    f2f_desc_check_twice(diag, node, "systems", "systems", systems, study->n_systems);
    f2f_desc_check_twice(diag, node, "jobs", "jobs", jobs, study->n_jobs);
    f2f_desc_check_twice(diag, node, "sweeps", "sweeps", sweeps, study->n_sweeps);
    for (int i = 0; i < study->n_systems; i++) {
        const struct f2f_doc *list = f2f_desc_item_field(node, "systems", i, "jobs");
        for (int k = 0; k < study->systems[i].n_jobs; k++)
            f2f_desc_check_name(diag, f2f_doc_item(list, k) ? f2f_doc_item(list, k) : list, "job",
                                study->systems[i].jobs[k], jobs, (size_t)study->n_jobs);
    }
    for (int i = 0; i < study->n_claims; i++)
        if (study->claims[i].sweep)
            f2f_desc_check_name(diag, f2f_desc_item_field(node, "claims", i, "sweep"), "sweep", study->claims[i].sweep,
                                sweeps, (size_t)study->n_sweeps);
}

static void check_paths(const T *study, const struct f2f_doc *node, struct f2f_diag *diag) {
    for (int i = 0; i < study->n_sweeps; i++) {
        const char *path = study->sweeps[i].path;
        const struct f2f_field *field = NULL;
        f2f_error reason = {0};
        bool of_job = strncmp(path, "job.", 4) == 0;
        if (of_job) (void)f2f_desc_set_field(&field, diag->arena, &f2f_study_job_table, path + 4, &reason);
        else (void)f2f_desc_set_field(&field, diag->arena, &f2f_system_table, path, &reason);
        if (!field) f2f_doc_error(diag, f2f_desc_item_field(node, "sweeps", i, "path"), "%s", reason.message);
        else if (of_job && field->type != F2F_FIELD_TEXT && field->type != F2F_FIELD_NAME &&
                 field->type != F2F_FIELD_INT && field->type != F2F_FIELD_QUANTITY)
            f2f_doc_error(diag, f2f_desc_item_field(node, "sweeps", i, "path"),
                          "a sweep varies a text or a number of its job, '%s' is neither", field->key);
    }
}

static void check(const void *object, const struct f2f_doc *node, struct f2f_diag *diag) {
    const T *study = object;
    if (!study->n_systems || !study->n_jobs) f2f_doc_error(diag, node, "a study needs at least one system and one job");
    check_names(study, node, diag);
    check_paths(study, node, diag);
}

const struct f2f_table f2f_study_table = F2F_TABLE("study", T, fields, false, check);

f2f_status f2f_study_load(const struct f2f_study **out, struct f2f_catalog *catalog, const char *path, f2f_error *err) {
    void *object;
    struct f2f_doc *tree;
    *out = NULL;
    F2F_TRY(f2f_desc_resolve(&tree, catalog, &f2f_study_table, path, NULL, err));
    F2F_TRY(f2f_desc_load_tree(&object, catalog, &f2f_study_table, tree, NULL, 0, err));
    ((T *)object)->tree = tree;
    *out = object;
    return F2F_OK;
}
