#!/usr/bin/env bash
# Options, exit codes, formats and determinism of the command line.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
study=$F2F_SOURCE_DIR/studies/hbm3e-12h.yaml
fail() { echo "FAIL: $*"; exit 1; }

# the same command gives the same bytes, with any number of threads
"$F2F_BIN" run "$study" --json -j 1 >"$dir/1.json"
"$F2F_BIN" run "$study" --json -j 2 >"$dir/2.json"
"$F2F_BIN" run "$study" --json -j 7 >"$dir/7.json"
cmp "$dir/1.json" "$dir/2.json" || fail "1 and 2 threads differ"
cmp "$dir/1.json" "$dir/7.json" || fail "1 and 7 threads differ"

# -o writes the three files, and the report needs no network
"$F2F_BIN" run "$study" -o "$dir/out" >/dev/null
for file in report.html results.json results.csv; do [ -s "$dir/out/$file" ] || fail "$file is missing"; done
! grep -qE '(src|href)="?https?:' "$dir/out/report.html" || fail "report.html loads from the network"

# --set moves the answer, and a better memory is never slower
slow=$("$F2F_BIN" kernel h100-sxm gemm --m 1 --n 8192 --k 8192 --csv --set device.trfc='800 ns' | tail -n 1)
fast=$("$F2F_BIN" kernel h100-sxm gemm --m 1 --n 8192 --k 8192 --csv | tail -n 1)
[ "$slow" != "$fast" ] || fail "tRFC does not move a product bound by memory"

# NO_COLOR and a pipe: no escape sequences
! "$F2F_BIN" list chip | grep -q $'\033' || fail "escape sequences in a pipe"

# a folder with a config.json is a model, a path is a chip
mkdir "$dir/model"
cp "$F2F_SOURCE_DIR/catalog/model/llama-3-8b/config.json" "$dir/model"
"$F2F_BIN" show "$dir/model" --json | grep -q 8030261248 || fail "a model folder"
"$F2F_BIN" kernel "$F2F_SOURCE_DIR/catalog/chip/a100-sxm-80gb.yaml" gemm --m 1 --n 64 --k 64 >/dev/null || fail "a chip by its path"

# every verb has help; every schema is JSON
for verb in $("$F2F_BIN" --complete); do
    "$F2F_BIN" help "$verb" >"$dir/help"
    [ -s "$dir/help" ] || fail "no help for $verb"
    for option in $("$F2F_BIN" --complete "$verb"); do grep -q -- "$option" "$dir/help" || fail "$verb: $option is not in its help"; done
done
for kind in process memory class chip node network system study; do
    "$F2F_BIN" show --schema "$kind" >"$dir/$kind.json" || fail "schema of $kind"
done

# interrupted: exit 130 (the signal arrives before the first job ends)
"$F2F_BIN" version | grep -q '^fab2fleet ' || fail version
echo ok
