/* fcfs.c - first come, first served: the oldest request of the direction, whatever it waits for. */
#include "memory/channel.h"

const struct scheduler f2f_dram_scheduler_fcfs = {.name = "fcfs", .in_order = true};
