#!/usr/bin/env bash
# Every command line that README.md and docs/ print as an indented block runs from a copy of what a clone holds.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$F2F_SOURCE_DIR"
mkdir -p "$work/bin" "$work/clone"
cp -r catalog studies validation docs README.md "$work/clone"
ln -s "$F2F_BIN" "$work/bin/fab2fleet"
mkdir -p "$work/clone/build/release" && ln -s "$F2F_BIN" "$work/clone/build/release/fab2fleet"
export PATH="$work/bin:$PATH"
cd "$work/clone"
grep -hE '^    (build/release/)?fab2fleet ' README.md docs/*.md docs/models/*.md >"$work/commands"
[ "$(wc -l <"$work/commands")" -ge 20 ] || { echo "FAIL: only $(wc -l <"$work/commands") commands found"; exit 1; }
while read -r command; do
    bash -c "$command" </dev/null >"$work/log" 2>&1 || { echo "FAIL: $command"; tail -n 3 "$work/log"; exit 1; }
done <"$work/commands"
# the study of the README says that its trace is not in a clone, and no line of it is wider than a terminal of 100 columns
build/release/fab2fleet run studies/serve-llama3-azure.yaml >"$work/azure" || { echo "FAIL: the study of a trace"; exit 1; }
tr -s '\n ' ' ' <"$work/azure" | grep -q 'trace .* is not at hand: requests are drawn from traffic azure-conv-2023' ||
    { echo "FAIL: a stand-in for a trace is not told"; exit 1; }
[ "$(wc -L <"$work/azure")" -le 100 ] || { echo "FAIL: a line of $(wc -L <"$work/azure") columns"; exit 1; }
grep -q 'energy_per_tok_J' "$work/azure" || { echo "FAIL: columns are gone"; exit 1; }
echo "$(wc -l <"$work/commands") commands"
