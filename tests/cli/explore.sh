#!/usr/bin/env bash
# explore: the same database with any number of threads or processes, after a kill and after Ctrl-C; files that are no
# such database, or another's, stay as they are.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
. "$F2F_SOURCE_DIR/tests/cli/interrupt.bash"
cd "$dir"
fail() { echo "FAIL: $*"; exit 1; }
explore() { "$F2F_BIN" explore "$@" >out 2>err; }
# told CODE WORDS ARGS...: explore ends with that code and says so
told() {
    local wanted=$1 words=$2 code=0
    shift 2
    explore "$@" || code=$?
    [ $code = "$wanted" ] || fail "explore $*: exit $code, not $wanted: $(cat err)"
    grep -qE "$words" err || fail "explore $*: '$words' is not told: $(cat err)"
}
# answer FILE: the JSON but for its times
answer() { "$F2F_BIN" explore "${@:2}" --json 2>err | grep -v wall_s >"$1" || true; }
same() { # FILE.db FILE.db
    "$F2F_DB_DUMP" "$1" >dump1 && "$F2F_DB_DUMP" "$2" >dump2 || fail "$1 or $2 cannot be read"
    [ "$(wc -l <dump1)" -gt 100 ] || fail "$1 has but $(wc -l <dump1) lines"
    cmp dump1 dump2 || fail "$2 is not as $1"
}

cat >chip.yaml <<'Y'
kind: chip
name: mine
source: a test
extends: agi-1
tdp: 1100 W
Y
cat >space.yaml <<'Y'
kind: space
name: many
question: which?
base: ./chip.yaml
job: {name: serve, do: serve, model: llama-3-8b, precision: fp8, isl: 512, osl: 128, concurrency: 16, requests: 32}
space:
  chip.memory.stacks: [1, 4, 8]
  chip.boost: {from: 1.2 GHz, to: 1.8 GHz, count: 8}
  job.tp: [1, 2]
  chip.tdp: {from: 500 W, to: 1200 W, count: 8}
  making.package: [cowos-s, cowos-r]
  job.precision: [fp8, bf16]
objectives: {usd_per_Mtok: min, tpot_p99_s: min, power_W: min}
require: [output_tokps>=1000]
Y
all=1536
sed -e 's/base: .*/base: agi-1-8x/' -e '/making/d;/chip/d' space.yaml >sets.yaml

# ---- threads
answer one.json space.yaml -o one.db -j 1
[ ! -s err ] || fail "a first run has nothing to say: $(cat err)"
grep -q "\"evaluated\": $all" one.json || fail "not all designs: $(head -20 one.json)"
answer four.json space.yaml -o four.db -j 4
cmp one.json four.json || fail "another answer with four threads"
same one.db four.db
[ ! -e one.db-wal ] && [ ! -e one.db-journal ] || fail "a log is left beside the database"

# ---- killed, and taken up again
rows() { "$F2F_DB_DUMP" "$1" 'SELECT count(*) FROM design' 2>/dev/null || echo 0; }
for wait in 0.05 0.1 0.2 0.3 0.5 0.8 1.2 2 4 8 15; do # as fast or slow as the machine may be
    rm -f killed.db*
    "$F2F_BIN" explore space.yaml -o killed.db -j 1 >out 2>err & pid=$!
    sleep $wait
    kill -KILL $pid 2>/dev/null || true
    wait $pid 2>/dev/null || true
    cp killed.db look.db 2>/dev/null || continue # what a copy shows is left alone in the file itself
    cp killed.db-wal look.db-wal 2>/dev/null || true
    n=$(rows look.db)
    rm -f look.db*
    [ "$n" -gt 0 ] && [ "$n" -lt $all ] && break
done
[ "$n" -gt 0 ] && [ "$n" -lt $all ] || fail "$n of $all designs, not in the middle"
told 2 "'killed.db' is there already: go on with it with --resume" space.yaml -o killed.db
answer killed.json space.yaml -o killed.db --resume
grep -qxE "fab2fleet: explore: [0-9]+ of $all designs taken over from killed.db" err || fail "$(cat err)"
cmp one.json killed.json || fail "another answer after a kill"
same one.db killed.db

# ---- Ctrl-C: what was finished is shown, and taken up again
some() { grep -q Interrupted stop.json && cp stop.db middle.db; }
rm -f stop.db*
interrupt_once() {
    for wait in 0.05 0.1 0.2 0.3 0.5 0.8 1.2 2 4 8 15; do
        rm -f stop.db*
        "$F2F_BIN" explore space.yaml -o stop.db -j 1 --json >stop.json 2>stop.err & pid=$!
        until caught $pid || ! kill -0 $pid; do sleep 0.01; done 2>/dev/null
        sleep $wait
        kill -INT $pid 2>/dev/null || true
        code=0
        wait $pid || code=$?
        [ $code = 130 ] && some && return
    done
    fail "not interrupted at any time: exit $code, $(cat stop.err)"
}
interrupt_once
grep -qE "interrupted: [0-9]+ of $all designs were finished; go on with --resume" stop.err || fail "$(cat stop.err)"
[ "$(rows stop.db)" -gt 0 ] || fail "nothing was kept"
answer stop2.json space.yaml -o stop.db --resume
cmp one.json stop2.json || fail "another answer after Ctrl-C"
same one.db stop.db

# ---- all there: nothing is run; a new file with --resume is made
answer again.json space.yaml -o one.db --resume
cmp one.json again.json || fail "another answer from a finished database"
same four.db one.db
explore space.yaml -o new.db --resume && [ ! -s err ] || fail "--resume without a database: $(cat err)"
explore space.yaml -o new.db --resume --quiet && [ ! -s err ] || fail "--quiet: $(cat err)"
same one.db new.db

# ---- another question
told 3 "made of another space, or with other --set" space.yaml -o one.db --resume --set chip.idle='140 W'
told 2 'the space varies it' space.yaml -o x.db --set chip.tdp='900 W'
sed 's/output_tokps>=1000/output_tokps>=1001/' space.yaml >other.yaml
told 3 'made of another space' other.yaml -o one.db --resume
sed 's/question: which?/question: which one?/' space.yaml >other.yaml # wording does not count
explore other.yaml -o one.db --resume || fail "$(cat err)"
sed -i 's/1100 W/1101 W/' chip.yaml
told 3 'with another catalog, model or trace' space.yaml -o one.db --resume
sed -i 's/1101 W/1100 W/' chip.yaml
explore sets.yaml -o sets.db --set chip=./chip.yaml || fail "$(cat err)"
explore sets.yaml -o sets.db --set chip=./chip.yaml --resume || fail "$(cat err)"
sed -i 's/1100 W/1101 W/' chip.yaml
told 3 'with another catalog, model or trace' sets.yaml -o sets.db --set chip=./chip.yaml --resume
sed -i 's/1101 W/1100 W/' chip.yaml
cp -r "$FAB2FLEET_DATA" data && echo '# new' >>data/chip/a40.yaml
FAB2FLEET_DATA=data told 3 'with another catalog' space.yaml -o one.db --resume
"$F2F_DB_DUMP" one.db "UPDATE meta SET value = 'x' WHERE key = 'program'"
told 3 'by another build of fab2fleet' space.yaml -o one.db --resume

# ---- samples: the same for a seed, which belongs to the question
(cat space.yaml; echo 'samples: 200') >sampled.yaml
explore sampled.yaml -o s1.db --seed 5 --json -j 1 || fail "$(cat err)"
grep -v wall_s out >s1.json
explore sampled.yaml -o s2.db --seed 5 --json -j 3 && grep -v wall_s out | cmp - s1.json || fail "samples differ"
same s1.db s2.db
explore sampled.yaml -o s3.db --seed 6 && ! cmp -s s1.db s3.db || fail "the seed changes nothing"
told 3 'made of another space' sampled.yaml -o s1.db --resume --seed 6
[ "$(rows s1.db)" -gt 150 ] && [ "$(rows s1.db)" -le 200 ] || fail "$(rows s1.db) samples"
"$F2F_DB_DUMP" s1.db 'SELECT * FROM design' | cut -d'|' -f1,2,3,5- >part
"$F2F_DB_DUMP" four.db 'SELECT * FROM design' | cut -d'|' -f1,5- >whole # but for status, work and front
[ "$(cut -d'|' -f1,4- part | sort | comm -23 - <(sort whole) | wc -l)" = 0 ] || fail "a sample is not as in the whole"

# ---- no database, or a damaged one
echo 'my notes' >notes.db
told 2 'is there already' space.yaml -o notes.db
told 3 "'notes.db' is damaged or no database" space.yaml -o notes.db --resume
[ "$(cat notes.db)" = 'my notes' ] || fail "it overwrites what is no database"
: >foreign.db
"$F2F_DB_DUMP" foreign.db 'CREATE TABLE mine(x); INSERT INTO mine VALUES (1)'
cp foreign.db before.db
told 3 "another program's" space.yaml -o foreign.db --resume
cmp foreign.db before.db || fail "it changes a database of others"
[ "$("$F2F_DB_DUMP" foreign.db 'SELECT * FROM mine')" = 1 ] || fail "it changes a database of others"
head -c 20000 four.db >short.db
told 3 "'short.db' is damaged" space.yaml -o short.db --resume
cp four.db noise.db
head -c 4096 /dev/zero | dd of=noise.db bs=1 seek=20480 conv=notrunc 2>/dev/null
told 3 "'noise.db' is damaged" space.yaml -o noise.db --resume
damaged() { # SQL: what may not be in a database, by whoever put it there
    cp four.db bad.db
    "$F2F_DB_DUMP" bad.db "$1"
    told 3 'is damaged or no database' space.yaml -o bad.db --resume
}
damaged 'UPDATE design SET status = 9 WHERE id = 5'
damaged "UPDATE design SET power_W = 'much' WHERE id = 5"
damaged "INSERT INTO design(id, status, work) VALUES ($all, 0, 1)"
damaged 'CREATE TRIGGER t AFTER INSERT ON design BEGIN DELETE FROM design; END'
damaged 'CREATE TABLE more(x)'
damaged 'DROP TABLE objective'
damaged "DELETE FROM meta WHERE key = 'catalog'"
mkdir folder
told 1 'Is a directory' space.yaml -o folder
told 2 'a database is wanted' space.yaml
told 2 'a database is wanted' space.yaml -o answer.json
told 2 'one space is wanted' -o x.db
told 3 "a description of kind 'space' is wanted here, this is a 'study'" "$F2F_SOURCE_DIR/studies/hbm3e-12h.yaml" -o x.db

# ---- a second run is kept out while the first has the file
"$F2F_BIN" explore space.yaml -o held.db -j 1 >/dev/null 2>&1 & pid=$!
for _ in $(seq 500); do [ -s held.db ] && break; sleep 0.01; done
told 1 "another program has 'held.db' open" space.yaml -o held.db --resume
wait $pid || fail "the first of two runs fails"
same four.db held.db

# ---- a mistake that shows only in the first result leaves no database behind
sed 's/tpot_p99_s: min/tpot_p9_s: min/' space.yaml >typo.yaml
told 3 "the first result has no figure 'tpot_p9_s' .did you mean" typo.yaml -o typo.db
[ ! -e typo.db ] && [ ! -e typo.db-wal ] || fail "a mistake leaves a database behind"
told 1 'cannot write' space.yaml -o nowhere/x.db
told 1 'cannot write' space.yaml -o x.db --html nowhere/x.html

# ---- every design that is none has a reason; front and designs agree
[ "$("$F2F_DB_DUMP" four.db 'SELECT count(*) FROM design WHERE (status = 0) <> (why IS NULL)')" = 0 ] || fail "reasons"
[ "$("$F2F_DB_DUMP" four.db "SELECT count(*) FROM designs WHERE status = 'refused' AND why LIKE '%2 chips%'")" -gt 0 ] ||
    fail "two chips of one are refused without a reason"
front=$("$F2F_DB_DUMP" four.db 'SELECT count(*) FROM design WHERE front = 1 AND status = 0')
grep -q "\"pareto\": $front" one.json || fail "$front designs are marked as the front"
dominated='SELECT count(*) FROM design a JOIN design b WHERE a.front = 1 AND b.status = 0 AND b.usd_per_Mtok <=
    a.usd_per_Mtok AND b.tpot_p99_s <= a.tpot_p99_s AND b.power_W <= a.power_W AND (b.usd_per_Mtok < a.usd_per_Mtok OR
    b.tpot_p99_s < a.tpot_p99_s OR b.power_W < a.power_W)'
[ "$("$F2F_DB_DUMP" four.db "$dominated")" = 0 ] || fail "a design of the front is dominated"

# ---- the other outputs
explore space.yaml -o page.db --csv --html page.html --rows 3 || fail "$(cat err)"
[ "$(wc -l <out)" = 5 ] && head -1 out | grep -q '^points,evaluated,.*chip.memory.stacks' || fail "CSV: $(cat out)"
grep -q '<circle' page.html && grep -q 'across: USD per Mtok' page.html || fail "no page with charts"
sed -e '/making.package/d;/job.precision/d;/chip.tdp/d;/chip.boost/d;/stacks/d' -e 's/>=1000/>=1e9/' space.yaml >none.yaml
told 4 'none of 2 designs is feasible' none.yaml -o none.db
grep -q 'that are below a requirement: 1. The' out && grep -q 'that are refused: 1. The' out || fail "no reasons: $(cat out)"

# ---- the study: all of it is described rightly; what does not fit is one chip with four stacks of 16 GB, by its bytes
explore "$F2F_SOURCE_DIR/studies/explore-own-chip.yaml" -o study.db --rows 0 --json || fail "the study: $(cat err)"
for count in '"evaluated": 3072' '"refused": 0' '"unknown": 0' '"infeasible": 48'; do
    grep -q "$count" out || fail "the study: no $count: $(head -20 out)"
done
[ "$("$F2F_DB_DUMP" study.db "SELECT count(*) FROM designs WHERE status = 'infeasible' AND memory = 'HBM3 16 GB' AND
    \"chip.memory.stacks\" = '4' AND \"job.tp\" = '1' AND why LIKE 'weights need 72.7 GB%'")" = 48 ] || fail "what does not fit"

# ---- processes
if [ "${F2F_MPIRUN:-}" = none ]; then
    echo "no mpirun: processes are not tried"
elif [ -n "${F2F_MPIRUN:-}" ]; then
    export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0" # OpenMPI's plug-ins keep what they allocate
    run="$F2F_MPIRUN -n 2 --allow-run-as-root --oversubscribe --bind-to none $F2F_BIN explore"
    $run space.yaml -o mpi.db -j 1 --json 2>err | grep -v wall_s >mpi.json || fail "mpirun: $(cat err)"
    cmp one.json mpi.json || fail "another answer with two processes"
    same four.db mpi.db
    code=0; $run space.yaml -o mpi.db >out 2>err || code=$?
    [ $code = 2 ] && [ "$(grep -c 'is there already' err)" = 1 ] || fail "mpirun: exit $code: $(cat err)"
    code=0; $run typo.yaml -o typo.db >out 2>err || code=$?
    [ $code = 3 ] && [ "$(grep -c "the first result has no figure 'tpot_p9_s'" err)" = 1 ] || fail "mpirun: exit $code: $(cat err)"
    [ ! -e typo.db ] || fail "a mistake leaves a database behind with two processes"
    code=0; $run nowhere.yaml -o x.db >out 2>err || code=$?
    [ $code = 3 ] && [ "$(grep -c "no file 'nowhere.yaml'" err)" = 1 ] || fail "mpirun: exit $code: $(cat err)"
    PMI_SIZE=4 told 2 'MPI knows of one' space.yaml -o x.db # started by the mpirun of another MPI
else
    OMPI_COMM_WORLD_SIZE=2 told 2 'built without MPI' space.yaml -o x.db
fi
