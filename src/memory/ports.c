/* ports.c - a port for every system, equal memories sharing one: a study asks for the same memory many times. */
#include <stddef.h>
#include <string.h>

#include "fab2fleet/machine.h"

struct f2f_mem_ports {
    f2f_arena *arena;
    struct known {
        struct known *next;
        struct f2f_chip_memory memory;
        struct f2f_mem_port port;
    } * known;
};

struct f2f_mem_ports *f2f_mem_ports_new(f2f_arena *arena) {
    struct f2f_mem_ports *ports = f2f_arena_alloc(arena, sizeof *ports);
    ports->arena = arena;
    return ports;
}

static bool same_text(const char *a, const char *b) { return a == b || (a && b && strcmp(a, b) == 0); }

static bool same_texts(const char **a, int n_a, const char **b, int n_b) {
    bool same = n_a == n_b;
    for (int i = 0; same && i < n_a; i++) same = same_text(a[i], b[i]);
    return same;
}

static bool same_standard(const struct f2f_dram_standard *a, const struct f2f_dram_standard *b) {
    bool same = a->bits_per_clock == b->bits_per_clock && a->ticks_per_clock == b->ticks_per_clock &&
                a->postponed == b->postponed && a->commands == b->commands && a->constraints == b->constraints;
    for (int i = 0; same && i < a->commands; i++) {
        const struct f2f_dram_command *x = &a->command[i], *y = &b->command[i];
        same = same_text(x->name, y->name) && x->action == y->action && x->bus == y->bus && x->lead == y->lead &&
               x->tail == y->tail && x->any_edge == y->any_edge && x->scope == y->scope;
    }
    for (int i = 0; same && i < a->constraints; i++) {
        const struct f2f_dram_constraint *x = &a->constraint[i], *y = &b->constraint[i];
        same = x->level == y->level && x->window == y->window && x->sibling == y->sibling &&
               same_text(x->latency, y->latency) && same_texts(x->before, x->n_before, y->before, y->n_before) &&
               same_texts(x->after, x->n_after, y->after, y->n_after);
    }
    return same;
}

static bool same_controller(const struct f2f_controller *a, const struct f2f_controller *b) {
    return same_text(a->scheduler, b->scheduler) && same_text(a->mapping, b->mapping) && a->cap == b->cap &&
           a->page == b->page && a->refresh == b->refresh && a->hash == b->hash && a->idle_close_s == b->idle_close_s &&
           a->postpone == b->postpone && a->interleave_B == b->interleave_B && a->read_queue == b->read_queue &&
           a->write_queue == b->write_queue && a->drain_high_frac == b->drain_high_frac &&
           a->drain_low_frac == b->drain_low_frac && a->early_release == b->early_release;
}

/* Numbers from `capacity_B` to the end of the struct are all a memory has beside its names, standard and controller. */
static bool same_device(const struct f2f_memory *a, const struct f2f_memory *b) {
    size_t from = offsetof(struct f2f_memory, capacity_B);
    return memcmp((const char *)a + from, (const char *)b + from, sizeof *a - from) == 0 &&
           same_standard(a->standard, b->standard);
}

static const struct f2f_controller *controller_of(const struct f2f_chip_memory *m) {
    return m->controller ? m->controller : m->device->controller;
}

static bool same_memory(const struct f2f_chip_memory *a, const struct f2f_chip_memory *b) {
    return a->stacks == b->stacks && a->pin_rate_bps == b->pin_rate_bps && a->usable_frac == b->usable_frac &&
           a->base_C == b->base_C && same_controller(controller_of(a), controller_of(b)) &&
           same_device(a->device, b->device);
}

f2f_status f2f_mem_ports_attach(void *context, struct f2f_system *system, f2f_error *err) {
    struct f2f_mem_ports *ports = context;
    const struct f2f_chip_memory *memory = &system->node->chip->memory;
    struct known *known = ports->known;
    if (memory->on_chip) return F2F_OK; /* f2f_machine_make asks the chip */
    while (known && !same_memory(&known->memory, memory)) known = known->next;
    if (!known) {
        known = f2f_arena_alloc(ports->arena, sizeof *known);
        known->memory = *memory;
        F2F_TRY(f2f_mem_port_make(&known->port, memory, err));
        known->next = ports->known;
        ports->known = known;
    }
    system->mem = &known->port;
    return F2F_OK;
}
