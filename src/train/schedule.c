/* schedule.c - the list of schedules, and the orders several of them share. */
#include "train/schedule.h"

#include <string.h>

#include "fab2fleet/train.h"
#include "train/schedule_list.h"

#define X(name) extern const struct f2f_schedule f2f_schedule_##name;
F2F_SCHEDULE_LIST(X)
#undef X

#define X(name) &f2f_schedule_##name,
static const struct f2f_schedule *const schedules[] = {F2F_SCHEDULE_LIST(X)};
#undef X
enum { N_SCHEDULES = sizeof schedules / sizeof schedules[0] };

const struct f2f_schedule *f2f_schedule_get(int number, int chunks) {
    if (number == 0) return chunks > 1 ? &f2f_schedule_interleaved : &f2f_schedule_one_f_one_b;
    return number > 0 && number <= N_SCHEDULES ? schedules[number - 1] : NULL;
}

int f2f_schedule_find(const char *name) {
    for (int i = 0; i < N_SCHEDULES; i++)
        if (strcmp(name, schedules[i]->name) == 0) return i + 1;
    return 0;
}

f2f_status f2f_schedule_parse(int *out, const char *text, f2f_error *err) {
    *out = f2f_schedule_find(text);
    if (*out) return F2F_OK;
    return f2f_fail(err, F2F_EUSAGE, "unknown schedule '%.40s': gpipe, 1f1b, interleaved and zero-bubble are known",
                    text);
}

const char *f2f_schedule_name(const struct f2f_strategy *s) {
    const struct f2f_schedule *schedule = f2f_schedule_get(s->schedule, s->vp);
    return schedule ? schedule->name : "?";
}

int f2f_schedule_group(const struct f2f_schedule_shape *x) {
    int groups = x->micro / x->stages;
    return groups > 1 ? (x->micro + groups - 1) / groups : x->micro;
}

struct f2f_place f2f_schedule_place(const struct f2f_schedule_shape *x, enum f2f_act act, int k) {
    int groups = x->micro / x->stages > 1 ? x->micro / x->stages : 1;
    int size = x->micro / groups, larger = x->micro % groups, in_larger = larger * (size + 1) * x->chunks;
    int first = 0; /* micro-batch of the group */
    if (k < in_larger) {
        size++;
    } else {
        first = larger * (size + 1);
        k -= in_larger;
    }
    int group = k / (size * x->chunks), in_group = k % (size * x->chunks), chunk = in_group / size;
    first += group * size;
    return (struct f2f_place){act == F2F_ACT_FORWARD ? chunk : x->chunks - 1 - chunk, first + in_group % size};
}

struct f2f_action f2f_schedule_alternate(const struct f2f_schedule_shape *x, int stage, int ahead, int i) {
    (void)stage;
    return f2f_schedule_turns(x, ahead, i);
}
