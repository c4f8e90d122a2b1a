/* digest.h - of descriptions: two that have the same digest say the same, wherever they stand. */
#ifndef F2F_DESC_DIGEST_H
#define F2F_DESC_DIGEST_H

#include "base/digest.h"
#include "desc/table.h"

/* All that a tree says, sources too; not its files and lines. */
uint64_t f2f_doc_digest(uint64_t digest, const struct f2f_doc *node);
/* The texts, words and numbers of a struct; lists and what it refers to are left to the caller. */
uint64_t f2f_table_digest(uint64_t digest, const struct f2f_table *table, const void *object);

#endif
