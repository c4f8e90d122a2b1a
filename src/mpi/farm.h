/* farm.h - an exploration by the processes that mpirun started: a library of its own, of whose files one includes MPI.
 *
 * Rank 0 owns the database and works too; the others ask it for units of work and send back rows. */
#ifndef F2F_MPI_FARM_H
#define F2F_MPI_FARM_H

#include "fab2fleet/explore.h"

struct f2f_farm;

/* Joins the others. F2F_ERUN: MPI cannot be started. The struct is the arena's. */
f2f_status f2f_farm_begin(struct f2f_farm **out, f2f_arena *arena, f2f_error *err);
int f2f_farm_rank(const struct f2f_farm *farm);
/* A f2f_explore_share_fn for rank 0; context is the farm. */
void f2f_farm_lead(void *farm, struct f2f_explorer *explorer);
/* What the other ranks do: works for rank 0 until it says stop. explorer NULL: `reason` kept this process from making
 * one, and rank 0 is told. */
void f2f_farm_follow(struct f2f_explorer *explorer, int threads, const f2f_error *reason);
/* Leaves; rank 0 sends the others home first, if it never led them. */
void f2f_farm_end(struct f2f_farm *farm);

#endif
