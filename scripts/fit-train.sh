#!/bin/bash
# fit-train.sh TRAINING.csv - finds the constants of src/train/constants.h marked "fit" anew, and prints them.
#
# One constant at a time goes up and down by a step, then by half of it, as long as the error falls. The error is the
# mean absolute one of each chip, chips alike. Each try compiles src/train/ with the constants and validates the table.
set -euo pipefail
cd "$(dirname "$0")/.."
table=$1 build=build/release tries=build/fit-train
lib=$build/libfab2fleet.a
[ -f "$lib" ] || { echo "fit-train: $lib is not built: run make" >&2; exit 1; }
mkdir -p "$tries"

# name, value, step (a share of the value, so that none turns negative), least, most
names=(KERNEL_FRAC POWER_FRAC SPREAD HOST_S)
values=(0.95 0.9 0.01 0.05)
steps=(0.02 0.03 0.4 0.4)
most=(1 1 0.1 1)

program() {
    local flags=() i
    for i in "${!names[@]}"; do flags+=("-DF2F_TRAIN_${names[i]}=${values[i]}"); done
    cc -O1 -std=c11 -D_GNU_SOURCE -ffp-contract=off -Iinclude -Isrc "${flags[@]}" src/train/*.c \
        "$build"/CMakeFiles/program.dir/src/cli/*.o "$lib" -lfyaml -lm -lpthread -o "$tries/fab2fleet"
}

# Mean over the chips of their mean absolute error, in per cent.
error() {
    program
    FAB2FLEET_DATA=catalog "$tries/fab2fleet" validate "$table" --csv 2>/dev/null | awk -F, '
        NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
        $at["chip"] != "all" && $at["n"] > 0 { n[$at["chip"]] += $at["n"]; sum[$at["chip"]] += $at["n"] * $at["mape_frac"] }
        END { for (c in n) { total += sum[c] / n[c]; chips++ }; printf "%.4f", 100 * total / chips }'
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
