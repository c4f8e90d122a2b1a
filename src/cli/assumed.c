/* assumed.c - what a chip's description leaves out, and what stands in for it: a note of --explain.
 *
 * Describing a chip from a datasheet alone, one cannot see what counts as left out; nor that all constants of its class
 * may be estimates. */
#include "cli/cli.h"
#include "fab2fleet/machine.h"

/* What was gathered, and one thing more. */
static const char *with(f2f_arena *arena, const char *text, const char *more) {
    return f2f_arena_printf(arena, "%s%s%s", text, *text ? "; " : "", more);
}

static const char *of_clocks(f2f_arena *arena, const char *text, const struct f2f_chip *chip) {
    if (!(chip->boost_Hz > 0))
        text = with(arena, text, f2f_arena_printf(arena, "'boost' is its clock, %g GHz", 1e-9 * chip->clock_Hz));
    if (!(chip->cache_Bps > 0))
        text = with(arena, text,
                    f2f_arena_printf(arena, "'cache_bandwidth' is %.3g TB/s, unit_rate of its class for each unit",
                                     1e-12 * f2f_chip_stated_cache_Bps(chip, chip->cls)));
    return text;
}

static const char *of_units(f2f_arena *arena, const char *text, const struct f2f_chip *chip) {
    if (!chip->says_operands)
        text = with(arena, text, "'operands' pass through registers (systolic arrays: scratchpad)");
    if (!(chip->compute_capability > 0) && chip->operands != F2F_OPERANDS_REGISTERS)
        text = with(arena, text, "its library has the best of all tilings (NVIDIA's chips: 'compute_capability')");
    return text;
}

static const char *of_memory(f2f_arena *arena, const char *text, const struct f2f_chip *chip) {
    const struct f2f_chip_memory *memory = &chip->memory;
    if (!(memory->usable_frac < 1)) text = with(arena, text, "all of its memory is usable ('usable')");
    if (memory->device && !(memory->pin_rate_bps > 0))
        text =
            with(arena, text,
                 f2f_arena_printf(arena, "'pin_rate' is its memory's, %g Gb/s", 1e-9 * memory->device->pin_rate_bps));
    if (!(chip->host_link_Bps > 0)) text = with(arena, text, "no 'host_link': what goes to the host takes no time");
    return text;
}

void cli_note_assumed(struct f2f_results *results, const struct cli *cli, const struct f2f_chip *chip) {
    f2f_arena *arena = results->arena;
    const struct f2f_ident *cls = &chip->cls->id;
    if (!cli->common.explain) return;
    const char *text = of_memory(arena, of_units(arena, of_clocks(arena, "", chip), chip), chip);
    const char *named = cls->name ? f2f_arena_printf(arena, "class '%s'", cls->name) : "its class";
    if (*text)
        f2f_results_note(results, "Where %s says nothing, assumed: %s.", chip->id.name ? chip->id.name : "this chip",
                         text);
    f2f_results_note(results, "Constants of %s: %s.", named, cls->source ? cls->source : "no source");
}
