/* main.c - finds the verb, opens the catalog, and leaves with the verb's exit code. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "fab2fleet/machine.h"

#ifndef F2F_VERSION
#define F2F_VERSION "0"
#endif

static const struct entry {
    const char *name, *arguments, *help;
    const struct verb *verb;
} verbs[] = {
#define X(name, arguments, help) {#name, arguments, help, &verb_##name},
#include "cli/verbs.h"
#undef X
};
#define N_VERBS (sizeof verbs / sizeof verbs[0])

static const struct entry *find_verb(const char *name) {
    for (size_t i = 0; i < N_VERBS; i++)
        if (strcmp(verbs[i].name, name) == 0) return &verbs[i];
    return NULL;
}

static void print_usage(FILE *to) {
    fputs("fab2fleet VERB [ARGS] [OPTIONS]: a simulator of AI systems, from the foundry to the fleet\n\n", to);
    for (size_t i = 0; i < N_VERBS; i++) fprintf(to, "  %-10s %s\n", verbs[i].name, verbs[i].help);
    fputs("  help       what a verb takes: fab2fleet help serve\n  version    which version this is\n\n"
          "Start with: fab2fleet run studies/hbm3e-12h.yaml\n",
          to);
}

static int unknown_verb(const char *name) {
    const char *names[N_VERBS];
    for (size_t i = 0; i < N_VERBS; i++) names[i] = verbs[i].name;
    fprintf(stderr, "fab2fleet: error: unknown verb '%.40s'%s; `fab2fleet help` lists them\n", name,
            f2f_did_you_mean(name, names, N_VERBS).text);
    return F2F_EUSAGE;
}

static int help(int argc, char **argv) {
    if (argc < 1) {
        print_usage(stdout);
        return F2F_OK;
    }
    const struct entry *verb = find_verb(argv[0]);
    if (!verb) return unknown_verb(argv[0]);
    cli_help(verb->name, verb->arguments, verb->help, verb->verb->options);
    return F2F_OK;
}

/* Hidden: words for shell completion. */
static int complete(int argc, char **argv) {
    const struct entry *verb = argc > 0 ? find_verb(argv[0]) : NULL;
    if (verb) cli_complete(verb->verb->options);
    else
        for (size_t i = 0; i < N_VERBS; i++) puts(verbs[i].name);
    return F2F_OK;
}

static int open_and_run(const struct entry *verb, struct cli *cli) {
    f2f_error err = {0};
    const char *dirs[8];
    size_t n;
    f2f_status status = cli_check_output(cli, &err);
    if (status == F2F_OK) status = cli_data_dirs(dirs, &n, 8, cli->arena, cli->common.data, &err);
    if (status == F2F_OK) status = f2f_catalog_new(&cli->catalog, dirs, n, &err);
    if (status == F2F_OK) f2f_catalog_on_system(cli->catalog, f2f_mem_ports_attach, f2f_mem_ports_new(cli->arena));
    if (status != F2F_OK) return cli_fail(cli, status, &err);
    interrupt_install();
    int code = verb->verb->run(cli);
    f2f_catalog_free(cli->catalog);
    return code;
}

static int run_verb(const struct entry *verb, int argc, char **argv) {
    struct cli cli = {.verb = verb->name, .arena = f2f_arena_new()};
    f2f_error err = {0};
    int code = F2F_OK;
    f2f_status status = cli_parse(&cli, verb->verb->options, argc, argv, &err);
    if (status != F2F_OK) code = cli_fail(&cli, status, &err);
    else if (cli.common.help) cli_help(verb->name, verb->arguments, verb->help, verb->verb->options);
    else code = open_and_run(verb, &cli);
    f2f_arena_free(cli.arena);
    return code;
}

int main(int argc, char **argv) {
    if (argc < 2) {
        print_usage(stderr);
        return F2F_EUSAGE;
    }
    const char *name = argv[1];
    if (strcmp(name, "help") == 0 || strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
        return help(argc - 2, argv + 2);
    if (strcmp(name, "--complete") == 0) return complete(argc - 2, argv + 2);
    if (strcmp(name, "version") == 0 || strcmp(name, "--version") == 0) {
        puts("fab2fleet " F2F_VERSION);
        return F2F_OK;
    }
    const struct entry *verb = find_verb(name);
    return verb ? run_verb(verb, argc - 2, argv + 2) : unknown_verb(name);
}
