/* router.h - which replica a request goes to. One file and one line of router_list.h each. */
#ifndef F2F_SERVE_ROUTER_H
#define F2F_SERVE_ROUTER_H

#include "serve/fleet.h"

struct f2f_router {
    const char *name, *help;
    /* Among the replicas that f2f_router_may; -1: there is none. */
    int (*pick)(struct f2f_fleet *f, const struct f2f_serve_request *q);
};

/* NULL: the first of the list. F2F_EUSAGE names the known ones. */
f2f_status f2f_router_find(const struct f2f_router **out, const char *name, f2f_error *err);
/* Is the replica up, and of a role that serves what the request needs next? */
bool f2f_router_may(const struct f2f_replica *r, const struct f2f_serve_request *q);

#define X(name) extern const struct f2f_router f2f_router_##name;
#include "serve/router_list.h"
#undef X

#endif
