#!/usr/bin/env bash
# Follows every page of docs/howto/ to the letter: a fenced block whose first line holds `file: NAME`
# is written to NAME, a `sh` block is run. Pages run in a copy of the sources, so what they change is gone after.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$F2F_SOURCE_DIR"
mkdir "$work/tree" "$work/bin"
cp -r CMakeLists.txt CMakePresets.json Makefile cmake scripts include src tests fuzz bench catalog studies validation docs "$work/tree"
for file in LICENSE README.md ARCHITECTURE.md; do if [ -e "$file" ]; then cp "$file" "$work/tree"; fi; done
ln -s "$F2F_BIN" "$work/bin/fab2fleet"
export PATH="$work/bin:$PATH" NO_INSTALL=1
[ -n "${F2F_CC:-}" ] && export CC="$F2F_CC"

# Splits a page: writes its files, prints its commands.
follow() {
    awk '
        /^```[a-z]/ { inside = 1; first = 1; sh = ($0 == "```sh"); out = ""; next }
        /^```$/     { inside = 0; if (out) close(out); next }
        inside && first && !sh && match($0, /file: [^ ]+/) { out = substr($0, RSTART + 6, RLENGTH - 6); first = 0; printf "" >out }
        inside { first = 0; if (sh) print; else if (out) print >out }
    ' "$1"
}

for page in "$F2F_SOURCE_DIR"/docs/howto/*.md; do
    cd "$work/tree"
    case $page in
    *add-a-verb.md | *add-a-model-architecture.md | *add-a-serving-scheduler.md) ;; # change the sources
    *) mkdir -p "$work/$(basename "$page" .md)" && cd "$work/$(basename "$page" .md)" ;;
    esac
    commands=$(follow "$page")
    [ -n "$commands" ] || { echo "FAIL: $page has no commands to follow"; exit 1; }
    bash -euc "$commands" >"$work/log" 2>&1 || { echo "FAIL: $page"; cat "$work/log"; exit 1; }
    echo "followed $(basename "$page")"
done
