/* explorer.c - threads, and other processes, take units of work of a space until none is left.
 *
 * A row hangs on its design alone, so that who worked it out, and when, cannot be seen in the database. */
#include <string.h>

#include "base/threads.h"
#include "desc/axes.h"
#include "explore/designer.h"
#include "explore/explorer.h"

/* A --set of what the space varies would be undone by it. */
static f2f_status check_sets(const struct f2f_space *space, f2f_arena *arena, const struct f2f_explore_options *o,
                             f2f_error *err) {
    for (size_t i = 0; i < o->n_sets; i++) {
        const struct f2f_space_axis *axis = f2f_axes_undo(space, arena, o->sets[i].path);
        if (axis)
            return f2f_fail(err, F2F_EUSAGE, "--set %.80s: the space varies it by '%.60s', leave it out",
                            o->sets[i].path, axis->name);
    }
    return F2F_OK;
}

/* Precisions are no fields that a description could check. */
static void check_precisions(struct f2f_catalog *catalog, const struct f2f_space *space) {
    for (int a = 0; a < space->n_axes; a++)
        for (int v = 0; v < space->axes[a].n_values; v++)
            for (int c = 0; c < space->axes[a].values[v].n_changes; c++) {
                const struct f2f_space_change *change = &space->axes[a].values[v].changes[c];
                struct f2f_precision precision;
                f2f_error reason = {0};
                if (strcmp(change->set.path, "job.precision") == 0 &&
                    f2f_precision_parse(&precision, change->set.value, space->job.kv_precision, &reason) != F2F_OK)
                    f2f_doc_error(f2f_catalog_diag(catalog), space->axes[a].values[v].at, "%s", reason.message);
            }
}

f2f_status f2f_explorer_new(struct f2f_explorer **out, struct f2f_catalog *catalog, const struct f2f_space *space,
                            const struct f2f_explore_options *options, f2f_error *err) {
    f2f_arena *arena = f2f_catalog_arena(catalog);
    const struct f2f_diag *diag = f2f_catalog_diag(catalog);
    size_t before = diag->n + diag->dropped;
    struct f2f_explorer *e = f2f_arena_alloc(arena, sizeof *e);
    *out = NULL;
    *e = (struct f2f_explorer){.arena = arena, .options = options, .space = *space};
    if (options->seed) e->space.seed = options->seed;
    space = &e->space;
    F2F_TRY(check_sets(space, arena, options, err));
    check_precisions(catalog, space);
    F2F_TRY(f2f_diag_status(diag, before, err));
    F2F_TRY(f2f_lattice_make(&e->lattice, arena, space, err));
    F2F_TRY(f2f_design_keys_make(&e->keys, catalog, space, err));
    F2F_TRY(f2f_fingerprint_make(&e->mark, catalog, space, options, err));
    e->mark_text = f2f_arena_printf(arena, "%s %s %s", e->mark.program, e->mark.space, e->mark.catalog);
    f2f_arena *ports = f2f_arena_new(); /* threads make ports while the catalog's arena is used by others */
    f2f_arena_adopt(arena, ports);
    e->shop = (struct f2f_design_shop){.catalog = catalog,
                                       .space = space,
                                       .lattice = &e->lattice,
                                       .keys = &e->keys,
                                       .sets = options->sets,
                                       .n_sets = options->n_sets,
                                       .price = options->price,
                                       .files = f2f_files_new(arena),
                                       .ports = f2f_mem_ports_new(ports)};
    pthread_mutex_init(&e->lock, NULL);
    *out = e;
    return F2F_OK;
}

const char *f2f_explorer_mark(const struct f2f_explorer *e) { return e->mark_text; }

/* Is the unit in the database? Its designs were written in order, so that the last one tells. */
static bool is_done(struct f2f_explorer *e, uint64_t unit) {
    uint64_t last = f2f_lattice_count(&e->lattice, unit) - 1;
    return f2f_database_has(e->database, f2f_lattice_id(&e->lattice, unit, last));
}

size_t f2f_explorer_take(struct f2f_explorer *e, uint64_t *units, size_t most) {
    size_t n = 0;
    pthread_mutex_lock(&e->lock);
    while (n < most && !e->stop && e->next < e->lattice.n_units) {
        uint64_t unit = e->next++;
        if (!is_done(e, unit)) units[n++] = unit;
    }
    pthread_mutex_unlock(&e->lock);
    return n;
}

/* With the lock. */
static void fail(struct f2f_explorer *e, const f2f_error *reason) {
    if (e->failure.status == F2F_OK) e->failure = *reason;
    e->stop = true;
}

void f2f_explorer_fail(struct f2f_explorer *e, const f2f_error *reason) {
    pthread_mutex_lock(&e->lock);
    fail(e, reason);
    pthread_mutex_unlock(&e->lock);
}

/* With the lock. */
static f2f_status keep(struct f2f_explorer *e, const char *rows, size_t length, f2f_error *err) {
    const char *at = rows, *end = rows + length;
    struct f2f_design_row row;
    uint64_t n = 0;
    while (at < end) {
        if (!f2f_design_unpack(&row, &at, end, e->keys.n))
            return f2f_fail(err, F2F_ERUN, "designs of another process came garbled");
        F2F_TRY(f2f_database_add(e->database, &row, err));
        n++;
    }
    F2F_TRY(f2f_database_pause(e->database, err));
    e->done += n;
    return F2F_OK;
}

f2f_status f2f_explorer_put(struct f2f_explorer *e, const char *rows, size_t length, f2f_error *err) {
    const struct f2f_explore_options *o = e->options;
    f2f_error reason = {0};
    pthread_mutex_lock(&e->lock);
    f2f_status status = keep(e, rows, length, &reason);
    if (status != F2F_OK) fail(e, &reason);
    if (o->progress && !o->progress(o->progress_context, (int)e->done, (int)e->lattice.n_designs, "designs"))
        e->stop = true;
    pthread_mutex_unlock(&e->lock);
    return status == F2F_OK ? F2F_OK : f2f_fail(err, status, "%s", reason.message);
}

/* Takes a unit and works it through; false: none is left. */
static bool work_once(struct f2f_explorer *e, struct f2f_designer *designer) {
    f2f_error err = {0};
    uint64_t unit;
    if (f2f_explorer_take(e, &unit, 1) != 1) return false;
    f2f_arena *arena = f2f_arena_new();
    struct f2f_buffer rows = {.arena = arena};
    if (f2f_designer_work(designer, &rows, unit, &err) != F2F_OK) f2f_explorer_fail(e, &err);
    else (void)f2f_explorer_put(e, rows.data, rows.length, NULL);
    f2f_arena_free(arena);
    return true;
}

/* One thread, until nothing is left. */
static void work_on(void *context, size_t unused) {
    struct f2f_explorer *e = context;
    struct f2f_designer *designer = f2f_designer_new(&e->shop);
    (void)unused;
    while (work_once(e, designer)) continue;
    f2f_designer_free(designer);
}

/* The first units alone, until a design has a result, by which keys that are misspelt are told before there is much to
 * lose, and with any number of threads alike. */
static void work_first(struct f2f_explorer *e) {
    enum { MOST = 64 };
    struct f2f_designer *designer = f2f_designer_new(&e->shop);
    designer->first = true;
    for (int i = 0; i < MOST && designer->first && work_once(e, designer); i++) continue;
    f2f_designer_free(designer);
}

static void *work_aside(void *explorer) {
    struct f2f_explorer *e = explorer;
    size_t threads = f2f_threads_wanted(e->options->threads);
    f2f_threads_each(threads, (int)threads, work_on, e);
    return NULL;
}

void f2f_explorer_run(struct f2f_explorer *e) {
    pthread_t aside;
    if (!e->done) work_first(e);
    if (!e->options->share) {
        work_aside(e);
        return;
    }
    bool started = pthread_create(&aside, NULL, work_aside, e) == 0;
    e->options->share(e->options->share_context, e);
    if (started) pthread_join(aside, NULL);
    else work_aside(e);
}

/* ---- a process that lends a hand ---- */

/* Units in a row go to one thread, which then loads less. */
struct lent {
    const struct f2f_explorer *explorer;
    const uint64_t *units;
    size_t n, slices;
    struct f2f_buffer *rows; /* of each slice */
    f2f_error *errs;
};

static void work_slice(void *context, size_t slice) {
    struct lent *lent = context;
    struct f2f_designer *designer = f2f_designer_new(&lent->explorer->shop);
    f2f_status status = F2F_OK;
    for (size_t i = lent->n * slice / lent->slices; i < lent->n * (slice + 1) / lent->slices && status == F2F_OK; i++)
        status = f2f_designer_work(designer, &lent->rows[slice], lent->units[i], &lent->errs[slice]);
    f2f_designer_free(designer);
}

f2f_status f2f_explorer_work(const struct f2f_explorer *e, f2f_arena *arena, const uint64_t *units, size_t n,
                             const char **rows, size_t *length, f2f_error *err) {
    size_t slices = f2f_threads_wanted(e->options->threads);
    struct f2f_buffer all = {.arena = arena};
    struct lent lent = {.explorer = e, .units = units, .n = n, .slices = slices};
    lent.rows = f2f_arena_alloc(arena, slices * sizeof *lent.rows);
    lent.errs = f2f_arena_alloc(arena, slices * sizeof *lent.errs);
    for (size_t i = 0; i < slices; i++) {
        lent.rows[i].arena = f2f_arena_new();
        f2f_arena_adopt(arena, lent.rows[i].arena);
    }
    f2f_threads_each(slices, e->options->threads, work_slice, &lent);
    for (size_t i = 0; i < slices; i++) {
        if (lent.errs[i].status != F2F_OK) return f2f_fail(err, lent.errs[i].status, "%s", lent.errs[i].message);
        if (lent.rows[i].length) f2f_buffer_bytes(&all, lent.rows[i].data, lent.rows[i].length);
    }
    *rows = f2f_buffer_str(&all);
    *length = all.length;
    return F2F_OK;
}
