/* fetch.c - how vLLM's all-reduce kernel reads the memory of peers: in waves.
 *
 * A fixed number of threads each asks for 16 bytes of every peer and waits for the answers before it asks for more
 * (csrc/custom_all_reduce.cuh). A wave so takes as long as an answer, or as its bytes need over the wire: links that are
 * faster but no sooner to answer do not help. */
#include <math.h>

#include "net/collective.h"

static double wave_s(const struct f2f_net_path *path, double bytes_B, double peers) {
    return fmax(path->fetch_s, peers * bytes_B / path->fetch_Bps);
}

double f2f_net_fetches_s(const struct f2f_net_path *path, double bytes_B, double peers) {
    double full = ceil(bytes_B / path->wave_B) - 1.0, last_B = bytes_B - full * path->wave_B;
    return full * wave_s(path, path->wave_B, peers) + wave_s(path, last_B, peers);
}
