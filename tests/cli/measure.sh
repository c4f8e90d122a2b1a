#!/usr/bin/env bash
# The verb `measure`: what it prints and writes. How long anything takes is of no account here.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
fail() { echo "FAIL: $*"; exit 1; }
# says TEXT ARGS...: the program answers with the text, however its lines are broken
says() {
    local text=$1
    shift
    "$F2F_BIN" "$@" >"$dir/said" || fail "exit $?: $*"
    tr -s '\n ' ' ' <"$dir/said" | grep -q "$text" || fail "not said: $text"
}
small=(measure --prompt 8 --batch 2 --context 32 --seconds 0.01 -j 1)

# every key that scripts rely on, and what is measured is above 0
"$F2F_BIN" "${small[@]}" --only rope --json >"$dir/rope.json"
for key in predicted_s measured_s ape_frac error_frac bound flops bandwidth_Bps spread_frac samples; do
    grep -q "\"$key\"" "$dir/rope.json" || fail "$key is missing"
done
grep -q '"command": *"measure"' "$dir/rope.json" || fail "not an answer of measure"
"$F2F_BIN" "${small[@]}" --only rope --require 'measured_s>0' >/dev/null || fail "nothing was measured"
says 'measured by loops that are no operators' "${small[@]}" --only rope

# the machine as a chip: printed, written, right, and used
"$F2F_BIN" measure --describe -j 1 >"$dir/printed.yaml"
"$F2F_BIN" check "$dir/printed.yaml" >/dev/null || fail "the description is not right"
grep -q '^units: {value: 1,' "$dir/printed.yaml" || fail "-j 1 uses more than a core"
"$F2F_BIN" "${small[@]}" --only rope -o "$dir/host.yaml" --csv | grep -q '^rope,' || fail "results do not go to standard output"
"$F2F_BIN" check "$dir/host.yaml" >/dev/null || fail "-o does not write the description"
"$F2F_BIN" kernel "$dir/host.yaml" gemm --m 1 --n 64 --k 64 --dtype fp32 >/dev/null || fail "the chip is of no use"
says 'starts and ends' "${small[@]}" --only rope --explain
says '132 units, and 1 core' "${small[@]}" h100-sxm --only rope

# tables that validate and calibrate take; the same predictions
"$F2F_BIN" "${small[@]}" --only attention_decode --tables "$dir/tables" --csv >"$dir/decode.csv"
mape=$("$F2F_BIN" validate "$dir/tables/attention_decode.csv" --csv | awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "mape_frac") c = i } NR == 2 { print $c }')
awk -F, -v mape="$mape" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "ape_frac") c = i }
    NR > 1 && $1 == "attention_decode" { sum += $c; n++ }
    END { exit !(n == 2 && (sum / n - mape) ^ 2 < 1e-6 * (1 + mape) ^ 2) }' "$dir/decode.csv" || fail "validate finds another error than measure"
"$F2F_BIN" calibrate --class cpu --evaluations 0 "$dir/tables/attention_decode.csv" >/dev/null || fail "calibrate does not take the table"

# what was measured is this machine's, whatever chip is predicted beside it
"$F2F_BIN" "${small[@]}" h100-sxm --only rope --tables "$dir/none" >/dev/null
[ -s "$dir/none/chip.yaml" ] || fail "--tables does not write the chip"
"$F2F_BIN" "${small[@]}" h100-sxm --only attention_decode --tables "$dir/beside" >/dev/null
grep -q "^$dir/beside/chip.yaml,fab2fleet" "$dir/beside/attention_decode.csv" || fail "rows are called another chip's"

# threads at work instead of the wall clock, a model without a kernel for all of it
says 'threads at work' "${small[@]}" --only rope --cpu-time
says 'is left out: there is no kernel' "${small[@]}" --only rope --model mixtral-8x7b

# usage
refused() {
    local code=0
    "$F2F_BIN" "$@" >"$dir/out" 2>&1 || code=$?
    [ $code = 2 ] || fail "exit $code: $*"
}
refused measure --only nonsense --seconds 0.01 -j 1
grep -q 'names are .*rope' "$dir/out" || fail "known names are not told"
refused measure --describe --only rope
refused measure --describe --json
refused measure h100-sxm mi300x
refused measure h100-sxm -o "$dir/x.yaml"
refused measure -o "$dir/x.odd"

# what no machine holds
code=0
"$F2F_BIN" "${small[@]}" --only attention_decode --context 10000000 --batch 100000 >"$dir/out" 2>&1 || code=$?
[ $code = 4 ] || fail "exit $code where nothing fits"
grep -q 'nothing was measured: attention_decode (decode of 100000): it reads' "$dir/out" || fail "not said why"

# interrupted: what was finished is kept, or that there is nothing is said
cd "$dir"
. "$F2F_SOURCE_DIR/tests/cli/interrupt.bash"
kept() { [ -s stop.json ] && grep -q '"measured_s"' stop.json; }
interrupt kept measure --prompt 8 --batch 2 --context 32 --seconds 8 --only fp32 --model llama-3.2-1b -j 1
