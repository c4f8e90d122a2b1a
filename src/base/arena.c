/* arena.c - blocks in a list, bumped from the front; see include/fab2fleet/arena.h.
 *
 * Blocks double up to 1 MiB, so that a small description costs little and a big graph few calls. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fab2fleet/arena.h"

#define FIRST_BLOCK_B ((size_t)16 * 1024)
#define MAX_BLOCK_B ((size_t)1024 * 1024)

struct block {
    struct block *next;
    size_t size_B, used_B;
    max_align_t data[];
};

struct f2f_arena {
    struct block *head;
    size_t next_B, used_B;
    f2f_arena *children, *sibling;
};

static void *checked(void *memory) {
    if (!memory) {
        fputs("fab2fleet: out of memory\n", stderr);
        abort();
    }
    return memory;
}

f2f_arena *f2f_arena_new(void) {
    f2f_arena *arena = checked(calloc(1, sizeof *arena));
    arena->next_B = FIRST_BLOCK_B;
    return arena;
}

void f2f_arena_free(f2f_arena *arena) {
    if (!arena) return;
    for (f2f_arena *child = arena->children, *next; child; child = next) {
        next = child->sibling;
        f2f_arena_free(child);
    }
    for (struct block *block = arena->head, *next; block; block = next) {
        next = block->next;
        free(block);
    }
    free(arena);
}

static void add_block(f2f_arena *arena, size_t size_B) {
    size_t block_B = arena->next_B > size_B ? arena->next_B : size_B;
    if (block_B > SIZE_MAX - sizeof(struct block)) checked(NULL);
    struct block *block = checked(calloc(1, sizeof *block + block_B));
    block->size_B = block_B;
    block->next = arena->head;
    arena->head = block;
    if (arena->next_B < MAX_BLOCK_B) arena->next_B *= 2;
}

void *f2f_arena_alloc(f2f_arena *arena, size_t size_B) {
    size_t align_B = _Alignof(max_align_t);
    if (size_B > SIZE_MAX - align_B) checked(NULL);
    size_t need_B = (size_B + align_B - 1) / align_B * align_B;
    if (!arena->head || arena->head->size_B - arena->head->used_B < need_B) add_block(arena, need_B);
    void *memory = (char *)arena->head->data + arena->head->used_B;
    arena->head->used_B += need_B;
    arena->used_B += need_B;
    return memory;
}

void *f2f_arena_grow(f2f_arena *arena, const void *old, size_t old_B, size_t new_B) {
    void *memory = f2f_arena_alloc(arena, new_B);
    if (old_B) memcpy(memory, old, old_B < new_B ? old_B : new_B);
    return memory;
}

char *f2f_arena_strndup(f2f_arena *arena, const char *text, size_t length) {
    char *copy = f2f_arena_alloc(arena, length + 1);
    memcpy(copy, text, length);
    return copy;
}

char *f2f_arena_strdup(f2f_arena *arena, const char *text) { return f2f_arena_strndup(arena, text, strlen(text)); }

char *f2f_arena_vprintf(f2f_arena *arena, const char *fmt, va_list args) {
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, fmt, args);
    char *text = f2f_arena_alloc(arena, (size_t)(length > 0 ? length : 0) + 1);
    if (length > 0) (void)vsnprintf(text, (size_t)length + 1, fmt, again);
    va_end(again);
    return text;
}

char *f2f_arena_printf(f2f_arena *arena, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    char *text = f2f_arena_vprintf(arena, fmt, args);
    va_end(args);
    return text;
}

void f2f_arena_adopt(f2f_arena *parent, f2f_arena *child) {
    child->sibling = parent->children;
    parent->children = child;
}

size_t f2f_arena_used_B(const f2f_arena *arena) { return arena->used_B; }
