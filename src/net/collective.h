/* collective.h - inside src/net: a group of chips as the wires between them, and the algorithms on it. */
#ifndef F2F_NET_COLLECTIVE_H
#define F2F_NET_COLLECTIVE_H

#include "fab2fleet/chip_class.h"
#include "fab2fleet/machine.h"

/* A word of data with a flag of the same size: half the wire is left (NCCL's LL protocol). */
#define F2F_NET_FLAGGED_SHARE 0.5

/* Chips that all talk over wires of one kind: within a node, or one per node across the network. */
struct f2f_net_path {
    int chips;
    double bandwidth_Bps; /* per chip, one direction, what bulk transfers reach in a ring */
    double all_to_all_Bps; /* the same when every chip talks to every other */
    double engine_Bps; /* what the engines' kernels reach when every chip reads from every other */
    double line_Bps; /* the wire itself */
    double hop_s; /* one step: software and wire */
    double bulk_hop_s; /* added to each step where bulk is moved and not flagged words */
    bool direct; /* every chip reaches every other in one hop */
    bool reduces; /* the switch adds */
    double barrier_s; /* all chips of the path have met */
    double clock_Hz; /* of the chips */
    const struct f2f_chip_class *cls;
};

/* Algorithm on one path. `bytes_B` follows f2f_collective_time. */
struct f2f_net_algorithm {
    const char *name;
    bool engine; /* a kernel of inference engines, not of the general library */
    bool (*legal)(const struct f2f_net_path *path, enum f2f_collective_kind op);
    /* Seconds without the start, and the bytes one chip sends. */
    double (*time_s)(const struct f2f_net_path *path, enum f2f_collective_kind op, double bytes_B);
    double (*sent_B)(const struct f2f_net_path *path, enum f2f_collective_kind op, double bytes_B);
};

/* Cheaper of two ways to move bytes in `steps` steps: words that carry their own flag (half the wire,
 * no synchronisation) or bulk (the whole wire, a set-up). After NCCL's LL and Simple protocols. */
double f2f_net_steps_s(const struct f2f_net_path *path, double steps, double bytes_B, double bulk_Bps);

#endif
