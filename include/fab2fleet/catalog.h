/* catalog.h - descriptions by name: text in, checked structs out.
 *
 * A name is looked up in the catalog's folders, or is a path. `extends`, references and --set are
 * resolved here, every number must be covered by a `source:`, and all errors are reported together. */
#ifndef F2F_CATALOG_H
#define F2F_CATALOG_H

#include "fab2fleet/doc.h"
#include "fab2fleet/engine.h"
#include "fab2fleet/hardware.h"
#include "fab2fleet/making.h"
#include "fab2fleet/model.h"
#include "fab2fleet/range.h"
#include "fab2fleet/record.h"
#include "fab2fleet/traffic.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Kinds of descriptions; the name of a kind is the folder of the catalog. The last ones say what things cost. */
#define F2F_KIND_LIST(X) \
    X(system)            \
    X(node)              \
    X(network)           \
    X(chip)              \
    X(class)             \
    X(memory)            \
    X(controller)        \
    X(dram)              \
    X(process)           \
    X(engine)            \
    X(traffic)           \
    X(foundry)           \
    X(bonding)           \
    X(stack)             \
    X(package)           \
    X(price)             \
    X(device)

/* One `--set path=value`. */
struct f2f_set {
    const char *path, *value;
};

struct f2f_catalog; /* folders to search, arena, errors */

/* dirs: searched in order. The catalog owns the arena all loaded structs live in. */
f2f_status f2f_catalog_new(struct f2f_catalog **out, const char *const *dirs, size_t n_dirs, f2f_error *err);
void f2f_catalog_free(struct f2f_catalog *catalog);
f2f_arena *f2f_catalog_arena(struct f2f_catalog *catalog);
struct f2f_diag *f2f_catalog_diag(struct f2f_catalog *catalog);

/* Files kept once they are parsed, for catalogs that load the same descriptions again and again, on any thread. They
 * stay as they were when first read, and live in the arena. */
struct f2f_files;
struct f2f_files *f2f_files_new(f2f_arena *arena);
/* Another catalog of the same folders, with nothing loaded, no changes and no hook, that reads through `files`. What it
 * loads has no digest. */
f2f_status f2f_catalog_again(struct f2f_catalog **out, const struct f2f_catalog *like, struct f2f_files *files,
                             f2f_error *err);

/* A price list. Name NULL: the default list, us-2024; *out is NULL where the catalog has none. */
f2f_status f2f_catalog_price(const struct f2f_price **out, struct f2f_catalog *catalog, const char *name,
                             const struct f2f_set *sets, size_t n_sets, f2f_error *err);

/* From here on the ranges of all quantities that are read are listed; those listed before are forgotten. */
void f2f_catalog_ranges_start(struct f2f_catalog *catalog);
/* What was listed, lent. Whoever loaded the structs may change them through it; nobody else should have them. */
const struct f2f_ranges *f2f_catalog_ranges(const struct f2f_catalog *catalog);

/* Changes made to every system read from now on, before those of the call. Borrowed. */
void f2f_catalog_override(struct f2f_catalog *catalog, const struct f2f_set *sets, size_t n_sets);

/* Called with every system read from now on; fails the reading where it fails. */
typedef f2f_status f2f_system_hook(void *context, struct f2f_system *system, f2f_error *err);
void f2f_catalog_on_system(struct f2f_catalog *catalog, f2f_system_hook *hook, void *context);

/* A system by the name of a system, a node (one node, no network) or a chip (one chip). */
f2f_status f2f_catalog_system(const struct f2f_system **out, struct f2f_catalog *catalog, const char *name,
                              const struct f2f_set *sets, size_t n_sets, f2f_error *err);
/* A system with at least `chips` of a chip: name itself, or, when that is a chip and more than one is
 * asked for, the smallest node (then system) of the catalog that carries it. */
f2f_status f2f_catalog_host(const struct f2f_system **out, struct f2f_catalog *catalog, const char *name, int chips,
                            const struct f2f_set *sets, size_t n_sets, f2f_error *err);
f2f_status f2f_catalog_memory(const struct f2f_memory **out, struct f2f_catalog *catalog, const char *name,
                              const struct f2f_set *sets, size_t n_sets, f2f_error *err);
f2f_status f2f_catalog_controller(const struct f2f_controller **out, struct f2f_catalog *catalog, const char *name,
                                  const struct f2f_set *sets, size_t n_sets, f2f_error *err);
f2f_status f2f_catalog_model(const struct f2f_model **out, struct f2f_catalog *catalog, const char *name,
                             f2f_error *err);

/* An inference engine; NULL: generic. Of the catalog's and the call's sets those that begin with `engine.` change it
 * (f2f_catalog_system leaves them alone). */
f2f_status f2f_catalog_engine(struct f2f_engine *out, struct f2f_catalog *catalog, const char *name,
                              const struct f2f_set *sets, size_t n_sets, f2f_error *err);
f2f_status f2f_catalog_traffic(const struct f2f_traffic **out, struct f2f_catalog *catalog, const char *name,
                               f2f_error *err);

/* The kind of what a --set path of a system changes, if it only says what things cost ("stack", "package", ...); else
 * NULL. */
const char *f2f_catalog_set_pays(struct f2f_catalog *catalog, const char *path);

/* One record per description: name, kind, status, title, source. kind: NULL for all, or "chip", "model", ... */
f2f_status f2f_catalog_list(struct f2f_results *out, struct f2f_catalog *catalog, const char *kind, f2f_error *err);
/* Every field of one description (name or path) with its value as written, unit in SI, help and source. */
f2f_status f2f_catalog_show(struct f2f_record **out, struct f2f_catalog *catalog, const char *name,
                            const struct f2f_set *sets, size_t n_sets, f2f_error *err);
/* Reads a file of any kind (a description, a study, a config.json) and says what it is. */
f2f_status f2f_catalog_check(struct f2f_record **out, struct f2f_catalog *catalog, const char *path, f2f_error *err);
/* JSON Schema of a kind, for editors. */
f2f_status f2f_catalog_schema(const char **out, f2f_arena *arena, const char *kind, f2f_error *err);

#ifdef __cplusplus
}
#endif
#endif
