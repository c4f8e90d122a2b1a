#!/usr/bin/env bash
# A study that was interrupted, killed or changed: `run` into the same folder takes over what still holds, and answers as
# a run without a break does.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
fail() { echo "FAIL: $*"; exit 1; }
run() { "$F2F_BIN" run "$@" >out 2>err; }
taken() { grep -qx "fab2fleet: run: $1 jobs taken over from $2" err || fail "$1 jobs should be taken over from $2: $(cat err)"; }
none() { ! grep -q 'taken over' err || fail "$*: $(cat err)"; }
same() { for f in results.json results.csv report.html; do cmp "$1/$f" "$2/$f" || fail "$2 answers otherwise than $1"; done; }
entries() { if [ -f "$1/journal" ]; then echo $(($(wc -l <"$1/journal") - 1)); else echo 0; fi; }

cat >chip.yaml <<'Y'
kind: chip
name: mine
source: a test
extends: h100-sxm
tdp: 650 W
Y
study() { # FILE JOBS-FROM JOBS-TO
    cat >"$1" <<Y
kind: study
name: long
question: how long?
systems: [{name: a, base: ./chip.yaml}, {name: b, base: h100-1x, set: {chip.memory.stacks: 6}}]
jobs:
  - {name: serve, do: serve, model: llama-3-8b, precision: fp8, isl: 256, osl: 64}
  - {name: train, do: train, model: llama-3-8b, precision: bf16, global_batch: 8, seq: 512, chips: 1}
claims: [{text: more, source: t, of: users_fit, job: serve, expected: 1.2, sweep: many}]
sweeps:
  - {name: many, job: {name: s, do: serve, model: llama-3-8b, precision: bf16, slo: ttft_p99_s<=2}, path: job.isl, of: [users_fit], values: [$(seq -s, "$2" 50 "$3")]}
Y
}
study study.yaml 500 1200
all=34

run study.yaml -o straight || fail "a straight run: $(cat err)"
[ ! -s err ] || fail "a first run has nothing to say: $(cat err)"
cp out straight.txt
[ "$(entries straight)" = $all ] || fail "$(entries straight) entries, not $all"

# stop SIGNAL FOLDER: in the middle; on a busy machine the signal may come too late, then once more
stop() {
    local code
    for _ in 1 2 3 4 5; do
        rm -rf "$2"
        code=0
        "$F2F_BIN" run study.yaml -o "$2" -j 1 >out 2>err & pid=$!
        for _ in $(seq 500); do [ "$(entries "$2")" -ge 4 ] && break; sleep 0.01; done
        kill -"$1" $pid || true
        wait $pid || code=$?
        n=$(entries "$2")
        [ "$n" -lt $all ] && break
    done
    [ "$n" -ge 4 ] && [ "$n" -lt $all ] || fail "$1: $n of $all entries, not in the middle"
    [ $code != 0 ] || fail "$1: exit 0"
}

# Ctrl-C, twice, then to the end
stop INT broken
grep -q "interrupted: $n of $all jobs" err || fail "$(cat err)"
grep -q Interrupted broken/results.json || fail "the answer does not say that it is not whole"
before=$n
run study.yaml -o broken -j 2 || fail "$(cat err)"
taken "$before of $all" broken
same straight broken
cmp straight.txt out || fail "another answer on standard output"
[ "$(entries broken)" = $all ] || fail "a job ran twice"

# killed, and cut off in the middle of an entry: the last whole one, as the signal may have cut off one more
stop KILL killed
head -n $((n + 1)) killed/journal >whole && mv whole killed/journal
truncate -s -40 killed/journal
run study.yaml -o killed || fail "$(cat err)"
taken "$((n - 1)) of $all" killed
grep -q '1 damaged entries of killed/journal are not used' err || fail "$(cat err)"
same straight killed

# from another folder, with another number of threads: all is there
mkdir elsewhere
(cd elsewhere && "$F2F_BIN" run ../study.yaml -o ../straight -j 1 >../out 2>../err) || fail "$(cat err)"
taken "$all of $all" ../straight
same killed straight
run study.yaml -o straight --quiet
none "--quiet"

# a job more runs alone; so does one that is changed
study study.yaml 500 1250
run study.yaml -o straight
taken "$all of 36" straight
study study.yaml 500 1200
sed -i 's/isl: 256/isl: 257/' study.yaml
run study.yaml -o straight
taken "32 of $all" straight
study study.yaml 500 1200

# a description that is changed: only what hangs on it runs, and it answers as if nothing had been kept
sed -i 's/650 W/640 W/' chip.yaml
run study.yaml -o straight
taken "17 of $all" straight
run study.yaml -o new
none "a new folder"
same new straight

# a change of the user's: nothing is taken over, which is told; another price list changes the money alone, but does
run study.yaml -o new --set chip.memory.stacks=4
none "--set"
grep -q 'has no job of this study as it is now' err || fail "$(cat err)"
run study.yaml -o new --set price.electricity='0.2 USD/kWh'
none "--set price"

# --fresh
run study.yaml -o new --fresh
none "--fresh"
[ ! -s err ] && [ "$(entries new)" = $all ] || fail "--fresh keeps what was"
same straight new
code=0; run study.yaml --fresh || code=$?
[ $code = 2 ] && grep -q 'a study that is answered into a folder' err || fail "--fresh without a folder: exit $code, $(cat err)"

# what is refused is not kept, and is told again
sed -i 's/precision: bf16, global/precision: fp9, global/' study.yaml
for _ in 1 2; do
    code=0; run study.yaml -o refused || code=$?
    [ $code = 3 ] && grep -q "unknown precision 'fp9'" err || fail "exit $code: $(cat err)"
done
taken "32 of $all" refused

# a file that is no journal stays as it is
mkdir notes
echo 'my notes' >notes/journal
code=0; run study.yaml -o notes || code=$?
[ $code = 3 ] && grep -q "'notes/journal' is no journal" err || fail "exit $code: $(cat err)"
[ "$(cat notes/journal)" = 'my notes' ] || fail "it overwrites what is no journal"
head -c 100000 /dev/urandom >notes/journal
code=0; run study.yaml -o notes --fresh || code=$?
[ $code = 3 ] || fail "noise as a journal: exit $code"

# a folder that another run answers into is left to it, also with --fresh; after that it is free
mkdir held
for fresh in "" --fresh; do
    exec 9>>held/journal
    flock -n 9 || fail "the journal is not free"
    code=0; run study.yaml -o held $fresh || code=$?
    [ $code = 1 ] && grep -q "another run writes to 'held/journal': wait for it" err || fail "exit $code: $(cat err)"
    [ ! -s held/journal ] && [ ! -e held/results.json ] || fail "a second run writes into the folder of the first"
    exec 9>&-
done
code=0; run study.yaml -o held || code=$?
[ $code = 3 ] && [ "$(entries held)" = 32 ] || fail "a lock that outlives its run: exit $code, $(cat err)"
