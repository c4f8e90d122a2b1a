/* requests.c - what happens to requests: sent, taken in, decoded, preempted, finished.
 *
 * The front end of an engine (HTTP, tokenizer, streaming) is one thread that works in order of arrival: when it is
 * the slowest part, tokens and new requests wait for it alike. Decodes are sorted by their last step, with
 * sums over them, so that none is looked at between its first token and its last.
 * Leaves out: several front-end threads, lengths that are not known in advance. */
#include "serve/requests.h"

#include <math.h>

/* Fractions whose multiples are spread evenly and apart from each other. */
static const double golden = 0.6180339887498949, silver = 0.4142135623730951;

/* ---- blocks ---- */

void f2f_serve_blocks_take(struct f2f_serve_sim *s, long long blocks) {
    s->free_blocks -= blocks;
    s->taken_now += blocks;
    s->out.blocks_taken += blocks;
    if (s->taken_now > s->out.blocks_peak) s->out.blocks_peak = s->taken_now;
}

static void give(struct f2f_serve_sim *s, long long blocks) {
    s->free_blocks += blocks;
    s->taken_now -= blocks;
    s->out.blocks_freed += blocks;
}

long long f2f_serve_blocks_held(const struct f2f_serve_sim *s, const struct f2f_serve_request *r, long long context) {
    const struct f2f_engine *engine = &s->job->engine;
    return f2f_serve_blocks(engine, engine->reserves ? r->isl + r->osl : context);
}

static long long *growth_of(struct f2f_serve_sim *s, const struct f2f_serve_request *r) {
    long long block = s->job->engine.block_tok;
    return &s->growth[((-r->offset) % block + block) % block];
}

long long f2f_serve_blocks_needed(const struct f2f_serve_sim *s, long long steps, long long limit) {
    long long block = s->job->engine.block_tok, sum = 0;
    if (s->job->engine.reserves) return 0;
    sum = steps / block * (long long)s->decoding.n;
    for (long long k = steps / block * block; k < steps && sum <= limit; k++) sum += s->growth[(s->step + k) % block];
    return sum;
}

/* ---- requests ---- */

/* Length of the i-th request: a Weyl sequence, which is even over any stretch of requests. */
static long long length_of(const struct f2f_serve_sim *s, int tokens, int i, double irrational) {
    double x = (double)(i + 1) * irrational;
    return (long long)fmax(1.0, nearbyint(tokens * (1.0 - s->job->spread_frac * (x - floor(x)))));
}

struct f2f_serve_request *f2f_serve_request_at(const struct f2f_serve_sim *s, const struct f2f_serve_queue *q,
                                               size_t k) {
    return &s->requests[*f2f_serve_queue_at(q, k)];
}

void f2f_serve_request_send(struct f2f_serve_sim *s, double at_s) {
    if (s->n_requests == s->cap_requests) return;
    int i = s->n_requests++;
    struct f2f_serve_request *r = &s->requests[i];
    *r = (struct f2f_serve_request){.sent_s = at_s, .ready_s = at_s};
    r->isl = r->prompt = length_of(s, s->job->isl, i, golden);
    r->osl = length_of(s, s->job->osl, i, silver);
    f2f_serve_queue_push(s->load->front_end ? &s->arriving : &s->waiting, i);
}

void f2f_serve_requests_take_in(struct f2f_serve_sim *s) {
    const struct f2f_engine *engine = &s->job->engine;
    while (s->arriving.n > 0 && f2f_serve_request_at(s, &s->arriving, 0)->sent_s <= s->now_s) {
        int i = f2f_serve_queue_pop(&s->arriving);
        s->front_s = fmax(s->front_s, s->requests[i].sent_s) + engine->intake_s;
        s->requests[i].ready_s = s->front_s + engine->reply_s;
        f2f_serve_queue_push(&s->waiting, i);
    }
}

double f2f_serve_tokens_deliver(struct f2f_serve_sim *s, double tokens) {
    if (!s->load->front_end) return s->now_s;
    return s->front_s = fmax(s->front_s, s->now_s) + tokens * s->job->engine.stream_s;
}

static void finish(struct f2f_serve_sim *s, int i, double at_s) {
    struct f2f_serve_request *r = &s->requests[i];
    r->end_s = at_s;
    give(s, f2f_serve_blocks_held(s, r, r->offset + s->step));
    if (i >= s->first_measured && i < s->first_measured + s->load->requests) s->done++;
    f2f_serve_request_send(s, at_s);
}

void f2f_serve_decode_start(struct f2f_serve_sim *s, int i) {
    struct f2f_serve_request *r = &s->requests[i];
    r->offset = r->prompt - s->step;
    r->end_step = s->step + r->osl - r->generated;
    s->context += r->prompt;
    ++*growth_of(s, r);
    f2f_serve_queue_push(&s->decoding, i);
    for (size_t k = s->decoding.n - 1; k > 0; k--) {
        int *left = f2f_serve_queue_at(&s->decoding, k - 1), *right = f2f_serve_queue_at(&s->decoding, k);
        if (s->requests[*left].end_step <= s->requests[*right].end_step) break;
        int swap = *left;
        *left = *right;
        *right = swap;
    }
}

static void leave_decode(struct f2f_serve_sim *s, const struct f2f_serve_request *r) {
    s->context -= r->offset + s->step;
    --*growth_of(s, r);
}

void f2f_serve_decodes_end(struct f2f_serve_sim *s, double at_s) {
    while (s->decoding.n > 0 && f2f_serve_request_at(s, &s->decoding, 0)->end_step <= s->step) {
        int i = f2f_serve_queue_pop(&s->decoding);
        leave_decode(s, &s->requests[i]);
        finish(s, i, at_s);
    }
}

void f2f_serve_decode_preempt(struct f2f_serve_sim *s) {
    int i = f2f_serve_queue_pop_back(&s->decoding);
    struct f2f_serve_request *r = &s->requests[i];
    leave_decode(s, r);
    give(s, f2f_serve_blocks_held(s, r, r->offset + s->step));
    r->generated = r->osl - (r->end_step - s->step);
    r->prompt = r->isl + r->generated;
    r->computed = 0;
    r->ready_s = s->now_s;
    s->out.preemptions++;
    f2f_serve_queue_push_front(&s->waiting, i);
}
