/* ports.c - a port for every system, equal memories sharing one: a study asks for the same memory many times.
 *
 * A memory is known again by all that its port hangs on, written down byte by byte: the descriptions it was read from
 * may be gone. Ports of the same stacks, but more or fewer of them, share a simulation. Threads share all of it: who
 * asks for one that another simulates waits for it. */
#include <pthread.h>
#include <stddef.h>
#include <string.h>

#include "base/buffer.h"
#include "memory/port.h"

struct key {
    const char *bytes;
    size_t length;
};

struct f2f_mem_ports {
    f2f_arena *arena;
    pthread_mutex_t lock; /* of all below */
    pthread_cond_t made;
    struct known {
        struct known *next;
        struct key key; /* of the memory as a chip carries it */
        struct f2f_mem_port port;
    } * known;
    struct simulated {
        struct simulated *next;
        struct key key; /* of one stack, at a temperature */
        bool ready;
        f2f_status status;
        f2f_error err;
        struct f2f_mem_sim sim;
    } * simulated;
};

struct f2f_mem_ports *f2f_mem_ports_new(f2f_arena *arena) {
    struct f2f_mem_ports *ports = f2f_arena_alloc(arena, sizeof *ports);
    ports->arena = arena;
    pthread_mutex_init(&ports->lock, NULL);
    pthread_cond_init(&ports->made, NULL);
    return ports;
}

#define PUT(out, value) f2f_buffer_bytes(out, (const char *)&(value), sizeof(value))

static void put_text(struct f2f_buffer *out, const char *text) {
    if (text) f2f_buffer_bytes(out, text, strlen(text) + 1);
    else f2f_buffer_bytes(out, "\1", 2); /* none is not empty */
}

static void put_texts(struct f2f_buffer *out, const char *const *texts, int n) {
    PUT(out, n);
    for (int i = 0; i < n; i++) put_text(out, texts[i]);
}

static void put_standard(struct f2f_buffer *out, const struct f2f_dram_standard *s) {
    PUT(out, s->bits_per_clock);
    PUT(out, s->ticks_per_clock);
    PUT(out, s->postponed);
    PUT(out, s->commands);
    PUT(out, s->constraints);
    for (int i = 0; i < s->commands; i++) {
        const struct f2f_dram_command *c = &s->command[i];
        put_text(out, c->name);
        PUT(out, c->action);
        PUT(out, c->bus);
        PUT(out, c->lead);
        PUT(out, c->tail);
        PUT(out, c->any_edge);
        PUT(out, c->scope);
    }
    for (int i = 0; i < s->constraints; i++) {
        const struct f2f_dram_constraint *c = &s->constraint[i];
        PUT(out, c->level);
        PUT(out, c->window);
        PUT(out, c->sibling);
        put_text(out, c->latency);
        put_texts(out, c->before, c->n_before);
        put_texts(out, c->after, c->n_after);
    }
}

static void put_controller(struct f2f_buffer *out, const struct f2f_controller *c) {
    put_text(out, c->scheduler);
    put_text(out, c->mapping);
    PUT(out, c->cap);
    PUT(out, c->page);
    PUT(out, c->refresh);
    PUT(out, c->hash);
    PUT(out, c->idle_close_s);
    PUT(out, c->postpone);
    PUT(out, c->interleave_B);
    PUT(out, c->read_queue);
    PUT(out, c->write_queue);
    PUT(out, c->drain_high_frac);
    PUT(out, c->drain_low_frac);
    PUT(out, c->early_release);
}

/* Numbers from `capacity_B` to the end of the struct are all a memory has beside its names, standard and controller. */
static void put_stack(struct f2f_buffer *out, const struct f2f_chip_memory *m) {
    const struct f2f_memory *d = m->device;
    const size_t from = offsetof(struct f2f_memory, capacity_B);
    PUT(out, m->pin_rate_bps);
    put_controller(out, m->controller ? m->controller : d->controller);
    put_standard(out, d->standard);
    f2f_buffer_bytes(out, (const char *)d + from, sizeof *d - from);
}

static bool same(const struct key *key, const struct f2f_buffer *bytes) {
    return key->length == bytes->length && memcmp(key->bytes, bytes->data, key->length) == 0;
}

static struct key keep(f2f_arena *arena, const struct f2f_buffer *bytes) {
    char *copy = f2f_arena_alloc(arena, bytes->length);
    memcpy(copy, bytes->data, bytes->length);
    return (struct key){copy, bytes->length};
}

/* A new entry, simulated without the lock. */
static struct simulated *simulate(struct f2f_mem_ports *ports, const struct f2f_buffer *bytes,
                                  const struct f2f_chip_memory *memory, double temperature_C) {
    struct simulated *s = f2f_arena_alloc(ports->arena, sizeof *s), result = {.ready = true};
    *s = (struct simulated){.next = ports->simulated, .key = keep(ports->arena, bytes)};
    ports->simulated = s;
    pthread_mutex_unlock(&ports->lock);
    result.status = f2f_mem_sim_make(&result.sim, memory, temperature_C, &result.err);
    pthread_mutex_lock(&ports->lock);
    result.next = s->next;
    result.key = s->key;
    *s = result;
    pthread_cond_broadcast(&ports->made);
    return s;
}

/* A f2f_mem_sim_fn; called with the lock, which it may let go for a while. */
static f2f_status find_sim(struct f2f_mem_sim *out, void *context, const struct f2f_chip_memory *memory,
                           double temperature_C, f2f_error *err) {
    struct f2f_mem_ports *ports = context;
    f2f_arena *scratch = f2f_arena_new();
    struct f2f_buffer bytes = {.arena = scratch};
    PUT(&bytes, temperature_C);
    put_stack(&bytes, memory);
    struct simulated *s = ports->simulated;
    while (s && !same(&s->key, &bytes)) s = s->next;
    if (!s) s = simulate(ports, &bytes, memory, temperature_C);
    while (!s->ready) pthread_cond_wait(&ports->made, &ports->lock);
    f2f_arena_free(scratch);
    *out = s->sim;
    return s->status == F2F_OK ? F2F_OK : f2f_fail(err, s->status, "%s", s->err.message);
}

/* With the lock. */
static f2f_status find_port(const struct f2f_mem_port **out, struct f2f_mem_ports *ports,
                            const struct f2f_buffer *bytes, const struct f2f_chip_memory *memory, f2f_error *err) {
    struct f2f_mem_port port;
    const struct known *known = ports->known;
    while (known && !same(&known->key, bytes)) known = known->next;
    if (!known) {
        F2F_TRY(f2f_mem_port_of(&port, memory, find_sim, ports, err));
        struct known *fresh = f2f_arena_alloc(ports->arena, sizeof *fresh);
        *fresh = (struct known){.next = ports->known, .key = keep(ports->arena, bytes), .port = port};
        ports->known = fresh; /* another thread may have made the same meanwhile, which does no harm */
        known = fresh;
    }
    *out = &known->port;
    return F2F_OK;
}

f2f_status f2f_mem_ports_attach(void *context, struct f2f_system *system, f2f_error *err) {
    struct f2f_mem_ports *ports = context;
    const struct f2f_chip_memory *memory = &system->node->chip->memory;
    if (memory->on_chip) return F2F_OK; /* f2f_machine_make asks the chip */
    f2f_arena *scratch = f2f_arena_new();
    struct f2f_buffer bytes = {.arena = scratch};
    PUT(&bytes, memory->stacks);
    PUT(&bytes, memory->usable_frac);
    PUT(&bytes, memory->base_C);
    put_stack(&bytes, memory);
    pthread_mutex_lock(&ports->lock);
    f2f_status status = find_port(&system->mem, ports, &bytes, memory, err);
    pthread_mutex_unlock(&ports->lock);
    f2f_arena_free(scratch);
    return status;
}
