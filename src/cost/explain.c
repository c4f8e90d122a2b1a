/* explain.c - where the money goes, from the wafer up: leaves add up to the root. */
#include "cost/explain.h"

/* The chip's part of an hour, shared out as its bill is; the vendor's line is what is paid beyond the bill. */
static void add_bill(f2f_arena *arena, struct f2f_share *chip, const struct f2f_cost *cost, double per_usd) {
    for (int i = 0; i < F2F_BILL_N; i++) {
        enum f2f_bill_line line = (enum f2f_bill_line)i;
        double usd = line == F2F_BILL_MARGIN ? cost->paid_usd - cost->chip.chip_usd : cost->chip.line_usd[line];
        if (!(usd > 0 || usd < 0)) continue;
        struct f2f_share *group = f2f_share_child(arena, chip, f2f_bill_group(line), NULL);
        f2f_share_child(arena, group, f2f_bill_name(line), NULL)->amount += usd * per_usd;
    }
}

void f2f_cost_explain(struct f2f_record *r, const struct f2f_cost *cost, const char *root, double scale) {
    const struct f2f_cost_hour *h = &cost->hour;
    struct f2f_share *tree = f2f_share_root(r, root, "usd");
    const struct {
        const char *name;
        double usd;
    } parts[] = {{"host", h->host_usd},
                 {"network", h->network_usd},
                 {"building, power, cooling", h->building_usd},
                 {"upkeep", h->upkeep_usd},
                 {"electricity", h->electricity_usd}};
    struct f2f_share *chip = f2f_share_child(r->arena, tree, "chip", NULL);
    add_bill(r->arena, chip, cost, scale * h->chip_usd / cost->paid_usd);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (parts[i].usd > 0) f2f_share_child(r->arena, tree, parts[i].name, NULL)->amount = scale * parts[i].usd;
    f2f_share_sum(tree);
}

void f2f_cost_put_bill(struct f2f_record *r, const struct f2f_cost *cost) {
    struct f2f_record *bill = f2f_record_sub(r, "bill", "of one chip");
    struct f2f_share *tree = f2f_share_root(bill, "one chip", "usd");
    for (int i = 0; i < F2F_BILL_MARGIN; i++) {
        enum f2f_bill_line line = (enum f2f_bill_line)i;
        if (!(cost->chip.line_usd[i] > 0)) continue;
        struct f2f_share *group = f2f_share_child(r->arena, tree, f2f_bill_group(line), NULL);
        f2f_share_child(r->arena, group, f2f_bill_name(line), NULL)->amount += cost->chip.line_usd[i];
    }
    f2f_share_sum(tree);
    f2f_record_num(bill, "silicon_usd", cost->chip.line_usd[F2F_BILL_DIE_SILICON], "of the dies that are sold");
    f2f_record_num(bill, "defects_usd", cost->chip.line_usd[F2F_BILL_DIE_LOSS], "dies with too many of them");
    f2f_record_num(bill, "stacks_lost_usd", cost->chip.line_usd[F2F_BILL_MEMORY_LOSS], "in bonding and test");
    f2f_record_num(bill, "module_usd", cost->chip.line_usd[F2F_BILL_MODULE], "board, regulators, cooling");
}

void f2f_cost_put_basis(struct f2f_record *r, const struct f2f_cost *cost) {
    if (cost->chip.line_usd[F2F_BILL_MARGIN] > 0) return;
    f2f_record_text(r, "price_basis", "what it costs to make: no margin of a vendor is known", "making.margin");
}
