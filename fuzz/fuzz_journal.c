/* Any text as a record of a journal, which must come back the same once it was read, or as the entries of one. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "explore/journal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is read is written, and reads as what was written. */
static void try_record(f2f_arena *arena, const uint8_t *data, size_t size) {
    const struct f2f_record *r = f2f_record_unpack(arena, f2f_arena_strndup(arena, (const char *)data, size));
    if (!r) return;
    char *once = f2f_record_pack(r), *twice = NULL;
    const struct f2f_record *again = once ? f2f_record_unpack(arena, once) : NULL;
    if (again) twice = f2f_record_pack(again);
    if (!twice || strcmp(once, twice) != 0) abort();
    free(once);
    free(twice);
}

static void try_file(f2f_arena *arena, const uint8_t *data, size_t size) {
    struct f2f_journal *journal;
    struct f2f_tasks none = {.arena = arena};
    char path[64];
    FILE *file = tmpfile();
    if (!file) return;
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fileno(file));
    if (fputs("fab2fleet journal 1\n", file) >= 0 && fwrite(data, 1, size, file) == size && fflush(file) == 0 &&
        f2f_journal_open(&journal, arena, path, false, NULL) == F2F_OK) {
        (void)f2f_journal_take(journal, &none);
        (void)f2f_journal_close(journal, NULL);
    }
    fclose(file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    f2f_arena *arena = f2f_arena_new();
    if (size && data[0] == '[') try_record(arena, data, size);
    else try_file(arena, data, size);
    f2f_arena_free(arena);
    return 0;
}
