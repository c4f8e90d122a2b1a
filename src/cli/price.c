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

f2f_status cli_price(const struct f2f_price **out, struct set_list *rest, struct cli *cli, const char *name,
                     f2f_error *err) {
    struct set_list mine;
    cli_split_sets(&mine, rest, cli, &cli->common.sets, "price");
    return f2f_catalog_price(out, cli->catalog, name, mine.item, mine.n, err);
}
