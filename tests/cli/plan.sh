#!/usr/bin/env bash
# The verb plan: its keys, what cannot be met, and studies that carry devices.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
plan=$F2F_SOURCE_DIR/studies/build-or-buy.yaml
fail() { echo "FAIL: $*"; exit 1; }

# keys of the interface; the same bytes with any number of threads
"$F2F_BIN" plan "$plan" --samples 50 --json -j 1 >"$dir/1.json"
"$F2F_BIN" plan "$plan" --samples 50 --json -j 2 >"$dir/2.json"
grep -v wall_s "$dir/1.json" >"$dir/1" && grep -v wall_s "$dir/2.json" | cmp - "$dir/1" || fail "1 and 2 threads differ"
for key in mix break_even_chips npv_usd npv_usd_p10 npv_usd_p50 npv_usd_p90 unmet_frac shadow worst_regret_usd; do
    grep -q "\"$key\":" "$dir/1.json" || fail "no $key"
done
tr -d ' \n' <"$dir/1.json" | grep -q '"mix":\[{"year":2024,"vendor":"[a-z0-9-]*","chips":[0-9]*}' || fail "mix is no list of {year, vendor, chips}"

# serving without tp takes the best way for each vendor: one chip of an MI300X, and more tokens than any stated tp
serves() { # file: tokens/s of an MI300X in serving
    "$F2F_BIN" plan "$1" --samples 0 | awk '$1 == "mi300x" { print $3; exit }'
}
best=$(serves "$plan")
for tp in 1 2 4 8; do
    sed "s/precision: fp8, isl/precision: fp8, tp: $tp, isl/" "$plan" >"$dir/tp$tp.yaml"
    awk -v a="$best" -v b="$(serves "$dir/tp$tp.yaml")" 'BEGIN { exit !(a > 0 && b > 0 && a >= b) }' || fail "tp $tp beats the best"
done
[ "$(serves "$dir/tp1.yaml")" = "$best" ] || fail "one chip is not the best way on an MI300X"

# replicas share the work out and are paid for: a chip does and costs what it does alone
of_h100() { # file: tokens/s of a chip in serving, and dollars of a million of them
    "$F2F_BIN" plan "$1" --samples 0 | awk '$1 == "h100" { sub("[$]", "", $5); print $3, $5; exit }'
}
sed "s/precision: fp8, isl/precision: fp8, tp: 2, replicas: 4, isl/" "$plan" >"$dir/replicas.yaml"
echo "$(of_h100 "$dir/tp2.yaml") $(of_h100 "$dir/replicas.yaml")" |
    awk '{ exit !(NF == 4 && $3 / $1 > 0.97 && $3 / $1 < 1.03 && $4 / $2 > 0.97 && $4 / $2 < 1.03) }' ||
    fail "a chip of four replicas: $(of_h100 "$dir/replicas.yaml"), of one $(of_h100 "$dir/tp2.yaml")"

# run takes a plan as well, and writes its folder
"$F2F_BIN" run "$plan" -o "$dir/out" >/dev/null
grep -q 'chips that begin their work' "$dir/out/report.html" || fail "no table of chips in the report"
# rows that share a place, or have nothing in common, are no chart
grep -q '<figcaption>tokens/s by vendor' "$dir/out/report.html" || fail "no chart of what a chip does"
! grep -q '<figcaption>chips by vendor\|<figcaption>cost by unit' "$dir/out/report.html" || fail "a chart that says nothing"

# what cannot be met is exit 4 and names what binds
sed -e '/^shortfall:/d' -e '/^  - {name: buy only/d' -e '/^  - {name: mix/d' "$plan" >"$dir/build.yaml"
code=0
"$F2F_BIN" plan "$dir/build.yaml" >"$dir/text" || code=$?
[ $code = 4 ] || fail "building alone cannot meet 2024's demand: exit $code"
tr -s ' \n' ' ' <"$dir/text" | grep -q 'cannot be met.*what binds is .*own_hbm_stack' || fail "no reason: $(cat "$dir/text")"
code=0
"$F2F_BIN" plan "$plan" --samples 0 --set plan.shortfall='0 USD/h' --set plan.power='100 MW' >"$dir/text" || code=$?
[ $code = 4 ] || fail "100 MW for all: exit $code"
tr -s ' \n' ' ' <"$dir/text" | grep -q 'what binds is .*power' || fail "power is not named: $(cat "$dir/text")"

# within a budget: as much work as it pays for, and that for the least money
sed -e 's/^objective: least-cost/objective: most-work/' -e 's/^budget: 20000 MUSD/budget: 5000 MUSD/' "$plan" >"$dir/most.yaml"
"$F2F_BIN" plan "$dir/most.yaml" --samples 0 --json --require 'unmet_frac>0.1,unmet_frac<0.9' >/dev/null || fail "most work within a budget"

# where work is worth less than any chip nothing is bought, for 0 USD and not for a rounding error below
"$F2F_BIN" plan "$plan" --samples 0 --set plan.shortfall='0.05 USD/h' --json >"$dir/none.json" || fail "nothing is worth it"
grep -q '"cost_usd": 0,' "$dir/none.json" || fail "nothing is bought for 0 USD"
! grep '": -' "$dir/none.json" || fail "a cost below 0"

# mistakes have their place
sed -e 's/vendors: \[h100, b200, mi300x, gaudi3, rented-h100\]/vendors: [h100, b2000]/' -e 's/^power: 2 GW/power: 2 GB/' "$plan" >"$dir/wrong.yaml"
code=0
"$F2F_BIN" plan "$dir/wrong.yaml" 2>"$dir/err" || code=$?
[ $code = 3 ] || fail "a wrong plan: exit $code"
grep -q "wrong.yaml:[0-9]*:.*2 GB" "$dir/err" || fail "the unit: $(cat "$dir/err")"
sed -i 's/^power: 2 GB/power: 2 GW/' "$dir/wrong.yaml"
"$F2F_BIN" plan "$dir/wrong.yaml" 2>"$dir/err" || true
grep -q "no vendor is called 'b2000' (did you mean 'b200'?)" "$dir/err" || fail "the vendor: $(cat "$dir/err")"

# a headset: battery and skin, and no server to pay for
"$F2F_BIN" run "$F2F_SOURCE_DIR/studies/xr-headset.yaml" --json >"$dir/xr.json"
for key in user_tokps device_energy_per_tok_J battery_s skin_limit_s sustained_tokps; do
    grep -q "\"$key\":" "$dir/xr.json" || fail "no $key"
done
[ "$(grep -c '"usd_per_Mtok"' "$dir/xr.json")" = 3 ] || fail "only the fleet's tokens have a price"
