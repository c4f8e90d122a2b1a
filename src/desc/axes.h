/* axes.h - inside of this folder: the axes of a space. */
#ifndef F2F_DESC_AXES_H
#define F2F_DESC_AXES_H

#include "desc/table.h"
#include "fab2fleet/space.h"

/* What a path changes, and the field that reads its values; false: reported at the node. */
bool f2f_axes_find(struct f2f_space_change *change, const struct f2f_field **field, struct f2f_catalog *catalog,
                   const struct f2f_doc *at, const char *path);
/* Gives the change the value that stands at the node; faults are reported. */
void f2f_axes_put(struct f2f_space_change *change, struct f2f_catalog *catalog, const struct f2f_field *field,
                  const struct f2f_doc *node);
/* range_axis.c: the values of {from:, to:, step: | factor: | count:}. */
void f2f_axes_range(struct f2f_space_axis *axis, struct f2f_catalog *catalog, const struct f2f_doc *node,
                    const struct f2f_field *field, const struct f2f_space_change *like);
/* The axis that would undo a change of that path made before: of the same field, however it is written, or of a
 * description that holds it; NULL: none. */
const struct f2f_space_axis *f2f_axes_undo(const struct f2f_space *space, f2f_arena *arena, const char *path);
/* Reports each line of the space's own `set`, the node, that an axis would undo. */
void f2f_axes_check_set(struct f2f_catalog *catalog, const struct f2f_space *space, const struct f2f_doc *set);

#endif
