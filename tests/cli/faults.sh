#!/usr/bin/env bash
# What is wrong in a study or plan is told at the field that is wrong, by `check` as by `run`, and takes nothing from the
# jobs that are right.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
fail() { echo "FAIL: $*"; exit 1; }

# expect VERB FILE CODE LINES: exactly these places and words are told, one a line of $lines.
expect() {
    local code=0 line
    "$F2F_BIN" "$1" "$2" --json >out.json 2>err || code=$?
    [ "$code" = "$3" ] || fail "$1 $2: exit $code"
    while read -r line; do
        grep -qE "^fab2fleet: $2:$line" err || fail "$1 $2 does not tell $line: $(cat err)"
    done <<<"$4"
    [ "$(wc -l <err)" = "$(wc -l <<<"$4")" ] || fail "$1 $2 tells more or less than it should: $(cat err)"
}

# ---- jobs: each fault at its field
head='kind: study
name: bad
question: what is wrong?
systems: [{name: a, base: h100-1x}, {name: b, base: h100-1x, set: {chip.memory.stacks: 6}}]'
cat >jobs.yaml <<Y
$head
jobs:
  - {name: good, do: serve, model: llama-3-8b, precision: fp8, isl: 64, osl: 8}
  - {name: tp, do: serve, model: llama-3-8b, precision: fp8, tp: 3}
  - {name: format, do: serve, model: llama-3-8b, precision: [fp8, fp9], isl: 64, osl: 8}
  - {name: router, do: serve, model: llama-3-8b, precision: fp8, router: foo, replicas: 2}
  - {name: slo, do: serve, model: llama-3-8b, precision: fp8, slo: 'foo<=3'}
  - {name: train, do: train, model: llama-3-8b, precision: bf16, global_batch: 64, chips: 63}
  - name: last
    do: serve
    model: llama-3-8b
    kv_precision: fp3
    precision: fp8
Y
jobs="7:66: error: a / tp: tp 3 does not divide the heads
8:67: error: a / format llama-3-8b fp9: unknown precision 'fp9'
9:74: error: a / router: unknown router 'foo'
10:69: error: a / slo: unknown objective 'foo'
11:91: error: a / train: 63 chips asked for, the system has 1
15:19: error: a / last: .*fp3"
expect check jobs.yaml 3 "$jobs"
expect run jobs.yaml 3 "$jobs"
grep -q '"job": *"good"' out.json || fail "one bad job kills a study"
grep -q '"job": *"format llama-3-8b fp8"' out.json || fail "one bad precision kills the others of its job"
[ "$(grep -c '"why": *"unknown precision' out.json)" = 2 ] || fail "the answer does not say what was refused, and why"

# ---- sweeps: bad values of a system and of a job; the others are answered, and so are the jobs and other sweeps
cat >sweeps.yaml <<Y
$head
jobs: [{name: good, do: serve, model: llama-3-8b, precision: fp8, isl: 64, osl: 8}]
claims: [{text: more fit, source: t, of: users_fit, job: good, expected: 1.2, sweep: stacks}]
sweeps:
  - name: stacks
    job: {name: j, do: serve, model: llama-3-8b, precision: fp8, isl: 64, osl: 8}
    path: chip.memory.pins
    values: [1024, 0, 5x]
    of: [users_fit]
  - name: sizes
    job: {name: j, do: serve, model: llama-3-8b, precision: fp8, isl: 64, osl: 8}
    path: job.tp
    values: [1, 3, x, 9999]
    of: [users_fit]
  - name: objectives
    job: {name: j, do: serve, model: llama-3-8b, precision: fp8, router: foo, isl: 64, osl: 8}
    path: job.slo
    values: [ttft_p99_s<=1, foo<=3]
    of: [users_max]
Y
sed -i 's/chip.memory.pins/chip.memory.stacks/; s/\[1024, 0, 5x\]/[4, 0, 5x]/' sweeps.yaml
sweeps="11:17: error: a / j, 0: chip.memory.stacks: error: 'stacks' is 0, out of its range 1 to 1024
11:20: error: a / j, 5x: chip.memory.stacks: error: 'stacks' must be a whole number
16:17: error: a / j, 3: tp 3 does not divide the heads
16:20: error: a / j, x: .*a whole number from 0 to 4096 is wanted
16:23: error: a / j, 9999: .*a whole number from 0 to 4096 is wanted
19:74: error: a / j, ttft_p99_s<=1: unknown router 'foo'
21:29: error: a / j, foo<=3: unknown objective 'foo'"
expect check sweeps.yaml 3 "$sweeps"
expect run sweeps.yaml 3 "$sweeps"
grep -q '"job": *"good"' out.json || fail "a bad value of a sweep kills the jobs"
grep -q '"a.users_fit": *[0-9]' out.json || fail "a bad value of a sweep kills the others"
grep -q '"users_fit_ratio": *[0-9]' out.json || fail "a bad value of a sweep kills the ratios"
grep -q '"holds": ' out.json || fail "a bad value of a sweep kills the claims"
grep -q '"title": *"not answered"' out.json || fail "what is not answered is not in the answer"
[ "$(grep -c '"value": ' out.json)" = 14 ] || fail "not all that is not answered is in the answer"
for ending in txt csv html; do
    "$F2F_BIN" run sweeps.yaml -o "out.$ending" 2>/dev/null && fail "exit code of $ending"
    [ -s "out.$ending" ] || fail "no out.$ending"
done
grep -q 'not answered' out.html || fail "what is not answered is not in the report"

# ---- one system fails, the other does not: its row stays
cat >half.yaml <<Y
kind: study
name: half
question: q
systems: [{name: a, base: h100-1x, set: {memory.device: hbm3-8h-16gb}}, {name: b, base: dgx-h100}]
jobs: [{name: good, do: serve, model: llama-3-8b, precision: fp8, isl: 64, osl: 8}]
sweeps:
  - {name: s, job: {name: j, do: train, model: llama-3-8b, precision: bf16, global_batch: 8}, path: job.chips, values: [8], of: [step_s]}
Y
expect run half.yaml 3 '7:121: error: a / j, 8: 8 chips asked for, the system has 1'
grep -q '"b.step_s": *[0-9]' out.json || fail "the row of a system that can is gone"

# ---- names are told where they stand
sed 's/router: foo, replicas: 2/engine: nope/' jobs.yaml >names.yaml
echo 'price: nope' >>names.yaml
"$F2F_BIN" check names.yaml 2>err && fail "check passes names.yaml"
for place in '9:74: error: no engine' '17:8: error: no price'; do grep -q "names.yaml:$place" err || fail "no $place: $(cat err)"; done
printf 'kind: study\nname: t\nquestion: q\nsystems: [{name: a, base: h100-1x, set: {chip.die: 700 mm2}}]\njobs: [{name: s, do: serve, model: llama-3-8b, precision: fp8}]\n' >set.yaml
expect check set.yaml 3 "4:52: error: .*'die' is not read"
sed -i 's/chip.die: 700 mm2/controller.postpone: 9/' set.yaml # which only the memory's simulation refuses
for verb in check run; do expect $verb set.yaml 3 "4:63: error: controller .* postpones 9 refreshes"; done

# ---- figures that no result has
sed 's/of: users_fit/of: user_fit/; s/of: \[users_max\]/of: [users_max, user_max]/; s/, router: foo//' sweeps.yaml >figures.yaml
"$F2F_BIN" run figures.yaml >/dev/null 2>err && fail "run passes figures.yaml"
for place in "6:42: error: claim 'more fit': no result has a figure 'user_fit'" "22:21: error: sweep 'objectives': no result has a figure 'user_max'"; do
    grep -q "figures.yaml:$place" err || fail "no $place: $(cat err)"
done

# ---- plans: jobs and vendors are tried by `check`
cat >plan.yaml <<Y
kind: plan
name: p
question: who?
first_year: 2024
years: 1
objective: least-cost
demand:
  - {name: good, job: {name: s, do: serve, model: llama-3-8b, precision: fp8, isl: 64, osl: 8}, amount: 1e12}
  - {name: odd, job: {name: s, do: serve, model: llama-3-8b, precision: fp8, isl: 64, osl: 8, tp: 3}, amount: 1e12}
  - {name: many, job: {name: t, do: train, model: llama-3-8b, precision: bf16, tokens: 1e9, chips: 63}, amount: 1}
vendors:
  - {name: a, base: h100-1x}
  - {name: b, base: dgx-h100}
Y
expect check plan.yaml 3 "9:99: error: demand 'odd' can be met by no vendor, e.g. a / s: tp 3 does not divide
10:100: error: demand 'many' can be met by no vendor, e.g. a / t: 63 chips asked for, the system has 1"
sed 's/tp: 3/slo: foo<=3/; s/chips: 63/chips: 8/' plan.yaml >slo.yaml # b alone can train, which is no mistake
for verb in check run; do expect $verb slo.yaml 3 "9:100: error: a / s: unknown objective 'foo'"; done
sed 's/tp: 3/tp: 1/; s/chips: 63/chips: 8/; s/base: dgx-h100/base: dgx-h100, set: {chip.die: 7 mm2}/' plan.yaml >vendor.yaml
for verb in check run; do expect $verb vendor.yaml 3 "13:36: error: vendor 'b': path 'chip.die': 'die' is not read"; done
sed -i 's/chip.die: 7 mm2/controller.postpone: 9/' vendor.yaml
for verb in check run; do expect $verb vendor.yaml 3 "13:36: error: vendor 'b': controller .* postpones 9 refreshes"; done
cat >>plan.yaml <<Y
supply: [{name: s, of: stacks, vendor: c, amount: 1}]
cases: [{name: all, vendors: [a, d]}]
Y
expect check plan.yaml 3 "14:40: error: no vendor is called 'c'
15:34: error: no vendor is called 'd'"
echo ok
