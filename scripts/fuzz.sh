#!/bin/bash
# Runs each fuzz target for the seconds given, two at a time: scripts/fuzz.sh [SECONDS]
# Seeds come from fuzz/corpus/; what is new stays in build/fuzz/corpus/, what fails in build/fuzz/found/.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-60}
build=build/fuzz

log=$(cmake --preset fuzz 2>&1 && cmake --build --preset fuzz 2>&1) || { echo "$log" && exit 1; }

run_one() { # target
    local name=${1#fuzz_} log=$build/$1.log
    mkdir -p "$build/corpus/$name" "$build/found"
    local seeds=()
    [ -d "fuzz/corpus/$name" ] && seeds=("fuzz/corpus/$name")
    if "$build/fuzz/$1" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
        -artifact_prefix="$build/found/$1-" "$build/corpus/$name" "${seeds[@]}" >"$log" 2>&1; then
        echo "$1: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") inputs, no finding"
    else
        tail -n 40 "$log"
        echo "$1: FAILED, see $log"
        return 1
    fi
}

failed=0
targets=()
for source in fuzz/fuzz_*.c; do
    [ -e "$source" ] && targets+=("$(basename "$source" .c)")
done
for ((i = 0; i < ${#targets[@]}; i += 2)); do
    pids=()
    for target in "${targets[@]:i:2}"; do
        run_one "$target" &
        pids+=($!)
    done
    for pid in "${pids[@]}"; do
        wait "$pid" || failed=1
    done
done
echo "${#targets[@]} fuzz targets, ${seconds} s each"
exit $failed
