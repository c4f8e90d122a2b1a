/* The machine as it runs for weeks: its chips may use less than their power limit (constants.h). */
#include "train/constants.h"
#include "train/plan.h"

f2f_status f2f_train_warm_make(struct f2f_train_warm *out, const struct f2f_system *system, f2f_error *err) {
    out->system = *system;
    out->node = *system->node;
    out->chip = *system->node->chip;
    out->system.node = &out->node;
    out->node.chip = &out->chip;
    out->chip.tdp_W *= F2F_TRAIN_POWER_FRAC;
    return f2f_machine_make(&out->machine, &out->system, err);
}
