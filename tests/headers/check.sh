#!/bin/sh
# Every public header compiles alone, twice in a row, as C11 and, where the compiler can, as C++.
set -eu
cc=${F2F_CC:-cc}
cd "$(dirname "$0")/../.."

check() {
    for header in include/fab2fleet/*.h; do
        name=fab2fleet/${header##*/}
        printf '#include "%s"\n#include "%s"\n' "$name" "$name" |
            "$cc" "$@" -Wall -Wextra -Werror -fsyntax-only -Iinclude -
    done
}

check -x c -std=c11 -pedantic
if echo 'int main() { return 0; }' | "$cc" -x c++ -std=c++11 -fsyntax-only - 2>/dev/null; then
    check -x c++ -std=c++11
fi
