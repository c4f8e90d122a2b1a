/* frfcfs_rowhit.c - first ready, first come, but no row is closed while an older accepted request hits it. */
#include "memory/channel.h"

static uint16_t closer(const struct channel *c, const struct queue *q, int bank) {
    uint16_t head = q->head[bank];
    return head != NO_ENTRY && q->entry[head].row != c->bank[bank].open_row ? head : NO_ENTRY;
}

const struct scheduler f2f_dram_scheduler_frfcfs_rowhit = {.name = "frfcfs-rowhit", .closer = closer};
