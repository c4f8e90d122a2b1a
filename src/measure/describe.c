/* describe.c - the machine as a chip of class `cpu`: YAML, each value with where it is from. */
#include <math.h>

#include "base/buffer.h"
#include "measure/state.h"

static const double channel_Bps = 2e10; /* what a channel of DDR5 surely delivers */

static const char measured[] = "measured: the fastest tenth of repeats, all cores at once";

static double own_cache_B(const struct f2f_host *host) {
    double size_B = 32768.0;
    for (int i = 0; i + 1 < host->caches; i++) size_B = host->cache[i].size_B;
    return size_B;
}

/* Double quotes and backslashes would end or change the text. */
static const char *quotable(f2f_arena *arena, const char *text) {
    char *copy = f2f_arena_strdup(arena, text);
    for (char *c = copy; *c; c++)
        if (*c == '"' || *c == '\\' || (unsigned char)*c < ' ' || (unsigned char)*c > '~') *c = ' ';
    return copy;
}

static void put_head(struct f2f_buffer *y, const struct f2f_host *host) {
    const char *model = quotable(y->arena, host->model);
    f2f_buffer_printf(y, "kind: chip\nname: this-machine\n");
    f2f_buffer_printf(y, "title: \"%s, %d core%s\"\n", model, host->cores, host->cores == 1 ? "" : "s");
    f2f_buffer_printf(y, "status: estimate\n");
    f2f_buffer_printf(y,
                      "source: \"fab2fleet measure on this machine: measured, read or assumed as each value says\"\n");
    f2f_buffer_printf(y, "note: \"instruction sets: %s%s\"\n", host->isa[0] ? host->isa : "none known",
                      host->is_virtual ? "; a virtual machine, whose caches and memory others may share" : "");
}

/* How long threads take to meet is the machine's and its team's, not a constant of all CPUs. */
static void put_class(struct f2f_buffer *y, const struct f2f_host *host, const struct f2f_probe *p) {
    double per_ck = p->flops[F2F_DTYPE_FP32] / (p->clock_Hz * host->cores);
    f2f_buffer_printf(y, "class:\n  name: cpu\n  title: Cores of this machine\n  status: estimate\n  extends: cpu\n"
                         "  source: \"inherited from cpu unless a value says otherwise\"\n");
    f2f_buffer_printf(y, "  launch_clocks: {value: %.4g, source: \"%s: threads wake, do nothing and meet\"}\n",
                      p->launch_s * p->clock_Hz, measured);
    f2f_buffer_printf(
        y,
        "  element_rate: {value: %.4g, source: \"computed: fp32 FLOP of a core in a clock, as vector units "
        "start two instructions for each multiply-add they can do\"}\n",
        per_ck);
}

static void put_rates(struct f2f_buffer *y, const struct f2f_host *host, const struct f2f_probe *p) {
    f2f_buffer_printf(y, "clock: {value: %.4g GHz, source: \"%s: additions that wait for each other\"",
                      1e-9 * p->clock_Hz, measured);
    if (host->nominal_Hz > 0.0) f2f_buffer_printf(y, ", note: \"the system says %.4g GHz\"", 1e-9 * host->nominal_Hz);
    f2f_buffer_printf(y, "}\nunits: {value: %d, source: \"read: cores of the %d CPUs this process may use%s\"}\n",
                      host->cores, host->allowed, host->quota > 0.0 ? ", within the quota of its control group" : "");
    f2f_buffer_printf(y, "array: {rows: %d, columns: %d, least_rows: 1, source: \"block of sums of the %s kernels\"}\n",
                      p->rows, p->columns, p->kernels);
    f2f_buffer_printf(y, "peak:\n  source: \"%s: multiply-adds in registers\"\n", measured);
    for (int d = 0; d < F2F_DTYPE_N; d++)
        if (p->flops[d] > 0.0)
            f2f_buffer_printf(y, "  %s: %.4g GFLOP/s\n", f2f_dtype_name((enum f2f_dtype)d), 1e-9 * p->flops[d]);
    f2f_buffer_printf(y, "vector: {value: %.4g GFLOP/s, source: \"%s: multiply-adds in registers\"}\n",
                      1e-9 * p->flops[F2F_DTYPE_FP32], measured);
}

static void put_memory(struct f2f_buffer *y, const struct f2f_host *host, const struct f2f_probe *p) {
    double modules = fmax(ceil(host->memory_B / 17179869184.0), ceil(p->memory_Bps / channel_Bps));
    f2f_buffer_printf(y, "cache: {value: %.6g KiB, source: \"%s\"}\n", f2f_host_cache_B(host) / 1024.0,
                      host->caches ? "read: last-level cache" : "assumed: the system does not tell");
    f2f_buffer_printf(y, "cache_bandwidth: {value: %.4g GB/s, source: \"%s: reading what no smaller cache holds\"}\n",
                      1e-9 * p->cache_Bps, measured);
    f2f_buffer_printf(y, "unit_sram: {value: %.6g KiB, source: \"%s\"}\n", own_cache_B(host) / 1024.0,
                      host->caches > 1 ? "read: largest cache of one core" : "assumed");
    f2f_buffer_printf(
        y,
        "unit_memory: {value: %.4g GB/s, source: \"%s: reading what no cache holds\", note: \"what one core "
        "gets while all read%s\"}\n",
        1e-9 * p->memory_Bps / host->cores, measured,
        p->memory_short ? "; memory is short, so that caches kept a part of it" : "");
    f2f_buffer_printf(
        y,
        "memory:\n  device: {value: ddr5, source: \"assumed: the system does not tell\"}\n"
        "  stacks: {value: %.0f, source: \"assumed: modules that hold the memory there is and deliver more "
        "than was measured, so that unit_memory binds\"}\n",
        fmin(fmax(modules, 1.0), 1024.0));
}

const char *f2f_measure_describe(f2f_arena *arena, const struct f2f_host *host, const struct f2f_probe *probe) {
    struct f2f_buffer y = {.arena = arena};
    put_head(&y, host);
    put_class(&y, host, probe);
    f2f_buffer_printf(&y, "process: {value: tsmc-n5, source: \"assumed; no time hangs on it\"}\n");
    f2f_buffer_printf(&y, "die: {value: %d mm2, source: \"assumed: 10 mm2 a core; no time hangs on it\"}\n",
                      10 * host->cores);
    put_rates(&y, host, probe);
    put_memory(&y, host, probe);
    f2f_buffer_printf(
        &y,
        "tdp: {value: %d W, source: \"assumed: so high that it limits nothing, as the clock was measured at "
        "work\"}\nidle: {value: %d W, source: \"assumed\"}\n",
        50 * host->cores, 2 * host->cores);
    return f2f_buffer_str(&y);
}
