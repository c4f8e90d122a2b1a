/* kind_traffic.c - field table of a traffic: arrivals and lengths of requests. */
#include "desc/table.h"
#include "fab2fleet/traffic.h"

#define L struct f2f_lengths
static const struct f2f_field length_fields[] = {
    F2F_QTY_OR(L, "mean", mean_tok, NUMBER, 1, 1e9, 0, "mean, in tokens"),
    F2F_QTY_OR(L, "cv", cv_frac, NUMBER, 0, 100, 0, "deviation over mean of a lognormal distribution; 0: all equal"),
    F2F_MANY(L, TEXTS, "quantiles", quantiles, n_quantiles, false, "evenly spaced quantiles, least to most, in tokens"),
};

static void check_lengths(const void *object, const struct f2f_doc *node, struct f2f_diag *diag) {
    const L *l = object;
    double before = 1.0, value;
    if (l->n_quantiles == 1 || (!l->n_quantiles && !(l->mean_tok > 0.0)))
        f2f_doc_error(diag, node, "lengths need 'mean' or at least two 'quantiles'");
    for (int i = 0; i < l->n_quantiles; i++) {
        if (!f2f_number_parse(&value, l->quantiles[i]) || !(value >= before) || value > 1e9) {
            f2f_doc_error(diag, node, "quantile '%.40s': numbers from 1 to 1e9 in ascending order are wanted",
                          l->quantiles[i]);
            return;
        }
        before = value;
    }
}

static const struct f2f_table length_table = F2F_TABLE(NULL, L, length_fields, true, check_lengths);

#define T struct f2f_traffic
static const struct f2f_field fields[] = {
    F2F_QTY(T, "rate", rate_Hz, FREQUENCY, 1e-9, 1e9, "requests per second"),
    F2F_QTY_OR(T, "cv", cv_frac, NUMBER, 0, 100, 1, "deviation over mean of the time between two requests; 1: Poisson"),
    F2F_QTY_OR(T, "day_swing", day_frac, FRACTION, 0, 1, 0, "share by which the rate swings around its mean in 24 h"),
    F2F_STRUCT(T, "isl", isl, true, &length_table, "prompt tokens"),
    F2F_STRUCT(T, "osl", osl, true, &length_table, "generated tokens"),
};

const struct f2f_table f2f_traffic_table = F2F_TABLE("traffic", T, fields, true, NULL);

f2f_status f2f_catalog_traffic(const struct f2f_traffic **out, struct f2f_catalog *catalog, const char *name,
                               f2f_error *err) {
    void *object;
    F2F_TRY(f2f_desc_load(&object, catalog, &f2f_traffic_table, name, NULL, 0, err));
    *out = object;
    return F2F_OK;
}
