#!/usr/bin/env bash
# The train verb: nonsense is refused with a reason, what does not fit says by how much, searches end.
set -u
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 1
failed=0
cluster=(train --system h100-roce-24k --model llama-3-70b)

# expect CODE REGEX ARGS...: exit code, and what stderr or stdout must match.
expect() {
    local want=$1 regex=$2 out code
    shift 2
    out=$(timeout 600 "$F2F_BIN" "$@" 2>&1)
    code=$?
    if [ "$code" != "$want" ] || ! grep -qE -- "$regex" <<<"$out"; then
        echo "FAIL: exit $code, wanted $want and /$regex/: fab2fleet $*"
        printf '  %s\n' "$out" | head -3
        failed=$((failed + 1))
    fi
}

# strategies that do not multiply to the chips, or cut what cannot be cut
expect 3 'dp 100 is not the rest|no strategy divides' "${cluster[@]}" --chips 1024 --global-batch 1024 --strategy tp=8,pp=16,dp=100,cp=1,vp=1,ep=1,micro_batch=1,zero=1,recompute=none
expect 3 'tp 7 does not divide|no strategy divides' "${cluster[@]}" --chips 7 --global-batch 7 --strategy tp=7,pp=1,dp=1,cp=1,vp=1,ep=1,micro_batch=1,zero=1,recompute=none
expect 3 'batch 8 does not divide by dp 64|no strategy divides' "${cluster[@]}" --chips 512 --global-batch 8 --strategy tp=8,pp=1,dp=64,cp=1,vp=1,ep=1,micro_batch=1,zero=1,recompute=none
expect 3 'no strategy divides' "${cluster[@]}" --chips 1021 --global-batch 1024
expect 3 '81 stages, but|at most 80' "${cluster[@]}" --chips 648 --global-batch 1024 --strategy pp=81,tp=8,dp=1,cp=1,vp=1,ep=1,micro_batch=1,zero=1,recompute=none
expect 3 'schedule gpipe does not take' "${cluster[@]}" --chips 64 --global-batch 64 --strategy tp=8,pp=4,vp=2,dp=2,cp=1,ep=1,micro_batch=1,zero=1,recompute=none,schedule=gpipe
expect 3 'shard 3 does not divide' "${cluster[@]}" --chips 64 --global-batch 64 --strategy tp=8,pp=1,vp=1,dp=8,cp=1,ep=1,micro_batch=1,zero=1,recompute=none,shard=3
expect 2 'gpipe, 1f1b, interleaved and zero-bubble' "${cluster[@]}" --chips 64 --global-batch 64 --strategy schedule=2f2b
expect 3 'order is 7' "${cluster[@]}" --chips 64 --global-batch 64 --strategy tp=8,pp=1,vp=1,dp=8,cp=1,ep=1,micro_batch=1,zero=1,recompute=none,order=7
# what an answer prints of a strategy can be asked for
expect 0 'sequence +whole' "${cluster[@]}" --chips 64 --global-batch 64 --strategy 'tp=8, pp=8, sequence=whole, offload=no, order=tp-cp-dp-pp'
expect 0 'context +ring' "${cluster[@]}" --chips 64 --global-batch 64 --strategy tp=8,cp=2,context=ring,offload=yes
expect 2 "'sequence=off': parallel or whole is wanted" "${cluster[@]}" --chips 64 --global-batch 64 --strategy sequence=off
expect 3 'give cp too, e\.g\. cp=2' "${cluster[@]}" --chips 64 --global-batch 64 --strategy context=ring
expect 3 'no strategy divides 64 chips, .* with tp 7, ' "${cluster[@]}" --chips 64 --global-batch 64 --strategy context=ring,tp=7
expect 0 '' "${cluster[@]}" --chips 64 --global-batch 64 --strategy ' tp=8 , pp=8 ' --software 'flat-data , exposed-sum'
expect 2 "wants whole numbers" "${cluster[@]}" --chips 64,x --global-batch 64
expect 2 "wants whole numbers" "${cluster[@]}" --chips 0 --global-batch 64
expect 2 'give stored-scores too' "${cluster[@]}" --chips 64 --global-batch 64 --software loose-mask
expect 2 "'no-such' is not one of" "${cluster[@]}" --chips 64 --global-batch 64 --software no-such
expect 3 'do not divide by 3 jobs' "${cluster[@]}" --chips 64 --global-batch 64 --split 3

# no bandwidth, no time between failures
expect 3 "no 'nic' bandwidth" "${cluster[@]}" --chips 64 --global-batch 64 --set node.nic='0 GB/s'
expect 3 'out of its range' "${cluster[@]}" --chips 64 --global-batch 64 --set link.bandwidth='0 GB/s'
sed 's/mtbf: {value: 12288 d/mtbf: {value: 0 d/' "$F2F_SOURCE_DIR/catalog/system/h100-roce-24k.yaml" >zero.yaml
expect 3 "zero\.yaml:[0-9]+:[0-9]+: error: .*mtbf.*out of its range" train --system zero.yaml --model llama-3-8b --chips 64 --global-batch 64

# what does not fit: exit 4, and the bytes that are missing
expect 4 'GB on the fullest chip, [0-9]+ B short' "${cluster[@]}" --chips 8 --global-batch 8 --strategy tp=1,pp=1,dp=8,cp=1,vp=1,ep=1,micro_batch=1,zero=0,recompute=none

# several sizes, an answer for each; the best ten and the next
expect 0 'best strategies on 128 chips' "${cluster[@]}" --chips 64,128 --global-batch 256 --search
[ "$("$F2F_BIN" "${cluster[@]}" --chips 64,128,256 --global-batch 256 --json | grep -c '"step_s"')" = 3 ] || {
    echo "FAIL: three sizes do not give three answers"
    failed=$((failed + 1))
}

# chips that stand by are paid for: 6 of 1,030 train nothing
dollars() { "$F2F_BIN" "${cluster[@]}" --chips "$1" --global-batch 1024 --json | awk '/"usd"/ { sub(",", "", $2); print $2 }'; }
awk -v all="$(dollars 1030)" -v trained="$(dollars 1024)" 'BEGIN { exit !(all / trained > 1.004 && all / trained < 1030 / 1024) }' || {
    echo "FAIL: 1030 chips of which 1024 train cost $(dollars 1030), 1024 cost $(dollars 1024)"
    failed=$((failed + 1))
}

# threads change nothing but the time
sizes=("${cluster[@]}" --chips 64,128,256,512 --global-batch 512 --search --json)
"$F2F_BIN" "${sizes[@]}" -j 1 | grep -v wall_s >one && "$F2F_BIN" "${sizes[@]}" -j 4 | grep -v wall_s | cmp -s - one || {
    echo "FAIL: one thread and four do not agree"
    failed=$((failed + 1))
}

# how sure
expect 0 'step_s_p10.*step_s_p90|step_s_p90' train --system dgx-h100 --model llama-3-8b --chips 8 --global-batch 64 --uncertainty --json
expect 0 'p10 +p90' train --system dgx-h100 --model llama-3-8b --chips 8 --global-batch 64 --uncertainty

# the study of it stands
expect 0 'ok +yes' check "$F2F_SOURCE_DIR/studies/fleet-350k.yaml"

# 405B on 350,000 chips: five seconds are promised
begun=$(date +%s%N)
expect 0 'goodput_frac' train --system fleet-350k --model llama-3.1-405b --chips 350000 --global-batch 8192 --tokens 15.6e12 --search
took_ms=$((($(date +%s%N) - begun) / 1000000))
[ "$took_ms" -lt 5000 ] || { echo "FAIL: a search for 350,000 chips took $took_ms ms"; failed=$((failed + 1)); }

[ "$failed" = 0 ] && echo "train: ok"
exit "$failed"
