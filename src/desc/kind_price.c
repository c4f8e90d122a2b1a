/* kind_price.c - field table of a price list: where and when things are bought and run. */
#include "desc/table.h"

#define T struct f2f_price
static const struct f2f_field fields[] = {
    F2F_QTY(T, "electricity", electricity_usd_per_J, MONEY_PER_ENERGY, 0, 1e-6, "price of electricity"),
    F2F_QTY(T, "grid", grid_kg_per_J, GRID_CARBON, 0, 1e-3, "CO2e of electricity"),
    F2F_QTY(T, "pue", pue, NUMBER, 1, 3, "facility power over IT power, where the system does not say"),
    F2F_QTY(T, "life", life_s, TIME, 86400, 1e10, "years in which servers and network are written off"),
    F2F_QTY(T, "building_life", building_life_s, TIME, 86400, 1e10, "the same of the building"),
    F2F_QTY(T, "capital", capital_frac, FRACTION, 0, 1, "cost of capital, a year"),
    F2F_QTY(T, "building", building_usd_per_W, MONEY_PER_POWER, 0, 1e3,
            "building, power delivery and cooling, per watt of facility power"),
    F2F_QTY(T, "network", network_frac, FRACTION, 0, 0.9, "share of a cluster's price that is its network"),
    F2F_QTY(T, "server", server_usd_per_W, MONEY_PER_POWER, 0, 1e4,
            "host per watt of its chips, where the node does not say"),
    F2F_QTY(T, "server_power", server_W_per_W, NUMBER, 0, 10, "power of the host per watt of its chips, the same"),
    F2F_QTY(T, "server_carbon", server_kg_per_W, CARBON_PER_POWER, 0, 1e3, "embodied in the host, the same"),
    F2F_QTY(T, "load", load_frac, FRACTION, 0, 1, "mean power over the most, where no job says"),
    F2F_QTY(T, "upkeep", upkeep_frac, FRACTION, 0, 1, "repair, spares and staff, of the price, a year"),
    F2F_QTY(T, "discount", discount_frac, FRACTION, 0, 0.9, "off list prices"),
    F2F_QTY(T, "use", use_frac, FRACTION, 0.01, 1, "share of the hours in which the work is wanted"),
    F2F_QTY(T, "rental", rental_usd_per_s, MONEY_PER_TIME, 0, 1, "an H100 rented for as long"),
};
const struct f2f_table f2f_price_table = F2F_TABLE("price", T, fields, true, NULL);
