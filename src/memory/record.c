/* record.c - a memory's result as a record. */
#include "fab2fleet/memory.h"

static const struct {
    const char *key, *name, *help;
} losses[F2F_MEM_LOSSES] = {
    [F2F_MEM_LOSS_REFRESH] = {NULL, "banks away for refresh", NULL},
    [F2F_MEM_LOSS_ROW] = {"row_loss_frac", "row misses", "of the data bus's time: activates and precharges"},
    [F2F_MEM_LOSS_TURNAROUND] = {"turnaround_loss_frac", "turnarounds", "between reads and writes"},
    [F2F_MEM_LOSS_GROUP] = {"group_loss_frac", "bank groups, ranks, command bus",
                            "commands of one group or stack ID apart"},
    [F2F_MEM_LOSS_IDLE] = {"idle_loss_frac", "nothing to do", "no request had come"}};

enum { READ = 1, WRITE };
static const char *const parts[] = {"activate_J", "read_J", "write_J", "refresh_J", "background_J"};

static void put_latency(struct f2f_record *r, const struct f2f_mem_result *m) {
    f2f_record_num(r, "latency_mean_s", m->latency_mean_s, "of reads, acceptance to last data");
    f2f_record_num(r, "latency_p50_s", m->latency_p50_s, NULL);
    f2f_record_num(r, "latency_p99_s", m->latency_p99_s, NULL);
    f2f_record_num(r, "latency_max_s", m->latency_max_s, NULL);
}

static void put_energy(struct f2f_record *r, const struct f2f_mem_result *m) {
    f2f_record_num(r, "energy_J", m->energy_J, "of the simulated channels");
    f2f_record_num(r, "energy_per_bit_J", m->bytes_B > 0 ? m->energy_J / (8.0 * m->bytes_B) : 0, NULL);
    f2f_record_num(r, "power_W", m->energy_J / m->time_s, "of the simulated channels");
    struct f2f_record *part = f2f_record_sub(r, "energy", "what it is spent on");
    double linked = (double)(m->reads - m->forwarded + m->writes); /* bursts over the link, each alike */
    for (int i = 0; i < 5; i++) {
        double bursts = i == READ ? (double)(m->reads - m->forwarded) : i == WRITE ? (double)m->writes : 0;
        f2f_record_num(part, parts[i], m->part_J[i] - (linked > 0 ? m->io_J * bursts / linked : 0), NULL);
    }
    f2f_record_num(part, "io_J", m->io_J, "the link to the chip, of reads and writes");
}

static void put_commands(struct f2f_record *r, const struct f2f_mem_result *m) {
    struct f2f_record *sub = f2f_record_sub(r, "commands", "issued");
    for (int a = 0; a < F2F_DRAM_ACTIONS; a++)
        if (m->commands[a]) f2f_record_int(sub, f2f_dram_action_words[a], m->commands[a], NULL);
}

struct f2f_record *f2f_mem_record(f2f_arena *arena, const struct f2f_mem_result *m, double refresh_loss_frac,
                                  const char *title) {
    struct f2f_record *r = f2f_record_new(arena, title);
    struct f2f_share *root = f2f_share_root(r, "time of the data bus", "s");
    f2f_record_int(r, "requests", m->requests, "bursts moved");
    f2f_record_num(r, "read_frac", m->requests ? (double)m->reads / (double)m->requests : 0, "share that read");
    f2f_record_num(r, "bandwidth_Bps", m->bandwidth_Bps, "delivered");
    f2f_record_num(r, "peak_Bps", m->peak_Bps, "pins times rate, of the simulated channels");
    f2f_record_num(r, "efficiency_frac", m->bandwidth_Bps / m->peak_Bps, "of peak");
    put_latency(r, m);
    f2f_record_num(r, "row_hit_frac", m->row_hit_frac, "requests that found their row open");
    f2f_record_num(r, "refresh_loss_frac", refresh_loss_frac, "of peak, gained if the memory needed no refresh");
    f2f_share_child(arena, root, "data", NULL)->amount = m->data_frac * m->time_s;
    for (int l = 0; l < F2F_MEM_LOSSES; l++) {
        if (losses[l].key) f2f_record_num(r, losses[l].key, m->loss_frac[l], losses[l].help);
        f2f_share_child(arena, root, losses[l].name, NULL)->amount = m->loss_frac[l] * m->time_s;
    }
    (void)f2f_share_sum(root);
    put_energy(r, m);
    put_commands(r, m);
    f2f_record_num(r, "cycles_ck", m->cycles_ck, "clocks of the command bus");
    if (m->violations >= 0) f2f_record_int(r, "violations", m->violations, "commands the audit objects to");
    if (m->violations > 0) f2f_record_text(r, "violation", m->violation, "the first of them");
    return r;
}

struct f2f_record *f2f_mem_histogram(f2f_arena *arena, const struct f2f_mem_result *m) {
    struct f2f_record *table = f2f_record_new(arena, "reads by latency");
    f2f_record_text(table, "text", "Reads that took up to so many nanoseconds and longer than the row before.", NULL);
    for (int b = 0; b < F2F_MEM_BINS;) {
        uint64_t n = 0;
        int last = b < 32 ? b + 15 : b + 7; /* half an octave */
        for (; b <= last && b < F2F_MEM_BINS; b++) n += m->latency_count[b];
        if (!n) continue;
        const char *up_to = f2f_arena_printf(arena, "%.0f", f2f_mem_bin_s(m, last) * 1e9);
        struct f2f_record *row = f2f_record_sub(table, up_to, NULL);
        f2f_record_text(row, "up_to_ns", up_to, "upper edge");
        f2f_record_int(row, "all reads.reads", (long long)n, NULL);
    }
    return table;
}
