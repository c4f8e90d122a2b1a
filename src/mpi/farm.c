/* farm.c - see farm.h; the only file that includes MPI (the MPI-2 calls of any MPI library).
 *
 * One message of a follower, one answer: {want, kind, bytes} and up to `want` numbers of units, none to stop. Rank 0
 * looks for messages every half millisecond, so that its cores are left to its own threads. */
#define OMPI_SKIP_MPICXX 1
#include <limits.h>
#include <mpi.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buffer.h"
#include "base/threads.h"
#include "mpi/farm.h"

enum { TO_LEADER, TO_FOLLOWER }; /* tags */
enum { HELLO, ROWS, FAILED }; /* kinds of messages */
enum { UNITS_PER_THREAD = 4, MOST_UNITS = 1024 };

struct head {
    int32_t want; /* units; of what failed, its status */
    int32_t kind;
};

struct f2f_farm {
    f2f_arena *arena;
    int rank, size;
    int left; /* followers that were not sent home */
    const char *mark; /* of rank 0; NULL: everybody goes home */
};

f2f_status f2f_farm_begin(struct f2f_farm **out, f2f_arena *arena, f2f_error *err) {
    int provided;
    *out = NULL;
    if (MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &provided) != MPI_SUCCESS || provided < MPI_THREAD_FUNNELED)
        return f2f_fail(err, F2F_ERUN, "MPI cannot be started");
    struct f2f_farm *farm = f2f_arena_alloc(arena, sizeof *farm);
    farm->arena = arena;
    MPI_Comm_rank(MPI_COMM_WORLD, &farm->rank);
    MPI_Comm_size(MPI_COMM_WORLD, &farm->size);
    farm->left = farm->rank == 0 ? farm->size - 1 : 0;
    *out = farm;
    return F2F_OK;
}

int f2f_farm_rank(const struct f2f_farm *farm) { return farm->rank; }

int f2f_farm_size(const struct f2f_farm *farm) { return farm->size; }

/* ---- rank 0 ---- */

/* Keeps what a follower sends, if its work belongs to ours. */
static void hear(const struct f2f_farm *farm, struct f2f_explorer *e, int rank, const struct head *head,
                 const char *bytes, size_t n) {
    f2f_error reason = {0};
    if (!e) return;
    if (head->kind == ROWS) {
        (void)f2f_explorer_put(e, bytes, n, NULL); /* a failure ends the run by itself */
        return;
    }
    if (head->kind == HELLO && n == strlen(farm->mark) && memcmp(bytes, farm->mark, n) == 0) return;
    if (head->kind == HELLO)
        (void)f2f_fail(&reason, F2F_EINPUT,
                       "process %d has another space, catalog or build of fab2fleet than process 0: give all the same",
                       rank);
    else
        (void)f2f_fail(&reason, head->want == F2F_EINPUT ? F2F_EINPUT : F2F_ERUN, "process %d: %.*s", rank,
                       (int)(n < 300 ? n : 300), bytes);
    f2f_explorer_fail(e, &reason);
}

/* Receives a message, answers it. */
static void attend(struct f2f_farm *farm, struct f2f_explorer *e, MPI_Status *from) {
    f2f_arena *scratch = f2f_arena_new();
    struct head head = {0, FAILED};
    uint64_t units[MOST_UNITS];
    size_t n = 0;
    int length;
    MPI_Get_count(from, MPI_BYTE, &length);
    char *message = f2f_arena_alloc(scratch, (size_t)length + 1);
    MPI_Recv(message, length, MPI_BYTE, from->MPI_SOURCE, TO_LEADER, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    if ((size_t)length >= sizeof head) {
        memcpy(&head, message, sizeof head);
        hear(farm, e, from->MPI_SOURCE, &head, message + sizeof head, (size_t)length - sizeof head);
    }
    size_t want = head.want < 0 ? 0 : head.want > MOST_UNITS ? MOST_UNITS : (size_t)head.want;
    if (e && head.kind != FAILED) n = f2f_explorer_take(e, units, want);
    MPI_Send(units, (int)n, MPI_UINT64_T, from->MPI_SOURCE, TO_FOLLOWER, MPI_COMM_WORLD);
    if (!n) farm->left--;
    f2f_arena_free(scratch);
}

void f2f_farm_lead(void *context, struct f2f_explorer *e) {
    const struct timespec pause = {.tv_nsec = 500000};
    struct f2f_farm *farm = context;
    farm->mark = e ? f2f_explorer_mark(e) : NULL;
    while (farm->left > 0) {
        MPI_Status from;
        int there;
        MPI_Iprobe(MPI_ANY_SOURCE, TO_LEADER, MPI_COMM_WORLD, &there, &from);
        if (there) attend(farm, e, &from);
        else nanosleep(&pause, NULL);
    }
}

void f2f_farm_end(struct f2f_farm *farm) {
    if (farm->rank == 0) f2f_farm_lead(farm, NULL);
    MPI_Finalize();
}

/* ---- the others ---- */

static void say(int kind, int want, const char *bytes, size_t n) {
    f2f_arena *scratch = f2f_arena_new();
    struct f2f_buffer message = {.arena = scratch};
    const struct head head = {want, kind};
    f2f_buffer_bytes(&message, (const char *)&head, sizeof head);
    if (n) f2f_buffer_bytes(&message, bytes, n);
    MPI_Send(message.data, (int)message.length, MPI_BYTE, 0, TO_LEADER, MPI_COMM_WORLD);
    f2f_arena_free(scratch);
}

/* Units of the answer; 0: stop. */
static size_t listen(uint64_t *units) {
    MPI_Status from;
    int n;
    MPI_Recv(units, MOST_UNITS, MPI_UINT64_T, 0, TO_FOLLOWER, MPI_COMM_WORLD, &from);
    MPI_Get_count(&from, MPI_UINT64_T, &n);
    return n > 0 ? (size_t)n : 0;
}

static void give_up(const f2f_error *reason) {
    uint64_t units[MOST_UNITS];
    say(FAILED, (int)reason->status, reason->message, strlen(reason->message));
    (void)listen(units);
}

void f2f_farm_follow(struct f2f_explorer *e, int threads, const f2f_error *reason) {
    uint64_t units[MOST_UNITS];
    if (!e) {
        give_up(reason);
        return;
    }
    int want = UNITS_PER_THREAD * (int)f2f_threads_wanted(threads);
    const char *mark = f2f_explorer_mark(e);
    say(HELLO, want, mark, strlen(mark));
    for (size_t n; (n = listen(units)) > 0;) {
        f2f_arena *scratch = f2f_arena_new();
        f2f_error failure = {0};
        const char *rows;
        size_t length;
        f2f_status status = f2f_explorer_work(e, scratch, units, n, &rows, &length, &failure);
        if (status == F2F_OK && length > INT_MAX - sizeof(struct head))
            status =
                f2f_fail(&failure, F2F_ERUN, "%zu B of designs are more than MPI sends at once: give fewer -j", length);
        if (status == F2F_OK) say(ROWS, want, rows, length);
        f2f_arena_free(scratch);
        if (status == F2F_OK) continue;
        give_up(&failure);
        return;
    }
}
