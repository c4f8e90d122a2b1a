/* curve.c - bandwidth-latency curves per read share, the yardstick of Mess (Esmaili-Dokht et al., MICRO 2024).
 *
 * Requests come at a fixed rate, whatever becomes of them; latency counts from acceptance. Beyond what the memory
 * takes, the delivered bandwidth stays behind the rate. */
#include "fab2fleet/memory.h"

static const double read_fracs[] = {1.0, 0.75, 2.0 / 3.0, 0.5, 0.25, 0.0};
static const double rates[] = {0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.84, 0.88, 0.92, 0.96, 1.0};

static double channel_Bps(const struct f2f_mem_run *run) {
    const struct f2f_memory *m = run->memory;
    double rate_bps = run->pin_rate_bps > 0.0 ? run->pin_rate_bps : m->pin_rate_bps;
    return rate_bps * m->pins / 8.0 / m->channels;
}

static f2f_status add_point(struct f2f_record *row, struct f2f_mem_run run, double read_frac, double rate,
                            f2f_error *err) {
    struct f2f_mem_result m;
    int percent = (int)(100.0 * read_frac + 0.5);
    run.traffic.read_frac = read_frac;
    run.traffic.rate_Bps = rate * channel_Bps(&run);
    F2F_TRY(f2f_mem_simulate(&m, &run, err));
    const char *system = f2f_arena_printf(row->arena, "%d %% reads", percent);
    f2f_record_num(row, f2f_arena_printf(row->arena, "%s.bandwidth_Bps", system), m.bandwidth_Bps, "delivered");
    if (m.reads) {
        f2f_record_num(row, f2f_arena_printf(row->arena, "%s.latency_mean_s", system), m.latency_mean_s, "of reads");
        f2f_record_num(row, f2f_arena_printf(row->arena, "%s.latency_p99_s", system), m.latency_p99_s, NULL);
    }
    return F2F_OK;
}

f2f_status f2f_mem_curve(struct f2f_record **table, f2f_arena *arena, const struct f2f_mem_run *run, f2f_error *err) {
    const int n = sizeof rates / sizeof rates[0], shares = sizeof read_fracs / sizeof read_fracs[0];
    *table = f2f_record_new(arena, "bandwidth and latency by read share");
    f2f_record_text(*table, "text",
                    "What is asked for, as a share of peak, against what is delivered and how long a read takes.",
                    NULL);
    for (int i = 0; i < n; i++) {
        struct f2f_record *row = f2f_record_sub(*table, f2f_arena_printf(arena, "%d", i), NULL);
        f2f_record_text(row, "offered", f2f_arena_printf(arena, "%.2f", rates[i]), "share of peak asked for");
        for (int k = 0; k < shares; k++) {
            F2F_TRY(add_point(row, *run, read_fracs[k], rates[i], err));
            if (run->go_on && !run->go_on(run->go_on_context, (double)(i * shares + k + 1) / (n * shares)))
                return f2f_fail(err, F2F_EINTERRUPTED, "interrupted");
        }
    }
    return F2F_OK;
}
