/* fetch.c - how vLLM's all-reduce kernel reads the memory of peers: in waves.
 *
 * A fixed number of threads each asks for 16 bytes of every peer and waits for the answers before it asks for more
 * (csrc/custom_all_reduce.cuh). A wave so takes as long as an answer, or as its bytes need over the wire: links that
 * are faster but no sooner to answer do not help. */
#include <math.h>

#include "net/collective.h"

double f2f_net_fetches_s(const struct f2f_net_path *path, double answers, double bytes_B) {
    return path->fetch_s + fmax((answers - 1.0) * path->fetch_s, bytes_B / path->fetch_Bps);
}

double f2f_net_waves(const struct f2f_net_path *path, double bytes_B) { return ceil(bytes_B / path->wave_B); }
