/* Readers of request logs: what they take, what they refuse and where, windows, rates, gzip. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "serve/arrivals.h"

static char path[] = "/tmp/f2f-trace-XXXXXX";

static int setup(void **state) {
    (void)state;
    int file = mkstemp(path);
    return file < 0 || close(file) != 0;
}

static int teardown(void **state) {
    (void)state;
    return unlink(path);
}

static void write_text(const char *text, size_t n) {
    FILE *file = fopen(path, "wb");
    assert_true(file && fwrite(text, 1, n, file) == n && fclose(file) == 0);
}

/* Reads all; returns the status of the end. requests and last may be NULL. */
static f2f_status read_all(const struct f2f_serve_stream *stream, int *requests, struct f2f_arrival *last,
                           long long *skipped, f2f_error *err) {
    f2f_arena *arena = f2f_arena_new();
    struct f2f_arrivals *arrivals;
    struct f2f_arrival a = {0};
    bool more = true;
    int n = 0;
    f2f_status status = f2f_arrivals_open(&arrivals, arena, stream, err);
    double before_s = 0;
    while (status == F2F_OK && (status = f2f_arrivals_next(arrivals, &a, &more, err)) == F2F_OK && more) {
        assert_true(a.at_s >= before_s && a.isl >= 1 && a.osl >= 1);
        before_s = a.at_s;
        if (last) *last = a;
        n++;
    }
    if (requests) *requests = n;
    if (skipped && arrivals) *skipped = f2f_arrivals_skipped(arrivals);
    f2f_arrivals_close(arrivals);
    f2f_arena_free(arena);
    return status;
}

static void takes(const char *text, int requests, double at_s, long long isl, long long osl) {
    struct f2f_serve_stream stream = {.trace = path};
    struct f2f_arrival last;
    f2f_error err = {0};
    int n;
    write_text(text, strlen(text));
    if (read_all(&stream, &n, &last, NULL, &err) != F2F_OK) fail_msg("%s", err.message);
    assert_int_equal(n, requests);
    assert_true(fabs(last.at_s - at_s) < 1e-6 && last.isl == isl && last.osl == osl);
}

static void refuses(const char *text, const char *message) {
    struct f2f_serve_stream stream = {.trace = path};
    f2f_error err = {0};
    write_text(text, strlen(text));
    assert_int_equal(read_all(&stream, NULL, NULL, NULL, &err), F2F_EINPUT);
    if (!strstr(err.message, message)) fail_msg("'%s' has no '%s'", err.message, message);
}

#define AZURE "TIMESTAMP,ContextTokens,GeneratedTokens\n"

static void test_formats(void **state) {
    (void)state;
    takes(AZURE "2023-11-16 18:15:46.6805900,374,44\n2023-11-16 18:15:50.9951690,396,109\n", 2, 4.314579, 396, 109);
    takes(AZURE "2024-02-28 23:59:59.5+00:00,1,2\r\n2024-02-29 00:00:00.5+00:00,3,4\r\n\r\n", 2, 1, 3, 4);
    takes("Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n"
          "5,ChatGPT,472,18,490,Conversation log\n45,GPT-4,1087,230,1317,API log\n",
          2, 40, 1087, 230);
    takes("source,request_id,input_toks,output_toks,arrival_s,ttft_s,tpot_ms\nx,a,10,20,0.0,1,2\nx,b,30,40,0.5,1,2\n",
          2, 0.5, 30, 40);
    takes("{\"timestamp\": 0, \"input_length\": 6758, \"output_length\": 500, \"hash_ids\": [0, 1, 2]}\n"
          "{\"timestamp\": 1500, \"input_length\": 700, \"output_length\": 5, \"hash_ids\": [0, 7]}",
          2, 1.5, 700, 5);
}

static void test_refused(void **state) {
    (void)state;
    refuses("", "is empty");
    refuses("a,b\n1,2\n", ":1:1: no known trace");
    refuses("a,b\n1,2\n", "at_s,isl,osl; JSON lines: {\"timestamp\": ms, \"input_length\": n, \"output_length\": n} "
                          "(Mooncake)"); /* all there are, whole */
    refuses("TIMESTAMP,ContextTokens\n0,1\n", ":1:1: the header has no column 'GeneratedTokens'");
    refuses(AZURE "0,1\n", ":2:1: 2 cells");
    refuses(AZURE "yesterday,1,2\n", ":2:1: 'yesterday' is no time");
    refuses(AZURE "2023-13-16 18:15:46,1,2\n", ":2:1: '2023-13-16 18:15:46' is no time");
    refuses(AZURE "0,1,2\n1,x,2\n", ":3:3: 'x' is no whole number");
    refuses(AZURE "0,1.5,2\n", ":2:3: '1.5' is no whole number");
    refuses(AZURE "0,-5,2\n", ":2:1: -5 tokens in");
    refuses(AZURE "0,5,0\n", "0 out: both must be from 1");
    refuses(AZURE "0,5,2000000000\n", "both must be from 1 to 1e9");
    refuses(AZURE "9,5,2\n3,5,2\n", ":3:1: the time is 6 s before the line above");
    refuses("{\"timestamp\": 0, \"input_length\": 5}\n", ":1:1: 'output_length' is missing");
    refuses("{\"timestamp\": 0, \"input_length\": 5.5, \"output_length\": 1}\n", "'input_length' is something else");
    refuses("{\"timestamp\": 0, \"input_length\": 5, \"output_length\": 1, \"hash_ids\": 3}\n",
            "'hash_ids' is no list");
    refuses("{\"timestamp\": 0,\n", ": no JSON: ");
    struct f2f_serve_stream stream = {.trace = "no/such/file"};
    f2f_error err;
    assert_int_equal(read_all(&stream, NULL, NULL, NULL, &err), F2F_EINPUT);
    stream.trace = ".";
    assert_int_equal(read_all(&stream, NULL, NULL, NULL, &err), F2F_EINPUT);
    write_text(AZURE "0,1,\0002\n", strlen(AZURE) + 7);
    stream.trace = path;
    assert_int_equal(read_all(&stream, NULL, NULL, NULL, &err), F2F_EINPUT);
    assert_non_null(strstr(err.message, "NUL"));
}

/* BurstGPT logs failed requests with no answer: they are passed over, and counted. */
static void test_failed_in_the_log(void **state) {
    (void)state;
    static const char text[] = "Timestamp,Model,Request tokens,Response tokens\n1,m,5,6\n2,m,5,0\n3,m,7,8\n";
    struct f2f_serve_stream stream = {.trace = path};
    long long skipped;
    int n;
    write_text(text, strlen(text));
    assert_int_equal(read_all(&stream, &n, NULL, &skipped, NULL), F2F_OK);
    assert_int_equal(n, 2);
    assert_int_equal(skipped, 1);
}

static char *long_trace(size_t *n) {
    static char text[200000];
    *n = 0;
    *n += (size_t)snprintf(text, sizeof text, AZURE);
    for (int i = 0; i < 5000; i++) *n += (size_t)snprintf(text + *n, sizeof text - *n, "%d.25,%d,%d\n", i, i + 1, 7);
    return text;
}

static void test_window_and_rate(void **state) {
    (void)state;
    size_t length;
    struct f2f_serve_stream stream = {.trace = path, .from_s = 100, .to_s = 200, .rate_scale = 4};
    struct f2f_arrival last;
    int n;
    const char *text = long_trace(&length);
    write_text(text, length);
    assert_int_equal(read_all(&stream, &n, &last, NULL, NULL), F2F_OK);
    assert_int_equal(n, 100);
    assert_true(fabs(last.at_s - 99 / 4.0) < 1e-9 && last.isl == 200);
}

static void test_gzip(void **state) {
    (void)state;
    size_t length;
    const char *text = long_trace(&length);
    struct f2f_serve_stream stream = {.trace = path};
    f2f_error err = {0};
    int n;
    gzFile file = gzopen(path, "wb");
    assert_int_equal(gzwrite(file, text, (unsigned)length), (int)length);
    gzclose(file);
    assert_int_equal(read_all(&stream, &n, NULL, NULL, &err), F2F_OK);
    assert_int_equal(n, 5000);
    FILE *whole = fopen(path, "rb");
    static char packed[200000];
    size_t size = fread(packed, 1, sizeof packed, whole);
    fclose(whole);
    for (size_t cut = size / 2; cut < size; cut += size / 3) { /* cut off */
        write_text(packed, cut);
        assert_int_equal(read_all(&stream, NULL, NULL, NULL, &err), F2F_EINPUT);
        assert_non_null(strstr(err.message, "cut off"));
    }
    packed[size / 2] ^= 0x55; /* damaged */
    write_text(packed, size);
    assert_int_equal(read_all(&stream, NULL, NULL, NULL, &err), F2F_EINPUT);
}

/* Mean and spread of drawn traffic are what the description says. */
static void test_synthetic(void **state) {
    (void)state;
    static const char *const quantiles[] = {"10", "20", "40", "100", "1000"};
    const struct f2f_traffic traffic = {
        .rate_Hz = 7,
        .cv_frac = 2,
        .isl = {.mean_tok = 60, .quantiles = (const char **)quantiles, .n_quantiles = 5},
        .osl = {.mean_tok = 150, .cv_frac = 0.7}};
    const struct f2f_serve_stream stream = {.traffic = &traffic, .seed = 4};
    f2f_arena *arena = f2f_arena_new();
    struct f2f_arrivals *arrivals;
    struct f2f_arrival a;
    double isl = 0, osl = 0, before_s = 0, squares = 0;
    bool more;
    int n = 200000, low = 0;
    assert_int_equal(f2f_arrivals_open(&arrivals, arena, &stream, NULL), F2F_OK);
    for (int i = 0; i < n; i++) {
        assert_int_equal(f2f_arrivals_next(arrivals, &a, &more, NULL), F2F_OK);
        isl += (double)a.isl;
        osl += (double)a.osl;
        low += a.isl <= 40;
        squares += (a.at_s - before_s) * (a.at_s - before_s);
        before_s = a.at_s;
    }
    assert_true(fabs(isl / n / 60 - 1) < 0.02 && fabs(osl / n / 150 - 1) < 0.02);
    assert_true(fabs((double)low / n - 0.5) < 0.01 && fabs(n / before_s / 7 - 1) < 0.02);
    assert_true(fabs(sqrt(squares / n * 49 - 1) / 2 - 1) < 0.05);
    f2f_arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_formats),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_failed_in_the_log),
        cmocka_unit_test(test_window_and_rate),
        cmocka_unit_test(test_gzip),
        cmocka_unit_test(test_synthetic),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
