/* scheduler.c - schedulers by name. */
#include <string.h>

#include "memory/channel.h"

#define X(name) extern const struct scheduler f2f_dram_scheduler_##name;
#include "memory/scheduler_list.h"
#undef X
static const struct scheduler *const list[] = {
#define X(name) &f2f_dram_scheduler_##name,
#include "memory/scheduler_list.h"
#undef X
};

const struct scheduler *f2f_dram_scheduler_find(const char *name) {
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++)
        if (strcmp(list[i]->name, name) == 0) return list[i];
    return NULL;
}
