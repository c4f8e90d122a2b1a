/* digest.c - see digest.h. */
#include <string.h>

#include "base/digest.h"

uint64_t f2f_digest_bytes(uint64_t digest, const void *bytes, size_t n) {
    const unsigned char *byte = bytes;
    for (size_t i = 0; i < n; i++) digest = (digest ^ byte[i]) * UINT64_C(0x100000001b3);
    return digest;
}

uint64_t f2f_digest_int(uint64_t digest, uint64_t value) { return f2f_digest_bytes(digest, &value, sizeof value); }

uint64_t f2f_digest_text(uint64_t digest, const char *text) {
    static const unsigned char none = 0xff; /* a byte that UTF-8 has not */
    return text ? f2f_digest_bytes(digest, text, strlen(text) + 1) : f2f_digest_bytes(digest, &none, 1);
}
