/* status.c - the one-line failure of include/fab2fleet/status.h. */
#include <stdarg.h>
#include <stdio.h>

#include "fab2fleet/status.h"

f2f_status f2f_fail(f2f_error *err, f2f_status status, const char *fmt, ...) {
    if (!err) return status;
    va_list args;
    va_start(args, fmt);
    err->status = status;
    err->where[0] = '\0';
    (void)vsnprintf(err->message, sizeof err->message, fmt, args);
    va_end(args);
    return status;
}

const char *f2f_status_text(f2f_status status) {
    switch (status) {
#define X(name, value, text) \
    case F2F_##name: return text;
        F2F_STATUS_LIST(X)
#undef X
    }
    return "unknown status";
}
