/* host.c - what the system's files say of the machine: /proc/cpuinfo, /proc/meminfo, sysfs.
 *
 * After the Linux kernel's Documentation/ABI/testing/sysfs-devices-system-cpu and proc(5). Cores that this process may
 * not run on, or that are the second thread of one, are not counted. Left out: NUMA nodes, cores of several kinds. */
#include <string.h>

#include "measure/host.h"

enum { LOGICAL = 4096 }; /* CPUs that are looked at */

/* Of the instruction sets the kernels here could use. */
static const char *const isa_words[] = {"avx2",        "fma",      "avx_vnni", "avx512f",  "avx512_vnni",
                                        "avx512_bf16", "amx_tile", "amx_bf16", "amx_int8", "asimd",
                                        "asimddp",     "bf16",     "i8mm",     "sve",      "sve2"};

/* The value of "key<blanks>: value" on a line of its own, up to its end; NULL: there is none. */
static const char *line_value(f2f_arena *arena, const char *text, const char *key) {
    size_t length = strlen(key);
    for (const char *line = text; line && *line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, key, length) != 0) continue;
        const char *at = line + length + strspn(line + length, " \t");
        if (*at != ':') continue;
        at += 1 + strspn(at + 1, " \t");
        return f2f_arena_strndup(arena, at, strcspn(at, "\n"));
    }
    return NULL;
}

/* Is it one of the words of the text, which blanks part? */
static bool has_word(const char *text, const char *word) {
    size_t length = strlen(word);
    for (const char *at = text; (at = strstr(at, word)) != NULL; at += length) {
        bool starts = at == text || at[-1] == ' ', ends = at[length] == '\0' || at[length] == ' ';
        if (starts && ends) return true;
    }
    return false;
}

static void read_cpuinfo(struct f2f_host *host, f2f_arena *arena, const char *root) {
    const char *text = f2f_host_file(arena, root, "/proc/cpuinfo");
    const char *model = line_value(arena, text, "model name"), *flags = line_value(arena, text, "flags");
    const char *mhz = line_value(arena, text, "cpu MHz");
    double number;
    if (!flags) flags = line_value(arena, text, "Features"); /* arm64 */
    host->model = model ? model : "unknown";
    host->isa = "";
    if (mhz && f2f_host_number(&number, mhz)) host->nominal_Hz = 1e6 * number;
    if (!flags) return;
    host->is_virtual = has_word(flags, "hypervisor");
    for (size_t i = 0; i < sizeof isa_words / sizeof isa_words[0]; i++)
        if (has_word(flags, isa_words[i]))
            host->isa = f2f_arena_printf(arena, "%s%s%s", host->isa, host->isa[0] ? " " : "", isa_words[i]);
}

static double meminfo_B(f2f_arena *arena, const char *text, const char *key) {
    const char *value = line_value(arena, text, key);
    double kib;
    if (!value) return 0.0;
    return f2f_host_number(&kib, f2f_arena_strndup(arena, value, strcspn(value, " "))) ? 1024.0 * kib : 0.0;
}

static void read_caches(struct f2f_host *host, f2f_arena *arena, const char *root) {
    for (int i = 0; i < 8 && host->caches < F2F_HOST_CACHES; i++) {
        const char *folder = f2f_arena_printf(arena, "/sys/devices/system/cpu/cpu%d/cache/index%d", host->cpu[0], i);
        const char *type = f2f_host_file(arena, root, f2f_arena_printf(arena, "%s/type", folder));
        const char *size = f2f_host_file(arena, root, f2f_arena_printf(arena, "%s/size", folder));
        const char *level = f2f_host_file(arena, root, f2f_arena_printf(arena, "%s/level", folder));
        double number, kib;
        if (strncmp(type, "Instruction", 11) == 0 || !f2f_host_number(&number, level)) continue;
        size_t digits = strspn(size, "0123456789");
        if (!f2f_host_number(&kib, f2f_arena_strndup(arena, size, digits))) continue;
        const char *shared = f2f_host_file(arena, root, f2f_arena_printf(arena, "%s/shared_cpu_list", folder));
        int sharers = f2f_host_list(NULL, 0, shared);
        host->cache[host->caches++] = (struct f2f_host_cache){
            (int)number, kib * (size[digits] == 'M' ? 1048576.0 : 1024.0), sharers > 0 ? sharers : 1};
    }
}

/* Is it the first of those of its core that this process may run on? */
static bool leads_core(struct f2f_host *host, f2f_arena *arena, const char *root, int cpu, const int *allowed, int n) {
    int sibling[64];
    const char *list = f2f_host_file(
        arena, root, f2f_arena_printf(arena, "/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list", cpu));
    int siblings = f2f_host_list(sibling, 64, list);
    if (siblings > host->smt) host->smt = siblings;
    for (int s = 0; s < siblings && s < 64; s++)
        for (int i = 0; i < n; i++)
            if (allowed[i] == sibling[s]) return sibling[s] == cpu;
    return true;
}

/* The list of CPUs in the status file may name some that are not there, which a machine could get later: without those.
 * Returns how many are left. */
static int keep_online(int *cpu, int n, f2f_arena *arena, const char *root) {
    int online[LOGICAL], kept = 0;
    int m = f2f_host_list(online, LOGICAL, f2f_host_file(arena, root, "/sys/devices/system/cpu/online"));
    if (m < 1) return n; /* not told */
    if (m > LOGICAL) m = LOGICAL;
    for (int i = 0, at = 0; i < n; i++) { /* both rise */
        while (at < m && online[at] < cpu[i]) at++;
        if (at < m && online[at] == cpu[i]) cpu[kept++] = cpu[i];
    }
    return kept;
}

f2f_status f2f_host_read(struct f2f_host *out, f2f_arena *arena, const char *root, int cores, f2f_error *err) {
    int allowed[LOGICAL];
    *out = (struct f2f_host){.smt = 1};
    read_cpuinfo(out, arena, root);
    const char *memory = f2f_host_file(arena, root, "/proc/meminfo");
    out->memory_B = meminfo_B(arena, memory, "MemTotal");
    out->available_B = meminfo_B(arena, memory, "MemAvailable");
    const char *list = line_value(arena, f2f_host_file(arena, root, "/proc/self/status"), "Cpus_allowed_list");
    int n = f2f_host_list(allowed, LOGICAL, list ? list : "");
    n = keep_online(allowed, n < LOGICAL ? n : LOGICAL, arena, root);
    if (n < 1) return f2f_fail(err, F2F_EINPUT, "%s/proc/self/status does not say which CPUs may be used", root);
    out->allowed = n;
    for (int i = 0; i < n && out->cores < F2F_HOST_CORES; i++)
        if (leads_core(out, arena, root, allowed[i], allowed, n)) out->cpu[out->cores++] = allowed[i];
    out->quota = f2f_host_quota(arena, root);
    if (out->quota > 0.0 && out->cores > out->quota) out->cores = out->quota < 2.0 ? 1 : (int)out->quota;
    if (cores > 0 && cores < out->cores) out->cores = cores;
    read_caches(out, arena, root);
    double memory_B = f2f_host_memory_limit(arena, root);
    if (memory_B > 0.0 && memory_B < out->available_B) out->available_B = memory_B;
    return F2F_OK;
}
