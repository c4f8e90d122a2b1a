/* design.h - one design after the other: loaded, tested, simulated, priced, and what is kept of it. */
#ifndef F2F_EXPLORE_DESIGN_H
#define F2F_EXPLORE_DESIGN_H

#include "base/buffer.h"
#include "base/require.h"
#include "explore/explore.h"
#include "explore/lattice.h"

/* status, what the database calls it */
#define F2F_DESIGN_LIST(X)                                                                        \
    X(FEASIBLE, "feasible")                                                                       \
    X(INFEASIBLE, "infeasible") /* the job's answer: it does not fit, nobody is served in time */ \
    X(REFUSED, "refused") /* a description or a strategy that contradicts itself */               \
    X(MISSED, "missed") /* a requirement */                                                       \
    X(UNKNOWN, "unknown") /* an objective or a requirement has no figure */
enum f2f_design_status {
#define X(id, text) F2F_DESIGN_##id,
    F2F_DESIGN_LIST(X)
#undef X
        F2F_DESIGN_N
};

/* Was it simulated? A design that others share its simulation with is SIMULATED, the others are SHARED. */
enum f2f_design_work { F2F_DESIGN_PRUNED, F2F_DESIGN_SIMULATED, F2F_DESIGN_SHARED };

enum { F2F_DESIGN_KEYS_MAX = 64 };

/* What is kept of every design: its figures, objectives first. */
struct f2f_design_row {
    uint64_t id;
    int status, work; /* the enums above */
    const char *why; /* NULL: feasible */
    double figure[F2F_DESIGN_KEYS_MAX]; /* NaN: none */
};

/* What is kept, and what is asked of it. */
struct f2f_design_keys {
    const char *key[F2F_DESIGN_KEYS_MAX];
    bool asked[F2F_DESIGN_KEYS_MAX]; /* an objective or a requirement: a design without this figure is no answer */
    bool wanted[F2F_DESIGN_KEYS_MAX]; /* named by the space: a result without it is a mistake there */
    int n;
    struct f2f_test *tests;
    int n_tests;
    bool tests_cost; /* one of them is of cost.* */
};
/* F2F_EINPUT: a requirement that is none, more than 64 keys. */
f2f_status f2f_design_keys_make(struct f2f_design_keys *out, struct f2f_catalog *catalog, const struct f2f_space *space,
                                f2f_error *err);

/* Rows as bytes, to be stored or sent to another process of the same program; false: no more. */
void f2f_design_pack(struct f2f_buffer *out, const struct f2f_design_row *row, int n_keys);
bool f2f_design_unpack(struct f2f_design_row *row, const char **at, const char *end, int n_keys);

/* What all threads share, and only read. */
struct f2f_design_shop {
    const struct f2f_catalog *catalog;
    const struct f2f_space *space;
    const struct f2f_lattice *lattice;
    const struct f2f_design_keys *keys;
    const struct f2f_set *sets; /* the user's */
    size_t n_sets;
    const char *price; /* instead of the space's list, or NULL */
    struct f2f_files *files;
    struct f2f_mem_ports *ports;
};

struct f2f_designer; /* of one thread */
struct f2f_designer *f2f_designer_new(const struct f2f_design_shop *shop);
void f2f_designer_free(struct f2f_designer *designer);
/* Appends the rows of a unit. What is wrong with a design is in its row; a failure is one of the machine, or a key that
 * the first result lacks. */
f2f_status f2f_designer_work(struct f2f_designer *designer, struct f2f_buffer *rows, uint64_t unit, f2f_error *err);

#endif
