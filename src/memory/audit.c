/* audit.c - a second opinion on a log of commands, from the tables of the standard alone.
 *
 * It knows no scheduler and no earliest times: it looks at each command as it passes and asks whether every
 * constraint of the standard, the state of the banks, the buses, the refresh debt (so many refreshes as
 * the standard lets be postponed) and the rolling activate counters (RAA) allow it. Each rule that is broken counts. A
 * command that cannot be understood counts once and changes nothing. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "memory/audit.h"

enum { ROLLING = 6 }; /* RAA may reach this many times RAAIMT (RAAMMT's highest value, JESD79-5) */

#define BIT(action) (1U << (action))
#define READS (BIT(F2F_DRAM_READ) | BIT(F2F_DRAM_READ_AUTO))
#define WRITES (BIT(F2F_DRAM_WRITE) | BIT(F2F_DRAM_WRITE_AUTO))
#define AUTO (BIT(F2F_DRAM_READ_AUTO) | BIT(F2F_DRAM_WRITE_AUTO))
#define PRECHARGES (BIT(F2F_DRAM_PRECHARGE) | BIT(F2F_DRAM_PRECHARGE_ALL))
#define REFRESHES (BIT(F2F_DRAM_REFRESH_ALL) | BIT(F2F_DRAM_REFRESH_BANK))
#define MANAGES (BIT(F2F_DRAM_MANAGE_ALL) | BIT(F2F_DRAM_MANAGE_BANK))

/* Members of a level that a command reaches: first, first + step, ... */
struct span {
    int first, count, step;
};

/* A command under examination. */
struct look {
    const struct f2f_mem_command *command;
    const struct f2f_dram_command *kind;
    unsigned bit;
    struct span reach[F2F_DRAM_LEVELS];
};

static void breach(struct f2f_mem_audit *audit, const struct f2f_mem_command *c, const char *fmt, ...) F2F_PRINTF(3, 4);
static void breach(struct f2f_mem_audit *audit, const struct f2f_mem_command *c, const char *fmt, ...) {
    if (audit->violations++) return;
    bool named = c->action >= 0 && c->action < F2F_DRAM_ACTIONS && audit->kind[c->action];
    int length = snprintf(audit->first, sizeof audit->first, "tick %lld, %.16s %d.%d.%d.%d: ", (long long)c->tick,
                          named ? audit->kind[c->action]->name : "command", c->pseudo, c->rank, c->group, c->bank);
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(audit->first + length, sizeof audit->first - (size_t)length, fmt, args);
    va_end(args);
}

/* Level down to which a command must say where it goes. */
static int depth_of(int scope) {
    static const int depth[] = {
        [F2F_DRAM_OF_BANK] = F2F_DRAM_BANK,
        [F2F_DRAM_OF_SAME_BANK] = F2F_DRAM_RANK,
        [F2F_DRAM_OF_RANK] = F2F_DRAM_RANK,
        [F2F_DRAM_OF_PSEUDO] = F2F_DRAM_PSEUDO,
    };
    return depth[scope];
}

static bool within(int value, int count) { return value >= 0 && value < count; }

/* NULL if it has a fault that leaves nothing to examine. */
static const char *nonsense(const struct f2f_mem_audit *audit, const struct f2f_mem_command *c) {
    const int at[F2F_DRAM_LEVELS] = {0, c->pseudo, c->rank, c->group, c->bank};
    if (!within(c->action, F2F_DRAM_ACTIONS) || !audit->kind[c->action]) return "no command of this standard";
    if (!within(c->channel, audit->memory->channels)) return "no such channel";
    if (audit->channel >= 0 && c->channel != audit->channel) return "of another channel than those before";
    if (c->tick < audit->now || c->tick > AUDIT_LATEST) return "out of the order of ticks";
    int scope = audit->kind[c->action]->scope;
    for (int level = F2F_DRAM_PSEUDO; level < F2F_DRAM_LEVELS; level++) {
        bool told = level <= depth_of(scope) || (level == F2F_DRAM_BANK && scope == F2F_DRAM_OF_SAME_BANK);
        if (told && !within(at[level], audit->members[level])) return "no such bank";
    }
    bool data = BIT(c->action) & (READS | WRITES);
    if ((data || c->action == F2F_DRAM_ACTIVATE) && !within(c->row, audit->memory->rows)) return "no such row";
    if (data && !within(c->column, audit->columns)) return "no such column";
    return NULL;
}

static struct span reach_of(const struct f2f_mem_audit *audit, const struct f2f_mem_command *c, int scope, int level) {
    const int at[F2F_DRAM_LEVELS] = {0, c->pseudo, c->rank, c->group, c->bank};
    struct span span = {0, 1, 1};
    for (int l = 0; l <= level; l++) {
        span.first *= audit->members[l];
        if (l <= depth_of(scope)) span.first += at[l];
        else span.count *= audit->members[l];
    }
    if (level == F2F_DRAM_BANK && scope == F2F_DRAM_OF_SAME_BANK)
        span = (struct span){span.first + c->bank, audit->members[F2F_DRAM_GROUP], audit->members[F2F_DRAM_BANK]};
    return span;
}

/* The tick the rule lets its command go, seen from one member of its level. */
static int64_t free_at(const struct audit_rule *rule, int member) {
    int64_t last = rule->last[(member + 1) * rule->text->window - 1];
    return last == AUDIT_NEVER ? AUDIT_NEVER : last + rule->ticks;
}

static int64_t free_at_siblings(const struct audit_rule *rule, int member, int members) {
    int64_t free = AUDIT_NEVER, parent = member / members * members;
    for (int m = (int)parent; m < parent + members; m++)
        if (m != member && free_at(rule, m) > free) free = free_at(rule, m);
    return free;
}

static void check_rule(struct f2f_mem_audit *audit, const struct audit_rule *rule, const struct look *look) {
    const struct f2f_dram_constraint *text = rule->text;
    struct span span = look->reach[text->level];
    int64_t free = AUDIT_NEVER;
    for (int i = 0, m = span.first; i < span.count; i++, m += span.step) {
        int64_t at = text->sibling ? free_at_siblings(rule, m, audit->members[text->level]) : free_at(rule, m);
        if (at > free) free = at;
    }
    if (look->command->tick < free)
        breach(audit, look->command, "%lld ticks too early for %.40s after %.16s in the %s%s",
               (long long)(free - look->command->tick), text->latency, text->before[0],
               f2f_dram_level_words[text->level], text->sibling ? " beside" : "");
}

/* Newest first; the oldest falls out. */
static void push(int64_t *list, int length, int64_t value) {
    for (int i = length - 1; i > 0; i--) list[i] = list[i - 1];
    list[0] = value;
}

static void remember(const struct audit_rule *rule, const struct look *look) {
    struct span span = look->reach[rule->text->level];
    int window = rule->text->window;
    for (int i = 0, m = span.first; i < span.count; i++, m += span.step)
        push(&rule->last[m * window], window, look->command->tick);
}

static void check_rules(struct f2f_mem_audit *audit, const struct look *look) {
    for (int i = 0; i < audit->rules; i++) {
        if (audit->rule[i].after & look->bit) check_rule(audit, &audit->rule[i], look);
        if (audit->rule[i].before & look->bit) remember(&audit->rule[i], look);
    }
}

/* Reference ticks come in order, so a command that meets any earlier one meets the one that ends last. */
static void check_command_bus(struct f2f_mem_audit *audit, const struct look *look) {
    const struct f2f_dram_command *kind = look->kind;
    int64_t tick = look->command->tick, *end = &audit->bus_end[kind->bus];
    if (!kind->any_edge && tick % audit->memory->standard->ticks_per_clock != 0)
        breach(audit, look->command, "not at the first tick of a clock");
    if (tick - kind->lead <= *end) breach(audit, look->command, "its command bus is taken up to %lld", (long long)*end);
    *end = tick + kind->tail;
}

static void check_data_bus(struct f2f_mem_audit *audit, const struct look *look) {
    int64_t start = look->command->tick + (look->bit & READS ? audit->read_ticks : audit->write_ticks);
    int64_t *burst = &audit->burst[look->command->pseudo * audit->bursts];
    for (int i = 0; i < audit->bursts; i++) {
        if (burst[i] == AUDIT_NEVER || start >= burst[i] + audit->burst_ticks || burst[i] >= start + audit->burst_ticks)
            continue;
        breach(audit, look->command, "its data meets the burst that starts at %lld", (long long)burst[i]);
        break;
    }
    push(burst, audit->bursts, start);
}

/* The longest wait of a bank: for those postponed, one that waits its turn, and the next. */
static int64_t longest_wait(const struct f2f_mem_audit *audit) {
    return (audit->memory->standard->postponed + 2) * audit->refresh_ticks;
}

static void check_bank(struct f2f_mem_audit *audit, struct audit_bank *bank, const struct look *look) {
    const struct f2f_mem_command *c = look->command;
    if (look->bit & BIT(F2F_DRAM_ACTIVATE)) {
        int most = ROLLING * audit->memory->raaimt;
        if (bank->row >= 0) breach(audit, c, "row %d is still open", bank->row);
        if (++bank->activates > most && most) breach(audit, c, "more than %d activates without a refresh", most);
        bank->row = c->row;
    }
    if (look->bit & (READS | WRITES) && bank->row != c->row)
        breach(audit, c, "row %d is not open (%d is)", c->row, bank->row);
    if (look->bit & (PRECHARGES | AUTO)) bank->row = -1;
    if (look->bit & (REFRESHES | MANAGES)) {
        if (bank->row >= 0) breach(audit, c, "row %d of a bank it reaches is open", bank->row);
        bank->activates = 0;
    }
    if (look->bit & REFRESHES) {
        int64_t latest = c->tick + longest_wait(audit);
        bank->refresh_by += audit->refresh_ticks;
        if (bank->refresh_by > latest) bank->refresh_by = latest; /* nothing is saved up */
    }
}

static void find_most_overdue(struct f2f_mem_audit *audit) {
    for (int i = audit->most_overdue = 0; i < audit->total[F2F_DRAM_BANK]; i++)
        if (audit->bank[i].refresh_by < audit->bank[audit->most_overdue].refresh_by) audit->most_overdue = i;
}

/* Any n refreshes of a bank in a row take at most n + 1 times tREFI and those postponed, n = 1 included. A bank
 * found to wait longer is counted, and then given the same time again. */
static void check_refresh(struct f2f_mem_audit *audit, const struct look *look) {
    int64_t tick = look->command->tick;
    if (!audit->refresh_ticks) return;
    while (tick > audit->bank[audit->most_overdue].refresh_by) {
        breach(audit, look->command, "bank %d of the channel waits too long for its refresh", audit->most_overdue);
        audit->bank[audit->most_overdue].refresh_by = tick + longest_wait(audit);
        find_most_overdue(audit);
    }
}

/* The first command of a log tells the channel, and from when on refreshes are due. */
static void begin(struct f2f_mem_audit *audit, const struct f2f_mem_command *command) {
    audit->channel = command->channel;
    for (int i = 0; i < audit->total[F2F_DRAM_BANK]; i++)
        audit->bank[i].refresh_by = command->tick + longest_wait(audit);
}

static void examine(struct f2f_mem_audit *audit, const struct f2f_mem_command *command) {
    struct look look = {.command = command, .kind = audit->kind[command->action], .bit = BIT(command->action)};
    for (int level = 0; level < F2F_DRAM_LEVELS; level++)
        look.reach[level] = reach_of(audit, command, look.kind->scope, level);
    if (command->tick > audit->now) audit->now = command->tick;
    check_command_bus(audit, &look);
    check_rules(audit, &look);
    check_refresh(audit, &look);
    struct span banks = look.reach[F2F_DRAM_BANK];
    for (int i = 0, b = banks.first; i < banks.count; i++, b += banks.step) check_bank(audit, &audit->bank[b], &look);
    if (look.bit & (READS | WRITES)) check_data_bus(audit, &look);
    if (look.bit & REFRESHES) find_most_overdue(audit);
}

/* Examines those that wait, in the order of their reference ticks, up to one; at least so many. */
static void examine_up_to(struct f2f_mem_audit *audit, int64_t tick, int at_least) {
    int n = 0;
    while (n < audit->n_waiting && (n < at_least || audit->waiting[n].tick <= tick))
        examine(audit, &audit->waiting[n++]);
    audit->n_waiting -= n;
    if (n) memmove(audit->waiting, audit->waiting + n, (size_t)audit->n_waiting * sizeof *audit->waiting);
}

static void wait_in_order(struct f2f_mem_audit *audit, const struct f2f_mem_command *command) {
    int at = audit->n_waiting++;
    for (; at > 0 && audit->waiting[at - 1].tick > command->tick; at--) audit->waiting[at] = audit->waiting[at - 1];
    audit->waiting[at] = *command;
}

/* On another bus a command may begin before this one and have its reference tick after it. What comes from now on
 * begins no earlier than this one. */
void f2f_mem_audit_command(struct f2f_mem_audit *audit, const struct f2f_mem_command *command) {
    const char *fault = nonsense(audit, command);
    if (fault) {
        breach(audit, command, "%s", fault);
        return;
    }
    if (audit->channel < 0) begin(audit, command);
    examine_up_to(audit, AUDIT_NEVER, audit->n_waiting == AUDIT_WAITING); /* room: only a crowded bus needs it */
    wait_in_order(audit, command);
    int64_t begins = command->tick - audit->kind[command->action]->lead;
    if (begins > audit->now) audit->now = begins;
    examine_up_to(audit, audit->now, 0);
}

int64_t f2f_mem_audit_violations(struct f2f_mem_audit *audit, const char **first) {
    examine_up_to(audit, AUDIT_LATEST, 0);
    if (first) *first = audit->first;
    return audit->violations;
}
