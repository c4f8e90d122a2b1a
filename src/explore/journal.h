/* journal.h - finished tasks of a study, kept in a file as they finish, so that a run can be taken up again.
 *
 * A line for each: its checksum, the digest of everything its result hangs on, and its record. What was cut off or
 * damaged fails its checksum; what another program, description or job gave has another digest. Neither is used. */
#ifndef F2F_EXPLORE_JOURNAL_H
#define F2F_EXPLORE_JOURNAL_H

#include "explore/explore.h"

struct f2f_journal;

/* Opens the file or starts it; fresh: without what is in it. F2F_EINPUT: it is something else than a journal, which
 * stays as it is; F2F_ERUN: another run has it open. The journal is the arena's; f2f_journal_close closes the file. */
f2f_status f2f_journal_open(struct f2f_journal **out, f2f_arena *arena, const char *path, bool fresh, f2f_error *err);
/* Gives every task that the journal has a record of that record, and all their keys. */
struct f2f_resumed f2f_journal_take(struct f2f_journal *journal, struct f2f_tasks *tasks);
/* Appends a finished task. Not to be called by two threads at once. */
void f2f_journal_add(struct f2f_journal *journal, const struct f2f_task *task);
/* F2F_ERUN: not all could be written. NULL is allowed. */
f2f_status f2f_journal_close(struct f2f_journal *journal, f2f_error *err);

/* journal_record.c: a record as one line of JSON, to be freed; NULL: a text in it is no UTF-8. Numbers are their bits,
 * so that they come back as they were, NaN too. */
char *f2f_record_pack(const struct f2f_record *r);
/* The same record again, in the arena; NULL: it is none. */
struct f2f_record *f2f_record_unpack(f2f_arena *arena, const char *text);

#endif
