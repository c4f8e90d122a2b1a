/* build.h - what the builders of graph.c and ffn.c share while a forward graph grows. */
#ifndef F2F_MODEL_BUILD_H
#define F2F_MODEL_BUILD_H

#include "model/arch.h"

struct f2f_build {
    struct f2f_graph *graph;
    const struct f2f_model *model;
    const struct f2f_precision *precision;
    double tokens; /* rows of every operator inside the layers */
    double narrow; /* bytes of a product's input over bytes of an activation: < 1 when it is quantised */
};

/* Operators of a layer; out[tokens,n] = in[tokens,k] x w[k,n]. */
struct f2f_op *f2f_build_gemm(const struct f2f_build *b, const char *name, enum f2f_cut cut, double n, double k);
/* The same with a weight that is never quantised. */
struct f2f_op *f2f_build_plain_gemm(const struct f2f_build *b, const char *name, enum f2f_cut cut, double n, double k);
struct f2f_op *f2f_build_vector(const struct f2f_build *b, const char *name, enum f2f_cut cut, double read_elems,
                                double write_elems, double flop_per_elem);

/* Feed-forward parts, for struct f2f_arch. */
void f2f_ffn_dense(const struct f2f_build *b, const struct f2f_model *m);
void f2f_ffn_moe(const struct f2f_build *b, const struct f2f_model *m);

#endif
