/* ports.c - a port for every system, equal memories sharing one: a study asks for the same memory many times.
 *
 * A memory is known again by all that its port hangs on, written down byte by byte: the descriptions it was read from
 * may be gone. Threads share the ports: who asks for one that another simulates waits for it. */
#include <pthread.h>
#include <stddef.h>
#include <string.h>

#include "base/buffer.h"
#include "fab2fleet/machine.h"

struct f2f_mem_ports {
    f2f_arena *arena;
    pthread_mutex_t lock; /* of all below */
    pthread_cond_t made;
    struct known {
        struct known *next;
        const char *key;
        size_t key_B;
        bool ready;
        f2f_status status;
        f2f_error err;
        struct f2f_mem_port port;
    } * known;
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

/* Numbers from `capacity_B` to the end of the struct are all a memory has beside its names, standard and controller;
 * the temperature limit's message names it. */
static void put_memory(struct f2f_buffer *out, const struct f2f_chip_memory *m) {
    const struct f2f_memory *d = m->device;
    const size_t from = offsetof(struct f2f_memory, capacity_B);
    PUT(out, m->stacks);
    PUT(out, m->pin_rate_bps);
    PUT(out, m->usable_frac);
    PUT(out, m->base_C);
    put_text(out, d->id.name);
    put_controller(out, m->controller ? m->controller : d->controller);
    put_standard(out, d->standard);
    f2f_buffer_bytes(out, (const char *)d + from, sizeof *d - from);
}

static struct known *find(const struct f2f_mem_ports *ports, const struct f2f_buffer *key) {
    struct known *known = ports->known;
    while (known && (known->key_B != key->length || memcmp(known->key, key->data, key->length) != 0))
        known = known->next;
    return known;
}

/* A new entry, simulated without the lock. */
static struct known *make(struct f2f_mem_ports *ports, const struct f2f_buffer *key,
                          const struct f2f_chip_memory *memory) {
    struct known *known = f2f_arena_alloc(ports->arena, sizeof *known);
    char *bytes = f2f_arena_alloc(ports->arena, key->length);
    memcpy(bytes, key->data, key->length);
    *known = (struct known){.next = ports->known, .key = bytes, .key_B = key->length};
    ports->known = known;
    pthread_mutex_unlock(&ports->lock);
    struct f2f_mem_port port;
    f2f_error err = {0};
    f2f_status status = f2f_mem_port_make(&port, memory, &err);
    pthread_mutex_lock(&ports->lock);
    known->port = port;
    known->status = status;
    known->err = err;
    known->ready = true;
    pthread_cond_broadcast(&ports->made);
    return known;
}

f2f_status f2f_mem_ports_attach(void *context, struct f2f_system *system, f2f_error *err) {
    struct f2f_mem_ports *ports = context;
    const struct f2f_chip_memory *memory = &system->node->chip->memory;
    if (memory->on_chip) return F2F_OK; /* f2f_machine_make asks the chip */
    f2f_arena *scratch = f2f_arena_new();
    struct f2f_buffer key = {.arena = scratch};
    put_memory(&key, memory);
    pthread_mutex_lock(&ports->lock);
    struct known *known = find(ports, &key);
    if (!known) known = make(ports, &key, memory);
    while (!known->ready) pthread_cond_wait(&ports->made, &ports->lock);
    pthread_mutex_unlock(&ports->lock);
    f2f_arena_free(scratch);
    if (known->status != F2F_OK) return f2f_fail(err, known->status, "%s", known->err.message);
    system->mem = &known->port;
    return F2F_OK;
}
