/* yield_list.h - every yield model: X(symbol). A new one is one file yield_<name>.c and one line here. */
#define F2F_YIELD_LIST(X) \
    X(poisson)            \
    X(murphy)             \
    X(seeds)              \
    X(negative_binomial)
