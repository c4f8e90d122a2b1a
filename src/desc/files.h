/* files.h - inside of this folder: what files.c knows of paths. From any thread. */
#ifndef F2F_DESC_FILES_H
#define F2F_DESC_FILES_H

#include "desc/table.h"

/* The path that was kept under that key; false: none was. */
bool f2f_files_path(const char **path, struct f2f_files *files, const char *key);
/* Keeps it, NULL too; the copy is returned, which lives as long as `files`. */
const char *f2f_files_keep_path(struct f2f_files *files, const char *key, const char *path);
/* Was the file read? */
bool f2f_files_has(struct f2f_files *files, const char *path);

#endif
