/* digest.c - see digest.h. */
#include <string.h>

#include "desc/digest.h"

uint64_t f2f_doc_digest(uint64_t digest, const struct f2f_doc *node) {
    digest = f2f_digest_int(digest, (uint64_t)node->kind << 1 | node->quoted);
    digest = f2f_digest_text(digest, node->key);
    digest = f2f_digest_text(digest, node->text);
    digest = f2f_digest_text(digest, node->source);
    for (const struct f2f_doc *child = node->child; child; child = child->next) digest = f2f_doc_digest(digest, child);
    return f2f_digest_int(digest, f2f_doc_count(node)); /* where it ends */
}

uint64_t f2f_table_digest(uint64_t digest, const struct f2f_table *table, const void *object) {
    for (size_t i = 0; i < table->n_fields; i++) {
        const struct f2f_field *field = &table->fields[i];
        const char *at = (const char *)object + field->offset;
        switch (field->type) {
        case F2F_FIELD_TEXT:
        case F2F_FIELD_PATH:
        case F2F_FIELD_NAME: digest = f2f_digest_text(digest, *(const char *const *)at); break;
        case F2F_FIELD_BOOL: digest = f2f_digest_int(digest, *(const bool *)at); break;
        case F2F_FIELD_INT:
        case F2F_FIELD_WORD: digest = f2f_digest_bytes(digest, at, sizeof(int)); break;
        case F2F_FIELD_QUANTITY: digest = f2f_digest_bytes(digest, at, sizeof(double)); break;
        default: break;
        }
    }
    return digest;
}
