/* energy.c - energy per command and state, and temperature by height.
 *
 * Activates, bits read and written, banks refreshed and time each have their price (the energy fields of the
 * catalog). Power leaves a stack at its base; the top die sees the base's resistance and those of the dies in series.
 * As each die adds its own power on the way down, a die counts with half of its bond layer's resistance, which is what
 * the catalog has (docs/models/dram-timings.md). Left out: power-down states, hot spots, the base die's own heat. */
#include "memory/energy.h"

void f2f_mem_energy(struct f2f_mem_result *r, const struct f2f_memory *m, int channels, double read_B, double write_B,
                    double refreshed_banks) {
    double share = (double)channels / m->channels; /* of the stack */
    r->part_J[PART_ACTIVATE] = (double)r->commands[F2F_DRAM_ACTIVATE] * m->activate_J;
    r->part_J[PART_READ] = 8.0 * read_B * (m->read_J_per_b + m->io_J_per_b);
    r->part_J[PART_WRITE] = 8.0 * write_B * (m->write_J_per_b + m->io_J_per_b);
    r->part_J[PART_REFRESH] = refreshed_banks * m->refresh_J;
    r->part_J[PART_BACKGROUND] = m->idle_W * share * r->time_s;
    r->io_J = 8.0 * (read_B + write_B) * m->io_J_per_b;
    r->energy_J = 0.0;
    for (int i = 0; i < PARTS; i++) r->energy_J += r->part_J[i];
}

double f2f_mem_temperature_C(const struct f2f_memory *m, double base_C, double stack_W) {
    return base_C + stack_W * (m->base_K_per_W + m->height * m->die_K_per_W);
}

double f2f_mem_refreshes(const struct f2f_memory *m, double temperature_C) {
    if (temperature_C > m->hotter_C) return m->hotter_refresh;
    return temperature_C > m->hot_C ? m->hot_refresh : 1.0;
}
