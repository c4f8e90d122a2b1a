/* The journal of a study: records come back bit by bit, from whole entries of the same task alone. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "explore/journal.h"

struct fixture {
    f2f_arena *arena;
    char path[64];
};

static int make_fixture(void **state) {
    struct fixture *f = calloc(1, sizeof *f);
    if (!f) return 1;
    f->arena = f2f_arena_new();
    (void)snprintf(f->path, sizeof f->path, "/tmp/f2f-journal-XXXXXX");
    int file = mkstemp(f->path);
    *state = f;
    return file < 0 || close(file);
}

static int free_fixture(void **state) {
    struct fixture *f = *state;
    (void)unlink(f->path);
    f2f_arena_free(f->arena);
    free(f);
    return 0;
}

/* One of everything a record can hold, and the numbers that text loses. */
static struct f2f_record *whole_record(f2f_arena *arena) {
    static const double numbers[] = {0.1, -0.0, 1e-320, 1.7976931348623157e308, 2.0 / 3.0};
    struct f2f_record *r = f2f_record_new(arena, "a / \"b\"\n"), *list;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) f2f_record_num(r, "x_s", numbers[i], "help, or…");
    f2f_record_num(r, "none_s", (double)NAN, NULL);
    f2f_record_num(r, "no_end_s", -(double)INFINITY, NULL);
    f2f_record_int(r, "most", INT64_MIN, NULL);
    f2f_record_bool(r, "feasible", true, "does it fit");
    f2f_record_text(r, "why", NULL, NULL);
    f2f_record_text(r, "empty", "", "");
    list = f2f_record_sub(r, "parts", "all");
    list->is_list = true;
    f2f_record_int(f2f_record_sub(list, "part", NULL), "n", 7, NULL);
    struct f2f_share *root = f2f_share_root(r, "all", "s");
    f2f_share_child(arena, f2f_share_child(arena, root, "decode", NULL), "gemm", "memory")->amount = 0.3;
    f2f_share_child(arena, root, "decode", "compute")->amount = 1.0 / 3.0;
    (void)f2f_share_sum(root);
    f2f_record_span(r, "chip 0", "gemm", 0.1, 0.2);
    f2f_record_sample(r, "users", 0.7, 3);
    return r;
}

/* ---- records ---- */

static void assert_same_record(const struct f2f_record *a, const struct f2f_record *b) {
    assert_int_equal(a->n_values, b->n_values);
    assert_int_equal(a->is_list, b->is_list);
    for (size_t i = 0; i < a->n_values; i++) {
        const struct f2f_value *u = &a->values[i], *v = &b->values[i];
        assert_string_equal(u->key, v->key);
        assert_int_equal(u->kind, v->kind);
        assert_memory_equal(&u->number, &v->number, sizeof u->number);
        assert_true(u->integer == v->integer);
        assert_true((!u->help && !v->help) || strcmp(u->help, v->help) == 0);
        assert_true((!u->text && !v->text) || strcmp(u->text, v->text) == 0);
        if (u->kind == F2F_VALUE_RECORD) assert_same_record(u->record, v->record);
    }
}

static void assert_same_shares(const struct f2f_share *a, const struct f2f_share *b) {
    for (; a && b; a = a->next, b = b->next) {
        assert_string_equal(a->name, b->name);
        assert_true((!a->bound && !b->bound) || strcmp(a->bound, b->bound) == 0);
        assert_memory_equal(&a->amount, &b->amount, sizeof a->amount);
        assert_same_shares(a->child, b->child);
    }
    assert_true(!a && !b);
}

static void records_come_back_bit_by_bit(void **state) {
    struct fixture *f = *state;
    const struct f2f_record *r = whole_record(f->arena);
    char *text = f2f_record_pack(r);
    assert_non_null(text);
    assert_null(strchr(text, '\n'));
    const struct f2f_record *back = f2f_record_unpack(f->arena, text);
    free(text);
    assert_non_null(back);
    assert_string_equal(back->title, r->title);
    assert_same_record(r, back);
    assert_same_shares(r->shares, back->shares);
    assert_string_equal(back->share_unit, "s");
    assert_int_equal(back->n_spans, 1);
    assert_string_equal(back->spans[0].name, "gemm");
    assert_memory_equal(&back->spans[0].start_s, &r->spans[0].start_s, 2 * sizeof(double));
    assert_int_equal(back->n_samples, 1);
    assert_memory_equal(&back->samples[0].at_s, &r->samples[0].at_s, 2 * sizeof(double));
}

static void what_is_no_record_is_refused(void **state) {
    static const char *const bad[] = {"",
                                      "[",
                                      "{}",
                                      "[]",
                                      "[null,false,[],[],null,[]]",
                                      "[null,false,[],[],null,[],[],1]",
                                      "[1,false,[],[],null,[],[]]",
                                      "[null,0,[],[],null,[],[]]",
                                      "[null,false,{},[],null,[],[]]",
                                      "[null,false,[1],[],null,[],[]]",
                                      "[null,false,[[null,null,0,1]],[],null,[],[]]",
                                      "[null,false,[[\"k\",null,9,1]],[],null,[],[]]",
                                      "[null,false,[[\"k\",null,2,1]],[],null,[],[]]",
                                      "[null,false,[[\"k\",null,0,\"1\"]],[],null,[],[]]",
                                      "[null,false,[[\"k\",null,4,1]],[],null,[],[]]",
                                      "[null,false,[],[[\"n\",null,1,null]],null,[],[]]",
                                      "[null,false,[],[],null,[[null,\"n\",1,2]],[]]",
                                      "[null,false,[],[],null,[],[[\"t\",1.5,2]]]"};
    struct fixture *f = *state;
    assert_non_null(f2f_record_unpack(f->arena, "[null,false,[],[],null,[],[]]"));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) assert_null(f2f_record_unpack(f->arena, bad[i]));
    struct f2f_record *r = f2f_record_new(f->arena, NULL);
    f2f_record_text(f2f_record_sub(r, "inner", NULL), "odd", "\xff", NULL);
    assert_null(f2f_record_pack(r));
}

/* ---- the file ---- */

/* Two tasks of one system, of which nothing but what a key is made of is there. */
struct study {
    struct f2f_system system;
    struct f2f_model model;
    struct f2f_price price;
    struct f2f_traffic traffic;
    struct f2f_device device;
    struct f2f_study_system place;
    struct f2f_study_job job[2];
    struct f2f_task task[2];
    struct f2f_tasks tasks;
};

static void make_study(struct study *s, f2f_arena *arena) {
    *s = (struct study){.system.id.digest = 1, .model = {.name = "m", .digest = 2}, .price.id.digest = 3};
    s->place.device = &s->device;
    for (int i = 0; i < 2; i++) {
        s->job[i] = (struct f2f_study_job){.name = i ? "b" : "a", .isl = 64, .rate_scale = 1};
        s->task[i] = (struct f2f_task){.system = &s->system,
                                       .system_name = "s",
                                       .job = &s->job[i],
                                       .job_name = s->job[i].name,
                                       .model = &s->model,
                                       .precision = "fp8",
                                       .price = &s->price,
                                       .place = &s->place,
                                       .serve.stream.traffic = &s->traffic};
    }
    s->tasks = (struct f2f_tasks){.arena = arena, .items = s->task, .n = 2};
}

static struct f2f_resumed take(struct fixture *f, struct study *s) {
    struct f2f_journal *journal;
    assert_int_equal(f2f_journal_open(&journal, f->arena, f->path, false, NULL), F2F_OK);
    struct f2f_resumed found = f2f_journal_take(journal, &s->tasks);
    assert_int_equal(f2f_journal_close(journal, NULL), F2F_OK);
    return found;
}

/* A journal with both tasks in it. */
static void fill(struct fixture *f, bool fresh) {
    struct study s;
    struct f2f_journal *journal;
    make_study(&s, f->arena);
    assert_int_equal(f2f_journal_open(&journal, f->arena, f->path, fresh, NULL), F2F_OK);
    (void)f2f_journal_take(journal, &s.tasks);
    for (int i = 0; i < 2; i++) {
        s.task[i].record = whole_record(f->arena);
        f2f_journal_add(journal, &s.task[i]);
    }
    assert_int_equal(f2f_journal_close(journal, NULL), F2F_OK);
}

static void finished_tasks_are_taken_over(void **state) {
    struct fixture *f = *state;
    struct study s;
    fill(f, false);
    make_study(&s, f->arena);
    s.task[1].status = F2F_EINPUT; /* refused by now: not even looked for */
    struct f2f_resumed found = take(f, &s);
    assert_int_equal(found.taken, 1);
    assert_int_equal(found.total, 2);
    assert_int_equal(found.entries, 2);
    assert_int_equal(found.damaged, 0);
    assert_same_record(s.task[0].record, whole_record(f->arena));
    assert_null(s.task[1].record);
    fill(f, true);
    make_study(&s, f->arena);
    found = take(f, &s);
    assert_int_equal(found.entries, 2); /* a fresh one has no more than was added since */
}

static void any_other_input_is_another_task(void **state) {
    struct fixture *f = *state;
    fill(f, false);
    for (int what = 0; what < 16; what++) {
        struct study s;
        make_study(&s, f->arena);
        s.tasks.n = 1;
        struct f2f_task *t = &s.task[0];
        switch (what) {
        case 0: s.system.id.digest++; break;
        case 1: s.model.digest++; break;
        case 2: s.price.id.digest++; break;
        case 3: t->price = NULL; break;
        case 4: t->serve.engine.id.digest++; break;
        case 5: s.traffic.id.digest++; break;
        case 6: s.device.id.digest++; break;
        case 7: s.place.streamed = true; break;
        case 8: t->system_name = "other"; break;
        case 9: t->job_name = "other"; break;
        case 10: t->precision = "bf16"; break;
        case 11: s.job[0].isl++; break;
        case 12: s.job[0].rate_scale = nextafter(1, 2); break;
        case 13: s.job[0].fault_tolerant = true; break;
        case 14: s.job[0].slo = "ttft_p99_s<=1"; break;
        default: t->serve.stream.trace = f->path; break; /* a file with something in it */
        }
        assert_int_equal(take(f, &s).taken, 0);
    }
}

static char *slurp(const char *path, size_t *n) {
    char *text = malloc(65536);
    FILE *file = fopen(path, "rb");
    assert_true(text && file);
    *n = fread(text, 1, 65536, file);
    assert_int_equal(fclose(file), 0);
    return text;
}

static void spill(const char *path, const char *text, size_t n) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
}

static void poke(const char *path, size_t at, int byte) {
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, (long)at, SEEK_SET), 0);
    assert_int_not_equal(fputc(byte, file), EOF);
    assert_int_equal(fclose(file), 0);
}

/* Wherever a kill cuts the file off, whole entries count, and what is added later does too. */
static void a_journal_that_is_cut_off_goes_on(void **state) {
    struct fixture *f = *state;
    size_t n;
    fill(f, false);
    char *text = slurp(f->path, &n);
    size_t head = strcspn(text, "\n") + 1, first = head + strcspn(text + head, "\n") + 1;
    for (size_t cut = n - 1; cut >= head; cut--) {
        struct study s;
        assert_int_equal(truncate(f->path, (off_t)cut), 0);
        make_study(&s, f->arena);
        struct f2f_resumed found = take(f, &s);
        assert_int_equal(found.taken, cut >= first);
        assert_int_equal(found.damaged, cut != head && cut != first);
        if (cut % 97) continue;
        assert_int_equal(truncate(f->path, (off_t)cut), 0);
        fill(f, false);
        make_study(&s, f->arena);
        assert_int_equal(take(f, &s).taken, 2);
        spill(f->path, text, n);
    }
    free(text);
}

static void damage_is_seen(void **state) {
    struct fixture *f = *state;
    size_t n;
    fill(f, false);
    char *text = slurp(f->path, &n);
    size_t head = strcspn(text, "\n") + 1;
    for (size_t i = 0; i < n; i++) {
        for (int bit = 0; bit < 8; bit++) {
            struct study s;
            struct f2f_journal *journal;
            bool joins = i >= head && i + 1 < n && text[i] == '\n'; /* both entries, then */
            poke(f->path, i, text[i] ^ (1 << bit));
            make_study(&s, f->arena);
            if (i < head) assert_int_equal(f2f_journal_open(&journal, f->arena, f->path, true, NULL), F2F_EINPUT);
            else {
                struct f2f_resumed found = take(f, &s);
                assert_int_equal(found.taken, !joins);
                assert_true(found.damaged >= 1);
            }
            poke(f->path, i, text[i]);
            assert_int_equal(truncate(f->path, (off_t)n), 0); /* a line end was added to a last line without one */
        }
    }
    free(text);
}

static void what_is_no_journal_stays_as_it_is(void **state) {
    static const char mine[] = "my notes\n";
    struct fixture *f = *state;
    struct f2f_journal *journal;
    f2f_error err;
    size_t n;
    spill(f->path, mine, sizeof mine - 1);
    for (int fresh = 0; fresh < 2; fresh++) {
        assert_int_equal(f2f_journal_open(&journal, f->arena, f->path, fresh, &err), F2F_EINPUT);
        assert_non_null(strstr(err.message, "is no journal"));
    }
    char *text = slurp(f->path, &n);
    assert_int_equal(n, sizeof mine - 1);
    free(text);
    assert_int_equal(f2f_journal_open(&journal, f->arena, "/dev/null", false, &err), F2F_EINPUT);
    assert_int_equal(f2f_journal_open(&journal, f->arena, "/", false, &err), F2F_ERUN);
}

static void a_second_run_is_refused(void **state) {
    struct fixture *f = *state;
    struct f2f_journal *first, *second;
    f2f_error err;
    assert_int_equal(unlink(f->path), 0);
    assert_int_equal(f2f_journal_open(&first, f->arena, f->path, false, NULL), F2F_OK);
    for (int fresh = 0; fresh < 2; fresh++) {
        assert_int_equal(f2f_journal_open(&second, f->arena, f->path, fresh, &err), F2F_ERUN);
        assert_non_null(strstr(err.message, "another run writes to"));
    }
    assert_int_equal(f2f_journal_close(first, NULL), F2F_OK);
    assert_int_equal(f2f_journal_open(&second, f->arena, f->path, false, NULL), F2F_OK);
    assert_int_equal(f2f_journal_close(second, NULL), F2F_OK);
}

static void a_full_disk_is_told(void **state) {
    struct fixture *f = *state;
    struct study s;
    struct f2f_journal *journal;
    f2f_error err;
    assert_int_equal(unlink(f->path), 0);
    if (access("/dev/full", W_OK) != 0) skip();
    make_study(&s, f->arena);
    assert_int_equal(f2f_journal_open(&journal, f->arena, f->path, false, NULL), F2F_OK);
    FILE *full = freopen("/dev/full", "ab+", *(FILE **)journal); /* its first member */
    assert_non_null(full);
    s.task[0].record = whole_record(f->arena);
    f2f_journal_add(journal, &s.task[0]);
    assert_int_equal(f2f_journal_close(journal, &err), F2F_ERUN);
    assert_non_null(strstr(err.message, "cannot write"));
}

int main(void) {
#define T(name) cmocka_unit_test_setup_teardown(name, make_fixture, free_fixture)
    const struct CMUnitTest tests[] = {
        T(records_come_back_bit_by_bit),      T(what_is_no_record_is_refused),      T(finished_tasks_are_taken_over),
        T(any_other_input_is_another_task),   T(a_journal_that_is_cut_off_goes_on), T(damage_is_seen),
        T(what_is_no_journal_stays_as_it_is), T(a_second_run_is_refused),           T(a_full_disk_is_told)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
