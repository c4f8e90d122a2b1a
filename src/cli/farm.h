/* farm.h - inside of cli/: is this one of several processes that mpirun started? */
#ifndef F2F_CLI_FARM_H
#define F2F_CLI_FARM_H

#include "cli/cli.h"

struct f2f_farm;

struct farm {
    struct f2f_farm *processes; /* NULL: this one is alone */
    bool follows; /* another rank than 0 */
};

/* F2F_EUSAGE: there are several, and this program was built without MPI, or with another than started them. */
f2f_status farm_begin(struct farm *farm, struct cli *cli, f2f_error *err);
/* Lets the others take part. */
void farm_share(const struct farm *farm, struct f2f_explore_options *how);
/* Works for rank 0; explorer NULL: `reason` says why there is none. */
void farm_follow(const struct farm *farm, struct f2f_explorer *explorer, int threads, const f2f_error *reason);
void farm_end(struct farm *farm);

#endif
