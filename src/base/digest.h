/* digest.h - FNV-1a of 64 bit (draft-eastlake-fnv): tells whether two inputs are the same. It is no seal: nobody is
 * kept from making two that agree. */
#ifndef F2F_BASE_DIGEST_H
#define F2F_BASE_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#define F2F_DIGEST_START UINT64_C(0xcbf29ce484222325)

/* The digest of what `digest` is of, and then these. */
uint64_t f2f_digest_bytes(uint64_t digest, const void *bytes, size_t n);
uint64_t f2f_digest_int(uint64_t digest, uint64_t value);
/* With its end, so that "ab", "c" is not "a", "bc"; NULL is not "". */
uint64_t f2f_digest_text(uint64_t digest, const char *text);

#endif
