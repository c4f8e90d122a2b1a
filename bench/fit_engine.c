/* fit_engine.c - fits the host times of the engines in catalog/engine/ to measured tables: fit_engine FOLDER [ENGINE]
 *
 * FOLDER holds serving.csv and throughput.csv. One set for each engine, over all its rows; every constant is moved up
 * and down in ever smaller steps as long as the error falls. Prints what to write into the YAML files. Run in the
 * folder of the sources. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fab2fleet/machine.h"
#include "fab2fleet/validate.h"

enum { MOST_KEYS = 7, EVERY_ROW = 1, EVERY_FOURTH = 4 };

static const struct fit {
    const char *engine, *file;
    const char *has, *versions; /* rows: framework, and first letters of the version: any of these words */
    int every; /* n-th row: a sample is enough for a large table */
    const char *keys[MOST_KEYS + 1];
} fits[] = {
    {"vllm-0.13",
     "serving.csv",
     ",vllm,",
     "",
     EVERY_ROW,
     {"host", "host_per_seq", "intake", "intake_per_tok", "reply"}},
    {"trtllm",
     "serving.csv",
     ",trtllm,",
     "",
     EVERY_ROW,
     {"host", "host_per_seq", "host_layer", "intake", "intake_per_tok", "stream", "reply"}},
    {"trtllm-bench", "throughput.csv", ",trtllm,", "0.19 0.20 0.21 1.0 1.1 1.2", EVERY_ROW, {"host", "host_per_seq"}},
    {"trtllm-bench-0.14",
     "throughput.csv",
     ",trtllm,",
     "0.11 0.12 0.13 0.14",
     EVERY_FOURTH,
     {"host", "host_per_seq", "host_sync"}},
};

/* What is aimed at: an error as large as this counts 1. */
static const struct {
    const char *metric;
    double mape, bias;
} aims[] = {{"ttft_ms", 0.15, 0.15}, {"tpot_ms", 0.08, 0.08}, {"output_tokps", 0.15, 0.05}};

struct world {
    const struct fit *fit;
    const char *rows; /* file with the engine's rows */
    double value_s[MOST_KEYS];
    int n;
    double mape[3], bias[3];
};

static bool wanted(const struct fit *fit, const char *line) {
    const char *at = strstr(line, fit->has);
    if (!at || strstr(line, "l40s")) return false; /* its collectives hide its engine */
    if (!*fit->versions) return true;
    const char *version = at + strlen(fit->has);
    for (const char *word = fit->versions; *word; word += strspn(word, " ")) {
        size_t length = strcspn(word, " ");
        if (strncmp(version, word, length) == 0) return true;
        word += length;
    }
    return false;
}

static bool write_rows(const struct fit *fit, const char *folder, const char *path) {
    char name[512], *line = NULL;
    size_t size = 0;
    int kept = 0;
    (void)snprintf(name, sizeof name, "%s/%s", folder, fit->file);
    FILE *in = fopen(name, "r"), *out = fopen(path, "w");
    for (int n = 0; in && out && getline(&line, &size, in) > 0; n++)
        if (n == 0 || (wanted(fit, line) && kept++ % fit->every == 0)) fputs(line, out);
    free(line);
    if (in) fclose(in);
    if (out) fclose(out);
    return kept > 0;
}

/* Errors of a metric over all groups. */
static void average(struct world *w, int k, const struct f2f_results *results) {
    double n = 0.0;
    w->mape[k] = w->bias[k] = 0.0;
    for (size_t i = 0; i < results->n_items; i++) {
        const struct f2f_record *r = results->items[i];
        const struct f2f_value *chip = f2f_record_find(r, "chip"), *metric = f2f_record_find(r, "metric");
        double rows = f2f_record_get(r, "n");
        if (!chip || !metric || strcmp(chip->text, "all") == 0 || strcmp(metric->text, aims[k].metric) != 0) continue;
        if (!(rows > 0.0)) continue;
        n += rows;
        w->mape[k] += rows * f2f_record_get(r, "mape_frac");
        w->bias[k] += rows * f2f_record_get(r, "bias_frac");
    }
    if (n > 0.0) w->mape[k] /= n;
    if (n > 0.0) w->bias[k] /= n;
}

/* Sum of what is aimed at; below 1 a metric when all is met. */
static double loss(struct world *w) {
    static const char *const dirs[] = {"catalog"};
    struct f2f_catalog *catalog;
    struct f2f_set sets[MOST_KEYS];
    char path[MOST_KEYS][64], value[MOST_KEYS][32];
    f2f_error err = {0};
    double sum = 0.0;
    if (f2f_catalog_new(&catalog, dirs, 1, &err) != F2F_OK) exit(1);
    f2f_catalog_on_system(catalog, f2f_mem_ports_attach, f2f_mem_ports_new(f2f_catalog_arena(catalog)));
    for (int i = 0; i < w->n; i++) {
        (void)snprintf(path[i], sizeof path[i], "engine.%s", w->fit->keys[i]);
        (void)snprintf(value[i], sizeof value[i], "%.4g us", w->value_s[i] * 1e6);
        sets[i] = (struct f2f_set){path[i], value[i]};
    }
    f2f_catalog_override(catalog, sets, (size_t)w->n);
    struct f2f_results *results = f2f_results_new(f2f_catalog_arena(catalog), "validate");
    if (f2f_validate_file(results, catalog, w->rows, &(struct f2f_validate_options){0}, &err) != F2F_OK) {
        fprintf(stderr, "fit_engine: %s\n", err.message);
        unlink(w->rows);
        exit(1);
    }
    for (int k = 0; k < 3; k++) {
        average(w, k, results);
        sum += w->mape[k] / aims[k].mape + 0.05 * fabs(w->bias[k]) / aims[k].bias;
    }
    f2f_catalog_free(catalog);
    return sum;
}

static double rounded(double x) { /* to two digits */
    double unit = pow(10.0, floor(log10(x)) - 1.0);
    return nearbyint(x / unit) * unit;
}

static void search(struct world *w) {
    static const double steps[] = {2.0, 1.4, 1.15};
    double best = loss(w);
    for (size_t s = 0; s < sizeof steps / sizeof steps[0]; s++)
        for (int i = 0; i < w->n; i++)
            for (int up = 0; up < 2; up++)
                for (;;) {
                    double before_s = w->value_s[i];
                    w->value_s[i] = rounded(up ? before_s * steps[s] : before_s / steps[s]);
                    double now = loss(w);
                    if (!(now < best - 1e-4)) {
                        w->value_s[i] = before_s;
                        break;
                    }
                    best = now;
                }
    (void)loss(w); /* the errors of the best */
}

static void fit_one(const struct fit *fit, const char *folder, const char *path) {
    static const char *const dirs[] = {"catalog"};
    struct f2f_catalog *catalog;
    struct f2f_engine engine;
    struct world w = {.fit = fit, .rows = path};
    if (!write_rows(fit, folder, path) || f2f_catalog_new(&catalog, dirs, 1, NULL) != F2F_OK) return;
    if (f2f_catalog_engine(&engine, catalog, fit->engine, NULL, 0, NULL) != F2F_OK) return;
    const struct {
        const char *key;
        double value_s;
    } all[] = {{"host", engine.host_s},
               {"host_per_seq", engine.host_per_seq_s},
               {"host_layer", engine.host_layer_s},
               {"host_sync", engine.host_sync_s},
               {"intake", engine.intake_s},
               {"intake_per_tok", engine.intake_per_tok_s},
               {"stream", engine.stream_s},
               {"reply", engine.reply_s}};
    for (; fit->keys[w.n]; w.n++)
        for (size_t k = 0; k < sizeof all / sizeof all[0]; k++)
            if (strcmp(all[k].key, fit->keys[w.n]) == 0) w.value_s[w.n] = fmax(all[k].value_s, 1e-6);
    f2f_catalog_free(catalog);
    search(&w);
    printf("%s:", fit->engine);
    for (int i = 0; i < w.n; i++) printf(" %s %.4g us%s", fit->keys[i], w.value_s[i] * 1e6, i + 1 < w.n ? "," : "");
    for (int k = 0; k < 3; k++)
        if (w.mape[k] > 0.0) printf("; %s %.1f %% (bias %+.1f %%)", aims[k].metric, 100 * w.mape[k], 100 * w.bias[k]);
    printf("\n");
    fflush(stdout);
}

int main(int argc, char **argv) {
    char path[] = "/tmp/f2f-fit-XXXXXX";
    if (argc < 2) return 2;
    int file = mkstemp(path);
    if (file < 0) return 1;
    close(file);
    for (size_t i = 0; i < sizeof fits / sizeof fits[0]; i++)
        if (argc < 3 || strcmp(argv[2], fits[i].engine) == 0) fit_one(&fits[i], argv[1], path);
    unlink(path);
    return 0;
}
