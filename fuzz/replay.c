/* replay.c - runs a fuzz target over files and folders given as arguments, without libFuzzer.
 *
 * So past findings and seeds are tests in every build. A folder is read in name order and one level
 * deep; one that is missing counts as empty. The empty input is always tried. */
#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool replay_file(const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file) return false;
    char *text = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&text, &size);
    if (!memory) {
        fclose(file);
        return false;
    }
    for (int c = fgetc(file); c != EOF; c = fgetc(file)) fputc(c, memory);
    fclose(file);
    fclose(memory);
    LLVMFuzzerTestOneInput((const uint8_t *)text, size);
    free(text);
    return true;
}

static int visible(const struct dirent *entry) { return entry->d_name[0] != '.'; }

/* Files of the folder that were run; 0 if it is missing. */
static int replay_folder(const char *path) {
    struct dirent **entries = NULL;
    int n = scandir(path, &entries, visible, alphasort), ran = 0;
    for (int i = 0; i < n; i++) {
        char name[4096];
        snprintf(name, sizeof name, "%s/%s", path, entries[i]->d_name);
        ran += replay_file(name);
        free(entries[i]);
    }
    free(entries);
    return ran;
}

static bool is_folder(const char *path) {
    DIR *folder = opendir(path);
    if (folder) closedir(folder);
    return folder != NULL;
}

int main(int argc, char **argv) {
    static const uint8_t nothing[1];
    int ran = 0;
    LLVMFuzzerTestOneInput(nothing, 0);
    for (int i = 1; i < argc; i++) ran += is_folder(argv[i]) ? replay_folder(argv[i]) : replay_file(argv[i]);
    printf("%d inputs replayed\n", ran);
    return 0;
}
