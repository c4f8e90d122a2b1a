/* frfcfs_rowhit.c - first ready, first come, but no row is closed while an older accepted request hits it. */
#include "memory/channel.h"

const struct scheduler f2f_dram_scheduler_frfcfs_rowhit = {.name = "frfcfs-rowhit"};
