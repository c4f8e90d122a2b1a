/* case_runner.c - runs a .case file: commands of the program and what they must answer.
 *
 *     # comment
 *     command: serve --system h100-1x --model llama-3-8b --precision fp8 --concurrency 8 --isl 1024 --osl 128
 *     exit: 0
 *     expect: results[0].users_max 42 0.5%          number, with a relative tolerance
 *     expect: results[0].ttft_p99_s <= 0.5          <= >= < >
 *     expect: results[bound=memory].latency_s 3e-5 1e-6     the first element with that key (several:
 *                                                   [chip=all,metric=step_s]); absolute tolerance
 *     expect: claims[0].holds true                  true, false, null, text
 *     expect: results 3                             an array compares by its length
 *     stdout: text that must appear
 *     stderr: text that must appear
 *
 * A file may hold several commands; the lines after one belong to it. Without `exit:` a command must
 * exit 0. `expect` reads the JSON answer: --json is added where the command lacks it. Commands run in
 * the folder of the sources; words are split at blanks; quotes and [ ] group. */
#include <jansson.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_WORDS = 128, MAX_LINES = 1000, MAX_PATH = 512 };

/* One command with its answer. */
struct run {
    int exit_code;
    char *out, *err;
    json_t *json; /* NULL: stdout is not JSON */
};

static char *read_all(FILE *file) {
    char *text = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&text, &size);
    rewind(file);
    for (int c = fgetc(file); c != EOF; c = fgetc(file)) fputc(c, memory);
    fclose(memory);
    return text;
}

/* Splits in place; returns the number of words. */
static int split_words(char *text, char **words, int max) {
    int n = 0;
    char *to = text;
    while (n < max) {
        text += strspn(text, " \t");
        if (!*text) break;
        words[n++] = to;
        bool bracket = false;
        for (char quote = 0; *text && (quote || bracket || !strchr(" \t", *text)); text++) {
            if (quote ? *text == quote : *text == '"' || *text == '\'') {
                quote = quote ? 0 : *text;
                continue;
            }
            bracket = *text == '[' || (bracket && *text != ']');
            *to++ = *text;
        }
        bool more = *text != 0;
        *to++ = 0;
        text += more;
    }
    return n;
}

static int execute(char **argv, FILE *out, FILE *err) {
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        dup2(fileno(out), STDOUT_FILENO);
        dup2(fileno(err), STDERR_FILENO);
        execv(argv[0], argv);
        _exit(127);
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child) return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void run_free(struct run *run) {
    free(run->out);
    free(run->err);
    json_decref(run->json);
    *run = (struct run){0};
}

static bool run_command(struct run *run, const char *program, const char *command, bool want_json) {
    char line[8192], *argv[MAX_WORDS + 3] = {0};
    char json_option[] = "--json", name[4096];
    FILE *out = tmpfile(), *err = tmpfile();
    if (!out || !err) return false;
    snprintf(line, sizeof line, "%s", command);
    snprintf(name, sizeof name, "%s", program);
    argv[0] = name;
    int n = 1 + split_words(line, argv + 1, MAX_WORDS);
    if (want_json && !strstr(command, "--json")) argv[n] = json_option;
    run_free(run);
    run->exit_code = execute(argv, out, err);
    run->out = read_all(out);
    run->err = read_all(err);
    run->json = json_loads(run->out, JSON_DECODE_INT_AS_REAL, NULL);
    fclose(out);
    fclose(err);
    return true;
}

static bool scalar_is(const json_t *value, const char *text) {
    char *end;
    if (json_is_string(value)) return strcmp(json_string_value(value), text) == 0;
    if (json_is_boolean(value)) return strcmp(json_is_true(value) ? "true" : "false", text) == 0;
    double number = strtod(text, &end);
    return json_is_real(value) && end != text && !*end && !(fabs(json_real_value(value) - number) > 0);
}

/* Whether an element has each value of "key=value,key=value". */
static bool element_has(const json_t *element, const char *wanted) {
    char text[MAX_PATH], *rest = text;
    snprintf(text, sizeof text, "%s", wanted);
    for (char *one; (one = strsep(&rest, ","));) {
        char *equals = strchr(one, '=');
        if (!equals) return false;
        *equals = 0;
        if (!scalar_is(json_object_get(element, one), equals + 1)) return false;
    }
    return true;
}

/* `[3]`, `[key=value]` or `[key=value,key=value]` at *at, which is moved behind it. */
static const json_t *descend_array(const json_t *array, const char **at) {
    char inside[MAX_PATH];
    const char *close = strchr(*at, ']');
    if (!close || close - *at >= MAX_PATH) return NULL;
    snprintf(inside, sizeof inside, "%.*s", (int)(close - *at - 1), *at + 1);
    *at = close + 1;
    if (!strchr(inside, '=')) return json_array_get(array, strtoul(inside, NULL, 10));
    for (size_t i = 0; i < json_array_size(array); i++) {
        const json_t *element = json_array_get(array, i);
        if (element_has(element, inside)) return element;
    }
    return NULL;
}

/* The value at a path such as results[0].strategy.tp, or NULL. */
static const json_t *find(const json_t *value, const char *path) {
    while (*path && value) {
        char key[MAX_PATH];
        size_t length = strcspn(path, ".[");
        if (*path == '[') {
            value = descend_array(value, &path);
        } else if (*path == '.') {
            path++;
        } else if (length >= sizeof key) {
            return NULL;
        } else {
            snprintf(key, sizeof key, "%.*s", (int)length, path);
            path += length;
            value = json_object_get(value, key);
        }
    }
    return value;
}

/* "0.5%" of the wanted number, or an absolute amount. */
static double tolerance(const char *text, double wanted) {
    char *end;
    double amount = strtod(text, &end);
    return *end == '%' ? fabs(wanted) * amount / 100.0 : amount;
}

static bool compare(const char *op, double got, double wanted, double slack) {
    if (strcmp(op, "<=") == 0) return got <= wanted + slack;
    if (strcmp(op, ">=") == 0) return got >= wanted - slack;
    if (strcmp(op, "<") == 0) return got < wanted;
    if (strcmp(op, ">") == 0) return got > wanted;
    return fabs(got - wanted) <= slack;
}

static bool value_matches(const json_t *value, const char *op, const char *wanted, const char *slack) {
    char *end;
    double number = strtod(wanted, &end);
    bool numeric = end != wanted && !*end;
    if (json_is_null(value)) return strcmp(wanted, "null") == 0;
    if (json_is_array(value) && numeric) return compare(op, (double)json_array_size(value), number, 0.0);
    if (!json_is_real(value)) return scalar_is(value, wanted);
    return numeric && compare(op, json_real_value(value), number, slack ? tolerance(slack, number) : 0.0);
}

/* `path [op] value [tolerance]`; says what is wrong and returns false. */
static bool check_expect(const struct run *run, const char *text) {
    char line[8192], *words[4] = {0}, equal[] = "=";
    snprintf(line, sizeof line, "%s", text);
    int n = split_words(line, words, 4);
    bool with_op = n > 2 && strlen(words[1]) <= 2 && strchr("<>=", words[1][0]);
    if (n < (with_op ? 3 : 2)) {
        printf("  malformed: expect: %s\n", text);
        return false;
    }
    const char *op = with_op ? words[1] : equal, *wanted = words[1 + with_op], *slack = words[2 + with_op];
    const json_t *value = run->json ? find(run->json, words[0]) : NULL;
    if (value && value_matches(value, op, wanted, slack)) return true;
    char *shown = value ? json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(9)) : NULL;
    printf("  expected %s, got %.200s\n", text, shown ? shown : run->json ? "no such key" : "no JSON");
    free(shown);
    return false;
}

static bool check_text(const char *what, const char *text, const char *wanted) {
    if (strstr(text, wanted)) return true;
    printf("  %s lacks \"%s\"; it is:\n%.2000s\n", what, wanted, text);
    return false;
}

/* The value of a `key: value` line, or NULL if it has another key. */
static const char *value_of(const char *line, const char *key) {
    size_t length = strlen(key);
    if (strncmp(line, key, length) != 0 || line[length] != ':') return NULL;
    return line + length + 1 + strspn(line + length + 1, " ");
}

static bool check_line(const struct run *run, const char *line) {
    const char *value;
    if ((value = value_of(line, "expect"))) return check_expect(run, value);
    if ((value = value_of(line, "stdout"))) return check_text("stdout", run->out, value);
    if ((value = value_of(line, "stderr"))) return check_text("stderr", run->err, value);
    if (value_of(line, "exit")) return true;
    printf("  unknown line: %s\n", line);
    return false;
}

/* Runs lines[0], a command, and checks the n - 1 lines after it. Returns the number of faults. */
static int run_block(const char *program, char **lines, int n) {
    struct run run = {0};
    bool want_json = false;
    long wanted_exit = 0;
    int faults = 0;
    for (int i = 1; i < n; i++) {
        const char *code = value_of(lines[i], "exit");
        wanted_exit = code ? strtol(code, NULL, 10) : wanted_exit;
        want_json |= value_of(lines[i], "expect") != NULL;
    }
    printf("%s\n", lines[0]);
    if (!run_command(&run, program, value_of(lines[0], "command"), want_json)) return 1;
    if (run.exit_code != wanted_exit) {
        printf("  exit code %d, expected %ld; stderr:\n%.2000s\n", run.exit_code, wanted_exit, run.err);
        faults++;
    }
    for (int i = 1; i < n; i++) faults += !check_line(&run, lines[i]);
    run_free(&run);
    return faults;
}

/* Splits text into lines that say something. */
static int keep_lines(char *text, char **lines) {
    char *rest = NULL;
    int n = 0;
    for (char *line = strtok_r(text, "\n", &rest); line && n < MAX_LINES; line = strtok_r(NULL, "\n", &rest)) {
        line += strspn(line, " \t");
        if (*line && *line != '#') lines[n++] = line;
    }
    return n;
}

int main(int argc, char **argv) {
    const char *program = getenv("F2F_BIN");
    FILE *file = argc == 2 ? fopen(argv[1], "r") : NULL;
    if (!program || !file) {
        fprintf(stderr, "usage: F2F_BIN=PROGRAM case_runner FILE.case\n");
        return 2;
    }
    char *text = read_all(file), *lines[MAX_LINES];
    int n = keep_lines(text, lines), faults = 0, commands = 0;
    fclose(file);
    for (int first = 0; first < n; commands++) {
        int end = first + 1;
        while (end < n && !value_of(lines[end], "command")) end++;
        faults += value_of(lines[first], "command") ? run_block(program, lines + first, end - first) : 1;
        first = end;
    }
    free(text);
    printf("%d commands, %d faults\n", commands, faults);
    return faults > 0 || commands == 0;
}
