/* frfcfs.c - first ready, first come (Rixner et al., ISCA 2000): whatever command is ready, oldest first; a row is
 * closed for another one as soon as timing allows, even while older requests still hit it, but not before the
 * request it was opened for is served. */
#include "memory/channel.h"

static uint16_t closer(const struct queue *q, const struct bank_list *list, int32_t open_row) {
    uint16_t e = list->head;
    for (; e != NO_ENTRY && q->entry[e].row == open_row; e = q->entry[e].after)
        if (q->entry[e].missed) return NO_ENTRY;
    return e;
}

const struct scheduler f2f_dram_scheduler_frfcfs = {.name = "frfcfs", .closer = closer};
