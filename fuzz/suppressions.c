/* suppressions.c - what is not ours to mend: libfyaml 0.7.12 loses one buffer, at most about as large as the
 * input, for a quoted scalar made of many escapes ('''...'''). Linked into every target. */
const char *__lsan_default_suppressions(void);

const char *__lsan_default_suppressions(void) { return "leak:libfyaml\n"; }
