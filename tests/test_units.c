/* Quantities as people write them: every unit, and everything that must be refused. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/units.h"

static const struct {
    const char *text;
    enum f2f_quantity quantity;
    double value;
} good[] = {
    {"80 GB", F2F_QUANTITY_SIZE, 80e9},
    {"80GiB", F2F_QUANTITY_SIZE, 80.0 * 1073741824.0},
    {"3.35 TB/s", F2F_QUANTITY_RATE, 3.35e12},
    {"5.2 Gb/s", F2F_QUANTITY_BITRATE, 5.2e9},
    {"989.4 TFLOP/s", F2F_QUANTITY_FLOPS, 989.4e12},
    {"1979 TOP/s", F2F_QUANTITY_FLOPS, 1979e12},
    {"1830 MHz", F2F_QUANTITY_FREQUENCY, 1.83e9},
    {"700 W", F2F_QUANTITY_POWER, 700},
    {"3.9 pJ/b", F2F_QUANTITY_ENERGY_PER_BIT, 3.9e-12},
    {"1.5 pJ/B", F2F_QUANTITY_ENERGY_PER_BYTE, 1.5e-12},
    {"0.5 pJ/FLOP", F2F_QUANTITY_ENERGY_PER_FLOP, 0.5e-12},
    {"350 ns", F2F_QUANTITY_TIME, 350e-9},
    {"2 h", F2F_QUANTITY_TIME, 7200},
    {"814 mm2", F2F_QUANTITY_AREA, 814},
    {"90 %", F2F_QUANTITY_FRACTION, 0.9},
    {"0.9", F2F_QUANTITY_FRACTION, 0.9},
    {"1e3", F2F_QUANTITY_NUMBER, 1000},
    {"+2.5 ms", F2F_QUANTITY_TIME, 2.5e-3},
    {".5 us", F2F_QUANTITY_TIME, 0.5e-6},
};

static void reads_units(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        double value = (double)NAN;
        assert_int_equal(f2f_quantity_parse(&value, good[i].quantity, good[i].text, NULL), F2F_OK);
        assert_true(fabs(value / good[i].value - 1) < 1e-12);
    }
}

static const struct {
    const char *text;
    enum f2f_quantity quantity;
    const char *message; /* what the remedy must contain */
} bad[] = {
    {"80 GB/s", F2F_QUANTITY_SIZE, "is a rate in bytes per second"},
    {"80 Gb/s", F2F_QUANTITY_RATE, "is a rate in bits per second"},
    {"80", F2F_QUANTITY_SIZE, "has no unit"},
    {"80 gb", F2F_QUANTITY_SIZE, "'gb' is not known"},
    {"nan GB", F2F_QUANTITY_SIZE, "not a number"},
    {"inf GB", F2F_QUANTITY_SIZE, "not a number"},
    {"0x10 GB", F2F_QUANTITY_SIZE, "not known"},
    {"", F2F_QUANTITY_SIZE, "not a number"},
    {"1e999 GB", F2F_QUANTITY_SIZE, "not a number"},
    {"1 2 GB", F2F_QUANTITY_SIZE, "not known"},
    {"7 kmm2", F2F_QUANTITY_AREA, "not known"},
    {"3 W", F2F_QUANTITY_NUMBER, "is a power"},
    {"- 3 W", F2F_QUANTITY_POWER, "not a number"},
    {"3 W ", F2F_QUANTITY_POWER, "not known"},
};

static void refuses_and_says_why(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        double value = 42;
        f2f_error err = {0};
        assert_int_equal(f2f_quantity_parse(&value, bad[i].quantity, bad[i].text, &err), F2F_EINPUT);
        assert_non_null(strstr(err.message, bad[i].message));
        assert_non_null(strstr(err.message, "e.g. "));
        assert_true(value > 41.9 && value < 42.1); /* untouched */
    }
}

static void numbers_are_whole_texts(void **state) {
    (void)state;
    static const char *const no[] = {"",    "x",  "1x",  "1 ",    " 1",  "0x1",  "nan",
                                     "inf", "1e", "--1", "1.2.3", "1,5", "1e400"};
    double value;
    for (size_t i = 0; i < sizeof no / sizeof no[0]; i++) assert_int_equal(f2f_number_parse(&value, no[i]), 0);
    assert_int_equal(f2f_number_parse(&value, "-1.5e-3"), 1);
    assert_true(fabs(value + 1.5e-3) < 1e-15);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(reads_units), cmocka_unit_test(refuses_and_says_why),
                                       cmocka_unit_test(numbers_are_whole_texts)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
