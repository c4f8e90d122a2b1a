/* collective.h - inside src/net: a group of chips as the wires between them, and the algorithms on it. */
#ifndef F2F_NET_COLLECTIVE_H
#define F2F_NET_COLLECTIVE_H

#include "fab2fleet/chip_class.h"
#include "fab2fleet/machine.h"

/* A word of data with a flag of the same size: half the wire is left (NCCL's LL protocol). */
#define F2F_NET_FLAGGED_SHARE 0.5
/* A step of NCCL's buffers: 4 MiB in eight. */
#define F2F_NET_CHUNK_B (512.0 * 1024.0)

/* Chips that all talk over wires of one kind: within a node, or one per node across the network. */
struct f2f_net_path {
    int chips;
    double bandwidth_Bps; /* per chip, one direction, what bulk transfers reach in a ring */
    double all_to_all_Bps; /* the same when every chip talks to every other */
    double push_Bps, fetch_Bps; /* what engines' kernels push to all other chips, and fetch from them */
    double fetch_s; /* from asking a peer's memory to the answer; a fence takes as long */
    double wave_B; /* what vLLM's kernel asks of each peer at once */
    double line_Bps; /* the wire itself */
    double software_s; /* one step without the wire; a node's */
    double hop_s; /* one step: software and wire */
    double bulk_s; /* set-up of moving bulk */
    double bulk_hop_s; /* added to each step where bulk is moved and not flagged words */
    bool direct; /* every chip reaches every other in one hop */
    bool reduces; /* the switch adds */
    bool maps_peers; /* kernels reach the memory of every other chip; engines try that over PCIe for a pair only */
    bool in_node; /* links of a node: NCCL spreads a message over channels and knows its chips by a table */
    bool lines; /* wires keep 128 bytes in order, so that one flag does for them */
    double barrier_s; /* all chips of the path have met */
    double clock_Hz; /* of the chips */
    double cluster_blocks; /* of a kernel start at once */
    double words_share; /* what NCCL's table has for words, of bulk */
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
    /* NULL, or whether the general library takes it without comparing times. */
    bool (*guessed)(const struct f2f_net_path *path, enum f2f_collective_kind op, double bytes_B);
};

/* Start of the general library's collectives, or of an engine's kernels. */
double f2f_net_start_s(const struct f2f_net_path *path, bool engine);

/* Links faster than NVLink 4, by which NCCL's rules for Blackwell are told from those for Hopper. */
static inline bool f2f_net_fast_links(const struct f2f_net_path *path) { return path->line_Bps > 450e9; }

/* protocol.c: bytes in `steps` steps as the general library moves them, without the start. */
double f2f_net_steps_s(const struct f2f_net_path *path, double steps, double bytes_B, double bulk_Bps);
/* Steps without what they move; they and the start wait for the slowest channel, or cluster of channels. */
double f2f_net_latency_s(const struct f2f_net_path *path, double steps, double channels);
/* Set-up of moving bulk between so many chips. */
double f2f_net_set_up_s(const struct f2f_net_path *path, double chips, double bytes_B);
/* What the library's table has for a ring of words whose stream takes that long in bulk. */
double f2f_net_words_guess_s(const struct f2f_net_path *path, double steps, double stream_s);
/* What a channel copies while it sends and receives: half of its threads do either. */
double f2f_net_channel_Bps(const struct f2f_net_path *path);
/* fetch.c: how often threads of vLLM's kernel ask for so many bytes of one peer, and what fetches take of which each
 * thread waits for so many answers, one after the other. */
double f2f_net_waves(const struct f2f_net_path *path, double bytes_B);
double f2f_net_fetches_s(const struct f2f_net_path *path, double answers, double bytes_B);
/* The part of a message that stays on the chip, copied from input to output by all threads. */
double f2f_net_copy_s(const struct f2f_net_path *path, double bytes_B);

#endif
