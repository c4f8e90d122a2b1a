/* router.c - the list of routers, and what several of them share. */
#include "serve/router.h"

#include <stdio.h>
#include <string.h>

static const struct f2f_router *const routers[] = {
#define X(name) &f2f_router_##name,
#include "serve/router_list.h"
#undef X
};
enum { N_ROUTERS = sizeof routers / sizeof routers[0] };

f2f_status f2f_router_find(const struct f2f_router **out, const char *name, f2f_error *err) {
    char known[128] = "";
    int n = 0;
    for (int i = 0; i < N_ROUTERS; i++)
        if (!name || strcmp(routers[i]->name, name) == 0) {
            *out = routers[i];
            return F2F_OK;
        }
    for (int i = 0; i < N_ROUTERS && n < (int)sizeof known; i++)
        n += snprintf(known + n, sizeof known - (size_t)n, "%s%s", i ? ", " : "", routers[i]->name);
    return f2f_fail(err, F2F_EUSAGE, "unknown router '%.40s': %s are known", name, known);
}

bool f2f_router_may(const struct f2f_replica *r, const struct f2f_serve_request *q) {
    if (!r->up || r->draining) return false;
    if (r->plant->role == F2F_ROLE_BOTH) return true;
    return r->plant->role == (q->arrives_whole || q->generated > 0 ? F2F_ROLE_DECODE : F2F_ROLE_PREFILL);
}
