/* price.c - the price list of a verb, and which --set is meant for it. */
#include <string.h>

#include "cli/cli.h"

f2f_status cli_price(const struct f2f_price **out, struct set_list *rest, struct cli *cli, const char *name,
                     f2f_error *err) {
    static const char prefix[] = "price.";
    const struct set_list *all = &cli->common.sets;
    struct f2f_set *of_price = f2f_arena_alloc(cli->arena, (all->n + 1) * sizeof *of_price);
    size_t n = 0;
    *rest = (struct set_list){.arena = cli->arena};
    rest->item = f2f_arena_alloc(cli->arena, (all->n + 1) * sizeof *rest->item);
    for (size_t i = 0; i < all->n; i++) {
        if (strncmp(all->item[i].path, prefix, sizeof prefix - 1) == 0) of_price[n++] = all->item[i];
        else rest->item[rest->n++] = all->item[i];
    }
    return f2f_catalog_price(out, cli->catalog, name, of_price, n, err);
}
