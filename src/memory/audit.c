#include "memory/spec.h"
f2f_status f2f_mem_audit_new(struct f2f_mem_audit **out, const struct f2f_memory *memory, double pin_rate_bps,
                             f2f_error *err) {
    (void)memory;
    (void)pin_rate_bps;
    (void)err;
    *out = NULL;
    return F2F_OK;
}
void f2f_mem_audit_free(struct f2f_mem_audit *audit) { (void)audit; }
void f2f_mem_audit_command(struct f2f_mem_audit *audit, const struct f2f_mem_command *command) {
    (void)audit;
    (void)command;
}
int64_t f2f_mem_audit_violations(const struct f2f_mem_audit *audit, const char **first) {
    (void)audit;
    *first = "";
    return 0;
}
