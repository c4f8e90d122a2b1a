#!/bin/sh
# shellcheck disable=SC2317 # functions are called through rule
# Rules a compiler does not know (CONTRIBUTING.md): scripts/lint.sh. Exits 1 if one is broken.
set -u
cd "$(dirname "$0")/.." || exit 2
failed=0

files() { # pattern: files of the project, tracked or about to be
    git ls-files --cached --others --exclude-standard "$@" | while read -r f; do [ -f "$f" ] && echo "$f"; done
}

# rule NAME COMMAND...: the command prints what breaks the rule and exits non-zero.
rule() {
    name=$1
    shift
    if out=$("$@" 2>&1); then
        echo "lint: $name: ok"
    else
        printf '%s\nlint: %s: FAILED\n' "$out" "$name"
        failed=1
    fi
}

layout() {
    # shellcheck disable=SC2046
    clang-format-14 --dry-run -Werror $(files '*.c' '*.h') 2>&1 | grep -F 'error:' | cut -d: -f1 | uniq -c |
        awk '{ print $2 ": " $1 " places differ from .clang-format (make format)" } END { exit NR > 0 }'
}

layers() {
    # shellcheck disable=SC2046
    awk -f scripts/layers.awk scripts/layers.txt $(files 'src/*.c' 'src/*.h' 'include/*.h')
}

lengths() {
    # shellcheck disable=SC2046
    awk -f scripts/lengths.awk $(files '*.c' '*.h')
}

# forbid REASON REGEX FILES...: no line matches
forbid() {
    reason=$1 regex=$2
    shift 2
    if grep -nE -- "$regex" /dev/null "$@"; then
        echo "$reason"
        return 1
    fi
}

banned_functions() {
    # shellcheck disable=SC2046
    forbid "unbounded, unchecked or stateful" \
        '(^|[^A-Za-z0-9_])(strcpy|strcat|sprintf|vsprintf|gets|atoi|atol|atoll|atof|strtok|sscanf|rand|srand|alloca)\(' \
        $(files '*.c' '*.h')
}

# Out of memory (src/base/arena.c) is the one thing the library ends the process for.
silent_library() {
    # shellcheck disable=SC2046
    forbid "the library neither prints, exits, reads the environment nor the clock" \
        '(^|[^A-Za-z0-9_.>])(printf|puts|putchar|perror|exit|_exit|abort|getenv|setlocale|time|clock|clock_gettime|system|popen)\(' \
        $(files 'src/*.c' 'src/*.h' 'include/*.h' | grep -v -e '^src/cli/' -e '^src/base/arena\.c$')
}

# The library's symbols start with f2f_, and none of its data can be written.
symbols() {
    lib=build/release/libfab2fleet.a
    [ -f "$lib" ] || { echo "$lib is not built"; return 1; }
    nm -g --defined-only "$lib" | awk 'NF == 3 && $3 !~ /^f2f_/ { print "symbol without f2f_: " $3; bad = 1 } END { exit bad }' &&
        objdump -h "$lib" | awk '/file format/ { object = $1 }
            $2 ~ /^\.(data|data\.rel|data\.rel\.local|bss|tdata|tbss)$/ && $3 !~ /^0+$/ {
                print object " has writable data (" $2 ")"; bad = 1 } END { exit bad }'
}

# A path of somebody's machine; a template of mkstemp is none.
machine_paths() {
    # shellcheck disable=SC2046
    ! grep -InE '(^|[^A-Za-z0-9_.*/-])/(home|root|Users|work|mnt|tmp)/[A-Za-z]' $(files | grep -v '^scripts/lint\.sh$') |
        grep -v XXXXXX
}

# Numbers without a unit in their name, for the reader to judge: only told.
unitless_fields() {
    # shellcheck disable=SC2046
    grep -nE '^ +double [a-z]' $(files 'include/*.h') | sed 's,/\*.*,,' |
        grep -vE '_(s|B|Bps|bps|b|flop|flops|Hz|W|J|usd|mm2|kg|tok|tokps|frac|ck|ps|B_per_ck|J_per_B|J_per_b)(\[[A-Z0-9_]*\])?[,;]'
}

rule layout layout
rule layers layers
rule lengths lengths
rule "banned functions" banned_functions
rule "silent library" silent_library
rule symbols symbols
rule "machine paths" machine_paths
unitless=$(unitless_fields | wc -l)
echo "lint: $unitless double fields of public headers without a unit in the name$([ "${1:-}" = -v ] || echo ' (scripts/lint.sh -v)')"
[ "${1:-}" = -v ] && unitless_fields
exit $failed
