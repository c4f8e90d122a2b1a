/* designer.h - inside of explore/: what one thread has loaded. */
#ifndef F2F_EXPLORE_DESIGNER_H
#define F2F_EXPLORE_DESIGNER_H

#include "explore/design.h"

struct f2f_designer {
    const struct f2f_design_shop *shop;
    struct f2f_catalog *catalog;
    f2f_arena *arena; /* of the sets below */
    struct f2f_set *sets, *price_sets, *engine_sets;
    size_t n_sets, n_price_sets, n_engine_sets;
    const char *base, *price_name;
    struct f2f_study_job job;
    bool of_system[F2F_SPACE_AXES_MAX], of_price[F2F_SPACE_AXES_MAX]; /* the axis changes it */
    uint64_t at_system, at_price; /* the combination that is loaded, if it is */
    const struct f2f_system *system;
    const struct f2f_price *price;
    bool has_price;
    bool first; /* no design had a result yet: it must have every key that the space names */
};

/* design_load.c: a catalog with room; *fresh: it is a new one, and what was loaded is gone. */
f2f_status f2f_designer_refresh(struct f2f_designer *d, bool *fresh, f2f_error *err);
/* System, price list and job of a design. */
f2f_status f2f_designer_load(struct f2f_designer *d, uint64_t id, f2f_error *err);

#endif
