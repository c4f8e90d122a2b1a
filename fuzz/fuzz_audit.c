/* Any bytes as a log of commands to a memory of the catalog of the working folder: byte 0 picks the memory, bytes 1
 * and 2 the pin rate, then eight bytes are one command each, mostly near what the memory has. */
#undef NDEBUG /* the asserts are the test */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "fab2fleet/catalog.h"
#include "fab2fleet/memory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { COMMAND_B = 8 };

/* Read once: the catalog takes longer than a log. */
static const struct f2f_memory *pick(uint8_t which) {
    static const char *const names[] = {"hbm3-8h-16gb", "hbm3e-12h-36gb", "ddr5", "gddr6", "lpddr5"};
    static const char *const dirs[] = {"catalog"};
    static const struct f2f_memory *memory[sizeof names / sizeof names[0]];
    static struct f2f_catalog *catalog;
    if (!catalog && f2f_catalog_new(&catalog, dirs, 1, NULL) == F2F_OK)
        for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
            if (f2f_catalog_memory(&memory[i], catalog, names[i], NULL, 0, NULL) != F2F_OK) memory[i] = NULL;
    return memory[which % (sizeof names / sizeof names[0])];
}

/* Small signed numbers are left alone; the highest become extremes. */
static int stretched(uint8_t byte) {
    int value = (int8_t)byte;
    return value == INT8_MAX ? INT32_MAX : value == INT8_MIN ? INT32_MIN : value;
}

static struct f2f_mem_command decode(const uint8_t *byte, int64_t *now) {
    *now += byte[7] & 0x80 ? (int64_t)(((uint64_t)byte[0] << (byte[7] & 0x3f)) >> 2) : byte[0];
    return (struct f2f_mem_command){.tick = *now,
                                    .action = byte[1] % 13 - 1,
                                    .pseudo = byte[2] & 3,
                                    .rank = stretched(byte[3]),
                                    .group = byte[4] >> 4,
                                    .bank = byte[4] & 15,
                                    .row = stretched(byte[5]),
                                    .column = stretched(byte[6])};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct f2f_mem_audit *audit;
    const struct f2f_memory *memory = size >= 3 ? pick(data[0]) : NULL;
    if (!memory || f2f_mem_audit_new(&audit, memory, 256e6 * (data[1] * 256 + data[2]) / 256, NULL) != F2F_OK) return 0;
    int64_t now = 0, before = 0, banks = memory->pseudos * memory->ranks * memory->groups * memory->banks,
            most = memory->standard->constraints + 3 * banks + 4;
    for (size_t at = 3; at + COMMAND_B <= size; at += COMMAND_B) {
        const char *first = NULL;
        if (now < 0 || now > INT64_MAX / 4) now = 0; /* back in time */
        struct f2f_mem_command command = decode(data + at, &now);
        f2f_mem_audit_command(audit, &command);
        int64_t after = f2f_mem_audit_violations(audit, &first);
        assert(after >= before && after - before <= most);
        assert((after > 0) == (first[0] != '\0') && strlen(first) < 160);
        before = after;
    }
    f2f_mem_audit_free(audit);
    return 0;
}
