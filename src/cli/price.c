/* price.c - the price list of a verb, and which --set is meant for it. */
#include <string.h>

#include "cli/cli.h"

void cli_split_sets(struct set_list *mine, struct set_list *rest, struct cli *cli, const struct set_list *all,
                    const char *kind) {
    size_t length = strlen(kind);
    *mine = *rest = (struct set_list){.arena = cli->arena};
    mine->item = f2f_arena_alloc(cli->arena, (all->n + 1) * sizeof *mine->item);
    rest->item = f2f_arena_alloc(cli->arena, (all->n + 1) * sizeof *rest->item);
    for (size_t i = 0; i < all->n; i++) {
        const char *path = all->item[i].path;
        struct set_list *to = strncmp(path, kind, length) == 0 && path[length] == '.' ? mine : rest;
        to->item[to->n++] = all->item[i];
    }
}

f2f_status cli_refuse_sets(struct cli *cli, const char *const *kinds, f2f_error *err) {
    if (!kinds && cli->common.sets.n)
        return f2f_fail(err, F2F_EUSAGE, "--set: `%s` takes descriptions as they are, leave it out", cli->verb);
    for (size_t i = 0; i < cli->common.sets.n; i++)
        for (size_t k = 0; kinds[k]; k++) {
            const char *path = cli->common.sets.item[i].path;
            size_t length = strlen(kinds[k]);
            if (strncmp(path, kinds[k], length) == 0 && (path[length] == '.' || !path[length]))
                return f2f_fail(err, F2F_EUSAGE, "--set %.80s: `%s` reads no %s here, leave it out", path, cli->verb,
                                kinds[k]);
        }
    return F2F_OK;
}

void cli_note_sets_of_making(struct f2f_results *results, const struct cli *cli) {
    for (size_t i = 0; i < cli->common.sets.n; i++) {
        const char *path = cli->common.sets.item[i].path, *kind = f2f_catalog_set_pays(cli->catalog, path);
        if (kind)
            f2f_results_note(results,
                             "--set %.80s changes what a %s costs, which `%s` does not read: `fab2fleet cost` does.",
                             path, kind, cli->verb);
    }
}

f2f_status cli_price(const struct f2f_price **out, struct set_list *rest, struct cli *cli, const char *name,
                     f2f_error *err) {
    struct set_list mine;
    cli_split_sets(&mine, rest, cli, &cli->common.sets, "price");
    return f2f_catalog_price(out, cli->catalog, name, mine.item, mine.n, err);
}
