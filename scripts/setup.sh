#!/bin/sh
# Installs what is missing, on Debian 12 and its like: scripts/setup.sh [build] [test] [mpi] [lint] [fuzz]
# Silent and offline when all is there. Uses sudo only when not root; NO_INSTALL=1 only reports.
set -eu

missing=

want_program() { # program, package
    command -v "$1" >/dev/null 2>&1 || missing="$missing $2"
}

want_library() { # pkg-config name, package
    pkg-config --exists "$1" 2>/dev/null || missing="$missing $2"
}

want_header() { # header, package; for what a compiler alone does not bring
    echo "#include <$1>" | cc -E - >/dev/null 2>&1 || missing="$missing $2"
}

want_fuzzer() {
    echo 'int LLVMFuzzerTestOneInput(void) { return 0; }' |
        clang-14 -x c -fsanitize=fuzzer,address -o /dev/null - 2>/dev/null || missing="$missing libclang-rt-14-dev"
}

for group in "${@:-build}"; do
    case $group in
    build)
        want_program cc gcc
        want_header stdio.h libc6-dev
        want_program cmake cmake
        want_program ninja ninja-build
        want_program pkg-config pkg-config
        want_library libfyaml libfyaml-dev
        want_header lpsolve/lp_lib.h liblpsolve55-dev
        want_library jansson libjansson-dev
        want_library zlib zlib1g-dev
        want_library nlopt libnlopt-dev
        want_library sqlite3 libsqlite3-dev
        ;;
    test)
        want_library cmocka libcmocka-dev
        ;;
    mpi)
        want_library ompi-c libopenmpi-dev
        want_program mpirun openmpi-bin
        ;;
    lint) want_program clang-format-14 clang-format-14 ;;
    fuzz)
        want_program clang-14 clang-14
        want_fuzzer
        ;;
    *)
        echo "setup: unknown group '$group': build, test, mpi, lint or fuzz" >&2
        exit 2
        ;;
    esac
done

[ -n "$missing" ] || exit 0
sudo=
[ "$(id -u)" = 0 ] || sudo=sudo
if [ -n "${NO_INSTALL:-}" ] || ! command -v apt-get >/dev/null || { [ -n "$sudo" ] && ! command -v sudo >/dev/null; }; then
    echo "setup: missing (names of Debian 12):$missing" >&2
    exit 1
fi
echo "setup: installing$missing" >&2
# shellcheck disable=SC2086 # a list of packages
said=$({ $sudo apt-get -qq update &&
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install $missing; } </dev/null 2>&1) || {
    printf '%s\nsetup: apt-get failed\n' "$said" >&2
    exit 1
}
