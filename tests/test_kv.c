/* The paged cache: blocks, prefixes, what is evicted first, what preempted sequences find again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "serve/kv.h"
#include "sim/random.h"

static struct f2f_serve_request request(unsigned *ids, int n) {
    return (struct f2f_serve_request){.ids = ids, .n_ids = n, .left = -1};
}

/* Computes all its names, with blocks of its own first. */
static void compute(struct f2f_kv *kv, struct f2f_serve_request *q) {
    long long own = (long long)(q->n_ids - q->held) * kv->node_blocks;
    f2f_kv_take(kv, own);
    assert_int_equal(f2f_kv_keep(kv, q, q->n_ids), own);
}

static void test_prefixes(void **state) {
    (void)state;
    f2f_arena *arena = f2f_arena_new();
    struct f2f_kv kv = f2f_kv_make(arena, 100, 16, 64); /* 4 blocks a name */
    unsigned a_ids[] = {1, 2, 3}, b_ids[] = {1, 2, 9, 4}, c_ids[] = {7, 2};
    struct f2f_serve_request a = request(a_ids, 3), b = request(b_ids, 4), c = request(c_ids, 2);
    long long idle;
    assert_int_equal(f2f_kv_match(&kv, &a, 3, &idle), 0);
    compute(&kv, &a);
    assert_int_equal(f2f_kv_used(&kv), 12);
    assert_int_equal(f2f_kv_match(&kv, &b, 4, &idle), 2); /* 1, 2; held by a */
    assert_int_equal(idle, 0);
    assert_int_equal(f2f_kv_match(&kv, &b, 1, &idle), 1);
    assert_int_equal(f2f_kv_match(&kv, &c, 2, &idle), 0); /* a tree: 2 behind 7 is another 2 */
    f2f_kv_hold(&kv, &b, 2);
    compute(&kv, &b);
    assert_int_equal(f2f_kv_used(&kv), 20); /* 1 and 2 are there once */
    f2f_kv_release(&kv, &a);
    assert_int_equal(f2f_kv_used(&kv), 16); /* 3 is idle */
    assert_int_equal(f2f_kv_match(&kv, &a, 3, &idle), 3); /* and still found */
    assert_int_equal(idle, 4);
    f2f_kv_release(&kv, &b);
    assert_int_equal(f2f_kv_free(&kv), 100);
    assert_int_equal(kv.taken, kv.freed);
    f2f_arena_free(arena);
}

/* Who was used longest ago goes first, tails before heads. */
static void test_eviction(void **state) {
    (void)state;
    f2f_arena *arena = f2f_arena_new();
    struct f2f_kv kv = f2f_kv_make(arena, 20, 16, 64);
    unsigned a_ids[] = {1, 2}, b_ids[] = {1, 3};
    struct f2f_serve_request a = request(a_ids, 2), b = request(b_ids, 2);
    long long idle;
    compute(&kv, &a);
    f2f_kv_release(&kv, &a);
    f2f_kv_hold(&kv, &b, 1);
    compute(&kv, &b);
    f2f_kv_release(&kv, &b);
    f2f_kv_take(&kv, 12); /* 8 are blank; 2 must go */
    assert_int_equal(f2f_kv_match(&kv, &a, 2, &idle), 1);
    assert_int_equal(f2f_kv_match(&kv, &b, 2, &idle), 2);
    f2f_kv_take(&kv, 1); /* then 3, the tail of b */
    assert_int_equal(f2f_kv_match(&kv, &b, 2, &idle), 1);
    f2f_kv_give(&kv, 13);
    assert_int_equal(f2f_kv_free(&kv), 20);
    f2f_arena_free(arena);
}

static void test_remainders(void **state) {
    (void)state;
    f2f_arena *arena = f2f_arena_new();
    struct f2f_kv kv = f2f_kv_make(arena, 100, 16, 0);
    f2f_kv_take(&kv, 60);
    int left = f2f_kv_leave(&kv, 60); /* all of it stays */
    assert_int_equal(f2f_kv_used(&kv), 0);
    f2f_kv_take(&kv, 70); /* eats 30 from its tail */
    assert_int_equal(f2f_kv_left(&kv, left), 30);
    f2f_kv_take_back(&kv, left);
    assert_int_equal(f2f_kv_used(&kv), 100);
    f2f_kv_give(&kv, 100);
    assert_int_equal(kv.taken, kv.freed);
    f2f_kv_take(&kv, 10);
    left = f2f_kv_leave(&kv, 10);
    f2f_kv_take(&kv, 100);
    assert_int_equal(f2f_kv_left(&kv, left), 0);
    f2f_kv_forget(&kv, left);
    f2f_kv_give(&kv, 100);
    assert_int_equal(f2f_kv_free(&kv), 100);
    f2f_arena_free(arena);
}

/* Thousands of random requests: what is free and what is used always add up, and nothing is lost at the end. */
static void test_many(void **state) {
    (void)state;
    enum { LIVE = 12, NAMES = 6 };
    f2f_arena *arena = f2f_arena_new();
    struct f2f_kv kv = f2f_kv_make(arena, 400, 16, 64);
    struct f2f_random random = f2f_random_make(3, 3);
    static unsigned ids[LIVE][NAMES];
    struct f2f_serve_request live[LIVE];
    memset(live, 0, sizeof live);
    for (int i = 0; i < 20000; i++) {
        int k = (int)(LIVE * f2f_random_even(&random));
        struct f2f_serve_request *q = &live[k];
        long long idle, total = 0;
        if (q->n_ids) f2f_kv_release(&kv, q);
        unsigned prefix = 1; /* a tree of 3 children each */
        for (int n = 0; n < NAMES; n++) ids[k][n] = prefix = 3 * prefix + (unsigned)(3 * f2f_random_even(&random));
        *q = request(ids[k], NAMES);
        f2f_kv_hold(&kv, q, f2f_kv_match(&kv, q, NAMES, &idle));
        compute(&kv, q);
        for (int l = 0; l < LIVE; l++) total += live[l].held * kv.node_blocks;
        assert_true(f2f_kv_used(&kv) <= total && f2f_kv_used(&kv) + f2f_kv_free(&kv) == 400);
    }
    for (int l = 0; l < LIVE; l++) f2f_kv_release(&kv, &live[l]);
    assert_int_equal(f2f_kv_used(&kv), 0);
    assert_int_equal(kv.taken, kv.freed);
    f2f_arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_prefixes), cmocka_unit_test(test_eviction),
                                       cmocka_unit_test(test_remainders), cmocka_unit_test(test_many)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
