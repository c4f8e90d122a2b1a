/* arch.c - finding an architecture by the names Hugging Face gives it. */
#include <string.h>

#include "fab2fleet/doc.h"
#include "model/arch.h"

static const struct f2f_arch *const archs[] = {
#define X(name) &f2f_arch_##name,
#include "model/arch_list.h"
#undef X
};

#define N_ARCHS (sizeof archs / sizeof archs[0])

const struct f2f_arch *f2f_arch_by_class(const char *hf_class) {
    for (size_t i = 0; i < N_ARCHS; i++)
        if (strcmp(archs[i]->hf_class, hf_class) == 0) return archs[i];
    return NULL;
}

const struct f2f_arch *f2f_arch_by_type(const char *model_type) {
    for (size_t i = 0; i < N_ARCHS; i++)
        if (strcmp(archs[i]->model_type, model_type) == 0) return archs[i];
    return NULL;
}

const char *f2f_arch_nearest(const char *text) {
    const char *names[2 * N_ARCHS];
    for (size_t i = 0; i < N_ARCHS; i++) {
        names[2 * i] = archs[i]->hf_class;
        names[2 * i + 1] = archs[i]->model_type;
    }
    return f2f_nearest(text, names, 2 * N_ARCHS);
}

const char *f2f_arch_names(f2f_arena *arena) {
    const char *text = archs[0]->hf_class;
    for (size_t i = 1; i < N_ARCHS; i++) text = f2f_arena_printf(arena, "%s, %s", text, archs[i]->hf_class);
    return text;
}
