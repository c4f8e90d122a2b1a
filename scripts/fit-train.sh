#!/bin/bash
# fit-train.sh TRAINING.csv - finds the constants of src/train/constants.h marked "fit" anew, and prints them.
#
# One constant at a time goes up and down by a step, then by half of it, as long as the error falls. The error is the
# mean of two: over all rows alike, and over chips alike, so that chips with few rows count. Each try compiles src/train/ with the constants and validates the table.
set -euo pipefail
cd "$(dirname "$0")/.."
table=$1 build=build/release tries=build/fit-train
lib=$build/libfab2fleet.a
[ -f "$lib" ] || { echo "fit-train: $lib is not built: run make" >&2; exit 1; }
mkdir -p "$tries"
# what the program is linked with beside the library itself
libs=$(awk '/^build fab2fleet:/ { mine = 1 } mine && sub(/^  LINK_LIBRARIES = */, "") { print; exit }' "$build/build.ninja" |
    sed "s#\(libfab2fleet[a-z_]*\.a\)#$build/\1#g")

# name and value as they stand, step (a share of the value, so that none turns negative), most
fitted() { awk -v field="$1" '/\/\* fit \*\// { sub(/F2F_TRAIN_/, "", $2); print $field }' src/train/constants.h; }
mapfile -t names < <(fitted 2)
mapfile -t values < <(fitted 3)
steps=(0.012 0.02 0.3 0.3)
most=(1 1 0.1 1)

program() {
    local flags=() i
    for i in "${!names[@]}"; do flags+=("-DF2F_TRAIN_${names[i]}=${values[i]}"); done
    # shellcheck disable=SC2086
    cc -O1 -std=c11 -D_GNU_SOURCE -ffp-contract=off -Iinclude -Isrc "${flags[@]}" src/train/*.c \
        "$build"/CMakeFiles/program.dir/src/cli/*.o $libs -lpthread -o "$tries/fab2fleet"
}

# Mean absolute error in per cent, half by rows and half by chips.
error() {
    program
    FAB2FLEET_DATA=catalog "$tries/fab2fleet" validate "$table" --csv 2>/dev/null | awk -F, '
        NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
        $at["chip"] != "all" && $at["n"] > 0 { n[$at["chip"]] += $at["n"]; sum[$at["chip"]] += $at["n"] * $at["mape_frac"] }
        END { for (c in n) { total += sum[c] / n[c]; chips++; rows += n[c]; all += sum[c] }
              printf "%.4f", 50 * (total / chips + all / rows) }'
}

less() { awk -v a="$1" -v b="$2" 'BEGIN { exit !(a < b - 1e-4) }'; }

best=$(error)
echo "start: $best %"
for round in 1 2 3; do
    for i in "${!names[@]}"; do
        for sign in 1 -1; do
            while :; do
                kept=${values[i]}
                values[i]=$(awk -v v="$kept" -v s="${steps[i]}" -v k="$sign" -v m="${most[i]}" \
                    'BEGIN { v *= 1 + k * s; if (v > m) v = m; printf "%.5g", v }')
                now=$(error)
                if [ "${values[i]}" != "$kept" ] && less "$now" "$best"; then best=$now; else values[i]=$kept; break; fi
            done
        done
    done
    echo "round $round: $best %  $(for i in "${!names[@]}"; do printf '%s %s  ' "${names[i]}" "${values[i]}"; done)"
    for i in "${!steps[@]}"; do steps[i]=$(awk -v s="${steps[i]}" 'BEGIN { print s / 2 }'); done
done
for i in "${!names[@]}"; do echo "#define F2F_TRAIN_${names[i]} ${values[i]} /* fit */"; done
