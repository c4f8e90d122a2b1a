/* trace.h - formats of request logs. One file and one line of trace_list.h each. */
#ifndef F2F_SERVE_TRACE_H
#define F2F_SERVE_TRACE_H

#include "base/lines.h"
#include "serve/arrivals.h"

struct f2f_trace_format {
    const char *name, *wanted; /* wanted: what the first line must hold, for people */
    int id_tok; /* tokens a name of a block stands for; 0: none */
    bool (*inside)(void *state); /* are its times taken inside the engine, behind its front end? NULL: no */
    bool header; /* the first line is no request */
    /* Does the first line look like it? `state` remembers what the other calls need. */
    bool (*recognise)(void **state, f2f_arena *arena, const char *first_line);
    /* What is wrong with the first line, though it is recognised. May be NULL. */
    f2f_status (*check)(void *state, const struct f2f_lines *lines, f2f_error *err);
    /* A line as a request, its time in seconds of the log. *failed: the log says that it failed. */
    f2f_status (*read)(struct f2f_arrival *out, bool *failed, void *state, const struct f2f_lines *lines, char *line,
                       f2f_error *err);
};

#define X(name) extern const struct f2f_trace_format f2f_trace_##name;
#include "serve/trace_list.h"
#undef X

#endif
