/* schema_list.h - every kind of table: X(symbol). A new one is one file and one line here. */
#define F2F_SCHEMA_LIST(X) \
    X(gemm)                \
    X(attention_prefill)   \
    X(attention_decode)    \
    X(collective)          \
    X(serving)             \
    X(throughput)          \
    X(static)              \
    X(request_log)         \
    X(layer)               \
    X(training)            \
    X(power)               \
    X(dram)                \
    X(cost)
