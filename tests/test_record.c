/* Records, shares and results; numbers and JSON as they are written. */
#include <float.h>
#include <jansson.h>
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json_out.h"
#include "fab2fleet/record.h"

static int make_arena(void **state) {
    *state = f2f_arena_new();
    return 0;
}

static int free_arena(void **state) {
    f2f_arena_free(*state);
    return 0;
}

static void values_keep_order_and_kind(void **state) {
    struct f2f_record *r = f2f_record_new(*state, "title");
    char key[16];
    for (int i = 0; i < 100; i++) { /* over every size at which a list grows */
        snprintf(key, sizeof key, "key_%d", i); /* the record keeps a copy */
        f2f_record_int(r, key, i, NULL);
    }
    assert_int_equal(r->n_values, 100);
    for (int i = 0; i < 100; i++) {
        snprintf(key, sizeof key, "key_%d", i);
        assert_string_equal(r->values[i].key, key);
        assert_true(f2f_record_get(r, key) >= i && f2f_record_get(r, key) <= i);
    }
}

static void get_reads_numbers_only(void **state) {
    struct f2f_record *r = f2f_record_new(*state, NULL);
    f2f_record_num(r, "power_W", 700.5, NULL);
    f2f_record_bool(r, "feasible", true, NULL);
    f2f_record_text(r, "chip", "12", NULL);
    f2f_record_text(r, "why", NULL, NULL);
    assert_true(f2f_record_get(r, "power_W") > 700.4 && f2f_record_get(r, "power_W") < 700.6);
    assert_true(f2f_record_get(r, "feasible") > 0);
    assert_true(isnan(f2f_record_get(r, "chip")));
    assert_true(isnan(f2f_record_get(r, "why")));
    assert_true(isnan(f2f_record_get(r, "power")));
    assert_true(isnan(f2f_record_get(r, "power_W.x")));
    assert_true(isnan(f2f_record_get(NULL, "power_W")));
    assert_null(f2f_record_find(r, ""));
}

/* Other answers to the same question say how far a figure may be off; what they share, or do not know, is left alone.
 */
static void other_answers_spread_figures(void **state) {
    const char *const keys[] = {"step_s", "tokps", "chips", "why_s"};
    const double values[3][4] = {{2.0, 500.0, 8.0, (double)NAN}, {1.5, 700.0, 8.0, 1.0}, {2.5, 400.0, 8.0, 2.0}};
    struct f2f_record *r[3];
    for (int i = 0; i < 3; i++) {
        r[i] = f2f_record_new(*state, NULL);
        for (int k = 0; k < 4; k++) f2f_record_num(r[i], keys[k], values[i][k], NULL);
        f2f_record_int(r[i], "requests", i, NULL);
    }
    f2f_record_spread(r[0], r[1], r[2]);
    assert_int_equal(r[0]->n_values, 5 + 4);
    assert_string_equal(r[0]->values[1].key, "step_s_p10"); /* beside their figure */
    assert_string_equal(r[0]->values[2].key, "step_s_p90");
    assert_true(!(f2f_record_get(r[0], "step_s_p10") > 1.5) && !(f2f_record_get(r[0], "step_s_p90") < 2.5));
    assert_true(!(f2f_record_get(r[0], "tokps_p10") > 400.0) && !(f2f_record_get(r[0], "tokps_p90") < 700.0));
    f2f_record_spread(r[1], NULL, r[2]); /* one that has no answer */
    assert_int_equal(r[1]->n_values, 5);
}

static void points_descend_unless_a_key_has_them(void **state) {
    struct f2f_record *r = f2f_record_new(*state, NULL);
    struct f2f_record *strategy = f2f_record_sub(r, "strategy", NULL);
    f2f_record_int(strategy, "tp", 8, NULL);
    f2f_record_int(f2f_record_sub(strategy, "inner", NULL), "dp", 3, NULL);
    f2f_record_int(r, "hbm3.x.users", 5, NULL);
    f2f_record_int(f2f_record_sub(r, "llama-3.1 fp8, 16", NULL), "users", 9, NULL);
    assert_int_equal((int)f2f_record_get(r, "strategy.tp"), 8);
    assert_int_equal((int)f2f_record_get(r, "strategy.inner.dp"), 3);
    assert_int_equal((int)f2f_record_get(r, "hbm3.x.users"), 5);
    assert_int_equal((int)f2f_record_get(r, "llama-3.1 fp8, 16.users"), 9);
    assert_true(isnan(f2f_record_get(r, "strategy.pp")));
    assert_int_equal(f2f_record_find(r, "strategy")->kind, F2F_VALUE_RECORD);
}

static double sum_of_leaves(const struct f2f_share *node) {
    double sum = node->child ? 0 : node->amount;
    for (const struct f2f_share *child = node->child; child; child = child->next) sum += sum_of_leaves(child);
    return sum;
}

static void shares_add_up(void **state) {
    struct f2f_record *r = f2f_record_new(*state, NULL);
    struct f2f_share *root = f2f_share_root(r, "step", "s");
    struct f2f_share *forward = f2f_share_child(*state, root, "forward", NULL);
    for (int i = 1; i <= 10; i++) {
        f2f_share_child(*state, forward, "gemm", i % 2 ? "compute" : "memory")->amount += i;
        f2f_share_child(*state, root, "wait", NULL)->amount += 0.5;
    }
    assert_ptr_equal(f2f_share_root(r, "other", "J"), root);
    assert_string_equal(r->share_unit, "s");
    assert_true(fabs(f2f_share_sum(root) - 60) < 1e-12);
    assert_true(fabs(f2f_share_sum(root) - 60) < 1e-12); /* again: nothing is counted twice */
    assert_true(fabs(forward->amount - 55) < 1e-12);
    assert_true(fabs(sum_of_leaves(root) - root->amount) < 1e-12);
    /* One name, two bounds: two leaves, in the order they came. */
    assert_string_equal(forward->child->bound, "compute");
    assert_true(fabs(forward->child->amount - 25) < 1e-12);
    assert_true(fabs(forward->child->next->amount - 30) < 1e-12);
    assert_null(forward->child->next->next);
}

static void results_gather_and_notes_are_not_repeated(void **state) {
    struct f2f_results *set = f2f_results_new(*state, "run");
    for (int i = 0; i < 9; i++) f2f_results_add(set, f2f_record_new(*state, NULL));
    f2f_results_claim(set, f2f_record_new(*state, "claim"));
    f2f_results_table(set, f2f_record_new(*state, "table"));
    for (int i = 0; i < 6; i++) f2f_results_note(set, "note %d", i % 3);
    assert_int_equal(set->n_items, 9);
    assert_string_equal(set->claims[0]->title, "claim");
    assert_string_equal(set->tables[0]->title, "table");
    assert_int_equal(set->n_notes, 3);
    assert_string_equal(set->notes[2], "note 2");
}

static void check_exact(double value) {
    char text[F2F_NUMBER_MAX];
    double back = strtod(f2f_number_exact(text, value), NULL);
    if (memcmp(&back, &value, sizeof value) != 0) fail_msg("%a was written as %s", value, text);
}

static void doubles_read_back_exactly(void **state) {
    (void)state;
    static const double hard[] = {
        0.1, 1.0 / 3, 5e-324, DBL_MIN, DBL_MAX, -DBL_MAX, 9007199254740993.0, 123456789012345678.0, 1e22, 1e23};
    for (size_t i = 0; i < sizeof hard / sizeof hard[0]; i++) check_exact(hard[i]);
    uint64_t bits = 88172645463325252u; /* xorshift64 */
    for (int i = 0; i < 100000; i++) {
        bits ^= bits << 13, bits ^= bits >> 7, bits ^= bits << 17;
        double value;
        memcpy(&value, &bits, sizeof value);
        if (isfinite(value)) check_exact(value);
    }
    char text[F2F_NUMBER_MAX];
    assert_string_equal(f2f_number_exact(text, -0.0), "0");
    assert_string_equal(f2f_number_exact(text, 0.1), "0.1");
    assert_string_equal(f2f_number_exact(text, 80e9), "80000000000");
    assert_string_equal(f2f_number_fixed(text, -0.0, 1), "0.0");
    assert_string_equal(f2f_number_fixed(text, -DBL_MAX, 3) + 310, ".000");
}

static void numbers_do_not_follow_the_locale(void **state) {
    (void)state;
    static const char *const commas[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "nl_NL.UTF-8", "ps_AF.UTF-8"};
    bool set = false;
    for (size_t i = 0; i < sizeof commas / sizeof commas[0] && !set; i++)
        set = setlocale(LC_NUMERIC, commas[i]) != NULL;
    if (!set) skip(); /* no such locale on this machine */
    char exact[F2F_NUMBER_MAX], fixed[F2F_NUMBER_MAX];
    f2f_number_exact(exact, -1.5e-7);
    f2f_number_fixed(fixed, 2.25, 2);
    setlocale(LC_NUMERIC, "C");
    assert_string_equal(exact, "-1.5e-07");
    assert_string_equal(fixed, "2.25");
}

static void json_is_read_back(void **state) {
    static const char nasty[] = "q\" b\\ s/ n\n t\t r\r c\x01\x1f\x7f <\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80>";
    struct f2f_buffer out = {.arena = *state};
    struct f2f_json json = {.out = &out};
    f2f_json_object(&json, NULL);
    f2f_json_text(&json, nasty, nasty);
    f2f_json_number(&json, "nan", (double)NAN);
    f2f_json_number(&json, "inf", -HUGE_VAL);
    f2f_json_number(&json, "zero", -0.0);
    f2f_json_int(&json, "big", INT64_MIN);
    f2f_json_text(&json, "none", NULL);
    f2f_json_array(&json, "empty");
    f2f_json_array_end(&json);
    f2f_json_array(&json, "list");
    f2f_json_bool(&json, NULL, true);
    f2f_json_object(&json, NULL);
    f2f_json_object_end(&json);
    f2f_json_array_end(&json);
    f2f_json_object_end(&json);
    json_error_t error;
    json_t *read = json_loads(f2f_buffer_str(&out), JSON_REJECT_DUPLICATES, &error);
    if (!read) fail_msg("%d:%d: %s", error.line, error.column, error.text);
    assert_string_equal(json_string_value(json_object_get(read, nasty)), nasty);
    assert_true(json_is_null(json_object_get(read, "nan")));
    assert_true(json_is_null(json_object_get(read, "inf")));
    assert_true(json_is_null(json_object_get(read, "none")));
    assert_int_equal(json_integer_value(json_object_get(read, "zero")), 0);
    assert_true(json_integer_value(json_object_get(read, "big")) == INT64_MIN);
    assert_int_equal(json_array_size(json_object_get(read, "empty")), 0);
    assert_true(json_is_true(json_array_get(json_object_get(read, "list"), 0)));
    assert_int_equal(json_object_size(json_array_get(json_object_get(read, "list"), 1)), 0);
    json_decref(read);
    assert_null(strstr(f2f_buffer_str(&out), "-0"));
}

static void bad_utf8_is_replaced(void **state) {
    static const struct {
        const char *bytes, *json;
    } cases[] = {{"a\xff"
                  "b",
                  "\"a\xef\xbf\xbd"
                  "b\""},
                 {"\xc3", "\"\xef\xbf\xbd\""}, /* cut short */
                 {"\xc0\xaf", "\"\xef\xbf\xbd\xef\xbf\xbd\""}, /* overlong */
                 {"\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""}, /* surrogate */
                 {"\xc3\xa9", "\"\xc3\xa9\""}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct f2f_buffer out = {.arena = *state};
        struct f2f_json json = {.out = &out};
        f2f_json_text(&json, NULL, cases[i].bytes);
        assert_string_equal(f2f_buffer_str(&out), cases[i].json);
    }
}

static void json_is_indented(void **state) {
    struct f2f_buffer out = {.arena = *state};
    struct f2f_json json = {.out = &out};
    f2f_json_object(&json, NULL);
    f2f_json_int(&json, "a", 1);
    f2f_json_array(&json, "b");
    json.compact = true;
    f2f_json_int(&json, NULL, 2);
    f2f_json_int(&json, NULL, 3);
    f2f_json_array_end(&json);
    json.compact = false;
    f2f_json_object_end(&json);
    assert_string_equal(f2f_buffer_str(&out), "{\n  \"a\": 1,\n  \"b\": [2, 3]\n}");
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, make_arena, free_arena)
    const struct CMUnitTest tests[] = {
        TEST(values_keep_order_and_kind),
        TEST(get_reads_numbers_only),
        TEST(other_answers_spread_figures),
        TEST(points_descend_unless_a_key_has_them),
        TEST(shares_add_up),
        TEST(results_gather_and_notes_are_not_repeated),
        TEST(doubles_read_back_exactly),
        TEST(numbers_do_not_follow_the_locale),
        TEST(json_is_read_back),
        TEST(bad_utf8_is_replaced),
        TEST(json_is_indented),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
