/* journal.c - see journal.h. Its place in a run is tasks.c.
 *
 * Whole lines are appended and flushed, so that a run that is killed loses the tasks in work and no more. Left out:
 * libraries this one is linked with, and what a hook of the catalog other than the program's own does to a system, are
 * not in the key. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "desc/digest.h"
#include "explore/build_id.h"
#include "explore/journal.h"

#define HEAD "fab2fleet journal 1\n"
#define LINE_MAX_B ((size_t)1 << 20) /* 100 times the longest record of the studies; a longer one is not kept */

struct f2f_journal {
    FILE *file;
    const char *path;
    int write_errno; /* of the first entry that could not be written; then no more are tried */
};

static uint64_t file_digest(const char *path) {
    unsigned char bytes[65536];
    uint64_t digest = F2F_DIGEST_START;
    FILE *file = fopen(path, "rb");
    for (size_t n; file && (n = fread(bytes, 1, sizeof bytes, file)) > 0;) digest = f2f_digest_bytes(digest, bytes, n);
    if (file) fclose(file);
    return digest; /* of one that cannot be read it is no matter: its task fails */
}

/* Everything a task's record hangs on. */
static uint64_t key_of(const struct f2f_task *t, uint64_t trace) {
    const struct f2f_device *device = t->place ? t->place->device : NULL;
    const struct f2f_traffic *traffic = t->serve.stream.traffic;
    const char *const texts[] = {F2F_BUILD_ID, t->system_name, t->job_name, t->model->name, t->precision};
    const uint64_t digests[] = {t->system->id.digest,
                                t->model->digest,
                                t->price ? t->price->id.digest : 0,
                                device ? device->id.digest : 0,
                                device && t->place->streamed,
                                t->uncertainty,
                                t->serve.engine.id.digest,
                                traffic ? traffic->id.digest : 0,
                                trace};
    uint64_t key = F2F_DIGEST_START;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) key = f2f_digest_text(key, texts[i]);
    for (size_t i = 0; i < sizeof digests / sizeof digests[0]; i++) key = f2f_digest_int(key, digests[i]);
    return f2f_table_digest(key, &f2f_study_job_table, t->job);
}

/* A trace is read once for the tasks in a row that share it. */
static void put_keys(struct f2f_tasks *tasks) {
    const char *path = NULL;
    uint64_t digest = 0;
    for (size_t i = 0; i < tasks->n; i++) {
        struct f2f_task *t = &tasks->items[i];
        const char *trace = t->serve.stream.trace;
        if (t->status != F2F_OK) continue;
        if (trace && !(path && strcmp(path, trace) == 0)) digest = file_digest(path = trace);
        t->key = key_of(t, trace ? digest : 0);
    }
}

/* An ordinary file that begins as a journal, or is empty. */
static bool is_journal(FILE *file) {
    char head[sizeof HEAD] = "";
    struct stat info;
    if (fstat(fileno(file), &info) != 0 || !S_ISREG(info.st_mode)) return false;
    return info.st_size == 0 || (fread(head, 1, sizeof head - 1, file) == sizeof head - 1 && strcmp(head, HEAD) == 0);
}

/* Takes the file for this run until it is closed, however the process ends. A file system that knows no locks takes
 * what comes. */
static bool is_locked(FILE *file) { return flock(fileno(file), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK; }

f2f_status f2f_journal_open(struct f2f_journal **out, f2f_arena *arena, const char *path, bool fresh, f2f_error *err) {
    *out = NULL;
    FILE *file = fopen(path, "ab+"); /* reads anywhere, writes at the end */
    if (!file) return f2f_fail(err, F2F_ERUN, "cannot open '%.120s': %s", path, strerror(errno));
    if (is_locked(file)) {
        fclose(file);
        return f2f_fail(err, F2F_ERUN, "another run writes to '%.120s': wait for it, or answer into another folder",
                        path);
    }
    if (!is_journal(file)) {
        fclose(file);
        return f2f_fail(err, F2F_EINPUT,
                        "'%.120s' is no journal of finished jobs: move it away, or answer into another folder", path);
    }
    bool good = !fresh || ftruncate(fileno(file), 0) == 0;
    if (good && fseek(file, 0, SEEK_END) == 0 && ftell(file) == 0) good = fputs(HEAD, file) >= 0 && fflush(file) == 0;
    if (!good) {
        (void)f2f_fail(err, F2F_ERUN, "cannot write '%.120s': %s", path, strerror(errno));
        fclose(file);
        return F2F_ERUN;
    }
    struct f2f_journal *journal = f2f_arena_alloc(arena, sizeof *journal);
    *journal = (struct f2f_journal){.file = file, .path = f2f_arena_strdup(arena, path)};
    *out = journal;
    return F2F_OK;
}

static uint32_t checksum(const char *text, size_t n) {
    return (uint32_t)crc32(0, (const unsigned char *)text, (uInt)n);
}

/* "checksum key record\n": the record; NULL: it is not whole. */
static const char *read_entry(uint64_t *key, char *line) {
    size_t n = strlen(line);
    char sum[9], *end;
    if (n < 28 || line[n - 1] != '\n' || line[8] != ' ' || line[25] != ' ') return NULL;
    line[n - 1] = '\0';
    (void)snprintf(sum, sizeof sum, "%08" PRIx32, checksum(line + 9, n - 10));
    if (memcmp(line, sum, 8) != 0) return NULL;
    *key = strtoull(line + 9, &end, 16);
    return end == line + 25 ? line + 26 : NULL;
}

/* Tasks that are alike share an entry. False: it is no record. */
static bool give(struct f2f_tasks *tasks, struct f2f_resumed *found, uint64_t key, const char *text) {
    for (size_t i = 0; i < tasks->n; i++) {
        struct f2f_task *t = &tasks->items[i];
        if (t->status != F2F_OK || t->key != key || t->record) continue;
        if (!(t->record = f2f_record_unpack(tasks->arena, text))) return false;
        found->taken++;
    }
    return true;
}

struct f2f_resumed f2f_journal_take(struct f2f_journal *journal, struct f2f_tasks *tasks) {
    struct f2f_resumed found = {.total = (int)tasks->n};
    f2f_arena *arena = f2f_arena_new();
    char *line = f2f_arena_alloc(arena, LINE_MAX_B);
    bool whole = true;
    put_keys(tasks);
    rewind(journal->file);
    if (!fgets(line, (int)LINE_MAX_B, journal->file)) *line = '\0'; /* the head */
    while (fgets(line, (int)LINE_MAX_B, journal->file)) {
        size_t n = strlen(line);
        uint64_t key;
        whole = n && line[n - 1] == '\n';
        if (whole && n == 1) continue; /* after what was cut off */
        const char *text = read_entry(&key, line);
        if (text && give(tasks, &found, key, text)) found.entries++;
        else found.damaged++;
    }
    clearerr(journal->file);
    (void)fseek(journal->file, 0, SEEK_END);
    if (!whole) fputc('\n', journal->file); /* what is added does not join what was cut off */
    f2f_arena_free(arena);
    return found;
}

void f2f_journal_add(struct f2f_journal *journal, const struct f2f_task *task) {
    if (journal->write_errno) return;
    f2f_arena *arena = f2f_arena_new();
    char *text = f2f_record_pack(task->record);
    const char *entry = f2f_arena_printf(arena, "%016" PRIx64 " %s", task->key, text ? text : "");
    size_t n = strlen(entry);
    if (text && n < LINE_MAX_B - 64 &&
        (fprintf(journal->file, "%08" PRIx32 " %s\n", checksum(entry, n), entry) < 0 || fflush(journal->file) != 0))
        journal->write_errno = errno;
    free(text);
    f2f_arena_free(arena);
}

f2f_status f2f_journal_close(struct f2f_journal *journal, f2f_error *err) {
    if (!journal) return F2F_OK;
    if (fclose(journal->file) != 0 && !journal->write_errno) journal->write_errno = errno;
    if (!journal->write_errno) return F2F_OK;
    return f2f_fail(err, F2F_ERUN, "cannot write '%.120s': %s: the jobs that are not in it would run again",
                    journal->path, strerror(journal->write_errno));
}
