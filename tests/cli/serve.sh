#!/usr/bin/env bash
# `fab2fleet serve` under open loads: formats, faults, interruption, sweeps, sizes, pools, timelines.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
fail() { echo "FAIL: $*"; exit 1; }
serve() { "$F2F_BIN" serve --model llama-3-8b --precision fp8 --system h100-1x --engine vllm "$@"; }

# lacks PATTERN ARGS...: it answers, and the pattern is not in what it says
lacks() {
    local pattern=$1
    shift
    serve "$@" >said 2>&1 || fail "exit $?: serve $*"
    ! grep -q -e "$pattern" said
}

# expect CODE REGEX ARGS...: exit code and standard error
expect() {
    local code=$1 regex=$2 got=0
    shift 2
    serve "$@" >out 2>err || got=$?
    [ $got = "$code" ] || fail "exit $got, not $code: serve $* ($(cat err))"
    grep -qE "$regex" err out || fail "no '$regex' from: serve $* ($(cat err))"
}
figure() { sed -n "s/^ *\"$1\": \([^,]*\),*$/\1/p" "$2" | head -n 1; }

head='TIMESTAMP,ContextTokens,GeneratedTokens'
{ echo $head; for i in $(seq 0 299); do echo "$((i / 20)).$((i % 20 * 5 + 100)),$((i % 7 * 200 + 50)),$((i % 5 * 40 + 8))"; done; } >good.csv
gzip -k good.csv

# the same answer from the plain and the packed file, twice
serve --trace good.csv --json | grep -v wall_s >a.json
serve --trace good.csv.gz --json | grep -v wall_s >b.json
cmp a.json b.json || fail "a packed trace answers differently"
[ "$(figure requests a.json)" = 300 ] || fail "300 requests"

# answers of one token have no time between tokens, and leave that of the others alone
{ echo $head; for i in $(seq 0 99); do echo "$i.5,500,$((i % 4 == 0 ? 100 : 1))"; done; } >short.csv
serve --trace short.csv --json --require 'tpot_p50_s>0.001,tpot_mean_s>0.001' >/dev/null || fail "answers of one token"

# a share that meets the objectives is told where there are any
lacks goodput --trace good.csv || fail "goodput of no objective"
serve --trace good.csv --slo 'ttft_p99_s<=0.001' --json >slo.json
[ "$(figure goodput_frac slo.json)" = 0 ] || fail "goodput of a hard objective: $(figure goodput_frac slo.json)"

# windows and rates
serve --trace good.csv --window 5:10 --json >w.json
[ "$(figure requests w.json)" = 100 ] || fail "100 requests in the window"
serve --trace good.csv --rate-scale 50 --json >fast.json
awk -v a="$(figure ttft_mean_s a.json)" -v b="$(figure ttft_mean_s fast.json)" 'BEGIN { exit !(b > a) }' || fail "50 times the rate is not slower"

# faults: where, and what would help
head -c 300 good.csv.gz >cut.csv.gz;         expect 3 'cut\.csv\.gz:[0-9]+:1: .*cut off' --trace cut.csv.gz
echo 'TIMESTAMP,ContextTokens' >h.csv;       expect 3 'h\.csv:1:1: the header has no column' --trace h.csv
printf "$head\n0,5\n" >c.csv;                expect 3 'c\.csv:2:1: 2 cells' --trace c.csv
printf "$head\n0,-5,2\n" >n.csv;             expect 3 'n\.csv:2:1: -5 tokens in' --trace n.csv
printf "$head\n0,5,0\n" >z.csv;              expect 3 'from 1 to 1e9' --trace z.csv
printf "$head\n9,5,2\n3,5,2\n" >o.csv;       expect 3 'o\.csv:3:1: .*sort the trace' --trace o.csv
printf "$head\n0,1000000000,2\n" >b.csv;     expect 4 'no request of the load fits' --trace b.csv
printf "$head\n0,1000000000,2\n1,9,9\n" >b.csv; expect 0 'refused +1' --trace b.csv
: >e.csv;                                    expect 3 "'e\.csv' is empty" --trace e.csv
expect 3 'cannot open' --trace missing.csv
expect 3 'is a folder' --trace .
expect 2 'exclude each other' --trace good.csv --rate 3
expect 2 'BEGIN:END' --trace good.csv --window 9:3
expect 2 "unknown router 'best'" --trace good.csv --replicas 2 --router best
expect 3 "unknown scheduler 'best': decode-first" --trace good.csv --scheduler best
expect 3 "no traffic 'azure-conv' in the catalog" --traffic azure-conv
expect 2 'LOW:HIGH:SECONDS:LEAST' --traffic azure-conv-2023 --autoscale 3
expect 2 "unknown role 'prefil'" --traffic azure-conv-2023 --pools 'prefil: tp=1'
expect 3 'the other half' --traffic azure-conv-2023 --pools 'prefill: tp=1'
expect 2 "'ms' is left over: limits are bare numbers of seconds" --concurrency 1 --isl 8 --osl 8 --slo 'ttft_p99_s<=500ms'
expect 2 'is no number' --traffic azure-conv-2023 --requests 10 --sweep rate-scale=1,x
got=0
"$F2F_BIN" serve --model llama-3-70b --precision bf16 --system h100-1x --trace good.csv --json >out || got=$?
[ $got = 4 ] || fail "a model that does not fit: exit $got"
grep -qE 'short by [0-9.]+ GB \([0-9]+ bytes\); use more chips' out || fail "by how many bytes it does not fit"

lacks 'chips of all pools' --traffic azure-conv-2023 --requests 100 --pools 'prefill: tp=1; decode: tp=1' || fail "pools of one system"
serve --traffic azure-conv-2023 --requests 100 --pools 'prefill: tp=1; decode: tp=1 system=dgx-h200' |
    grep -q 'chips of all pools for those of h100-1x' || fail "the price of another system's pool"

# sweep, size, pools, series, timeline
# replicas in copies of the system, and drafts in another vocabulary, are told
load=(--rate 5 --isl 64 --osl 8 --requests 20)
serve "${load[@]}" --replicas 2 --json | grep -q 'take 2 chips, h100-1x has 1' || fail "more chips than there are: not told"
lacks 'copies of it' "${load[@]}" --replicas 1 --json || fail "one chip of one is told"
serve "${load[@]}" --draft llama-2-7b --json | grep -q 'vocabulary of 32000 and llama-3-8b one of 128256' || fail "another vocabulary"
lacks 'vocabulary' "${load[@]}" --draft llama-3.2-1b --json || fail "the same vocabulary is told"
# each line of a sweep begins with its value
serve --isl 64 --osl 8 --requests 20 --sweep rate=2,5 --csv | cut -d, -f1 >column
[ "$(tr '\n' ' ' <column)" = 'rate 2 5 ' ] || fail "lines of a sweep do not begin with its value: $(cat column)"
serve --isl 64 --osl 8 --sweep concurrency=3 --csv | head -n 1 | grep -q '^concurrency,requests,.*,chips,engine,isl_tok,osl_tok,users_max' || fail "a swept value stands twice"
serve --concurrency 1 --isl 8000 --osl 193 --json | grep -q '8193 tokens .* 8192 positions' || fail "a context that is too long is not told"
lacks 'positions' --concurrency 1 --isl 8000 --osl 192 --json || fail "a context that fits is told"
serve --traffic azure-conv-2023 --requests 500 --sweep rate-scale=1,4 --json >s.json
[ "$(grep -c '"user_tokps"' s.json)" = 2 ] || fail "a frontier of two points"
got=0 # a value that fails takes nothing from those after it
"$F2F_BIN" serve --model llama-3-8b --precision fp8 --system dgx-h100 --isl 64 --osl 8 --concurrency 4 --sweep tp=1,3,2 --json >s.json 2>s.err || got=$?
[ $got = 3 ] && grep -q 'tp 3 does not divide' s.err || fail "a sweep with a value that fails: exit $got"
[ "$(grep -c '"user_tokps"' s.json)" = 2 ] && grep -q 'tp 3 is not answered' s.json || fail "a value that fails kills those after it"
"$F2F_BIN" serve --model llama-3-8b --precision fp8 --system dgx-h100 --engine vllm --traffic azure-conv-2023 --rate-scale 8 --requests 3000 \
    --slo 'ttft_p99_s<=1,tpot_p99_s<=0.02' --size-for --json >size.json
[ "$(figure slo_met size.json)" = true ] && [ "$(figure chips size.json)" -gt 1 ] || fail "a size"
got=0 # stages take chips too
"$F2F_BIN" serve --model llama-3-8b --precision fp8 --system dgx-h100 --engine vllm --traffic azure-conv-2023 --rate-scale 70 --requests 3000 \
    --slo 'ttft_p99_s<=1,tpot_p99_s<=0.03' --size-for --pp 4 --json >size.json || got=$?
[ $got = 4 ] || [ "$(figure chips size.json)" -le 8 ] || fail "a size of $(figure chips size.json) chips, and there are 8"
"$F2F_BIN" serve --model llama-3-8b --precision fp8 --system dgx-h100 --engine vllm --traffic azure-conv-2023 --requests 500 \
    --pools 'prefill: tp=2 replicas=1; decode: tp=2 replicas=2' --series --json >p.json
grep -q '"transferred_B"' p.json && grep -q 'over time: ' p.json || fail "pools, series"
# the cache of one pool is no measure of the other's: weights of 70B leave one chip little, four of them much
"$F2F_BIN" serve --model llama-3-70b --precision fp8 --system dgx-h100 --engine vllm --rate 6 --isl 256 --osl 2000 --requests 600 \
    --pools 'prefill: tp=1; decode: tp=4' --json --require 'kv_used_peak_frac<=1,memory.free_B>=0' >p.json || fail "more cache than there is"
serve --trace good.csv --timeline t.json --timeline-window 0:3 -q >/dev/null
grep -q '"ph": "X"' t.json && grep -q '"ph": "C"' t.json || fail "spans and curves in the timeline"
serve --trace good.csv --timeline t.pftrace --timeline-window 0:3 -q >/dev/null
[ -s t.pftrace ] && [ "$(head -c 1 t.pftrace)" = "$(printf '\n')" ] || fail "a Perfetto trace"

# more in flight than are worked on: the wait is told, and only then
serve --concurrency 40 --max-seqs 16 --isl 64 --osl 64 | tr -s '\n ' ' ' | grep -q 'Of 40 requests in flight 1[0-9] are worked on at a time' || fail "a wait is not told"
lacks 'in flight' --concurrency 16 --isl 64 --osl 8 || fail "a wait that is none is told"

# how sure: p10 and p90 stand around each figure, also of the money, and are the same for the same command
serve --concurrency 8 --isl 64 --osl 64 --uncertainty --json | grep -v wall_s >sure.json
serve --concurrency 8 --isl 64 --osl 64 --uncertainty --json | grep -v wall_s | cmp - sure.json || fail "another uncertainty"
for key in ttft_mean_s tpot_mean_s output_tokps usd_per_Mtok; do
    awk -v a="$(figure ${key}_p10 sure.json)" -v b="$(figure $key sure.json)" -v c="$(figure ${key}_p90 sure.json)" \
        'BEGIN { exit !(a > 0 && a < b && b < c && c < 1.5 * a) }' || fail "p10 and p90 of $key"
done
expect 2 'uncertainty is for' --traffic azure-conv-2023 --slo 'ttft_p99_s<=1' --size-for --uncertainty

# Ctrl-C: what was finished is kept, and marked
. "$F2F_SOURCE_DIR/tests/cli/interrupt.bash"
marked() { [ "$(figure interrupted stop.json)" = true ]; }
interrupt marked serve --model llama-3-8b --precision fp8 --system h100-1x --engine vllm --traffic azure-conv-2023 \
    --requests 100000000
echo "ok"
