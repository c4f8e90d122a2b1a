/* consumer.c - uses the library from outside: one call that links the reader of YAML in, too. */
#include <fab2fleet/doc.h>
#include <stdio.h>
#include <string.h>

int main(void) {
    static const char text[] = "chips: 8\n";
    f2f_arena *arena = f2f_arena_new();
    struct f2f_diag *diag = f2f_diag_new(arena);
    struct f2f_doc *doc = NULL;
    f2f_error err;
    long long chips = 0;
    f2f_status status = f2f_doc_parse(&doc, arena, text, strlen(text), "text", diag, &err);
    if (status == F2F_OK) f2f_doc_integer(f2f_doc_get(doc, "chips"), &chips);
    f2f_arena_free(arena);
    printf("chips: %lld\n", chips);
    return chips == 8 ? 0 : 1;
}
