#!/usr/bin/env bash
# Options, exit codes, formats and determinism of the command line.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
study=$F2F_SOURCE_DIR/studies/hbm3e-12h.yaml
fail() { echo "FAIL: $*"; exit 1; }

# lacks PATTERN ARGS...: the program answers, and the pattern is not in what it says
lacks() {
    local pattern=$1
    shift
    "$F2F_BIN" "$@" >"$dir/said" 2>&1 || fail "exit $?: fab2fleet $*"
    ! grep -q -e "$pattern" "$dir/said"
}

# the same command gives the same bytes, with any number of threads; -o writes three files
for threads in 1 7; do "$F2F_BIN" run "$study" -o "$dir/out$threads" -j $threads --json >"$dir/$threads.json"; done
for file in report.html results.json results.csv; do
    [ -s "$dir/out1/$file" ] || fail "$file is missing"
    cmp "$dir/out1/$file" "$dir/out7/$file" || fail "$file: 1 and 7 threads differ"
done
cmp "$dir/1.json" "$dir/7.json" || fail "1 and 7 threads differ"
! grep -qE '(src|href)="?https?:' "$dir/out1/report.html" || fail "report.html loads from the network"

# --set moves the answer, and a better memory is never slower
slow=$("$F2F_BIN" kernel h100-sxm gemm --m 1 --n 8192 --k 8192 --csv --set device.trfc_pb='800 ns' | tail -n 1)
fast=$("$F2F_BIN" kernel h100-sxm gemm --m 1 --n 8192 --k 8192 --csv | tail -n 1)
[ "$slow" != "$fast" ] || fail "tRFC does not move a product bound by memory"

queue=$("$F2F_BIN" kernel h100-sxm gemm --m 1 --n 8192 --k 8192 --csv --set controller.read_queue=2 | tail -n 1)
[ "$queue" != "$fast" ] || fail "the controller does not move a product bound by memory"
[ "$queue" = "$("$F2F_BIN" kernel h100-sxm gemm --m 1 --n 8192 --k 8192 --csv --set device.controller.read_queue=2 | tail -n 1)" ] ||
    fail "the controller of a chip that names none is the memory's"
"$F2F_BIN" kernel h100-sxm gemm --m 1 --n 64 --k 64 --set bond_yield=0.9 | grep -q 'changes what a bonding costs' ||
    fail "a change that a kernel does not read is not told"
for name in making.dies[0].area=700\ mm2 stack.bonding=tc-ncf; do
    [ "$("$F2F_BIN" cost h100-sxm --samples 0 --csv --set "$name" | cut -d, -f1-10)" != "$("$F2F_BIN" cost h100-sxm --samples 0 --csv | cut -d, -f1-10)" ] ||
        fail "$name does not move the cost"
done
printf 'kind: study\nname: t\nquestion: q\nsystems: [{name: a, base: h100-1x}]\njobs: [{name: s, do: serve, model: llama-3-8b, precision: fp8}]\n' >"$dir/e.yaml"
[ "$("$F2F_BIN" run "$dir/e.yaml" --csv)" != "$("$F2F_BIN" run "$dir/e.yaml" --csv --set engine.memory_frac=0.5)" ] ||
    fail "--set engine.… does not reach a study"

# the cast of 16-bit input is told apart, in a figure of its own and in the tree
fp8=(kernel h100-sxm gemm --m 64 --n 8192 --k 8192 --dtype fp8)
"$F2F_BIN" "${fp8[@]}" --json | grep -q 'latency_s includes cast_s' || fail "an fp8 product does not say that it casts"
"$F2F_BIN" "${fp8[@]/fp8/nvfp4}" --json | grep -q 'is cast to fp8 first' || fail "the cast to what the chip has no units for"
"$F2F_BIN" "${fp8[@]}" --explain | grep -q '^ *cast of the input' || fail "the cast is not in the tree"
lacks 'cast of\|includes' "${fp8[@]/fp8/bf16}" --explain || fail "a bf16 product casts"

# a lower cap of the clock is slower and saves energy
capped() { "$F2F_BIN" kernel h100-sxm gemm --m 8192 --n 8192 --k 8192 --set "boost=$1 GHz" --csv | tail -n 1 | cut -d, -f"$2"; }
key() { "$F2F_BIN" kernel h100-sxm gemm --m 1 --n 8 --k 8 --csv | head -n 1 | tr , '\n' | grep -n -x "$1" | cut -d: -f1; }
awk "BEGIN { exit !($(capped 0.8 "$(key latency_s)") > 1.5 * $(capped 1.6 "$(key latency_s)")) }" || fail "a cap of the clock is not slower"
awk "BEGIN { exit !($(capped 0.8 "$(key energy_J)") < 0.8 * $(capped 1.6 "$(key energy_J)")) }" || fail "a cap of the clock saves nothing"

# a run cooler than its stack would be says so
hot=(memory hbm3e-12h-36gb --channels 1 -n 20000)
"$F2F_BIN" "${hot[@]}" --json | grep -q 'would be at 10[0-9] C on a package of 55 C, above 85 C' || fail "a hot stack that is run cool is not told"
lacks 'would be at' "${hot[@]}" --temperature 100 --json || fail "a hot stack that is run hot is told"
# and one that chips are refused with is not told to be run hotter
too_hot=("${hot[@]}" --temperature 85 --set die_resistance='0.5 K/W')
"$F2F_BIN" "${too_hot[@]}" --json | grep -q 'no DRAM is rated above 125 C: a chip .* is refused' || fail "a stack above all ratings is not told"
lacks 'as does --temperature' "${too_hot[@]}" --json || fail "a temperature no chip runs at is advised"
lacks stack_C memory ddr5 --channels 1 -n 20000 --json || fail "a module has no stack"

# a send has a peer, which a chip alone has not
for chips in 1 2; do "$F2F_BIN" kernel h100-sxm collective --op send --chips $chips --bytes 1e6 --csv >"$dir/send$chips"; done
cmp "$dir/send1" "$dir/send2" || fail "a send of one chip is not that to a second"

# NO_COLOR and a pipe: no escape sequences
lacks $'\033' list chip || fail "escape sequences in a pipe"
"$F2F_BIN" list memory | tail -n 1 | grep -q -e '--json have the whole text' || fail "a cut table does not say where it is whole"
[ "$("$F2F_BIN" list foundry | grep -c '[A-Z].\{12,\}\.\.  .\{12,\}\.\.$')" -gt 0 ] || fail "one column is cut before the wider one"
lacks '\.\.' list memory --csv || fail "--csv is cut"

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
for kind in process memory class chip node network system engine traffic study; do
    "$F2F_BIN" show --schema "$kind" >"$dir/$kind.json" || fail "schema of $kind"
done

# paths in a description or study are relative to it, whatever the working folder
mkdir -p "$dir/far/chips" "$dir/far/memory"
printf 'kind: chip\nname: mine\nsource: t\nextends: ../base.yaml\nmemory: {device: {value: ../memory/m.yaml, note: t}}\n' >"$dir/far/chips/mine.yaml"
printf 'kind: chip\nname: base\nsource: t\nextends: h100-sxm\n' >"$dir/far/base.yaml"
cp "$F2F_SOURCE_DIR/catalog/memory/hbm3-8h-16gb.yaml" "$dir/far/memory/m.yaml"
cat >"$dir/far/study.yaml" <<'Y'
kind: study
name: far
question: are paths relative?
systems:
  - {name: a, base: chips/mine.yaml}
  - {name: b, base: h100-1x, set: {chip: ./base.yaml}}
jobs:
  - {name: serve, do: serve, model: ../model, precision: fp8, isl: 128, osl: 16}
Y
(cd / && "$F2F_BIN" run "$dir/far/study.yaml" --json) >"$dir/a.json" || fail "a study with relative paths, from /"
(cd "$dir/far" && "$F2F_BIN" run study.yaml --json -j 2) | cmp - "$dir/a.json" || fail "the working folder moves the answer"

# a mapping over a name changes a part of what is named; so does --set, also in a list
printf 'kind: chip\nname: slow\nsource: t\nextends: h100-sxm\nmemory: {device: {trcd: 99 ns}}\n' >"$dir/slow.yaml"
"$F2F_BIN" show "$dir/slow.yaml" --json | grep -q '"value": "99 ns"' || fail "a part of the memory"
got=0
"$F2F_BIN" show h100-ib-24k --set 'network={value: x}' >/dev/null 2>&1 || got=$?
[ $got = 3 ] || fail "a mapping as a value: exit $got"
"$F2F_BIN" kernel h100-roce-24k gemm --m 1 --n 8 --k 8 --set 'levels[0].latency=2 us' >/dev/null || fail "an item of a list"

# `run -o x.json` is one file, a folder otherwise; --schema goes where -o says
"$F2F_BIN" run "$dir/far/study.yaml" -o "$dir/one.json"
cmp -s "$dir/one.json" "$dir/a.json" || fail "-o FILE of a study"
"$F2F_BIN" show --schema chip -o "$dir/schema.json" && [ -s "$dir/schema.json" ] || fail "--schema -o"

# wall_s is there for those who asked for it, and nowhere else
"$F2F_BIN" serve --system h100-1x --model llama-3-8b --concurrency 1 --isl 8 --osl 8 --json | grep -q '"wall_s"' || fail "wall_s"
! grep -q wall_s "$dir/1.json" || fail "run must give the same bytes"

# a run that ends before the first refresh is due
"$F2F_BIN" memory hbm3-8h-16gb -n 10000 --json | grep -q 'less than one refresh interval' || fail "a run without refreshes"
lacks 'less than one refresh interval' memory hbm3-8h-16gb --json || fail "a note that is not true"

# a name that several kinds have
"$F2F_BIN" show cowos-s | grep -q 'show package/cowos-s\|show foundry/cowos-s' || fail "other kinds of a name are not told"
for kind in package foundry; do
    "$F2F_BIN" show $kind/cowos-s --json | grep -q "\"kind\": \"$kind\"" || fail "show $kind/cowos-s"
done

# activates of other groups, which may follow each other sooner than a same-bank refresh follows them, do not starve it
"$F2F_BIN" memory ddr5 -p random -n 300000 --controller gpu-hbm-fast --set controller.postpone=4 --audit --require violations=0 >/dev/null || fail "DDR5's refresh starves"

# the parts of a memory's energy add up
"$F2F_BIN" memory hbm3-8h-16gb -n 50000 --read-frac 0.67 --json | awk -F'[:,]' '
    /"energy_J"/ { all = $2 }
    /"(activate|read|write|refresh|background|io)_J"/ { sum += $2; parts++ }
    END { if (parts != 6 || sum / all - 1 > 1e-9 || sum / all - 1 < -1e-9) exit 1 }' || fail "energy parts do not add up"

# a format the chip has no units for is told
"$F2F_BIN" kernel a100-sxm-80gb gemm --m 1 --n 8 --k 8 --dtype fp8 | grep -q 'no matrix units for fp8' || fail "silent stand-in"

# another number of units takes the rates along that are not given with it, in any order
rate_of() { "$F2F_BIN" kernel h100-sxm gemm --m 8192 --n 8192 --k 8192 --set chip.tdp='5 kW' "$@" --json | sed -n 's/^ *"latency_s": \([^,]*\),*$/\1/p'; }
all=$(rate_of) half=$(rate_of --set chip.units=66)
awk -v all="$all" -v half="$half" 'BEGIN { exit !(half > 1.9 * all && half < 2.1 * all) }' || fail "half of the units: $half s, all $all s"
peak=(--set chip.peak.bf16='989.4 TFLOP/s')
given=$(rate_of --set chip.units=66 "${peak[@]}")
awk -v all="$all" -v given="$given" 'BEGIN { exit !(given < 1.2 * all) }' || fail "half of the units, of a given peak: $given s, all $all s"
[ "$given" = "$(rate_of "${peak[@]}" --set chip.units=66)" ] || fail "the order of changes counts"
[ "$all" = "$(rate_of --set chip.units=66 --set chip.units=132)" ] || fail "units there and back"

# --explain says what stands in for what a chip leaves out, and what part of its units' work is none of the products'
cat >"$dir/bare.yaml" <<Y
kind: chip
name: bare
title: bare
status: estimate
source: "t"
class: systolic
process: tsmc-n5
die: 500 mm2
clock: 1600 MHz
units: 80
peak: {bf16: 524 TFLOP/s}
vector: 32.8 TFLOP/s
cache: 48 MiB
unit_sram: 192 KiB
memory: {device: hbm3e-12h-36gb, stacks: 4}
tdp: 500 W
idle: 80 W
Y
bare() { "$F2F_BIN" "$@" | tr -s ' \n' ' ' >"$dir/bare.txt"; }
bare kernel "$dir/bare.yaml" gemm --m 4096 --n 4096 --k 4096 --set chip.cache_bandwidth='1 TB/s' --explain
grep -q "Where bare says nothing, assumed: 'boost' is its clock, 1.6 GHz; 'operands' pass through registers .*'pin_rate' is its memory's, 10 Gb/s; no 'host_link'" "$dir/bare.txt" || fail "assumed: $(cat "$dir/bare.txt")"
grep -q "operands, waves and vector work compute .*products at the peak compute " "$dir/bare.txt" || fail "a cache that binds is not told: $(cat "$dir/bare.txt")"
bare kernel "$dir/bare.yaml" gemm --m 8 --n 4096 --k 4096 --set chip.chiplets.dies=2 --set chip.chiplets.link='100 GB/s' --explain
grep -q "memory, over the link between dies memory" "$dir/bare.txt" || fail "a link between dies that binds is not told: $(cat "$dir/bare.txt")"
bare serve --system "$dir/bare.yaml" --model llama-3-8b --precision bf16 --concurrency 2 --explain
grep -q "'cache_bandwidth' is 262 TB/s, .*Constants of class 'systolic': no public kernel measurements" "$dir/bare.txt" || fail "assumed: $(cat "$dir/bare.txt")"
# what is assumed for a field is what it would have to say: given, it changes nothing, and is told no more
bare kernel rtx-5090 gemm --m 256 --n 8192 --k 4096 --explain
rate=$(sed -n "s/.*'cache_bandwidth' is \([0-9.]* TB.s\),.*/\1/p" "$dir/bare.txt") time=$(grep -m1 -o 'latency_s [0-9]*[.][0-9]' "$dir/bare.txt")
bare kernel rtx-5090 gemm --m 256 --n 8192 --k 4096 --explain --set chip.cache_bandwidth="$rate"
[ -n "$time" ] && [ "$(grep -m1 -o 'latency_s [0-9]*[.][0-9]' "$dir/bare.txt")" = "$time" ] || fail "a cache of $rate is not what was assumed: $(cat "$dir/bare.txt")"
sed '/^name: /d; s/^units/operands: registers\nunits/' "$dir/bare.yaml" >"$dir/nameless.yaml"
bare kernel "$dir/nameless.yaml" gemm --m 8 --n 8 --k 8 --explain
grep -q "Where this chip says nothing, assumed: 'boost'" "$dir/bare.txt" && ! grep -q "'operands' pass" "$dir/bare.txt" || fail "operands that are given: $(cat "$dir/bare.txt")"
bare train --system "$dir/bare.yaml" --model llama-3.2-1b --chips 1 --global-batch 1 --seq 1024 --explain
grep -q "Where bare says nothing" "$dir/bare.txt" || fail "train does not say what it assumed"
! "$F2F_BIN" kernel "$dir/bare.yaml" gemm --m 8 --n 8 --k 8 | grep -q 'says nothing' || fail "a note nobody asked for"

# interrupted: exit 130 with what was finished
cat >"$dir/long.yaml" <<Y
kind: study
name: long
question: how long?
systems: [{name: a, base: h100-1x}, {name: b, base: h100-1x, set: {chip.memory.stacks: 6}}]
jobs: [{name: serve, do: serve, model: llama-3-8b, precision: fp8}]
claims: [{text: more, source: t, of: users_fit, job: serve, expected: 1.2, sweep: many}]
sweeps:
  - {name: many, job: {name: s, do: serve, model: llama-3-8b, precision: bf16, slo: ttft_p99_s<=2}, path: job.isl, of: [users_fit], values: [$(seq -s, 500 2900)]}
Y
. "$F2F_SOURCE_DIR/tests/cli/interrupt.bash"
cd "$dir"
some_jobs() { grep -q '"users_fit"' stop.json; }
interrupt some_jobs run long.yaml -j 1
grep -q 'interrupted: [0-9]* of [0-9]* jobs' stop.err || fail "interrupted: $(cat stop.err)"
grep -q 'Interrupted: only' stop.json || fail "interrupted: no note"

# the other verbs end with a word and the same code; what was finished is kept
kept() { grep -q 'Interrupted: only' stop.json; }
interrupt true cost dgx-h100 --model llama-3-70b --tp 2 --samples 100000
interrupt kept cost h100-sxm --samples 100000
grep -q '"chip_usd"' stop.json || fail "cost interrupted: nothing was kept"
interrupt kept plan "$F2F_SOURCE_DIR/studies/build-or-buy.yaml" --samples 100000
rates_only() { grep -q 'Interrupted: only what some chips do' stop.json && grep -q '"serve 70B.tokps": [1-9]' stop.json; }
interrupt rates_only plan "$F2F_SOURCE_DIR/studies/build-or-buy.yaml" --samples 0 -j 1
grep -q 'interrupted: [0-9]* of [0-9]* simulations' stop.err || fail "plan interrupted: $(cat stop.err)"
! grep -q '"mix"' stop.json || fail "a plan of what was not simulated"
some_sizes() { grep -q '"mfu_frac"' stop.json; }
interrupt some_sizes train --system fleet-350k --model llama-3.1-405b --global-batch 32768 -j 1 --chips "8,$(seq -s, 1024 1024 262144)"

"$F2F_BIN" version | grep -q '^fab2fleet ' || fail version
echo ok
