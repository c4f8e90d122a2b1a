/* test_memory_properties.c - what holds for every memory, controller and traffic, whatever the figures.
 *
 * Every command passes the audit; bytes in are bytes out; a request waits no longer than stated; no two addresses
 * meet and every bank and row is reached, also where nothing is a power of two (36 GB 12-high: three stack IDs and
 * 24,576 rows). And the audit is awake: a simulation of a memory with one timing left out never passes it. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "memory/channel.h"
#include "memory_rig.h"

enum { PATTERNS = F2F_MEM_TRACE }; /* those before it */

static struct f2f_mem_run run_of(const struct f2f_memory *m, const struct f2f_controller *controller, int pattern) {
    return (struct f2f_mem_run){
        .memory = m,
        .controller = controller,
        .temperature_C = 60,
        .channels = 1,
        .requests = 2000,
        .audit = true,
        .traffic = {.pattern = pattern, .step_B = 4096, .read_frac = .6, .seed = 1},
    };
}

static double timing_s(const struct f2f_memory *m, int symbol) {
    double clock_s = m->standard->bits_per_clock / m->pin_rate_bps;
    return fmax(m->timing[symbol].s + clock_s, m->timing[symbol].ck * clock_s);
}

/* The longest a read may take. While it waits, writes may keep coming and go first, until so many reads are there
 * that the next one is not accepted; then both queues go before it, each entry in another row of its bank, nothing at
 * the same time; beside that, the refreshes that fall due meanwhile or were owed. Twice that, as no scheduler here
 * gives way to age: a read whose bank is busy each time that reads are served has no bound in principle, nor has one
 * behind a stream of row hits without a cap (starved_by_hits). */
static double bound_s(const struct f2f_memory *m, const struct f2f_controller *c, double read_frac) {
    double burst_s = m->burst / m->pin_rate_bps, nrc_s = timing_s(m, F2F_DRAM_SYMBOL_nRC),
           write_s = timing_s(m, F2F_DRAM_SYMBOL_nRCDWR) + timing_s(m, F2F_DRAM_SYMBOL_nCWL) + burst_s +
                     timing_s(m, F2F_DRAM_SYMBOL_nWR) + timing_s(m, F2F_DRAM_SYMBOL_nRP),
           requests = c->write_queue + (c->read_queue + 1) / fmax(read_frac, .01),
           rows_s = requests * fmax(nrc_s, write_s),
           refreshes = ceil(rows_s / timing_s(m, F2F_DRAM_SYMBOL_nREFI)) + c->postpone + 1;
    return 2 * (rows_s + refreshes * timing_s(m, F2F_DRAM_SYMBOL_nRFCab) * (c->refresh != F2F_DRAM_REFRESH_NONE));
}

/* Faults are told one by one, at most 20 a test, and fail it at its end. */
struct faults {
    int n;
};

static void fault(struct faults *faults, const struct f2f_mem_run *run, const char *fmt, ...) F2F_PRINTF(3, 4);
static void fault(struct faults *faults, const struct f2f_mem_run *run, const char *fmt, ...) {
    char text[400];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    if (faults->n++ < 20)
        print_message("%s, %s, pattern %d: %s\n", run->memory->id.name, run->controller->id.name, run->traffic.pattern,
                      text);
}

static void check_result(struct faults *faults, const struct f2f_mem_run *run, const struct f2f_mem_result *r) {
    const struct f2f_memory *m = run->memory;
    double burst_B = (double)m->pins / (m->channels * m->pseudos) * m->burst / 8, shares = r->data_frac,
           bound = bound_s(m, run->controller, run->traffic.read_frac);
    int64_t reads = r->commands[F2F_DRAM_READ] + r->commands[F2F_DRAM_READ_AUTO],
            writes = r->commands[F2F_DRAM_WRITE] + r->commands[F2F_DRAM_WRITE_AUTO];
    for (int l = 0; l < F2F_MEM_LOSSES; l++) shares += r->loss_frac[l];
    if (r->violations != 0) fault(faults, run, "%d violations: %s", (int)r->violations, r->violation);
    if (r->reads + r->writes != run->requests || reads + r->forwarded != r->reads || writes != r->writes)
        fault(faults, run, "%d requests: %d reads (%d commands, %d forwarded), %d writes (%d)", (int)run->requests,
              (int)r->reads, (int)reads, (int)r->forwarded, (int)r->writes, (int)writes);
    if (!(fabs(r->bytes_B - (double)run->requests * burst_B) < 1))
        fault(faults, run, "%g B moved for %d bursts of %g B", r->bytes_B, (int)run->requests, burst_B);
    if (!(r->bandwidth_Bps <= r->peak_Bps * (1 + 1e-9)))
        fault(faults, run, "%g B/s of %g", r->bandwidth_Bps, r->peak_Bps);
    if (!(fabs(shares - 1) < 1e-6)) fault(faults, run, "shares of the data bus add to %.7f", shares);
    if (!(r->latency_max_s <= bound))
        fault(faults, run, "a read took %g ns, at most %g stated", 1e9 * r->latency_max_s, 1e9 * bound);
}

/* Asked every 262,144 events: far more than the requests here need is a loop without end. */
static bool patience(void *context, double done_frac) {
    (void)done_frac;
    return --*(int *)context > 0;
}

static void simulate(struct faults *faults, const struct f2f_mem_run *run) {
    struct f2f_mem_run copy = *run;
    struct f2f_mem_result result;
    f2f_error err;
    int left = 4 + (int)(run->requests >> 14);
    copy.go_on = patience;
    copy.go_on_context = &left;
    f2f_status status = f2f_mem_simulate(&result, &copy, &err);
    if (status == F2F_EINTERRUPTED) fault(faults, run, "does not come to an end");
    else if (status != F2F_OK) fault(faults, run, "%s", err.message);
    else check_result(faults, run, &result);
}

/* Fields a mapping must name: a controller made for memories without one may not fit. */
static bool fits(const struct f2f_memory *m, const struct f2f_controller *c) {
    return (m->pseudos == 1 || strstr(c->mapping, "Pc")) && (m->ranks == 1 || strstr(c->mapping, "Ra")) &&
           (m->groups == 1 || strstr(c->mapping, "Bg")) && c->postpone <= m->standard->postponed;
}

struct controllers {
    const struct f2f_controller *of[64];
    int n;
};

static struct controllers all_controllers(const struct memory_rig *rig) {
    struct controllers all = {.n = 0};
    struct f2f_results *list = f2f_results_new(f2f_catalog_arena(rig->catalog), "list");
    assert_int_equal(f2f_catalog_list(list, rig->catalog, "controller", NULL), F2F_OK);
    assert_true(list->n_items > 0 && list->n_items <= 64);
    for (; all.n < (int)list->n_items; all.n++)
        assert_int_equal(f2f_catalog_controller(&all.of[all.n], rig->catalog, list->items[all.n]->title, NULL, 0, NULL),
                         F2F_OK);
    return all;
}

static void every_memory_controller_and_pattern(void **state) {
    (void)state;
    struct faults faults = {0};
    struct memory_rig rig = memory_rig_open();
    struct controllers all = all_controllers(&rig);
    for (int i = 0; i < rig.n; i++)
        for (int k = 0; k < all.n; k++)
            for (int pattern = 0; pattern < PATTERNS && fits(rig.memory[i], all.of[k]); pattern++) {
                struct f2f_mem_run run = run_of(rig.memory[i], all.of[k], pattern);
                simulate(&faults, &run);
            }
    assert_int_equal(faults.n, 0);
    memory_rig_close(&rig);
}

/* Requests that keep the data bus of a channel busy for so many tREFI. */
static int64_t requests_for(const struct f2f_memory *m, double intervals) {
    double burst_s = m->burst / m->pin_rate_bps;
    return (int64_t)(intervals * timing_s(m, F2F_DRAM_SYMBOL_nREFI) / burst_s * m->pseudos);
}

/* Long enough that refreshes may not stay away: 11 tREFI and more, in a stream up to 40, where a debt that grows slowly
 * shows too. Random traffic fills the bus to a third at most. Of the other patterns each memory takes one in turn. */
static void own_controller_for_long(void **state) {
    (void)state;
    static const int others[] = {F2F_MEM_TRIAD, F2F_MEM_STRIDED, F2F_MEM_KV_GATHER};
    struct memory_rig rig = memory_rig_open();
    struct faults faults = {0};
    for (int i = 0; i < rig.n; i++) {
        const struct f2f_memory *m = rig.memory[i];
        int64_t least = requests_for(m, 13), most = requests_for(m, 40);
        struct f2f_mem_run stream = run_of(m, m->controller, F2F_MEM_STREAM),
                           random = run_of(m, m->controller, F2F_MEM_RANDOM),
                           other = run_of(m, m->controller, others[i % 3]);
        stream.requests = most < 64000 ? most : least > 64000 ? least : 64000;
        random.requests = requests_for(m, 6);
        other.requests = least;
        simulate(&faults, &stream);
        simulate(&faults, &random);
        simulate(&faults, &other);
    }
    assert_int_equal(faults.n, 0);
    memory_rig_close(&rig);
}

static void threads_change_nothing(void **state) {
    (void)state;
    struct memory_rig rig = memory_rig_open();
    const struct f2f_memory *m = memory_rig_find(&rig, "hbm3e-12h-36gb");
    for (int pattern = 0; pattern < PATTERNS; pattern++) {
        struct f2f_mem_result one, many;
        struct f2f_mem_run run = run_of(m, m->controller, pattern);
        run.channels = 5;
        run.requests = 20001;
        run.threads = 1;
        assert_int_equal(f2f_mem_simulate(&one, &run, NULL), F2F_OK);
        run.threads = 4;
        assert_int_equal(f2f_mem_simulate(&many, &run, NULL), F2F_OK);
        assert_int_equal(one.violations, 0);
        assert_int_equal(one.reads + one.writes, 20001);
        assert_memory_equal(&one.time_s, &many.time_s, sizeof one.time_s);
        assert_memory_equal(&one.energy_J, &many.energy_J, sizeof one.energy_J);
        assert_memory_equal(&one.latency_mean_s, &many.latency_mean_s, sizeof one.latency_mean_s);
        assert_memory_equal(one.commands, many.commands, sizeof one.commands);
        assert_memory_equal(one.loss_frac, many.loss_frac, sizeof one.loss_frac);
        assert_memory_equal(one.latency_count, many.latency_count, sizeof one.latency_count);
    }
    memory_rig_close(&rig);
}

/* A generator for policies and traffic (Steele et al., OOPSLA 2014). */
static uint64_t draw(uint64_t *state) {
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}
static int below(uint64_t *state, int n) { return (int)(draw(state) % (uint64_t)n); }

static struct f2f_controller random_controller(uint64_t *random) {
    static const char *const mappings[] = {"RoCoBaBgRaPcCo4", "RoBaRaCoBgPc", "RoBaBgRaPcCo",   "CoRoBaRaBgPc",
                                           "RaPcBgBaRoCo",    "BaRoPcBgCoRa", "RoCoRaBaBgPcCo2"};
    static const char *const schedulers[] = {"fcfs", "frfcfs", "frfcfs-rowhit"};
    return (struct f2f_controller){
        .scheduler = schedulers[below(random, 3)],
        .cap = below(random, 2) ? 1 + below(random, 32) : 0,
        .page = below(random, 3),
        .refresh = below(random, 2) ? F2F_DRAM_REFRESH_ALL_BANK : F2F_DRAM_REFRESH_PER_BANK,
        .hash = below(random, 3),
        .idle_close_s = 1e-9 * (20 + below(random, 500)),
        .postpone = below(random, 9),
        .mapping = mappings[below(random, 7)],
        .interleave_B = 32 << below(random, 8),
        .read_queue = 4 << below(random, 6),
        .write_queue = 16 << below(random, 5), /* with one of 2, reads were seen to wait for hundreds of writes */
        .drain_high_frac = .55 + .05 * below(random, 10),
        .drain_low_frac = .05 * below(random, 10),
        .early_release = below(random, 2),
    };
}

static void describe(char name[160], const struct f2f_controller *c, const struct f2f_mem_traffic *t) {
    (void)snprintf(
        name, 160, "%s cap %d page %d refresh %d postpone %d %s hash %d queues %d %d drain %g %g%s, reads %g of %d",
        c->scheduler, c->cap, c->page, c->refresh, c->postpone, c->mapping, c->hash, c->read_queue, c->write_queue,
        c->drain_high_frac, c->drain_low_frac, c->early_release ? " early" : "", t->read_frac, t->outstanding);
}

static void random_policies(void **state) {
    (void)state;
    struct faults faults = {0};
    struct memory_rig rig = memory_rig_open();
    uint64_t random = 2024;
    for (int i = 0; i < 400; i++) {
        const struct f2f_memory *m = rig.memory[below(&random, rig.n)];
        char name[160];
        struct f2f_controller c = random_controller(&random);
        if (c.postpone > m->standard->postponed) c.postpone = m->standard->postponed;
        struct f2f_mem_run run = run_of(m, &c, below(&random, PATTERNS));
        run.requests = 500 + below(&random, 6000);
        run.temperature_C = 40 + below(&random, 80);
        run.pin_rate_bps = below(&random, 2) ? m->pin_rate_bps * (.5 + .05 * below(&random, 11)) : 0;
        run.traffic.read_frac = .1 * below(&random, 11);
        run.traffic.step_B = 64 << below(&random, 11);
        run.traffic.outstanding = below(&random, 2) ? 1 << below(&random, 9) : 0;
        run.traffic.rate_Bps = below(&random, 4) ? 0 : m->pin_rate_bps / 8 * (1 + below(&random, 20));
        run.traffic.seed = draw(&random);
        describe(name, &c, &run.traffic);
        c.id.name = name;
        simulate(&faults, &run);
    }
    assert_int_equal(faults.n, 0);
    memory_rig_close(&rig);
}

/* A log kept for looking at afterwards. */
struct log {
    struct f2f_mem_command *command;
    int n, most;
};

static void keep(void *context, const struct f2f_mem_command *command) {
    struct log *log = context;
    if (log->n == log->most) {
        log->most = log->most ? 2 * log->most : 4096;
        log->command = realloc(log->command, (size_t)log->most * sizeof *log->command);
        assert_non_null(log->command);
    }
    log->command[log->n++] = *command;
}

static struct log logged(const struct f2f_mem_run *run) {
    struct log log = {0};
    struct f2f_mem_run copy = *run;
    struct f2f_mem_result result;
    f2f_error err;
    copy.log = keep;
    copy.log_context = &log;
    if (f2f_mem_simulate(&result, &copy, &err) != F2F_OK) fail_msg("%s: %s", run->memory->id.name, err.message);
    return log;
}

static int64_t audited(const struct f2f_memory *m, const struct log *log, char first[160]) {
    struct f2f_mem_audit *audit;
    const char *sentence;
    assert_int_equal(f2f_mem_audit_new(&audit, m, 0, NULL), F2F_OK);
    for (int i = 0; i < log->n; i++) f2f_mem_audit_command(audit, &log->command[i]);
    int64_t violations = f2f_mem_audit_violations(audit, &sentence);
    memcpy(first, sentence, strlen(sentence) + 1);
    f2f_mem_audit_free(audit);
    return violations;
}

/* Violations by the memory's timings of a log of a memory that has one timing at a quarter of its length. */
static int64_t missed(const struct f2f_memory *m, int symbol) {
    struct f2f_memory hasty = *m;
    struct f2f_controller controllers[4];
    int64_t found = 0;
    hasty.timing[symbol].s /= 4;
    hasty.timing[symbol].ck /= 4;
    for (int i = 0; i < 4 * PATTERNS && !found; i++) {
        struct f2f_controller *c = &controllers[i % 4];
        char first[160];
        *c = *m->controller;
        c->page = i & 1 ? F2F_DRAM_PAGE_CLOSED : F2F_DRAM_PAGE_OPEN;
        c->refresh = i & 2 ? F2F_DRAM_REFRESH_PER_BANK : F2F_DRAM_REFRESH_ALL_BANK;
        struct f2f_mem_run run = run_of(&hasty, c, i / 4);
        run.requests = 6000;
        run.audit = false;
        run.traffic.outstanding = i % 3 ? 0 : 1;
        struct log log = logged(&run);
        found = audited(m, &log, first);
        free(log.command);
    }
    return found;
}

/* Not tried: tREFI, a rate; tCL, which HBM3's constraints do not speak of; tCCD_S, as long as a burst; what seldom
 * is what a command waits for (tRC, tPPD, tRREFD, tCCD_R). */
static void each_timing_matters(void **state) {
    (void)state;
    static const int must[] = {
        F2F_DRAM_SYMBOL_nCWL,   F2F_DRAM_SYMBOL_nRCDRD, F2F_DRAM_SYMBOL_nRP,    F2F_DRAM_SYMBOL_nRAS,
        F2F_DRAM_SYMBOL_nWR,    F2F_DRAM_SYMBOL_nCCDL,  F2F_DRAM_SYMBOL_nRRDS,  F2F_DRAM_SYMBOL_nFAW,
        F2F_DRAM_SYMBOL_nWTRS,  F2F_DRAM_SYMBOL_nWTRL,  F2F_DRAM_SYMBOL_nRTW,   F2F_DRAM_SYMBOL_nRTP,
        F2F_DRAM_SYMBOL_nRCDWR, F2F_DRAM_SYMBOL_nRFCab, F2F_DRAM_SYMBOL_nRFCpb, F2F_DRAM_SYMBOL_nRRDL};
    struct memory_rig rig = memory_rig_open();
    const struct f2f_memory *m = memory_rig_find(&rig, "hbm3-8h-16gb");
    for (size_t i = 0; i < sizeof must / sizeof must[0]; i++)
        if (missed(m, must[i]) == 0)
            fail_msg("%s at a quarter of its length is not found", f2f_dram_symbol_name((enum f2f_dram_symbol)must[i]));
    memory_rig_close(&rig);
}

/* Three stack IDs and 24,576 rows: each burst of a channel at a place of its own, and no place left over. */
static void check_mapping(const struct f2f_memory *m, const struct f2f_controller *c, int rows) {
    struct f2f_memory cut = *m;
    bool used[F2F_DRAM_ACTIONS];
    struct dram_spec *spec = calloc(1, sizeof *spec);
    struct mapping mapping;
    f2f_error err;
    cut.rows = rows;
    f2f_dram_actions_used(used, &cut, c);
    assert_int_equal(f2f_dram_spec_make(spec, &cut, 0, used, &err), F2F_OK);
    if (f2f_dram_mapping_make(&mapping, c->mapping, c->hash, spec, &err) != F2F_OK)
        fail_msg("%s, %s: %s", m->id.name, c->id.name, err.message);
    int64_t banks = spec->members[F2F_DRAM_BANK], places = banks * rows * spec->columns;
    assert_int_equal(mapping.bursts, places);
    uint8_t *taken = calloc((size_t)places / 8 + 1, 1);
    assert_non_null(taken);
    for (int64_t burst = 0; burst < places; burst++) {
        struct place p = f2f_dram_mapping_place(&mapping, burst);
        int64_t at = ((int64_t)p.bank * rows + p.row) * spec->columns + p.column;
        bool inside =
            p.bank >= 0 && p.bank < banks && p.row >= 0 && p.row < rows && p.column >= 0 && p.column < spec->columns;
        if (!inside || taken[at >> 3] & 1 << (at & 7))
            fail_msg("%s, %s: burst %lld lies at bank %d, row %d, column %d, where another one does", m->id.name,
                     c->id.name, (long long)burst, p.bank, p.row, p.column);
        taken[at >> 3] = (uint8_t)(taken[at >> 3] | 1 << (at & 7));
    }
    free(taken);
    free(spec);
}

static void no_two_addresses_meet(void **state) {
    (void)state;
    struct memory_rig rig = memory_rig_open();
    struct controllers all = all_controllers(&rig);
    const struct f2f_memory *tall = memory_rig_find(&rig, "hbm3e-12h-36gb");
    assert_int_equal(tall->ranks, 3);
    assert_int_equal(tall->rows, 24576);
    check_mapping(tall, tall->controller, tall->rows);
    for (int i = 0; i < rig.n; i++)
        for (int k = 0; k < all.n; k++)
            for (int hash = 0; hash < 3 && fits(rig.memory[i], all.of[k]); hash++) {
                struct f2f_controller c = *all.of[k];
                c.hash = hash;
                check_mapping(rig.memory[i], &c, 24);
            }
    memory_rig_close(&rig);
}

/* Every burst of the whole memory lies in one channel, at a place no other one has there. */
static void channels_share_nothing(void **state) {
    (void)state;
    static const int chunks[] = {1, 2, 8, 3}, channels[] = {1, 2, 16, 24, 3};
    for (size_t k = 0; k < 4; k++)
        for (size_t n = 0; n < 5; n++) {
            enum { LOCAL = 24 * 32 };
            bool taken[32][LOCAL] = {{false}};
            for (int64_t burst = 0; burst < (int64_t)channels[n] * LOCAL; burst++) {
                int owners = 0;
                for (int c = 0; c < channels[n]; c++) {
                    struct layout layout = {.bursts = LOCAL, .chunk = chunks[k], .channels = channels[n], .channel = c};
                    int64_t local = f2f_dram_layout_local(&layout, burst);
                    if (local < 0) continue;
                    assert_true(local < LOCAL && !taken[c][local]);
                    taken[c][local] = true;
                    owners++;
                }
                assert_int_equal(owners, 1);
            }
        }
}

/* The simulation itself goes everywhere in 36 GB 12-high: each bank of each stack ID, and rows from end to end. */
static void every_bank_is_reached(void **state) {
    (void)state;
    enum { PARTS = 48 };
    struct memory_rig rig = memory_rig_open();
    const struct f2f_memory *m = memory_rig_find(&rig, "hbm3e-12h-36gb");
    int banks = m->pseudos * m->ranks * m->groups * m->banks;
    int(*seen)[PARTS] = calloc((size_t)banks, sizeof *seen);
    struct f2f_mem_run run = run_of(m, m->controller, F2F_MEM_RANDOM);
    run.requests = 100000;
    struct log log = logged(&run);
    for (int i = 0; i < log.n; i++) {
        const struct f2f_mem_command *c = &log.command[i];
        if (c->action != F2F_DRAM_ACTIVATE) continue;
        int b = ((c->pseudo * m->ranks + c->rank) * m->groups + c->group) * m->banks + c->bank;
        seen[b][(int64_t)c->row * PARTS / m->rows]++;
    }
    for (int b = 0; b < banks; b++)
        for (int part = 0; part < PARTS; part++)
            if (!seen[b][part]) fail_msg("no row of part %d of bank %d was ever opened", part, b);
    free(log.command);
    free(seen);
    memory_rig_close(&rig);
}

/* How often each place was read or written, most often first. */
static int by_count(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x < y) - (x > y);
}

/* A trace of `n` requests to a few addresses; the log must move as much at as many places. */
static void bytes_in_are_bytes_out(void **state) {
    (void)state;
    enum { REQUESTS = 20000, ADDRESSES = 512, MOST = 1 << 22 };
    struct memory_rig rig = memory_rig_open();
    const struct f2f_memory *m = memory_rig_find(&rig, "hbm3e-12h-36gb");
    char path[] = "/tmp/f2f-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    FILE *file = fdopen(fd, "w");
    int64_t wanted[2][ADDRESSES] = {{0}};
    uint64_t random = 7, address[ADDRESSES];
    double channel_B = m->capacity_B / m->channels;
    for (int i = 0; i < ADDRESSES; i++) address[i] = draw(&random) % (uint64_t)(channel_B / 32) * 32;
    for (int i = 0; i < REQUESTS; i++) {
        int which = below(&random, ADDRESSES), write = below(&random, 3) == 0;
        wanted[write][which]++;
        fprintf(file, "0x%llx %s %d\n", (unsigned long long)address[which], write ? "WRITE" : "READ", i);
    }
    fclose(file);
    struct f2f_mem_run run = run_of(m, m->controller, F2F_MEM_TRACE);
    struct log log = {0};
    struct f2f_mem_result result;
    f2f_error err;
    run.requests = REQUESTS;
    run.traffic.trace = path;
    run.log = keep;
    run.log_context = &log;
    f2f_status status = f2f_mem_simulate(&result, &run, &err);
    unlink(path);
    if (status != F2F_OK) fail_msg("%s", err.message);
    assert_int_equal(result.violations, 0);
    assert_int_equal(result.reads + result.writes, REQUESTS);
    int64_t *moved = calloc((size_t)MOST, sizeof *moved), reads = 0;
    for (int i = 0; i < log.n; i++) {
        const struct f2f_mem_command *c = &log.command[i];
        reads += c->action == F2F_DRAM_READ || c->action == F2F_DRAM_READ_AUTO;
        if (c->action != F2F_DRAM_WRITE && c->action != F2F_DRAM_WRITE_AUTO) continue;
        uint64_t key =
            (((((uint64_t)c->pseudo * 3 + (uint64_t)c->rank) * 4 + (uint64_t)c->group) * 4 + (uint64_t)c->bank) *
                 24576 +
             (uint64_t)c->row) *
                32 +
            (uint64_t)c->column;
        key *= UINT64_C(0x9e3779b97f4a7c15); /* few addresses in many slots: that two meet is found by the counts */
        moved[key >> 42]++;
    }
    qsort(moved, MOST, sizeof *moved, by_count);
    qsort(wanted[1], ADDRESSES, sizeof wanted[1][0], by_count);
    assert_int_equal(reads + result.forwarded, result.reads);
    for (int i = 0; i < ADDRESSES; i++) assert_int_equal(moved[i], wanted[1][i]);
    assert_int_equal(moved[ADDRESSES], 0);
    free(moved);
    free(log.command);
    memory_rig_close(&rig);
}

/* One read of another row among 20,000 hits, as many as the bus takes: with a cap it waits no longer than stated;
 * without one it waits to the end. */
static void starved_by_hits(void **state) {
    (void)state;
    enum { HITS = 20000 };
    struct memory_rig rig = memory_rig_open();
    const struct f2f_memory *m = memory_rig_find(&rig, "hbm3-8h-16gb");
    struct f2f_controller c = *m->controller;
    char path[] = "/tmp/f2f-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    FILE *file = fdopen(fd, "w");
    int64_t row_B = (int64_t)(m->capacity_B / m->channels / m->rows);
    for (int i = 0; i < HITS; i++) {
        if (i == 100) fprintf(file, "0x%llx READ %d\n", (unsigned long long)row_B, i);
        fprintf(file, "0x%x READ %d\n", i % 32 * 32, i);
    }
    fclose(file);
    c.scheduler = "frfcfs";
    c.mapping = "RoBaBgRaPcCo";
    c.hash = F2F_DRAM_HASH_NONE;
    c.refresh = F2F_DRAM_REFRESH_NONE;
    for (c.cap = 0; c.cap <= 16; c.cap += 16) {
        struct f2f_mem_run run = run_of(m, &c, F2F_MEM_TRACE);
        struct f2f_mem_result r;
        f2f_error err;
        run.requests = HITS + 1;
        run.traffic.trace = path;
        run.audit = false; /* nothing is refreshed */
        if (f2f_mem_simulate(&r, &run, &err) != F2F_OK) fail_msg("%s", err.message);
        print_message("cap %d: the longest read takes %.0f of %.0f ns\n", c.cap, 1e9 * r.latency_max_s, 1e9 * r.time_s);
        if (c.cap) assert_true(r.latency_max_s < bound_s(m, &c, 1));
    }
    unlink(path);
    memory_rig_close(&rig);
}

/* Without refresh a run is clean until more than may be postponed is owed; then the audit speaks of nothing else. */
static void unrefreshed_memory_is_found(void **state) {
    (void)state;
    struct memory_rig rig = memory_rig_open();
    for (int i = 0; i < rig.n; i++)
        for (int longer = 0; longer < 2; longer++) {
            const struct f2f_memory *m = rig.memory[i];
            struct f2f_controller c = *m->controller;
            struct f2f_mem_run run = run_of(m, &c, F2F_MEM_STREAM);
            struct f2f_mem_result r;
            c.refresh = F2F_DRAM_REFRESH_NONE;
            run.requests = requests_for(m, longer ? m->standard->postponed + 5 : 3);
            assert_int_equal(f2f_mem_simulate(&r, &run, NULL), F2F_OK);
            if (!longer) assert_int_equal(r.violations, 0);
            if (longer) assert_int_equal(r.violations, m->pseudos * m->ranks * m->groups * m->banks);
            if (longer) assert_non_null(strstr(r.violation, "refresh"));
        }
    memory_rig_close(&rig);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_memory_controller_and_pattern),
                                       cmocka_unit_test(own_controller_for_long),
                                       cmocka_unit_test(random_policies),
                                       cmocka_unit_test(threads_change_nothing),
                                       cmocka_unit_test(each_timing_matters),
                                       cmocka_unit_test(no_two_addresses_meet),
                                       cmocka_unit_test(channels_share_nothing),
                                       cmocka_unit_test(every_bank_is_reached),
                                       cmocka_unit_test(bytes_in_are_bytes_out),
                                       cmocka_unit_test(starved_by_hits),
                                       cmocka_unit_test(unrefreshed_memory_is_found)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
