/* farm.c - see farm.h. MPI is started where mpirun started this process, and nowhere else. */
#include <stdlib.h>

#include "cli/farm.h"

/* Processes of the job, as Open MPI, MPICH and Slurm tell each of them; 1: it is alone. */
static long processes(void) {
    static const char *const names[] = {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "PMIX_SIZE"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *text = getenv(names[i]);
        if (text) return strtol(text, NULL, 10);
    }
    return 1;
}

#ifdef F2F_MPI
#include "mpi/farm.h"

f2f_status farm_begin(struct farm *farm, struct cli *cli, f2f_error *err) {
    *farm = (struct farm){.processes = NULL};
    if (processes() < 2) return F2F_OK;
    F2F_TRY(f2f_farm_begin(&farm->processes, cli->arena, err));
    farm->follows = f2f_farm_rank(farm->processes) > 0;
    return F2F_OK;
}

void farm_share(const struct farm *farm, struct f2f_explore_options *how) {
    if (!farm->processes) return;
    how->share = f2f_farm_lead;
    how->share_context = farm->processes;
}

void farm_follow(const struct farm *farm, struct f2f_explorer *explorer, int threads, const f2f_error *reason) {
    f2f_farm_follow(explorer, threads, reason);
    (void)farm;
}

void farm_end(struct farm *farm) {
    if (farm->processes) f2f_farm_end(farm->processes);
}
#else
f2f_status farm_begin(struct farm *farm, struct cli *cli, f2f_error *err) {
    (void)cli;
    *farm = (struct farm){.processes = NULL};
    if (processes() < 2) return F2F_OK;
    return f2f_fail(err, F2F_EUSAGE,
                    "this program was built without MPI, and each of the %ld processes would explore the whole space: "
                    "install Open MPI (libopenmpi-dev) and build again, or run it alone with -j",
                    processes());
}

void farm_share(const struct farm *farm, struct f2f_explore_options *how) {
    (void)farm;
    (void)how;
}

void farm_follow(const struct farm *farm, struct f2f_explorer *explorer, int threads, const f2f_error *reason) {
    (void)farm;
    (void)explorer;
    (void)threads;
    (void)reason;
}

void farm_end(struct farm *farm) { (void)farm; }
#endif
