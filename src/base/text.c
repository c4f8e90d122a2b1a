/* text.c - see text.h. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"

f2f_status f2f_file_read(char **text, size_t *length, f2f_arena *arena, const char *path, size_t max_B,
                         f2f_error *err) {
    struct stat info;
    if (stat(path, &info) != 0) return f2f_fail(err, F2F_EINPUT, "cannot read '%.120s': %s", path, strerror(errno));
    if (!S_ISREG(info.st_mode)) return f2f_fail(err, F2F_EINPUT, "cannot read '%.120s': not a regular file", path);
    FILE *file = fopen(path, "rb");
    if (!file) return f2f_fail(err, F2F_EINPUT, "cannot read '%.120s': %s", path, strerror(errno));
    size_t size_B = (size_t)info.st_size;
    if (size_B > max_B) {
        fclose(file);
        return f2f_fail(err, F2F_EINPUT, "'%.120s' has %zu bytes, at most %zu are read", path, size_B, max_B);
    }
    *text = f2f_arena_alloc(arena, size_B + 1);
    *length = fread(*text, 1, size_B, file);
    int failed = ferror(file);
    fclose(file);
    return failed ? f2f_fail(err, F2F_ERUN, "reading '%.120s' failed", path) : F2F_OK;
}

/* Length of the UTF-8 sequence at s (n bytes left), 0 if there is none. */
static size_t sequence_length(const unsigned char *s, size_t n) {
    if (s[0] < 0x80) return 1;
    size_t length = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
    if (s[0] < 0xc2 || s[0] > 0xf4 || n < length) return 0;
    for (size_t i = 1; i < length; i++)
        if ((s[i] & 0xc0) != 0x80) return 0;
    if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f)) return 0; /* overlong, surrogates */
    if ((s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f)) return 0;
    return length;
}

size_t f2f_utf8_check(const char *text, size_t length) {
    for (size_t i = 0; i < length;) {
        size_t step = sequence_length((const unsigned char *)text + i, length - i);
        if (!step) return i;
        i += step;
    }
    return length;
}
