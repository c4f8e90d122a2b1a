/* isa_list.h - sets of kernels, the fastest first. */
X(avx512_bf16)
X(avx512_vnni)
X(avx512)
X(avx2)
X(generic)
