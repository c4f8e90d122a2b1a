/* transfer.c - contexts go from prefill to decode replicas over the network.
 *
 * After Splitwise (Patel et al., ISCA 2024) and DistServe (Zhong et al., OSDI 2024). Each chip sends its part to one
 * chip of the other replica; the contexts of one replica queue for its links. The first token is with the user before.
 * Leaves out: layer-wise transfer beside the prefill, contention between senders. */
#include <math.h>

#include "serve/fleet.h"

/* Chips apart: within the scale-up domain when both replicas share one, else over the network. */
static double transfer_s(const struct f2f_fleet *f, const struct f2f_replica *r, long long tokens) {
    const struct f2f_plant *p = r->plant;
    const struct f2f_system *system = p->machine.system;
    double chips = f2f_serve_job_chips(&p->job), bytes_B = (double)tokens * f->kv_B_per_tok / chips;
    bool inside = system->nodes == 1 && 2.0 * chips <= system->node->chips;
    int stride = inside ? (int)chips : system->node->chips;
    return f2f_collective_with(system, p->machine.cls, F2F_SEND, 2, stride, bytes_B, F2F_COLLECTIVE_GENERAL).time_s;
}

void f2f_fleet_hand_over(struct f2f_fleet *f, struct f2f_replica *r, int slot) {
    struct f2f_serve_request *q = &f->pool.items[slot];
    double begin_s = fmax(r->now_s, f->link_s[r->index]);
    q->arrives_whole = true;
    f->link_s[r->index] = begin_s + transfer_s(f, r, q->prompt);
    f->out.sent_B += (double)q->prompt * f->kv_B_per_tok;
    f2f_events_push(&f->events, f->link_s[r->index], F2F_FLEET_ARRIVE, slot, 0);
}

void f2f_fleet_arrive(struct f2f_fleet *f, int slot, double at_s) {
    struct f2f_replica *from = &f->replicas[f->pool.items[slot].replica];
    f2f_replica_release(from, slot);
    f2f_replica_present(from, at_s, -1);
    if (from->flight == F2F_FLIGHT_NONE && from->waiting.n > 0) f2f_replica_wake(from, at_s);
    f2f_fleet_route(f, slot, at_s);
}
