/* status.h - what a call returned, and the one line that says why.
 *
 * Every fallible function returns an f2f_status and takes `f2f_error *err` last (it may be NULL).
 * The lowest level writes the message, with both numbers in it; upper levels only pass it on.
 * A status is also the exit code of the command line (see ARCHITECTURE.md). */
#ifndef F2F_STATUS_H
#define F2F_STATUS_H

#ifdef __cplusplus
extern "C" {
#endif

/* name, value (= exit code), meaning */
#define F2F_STATUS_LIST(X)                   \
    X(OK, 0, "ok")                           \
    X(ERUN, 1, "failed at run time")         \
    X(EUSAGE, 2, "wrong usage")              \
    X(EINPUT, 3, "bad description or input") \
    X(EINFEASIBLE, 4, "infeasible")          \
    X(EINTERRUPTED, 130, "interrupted")

typedef enum f2f_status {
#define X(name, value, text) F2F_##name = value,
    F2F_STATUS_LIST(X)
#undef X
} f2f_status;

/* where: "file:line:col" or "". message: one line, no trailing newline. */
typedef struct f2f_error {
    f2f_status status;
    char where[192];
    char message[384];
} f2f_error;

#if defined(__GNUC__)
#define F2F_PRINTF(f, a) __attribute__((format(printf, f, a)))
#else
#define F2F_PRINTF(f, a)
#endif

/* Fills err (if not NULL) and returns status, so that `return f2f_fail(err, F2F_EINPUT, ...)` reads well. */
f2f_status f2f_fail(f2f_error *err, f2f_status status, const char *fmt, ...) F2F_PRINTF(3, 4);

/* Text of a status, for example "infeasible". Never NULL. */
const char *f2f_status_text(f2f_status status);

/* Propagates a failure unchanged. */
#define F2F_TRY(call)                            \
    do {                                         \
        f2f_status f2f_try_ = (call);            \
        if (f2f_try_ != F2F_OK) return f2f_try_; \
    } while (0)

#ifdef __cplusplus
}
#endif
#endif
