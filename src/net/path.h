/* path.h - inside src/net: which wires a group of chips uses. */
#ifndef F2F_NET_PATH_H
#define F2F_NET_PATH_H

#include "net/collective.h"

/* A group splits into `local` members of one node and `nodes` nodes that hold such a set. */
struct f2f_net_group {
    struct f2f_net_path local, across; /* a part with one chip is unused */
};

/* Fastest legal algorithm on one path, start included. */
struct f2f_collective_cost f2f_net_best(const struct f2f_net_path *path, enum f2f_collective_kind op, double bytes_B,
                                        enum f2f_collective_library library);
/* The same for a group over several nodes (across.c). */
struct f2f_collective_cost f2f_net_across(const struct f2f_net_group *g, enum f2f_collective_kind op, double bytes_B);

struct f2f_net_group f2f_net_group_make(const struct f2f_system *system, const struct f2f_chip_class *cls, int chips,
                                        int stride);

#endif
