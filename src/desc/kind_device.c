/* kind_device.c - field table of a thing somebody carries. */
#include "desc/table.h"
#include "fab2fleet/device.h"

#define T struct f2f_device
static const struct f2f_field fields[] = {
    F2F_QTY(T, "battery", battery_J, ENERGY, 1, 1e9, "energy of the full battery"),
    F2F_QTY(T, "base_power", base_W, POWER, 0, 1000, "all that runs beside the model"),
    F2F_QTY(T, "radio_power", radio_W, POWER, 0, 100, "more while tokens are streamed to it"),
    F2F_QTY(T, "round_trip", round_trip_s, TIME, 0, 10, "to the fleet and back"),
    F2F_QTY(T, "ambient", ambient_C, NUMBER, -50, 60, "degrees Celsius around it"),
    F2F_QTY(T, "skin_limit", skin_limit_C, NUMBER, 0, 100, "degrees Celsius the warmest touched place may have"),
    F2F_QTY(T, "skin_rise", skin_K_per_W, NUMBER, 0, 100, "kelvin of that place per watt at steady power"),
    F2F_QTY(T, "skin_time", skin_s, TIME, 1, 1e5, "time constant of the rise"),
};
const struct f2f_table f2f_device_table = F2F_TABLE("device", T, fields, true, NULL);
