#!/usr/bin/env bash
# The verb cost: keys, ranges, what is not known, the same bytes for the same seed.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
fail() { echo "FAIL: $*"; exit 1; }

# every key of the interface, with its quantiles
"$F2F_BIN" cost h100-sxm --json >"$dir/a.json"
for key in dies_per_wafer die_yield_frac harvest_yield_frac die_usd memory_usd package_usd chip_usd power_W tco_usd_per_h embodied_kgCO2e; do
    for end in "" _p10 _p50 _p90; do grep -q "\"$key$end\": [0-9]" "$dir/a.json" || fail "no $key$end"; done
done
for system in dgx-h100 fleet-350k mtia-2i-24x xr2-gen2 agi-1; do
    "$F2F_BIN" cost $system --json --samples 100 | grep -q '"tco_usd_per_h_p90"' || fail "$system"
done

# a seed is a seed
grep -v wall_s "$dir/a.json" >"$dir/a"
"$F2F_BIN" cost h100-sxm --json | grep -v wall_s | cmp - "$dir/a" || fail "the same command, other bytes"
"$F2F_BIN" cost h100-sxm --json --seed 5 | grep -v wall_s >"$dir/b"
! cmp -s "$dir/a" "$dir/b" || fail "another seed, the same samples"

# where no wafer price is public the tool asks for one, and takes a range
code=0
"$F2F_BIN" cost agi-1 --set chip.process=samsung-sf3 2>"$dir/err" || code=$?
[ $code = 3 ] || fail "SF3 without a price: exit $code"
grep -q "samsung-sf3.*foundry.wafer_price" "$dir/err" || fail "the remedy: $(cat "$dir/err")"
"$F2F_BIN" cost agi-1 --set chip.process=samsung-sf3 --set foundry.wafer_price='10..16 kUSD' --json >"$dir/sf3.json"
grep -q '"chip_usd_p90"' "$dir/sf3.json" || fail "SF3 with a price"

# ranges that are wrong are told with their place
printf 'kind: price\nname: p\nsource: t\nextends: us-2024\nelectricity: {value: 0.1 USD/kWh, low: 0.2 USD/kWh, high: 0.3 USD/kWh}\npue: 1..0.5\nload: {value: 0.5, lower: 0.4}\nbuilding: 10 EUR/W\n' >"$dir/p.yaml"
code=0
"$F2F_BIN" cost h100-sxm --price "$dir/p.yaml" 2>"$dir/err" || code=$?
[ $code = 3 ] || fail "wrong ranges: exit $code"
for word in 'p.yaml:5:.*must rise' 'p.yaml:6:' 'p.yaml:7:.*lower' 'p.yaml:8:.*EUR'; do grep -q "$word" "$dir/err" || fail "no '$word' in $(cat "$dir/err")"; done

# the whole chain: a worse bonding yield costs tokens, and --explain shows the way
job="--model llama-3-70b --precision fp8 --samples 0 --json --explain"
# shellcheck disable=SC2086 # words
"$F2F_BIN" cost agi-1 $job --set bond_yield=0.99 >"$dir/99.json"
# shellcheck disable=SC2086
"$F2F_BIN" cost agi-1 $job --set bond_yield=0.98 >"$dir/98.json"
figure() { sed -n 's/.*"usd_per_Mtok": \([0-9.]*\).*/\1/p' "$1" | head -n 1; }
awk -v a="$(figure "$dir/99.json")" -v b="$(figure "$dir/98.json")" 'BEGIN { exit !(b > 1.001 * a) }' || fail "bonding does not reach tokens"
grep -q 'stacks lost in bonding and test' "$dir/98.json" || fail "no path in --explain"

# serving and training carry money; --set reaches the price list
"$F2F_BIN" serve --system dgx-h100 --model llama-3-8b --precision fp8 --concurrency 4 --isl 128 --osl 16 --json --explain >"$dir/serve.json"
grep -q '"usd_per_Mtok": [0-9]' "$dir/serve.json" || fail "serve has no usd_per_Mtok"
[ "$(grep -c '"explain"' "$dir/serve.json")" = 2 ] || fail "time and money have a tree each"
"$F2F_BIN" serve --system dgx-h100 --model llama-3-8b --precision fp8 --concurrency 4 --isl 128 --osl 16 --json --set price.electricity='1 USD/kWh' >"$dir/dear.json"
awk -v a="$(figure "$dir/serve.json")" -v b="$(figure "$dir/dear.json")" 'BEGIN { exit !(b > 1.2 * a) }' || fail "electricity does not reach tokens"
"$F2F_BIN" train --system h100-roce-24k --model llama-3-8b --chips 64 --global-batch 128 --tokens 1e12 --json | grep -q '"usd": [0-9]' || fail "train has no usd"
for kind in foundry bonding stack package making price device plan; do
    "$F2F_BIN" show --schema "$kind" >"$dir/schema.json" || fail "schema of $kind"
done
for kind in foundry bonding stack package price device; do
    [ "$("$F2F_BIN" list "$kind" --json | grep -c '"source": "')" -gt 0 ] || fail "list $kind"
done

# a range is told in the unit people write it in
"$F2F_BIN" cost h100-sxm --samples 10 | grep -q 'hbm3: margin  *5\.[0-9]*  *8\.[0-9]*  *USD/GB' || fail "the range of a margin"

# a figure at the values as they are given, and its quantiles beside it
"$F2F_BIN" cost h100-sxm --samples 100 | grep -qx '  *as given  *p10  *p50  *p90' || fail "a column without a head"
"$F2F_BIN" cost h100-sxm --samples 100 -o "$dir/cost.html"
grep -q '<th scope="col">as given</th><th scope="col">p10</th>' "$dir/cost.html" && ! grep -q 'chip p10' "$dir/cost.html" ||
    fail "quantiles below their figure in the report"

# what a million tokens are of: the conditions are those of `serve`, which costs the same
"$F2F_BIN" cost dgx-h100 --model llama-3-8b --precision fp8 --concurrency 4 --isl 128 --osl 16 --samples 0 --json >"$dir/served.json"
value() { sed -n "s/^ *\"$1\": \([^,]*\),*$/\1/p" "$2" | head -n 1; }
for key in engine isl_tok osl_tok concurrency output_tokps usd_per_Mtok; do
    [ -n "$(value $key "$dir/served.json")" ] && [ "$(value $key "$dir/served.json")" = "$(value $key "$dir/serve.json")" ] ||
        fail "$key of cost and of serve differ: $(value $key "$dir/served.json"), $(value $key "$dir/serve.json")"
done
