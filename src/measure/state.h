/* state.h - inside src/measure: a team with its buffers, and what runs on it.
 *
 * Flow: host.c what the machine is -> probe.c what it can do -> describe.c the chip -> cases.c operators -> run.c one
 * of them, by gemm.c, attention.c or rows.c, timed by timing.c -> records.c. */
#ifndef F2F_MEASURE_STATE_H
#define F2F_MEASURE_STATE_H

#include "fab2fleet/measure.h"
#include "measure/kernels.h"
#include "measure/team.h"

struct f2f_measure {
    struct f2f_host host;
    struct f2f_clock clock, wall; /* what times are taken by; what budgets are */
    struct f2f_team *team;
    const struct f2f_kernel_set *set[F2F_PRODUCTS]; /* NULL: no such products */
    char *pool; /* what operators read once: weights, caches of keys; more than the last-level cache holds */
    size_t pool_B;
    int pool_holds; /* enum f2f_product of what it was filled with; -1: nothing */
};

/* The last-level cache this process sees, all its parts that the cores in use have; at least 1 MiB. */
double f2f_host_cache_B(const struct f2f_host *host);

/* ---- buffer.c ---- */
/* Zeroed, in huge pages where there are some; free with free(). NULL: no memory. */
void *f2f_measure_alloc(size_t size_B);
/* Numbers from -1 to 1 of a format (fp32, bf16, int8: any byte), the same at the same place each time. */
void f2f_measure_fill(struct f2f_measure *m, void *out, size_t size_B, enum f2f_product format);
/* Most bytes that the pool and, apart from it, the buffers of an operator may have: half of the memory that is free. */
double f2f_measure_limit_B(const struct f2f_measure *m);
/* So many that caches keep little of them until they are read again: four times the last-level cache. */
double f2f_measure_uncached_B(const struct f2f_measure *m);
/* The pool with at least so many bytes of that format, and with f2f_measure_uncached_B where the limit lets it.
 * F2F_ERUN: size_B is above the limit. */
f2f_status f2f_measure_pool(struct f2f_measure *m, size_t size_B, enum f2f_product format, f2f_error *err);
static inline size_t f2f_round_up(size_t x, size_t of) { return (x + of - 1) / of * of; }

/* ---- timing.c ---- */
/* Times `once` by a clock; it is run a number of times in each sample so that the clock's own time is small. The budget
 * is the wall's: time at work may go by much slower. */
void f2f_measure_time(struct f2f_timing *out, const struct f2f_clock *clock, const struct f2f_clock *wall,
                      void (*once)(void *), void *context, double budget_s);

/* ---- gemm.c: out[m,n] = in[m,k] x w[k,n] ---- */
struct f2f_gemm {
    const struct f2f_kernel_set *set;
    enum f2f_product product;
    size_t m, n, k;
    const void *in; /* [m][stride]; bytes past k up to a multiple of 4 B count as 0 */
    size_t in_stride_B;
    const void *weight; /* in panels */
    void *out; /* [m][n]: fp32, or bf16 of narrower products */
    float scale; /* int8: of the sums */
    char *scratch; /* f2f_gemm_scratch_B for each thread */
};
size_t f2f_gemm_weight_B(const struct f2f_kernel_set *set, enum f2f_product product, size_t n, size_t k);
size_t f2f_gemm_scratch_B(const struct f2f_gemm *g);
/* w: [k][n], in the format of the product (int8 signed). */
void f2f_gemm_pack(void *out, const struct f2f_kernel_set *set, enum f2f_product product, const void *w, size_t n,
                   size_t k);
f2f_team_fn f2f_gemm_part; /* context: a struct f2f_gemm */

/* ---- attention.c, fp32 ---- */
struct f2f_attention {
    const struct f2f_kernel_set *set;
    size_t batch, q_len, kv_len, q_heads, kv_heads, head_dim; /* decode: q_len 1 */
    const float *q; /* [batch][q_len][q_heads][head_dim] */
    const float *k,
        *v; /* [batch][kv_len][kv_heads][head_dim]; decode leaves k alone, v: [batch][kv_heads][kv_len][..] */
    float *key_panels; /* [batch][kv_heads][kv_len / panel][head_dim][panel]: decode's cache, prefill makes them */
    float *out; /* as q */
    float *partial; /* decode whose sequences are split: f2f_attention_partial_B */
    size_t splits; /* of the keys of a sequence */
};
size_t f2f_attention_panels_B(const struct f2f_attention *a);
size_t f2f_attention_partial_B(const struct f2f_attention *a);
f2f_team_fn f2f_attention_pack_part; /* keys into panels */
f2f_team_fn f2f_attention_prefill_part; /* causal; after all have packed */
f2f_team_fn f2f_attention_decode_part;
f2f_team_fn f2f_attention_merge_part; /* after that, where splits > 1 */

/* ---- rows.c: operators of rows, fp32 ---- */
struct f2f_rows {
    const struct f2f_kernel_set *set;
    size_t rows, width, heads; /* width: of a row; rotate: of a head; a vocabulary of `sampling`, a table's row */
    const float *in, *more; /* more: weights of the norm, angles, the table */
    const int *index; /* of the table's rows */
    float *residual, *out;
    int *picked;
    struct f2f_pick *part; /* sampling: one for each thread and row */
};
struct f2f_pick {
    float most, sum;
    int at;
};
f2f_team_fn f2f_rows_norm_part, f2f_rows_activation_part, f2f_rows_rotate_part, f2f_rows_embed_part,
    f2f_rows_sample_part, f2f_rows_pick_part, f2f_rows_copy_part, f2f_rows_triad_part;

#endif
