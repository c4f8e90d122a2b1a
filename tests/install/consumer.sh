#!/bin/sh
# Installs under a temporary DESTDIR, then builds and runs a program of somebody else against what is
# there: through pkg-config, through find_package, from a folder that was moved. The installed program
# finds its catalog, and no file names the folders it was built in.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cmake=${F2F_CMAKE:-cmake}
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
unset FAB2FLEET_DATA

fail() {
    echo "install test: $*" >&2
    exit 1
}

DESTDIR=$stage/first "$cmake" --install "$F2F_BUILD_DIR" --prefix /opt/f2f >/dev/null
mkdir "$stage/moved"
mv "$stage/first/opt/f2f" "$stage/moved/f2f"
prefix=$stage/moved/f2f
pc=$(find "$prefix" -name fab2fleet.pc)
[ -n "$pc" ] || fail "no fab2fleet.pc"

export PKG_CONFIG_PATH="${pc%/*}" LD_LIBRARY_PATH="${pc%/pkgconfig/*}"
# shellcheck disable=SC2046 # a list of flags
"${F2F_CC:-cc}" -std=c11 -Wall -Werror -o "$stage/consumer" "$here/consumer.c" \
    $(pkg-config --cflags --libs fab2fleet)
"$stage/consumer"

"$cmake" -S "$here" -B "$stage/build" -DCMAKE_C_COMPILER="${F2F_CC:-cc}" -DCMAKE_PREFIX_PATH="$prefix" >/dev/null
"$cmake" --build "$stage/build" >/dev/null
"$stage/build/consumer"

cd "$stage"
"$prefix/bin/fab2fleet" list chip >"$stage/chips" || fail "the installed program does not list chips"
grep -q h100-sxm "$stage/chips" || fail "the installed program does not find its catalog"

if grep -rlF -e "$F2F_SOURCE_DIR/src" -e "$F2F_SOURCE_DIR/include" -e "$F2F_BUILD_DIR" "$prefix"; then
    fail "these files name the folders of the build"
fi
