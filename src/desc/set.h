/* set.h - inside of this folder: a --set path taken apart, and which values stand in for others. */
#ifndef F2F_DESC_SET_H
#define F2F_DESC_SET_H

#include "desc/table.h"

#define F2F_SET_STEPS 12

struct f2f_set_path {
    const char *step[F2F_SET_STEPS];
    int item[F2F_SET_STEPS]; /* of a list; -1: none */
    const struct f2f_field *field[F2F_SET_STEPS];
    int n;
};

/* set.c: the steps of a path, those left out in front included, with their fields. */
f2f_status f2f_set_parse(struct f2f_set_path *path, f2f_arena *arena, const struct f2f_table *table,
                         const struct f2f_set *set, f2f_error *err);
/* unread.c: below a reference that is left out, the path goes to the one that stands in for it. */
void f2f_set_redirect(struct f2f_set_path *path, struct f2f_catalog *catalog, const struct f2f_table *table,
                      struct f2f_doc *root);
/* unread.c: F2F_EUSAGE where one of the changes is read by nothing, because another value is. */
f2f_status f2f_set_check_read(struct f2f_catalog *catalog, const struct f2f_table *table, struct f2f_doc *root,
                              const struct f2f_set *sets, size_t n_sets, f2f_error *err);

#endif
