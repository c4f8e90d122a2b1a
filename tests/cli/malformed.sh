#!/usr/bin/env bash
# Malformed input of every kind: the exit code, and a message that names the place and the remedy.
# F2F_BIN is the program, F2F_SOURCE_DIR the checkout.
set -u
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 1
failed=0 count=0

# expect CODE REGEX ARGS...: runs the program; the whole of stderr must match the extended regex.
expect() {
    local want=$1 regex=$2 out code
    shift 2
    count=$((count + 1))
    out=$(timeout 20 "$F2F_BIN" "$@" 2>&1 >/dev/null)
    code=$?
    if [ "$code" != "$want" ]; then
        echo "FAIL: exit $code, wanted $want: fab2fleet $*"
        printf '  %s\n' "$out" | head -3
        failed=$((failed + 1))
    elif ! grep -qE -- "$regex" <<<"$out"; then
        echo "FAIL: message does not match /$regex/: fab2fleet $*"
        printf '  %s\n' "$out" | head -3
        failed=$((failed + 1))
    fi
}

# memory FILE SED-SCRIPT: a good memory description with one thing broken.
cp "$F2F_SOURCE_DIR/catalog/memory/hbm3-8h-16gb.yaml" good.yaml
memory() { sed -E "$2" good.yaml >"$1"; }
cat >base.yaml <<'Y'
kind: chip
name: base
extends: h100-sxm
source: test
Y

# ---- descriptions
expect 3 'missing\.yaml: error: cannot read' check missing.yaml
memory a.yaml 's/^capacity:.*/capacity: 16 GB\/s/';          expect 3 'a\.yaml:[0-9]+:[0-9]+: error: .*rate in bytes per second.*size in bytes is wanted' check a.yaml
memory a.yaml 's/^capacity:.*/capacity: 16/';                expect 3 "a\.yaml:[0-9]+:[0-9]+: .*has no unit.*e\.g\. 80 GB" check a.yaml
memory a.yaml 's/^capacity:.*/capacity: sixteen/';           expect 3 'not a number' check a.yaml
memory a.yaml 's/^capacity:.*/capacity: 16 GBX/';            expect 3 "unit 'GBX' is not known" check a.yaml
memory a.yaml 's/^capacity:.*/capacity: nan GB/';            expect 3 'not a number' check a.yaml
memory a.yaml 's/^capacity:.*/capacity: -16 GB/';            expect 3 'out of its range' check a.yaml
memory a.yaml 's/^capacity:.*/capacity: 1e400 GB/';          expect 3 'not a number' check a.yaml
memory a.yaml 's/^capacity:.*/capacity: 0x10 GB/';           expect 3 'not known|not a number' check a.yaml
memory a.yaml 's/^capacity:.*/capacity: [16 GB]/';           expect 3 'not a list or mapping' check a.yaml
memory a.yaml 's/^capacity:/capacitty:/';                    expect 3 "unknown key 'capacitty' \(did you mean 'capacity'\?\)" check a.yaml
memory a.yaml '/^capacity:/d';                               expect 3 "'capacity' is missing" check a.yaml
memory a.yaml '/^source:/d';                                 expect 3 'has no source: add' check a.yaml
memory a.yaml 's/^height:.*/height: 8.5/';                   expect 3 "'height' must be a whole number" check a.yaml
memory a.yaml 's/^height:.*/height: -8/';                    expect 3 "'height' is -8, out of its range" check a.yaml
memory a.yaml 's/^height:.*/height: 99999999999999999999/';  expect 3 "'height' must be a whole number" check a.yaml
memory a.yaml 's/^refresh:.*/refresh: per-banks/';           expect 3 "must be one of all-bank, per-bank.*did you mean 'per-bank'" check a.yaml
memory a.yaml 's/^status:.*/status: shiping/';               expect 3 "did you mean 'shipping'" check a.yaml
memory a.yaml 's/^trfc:.*/trfc: 5 us/';                      expect 3 "'trfc' .*must be shorter than 'trefi'" check a.yaml
memory a.yaml 's/^kind:.*/kind: memmory/';                   expect 3 "must say what it describes: 'kind:'" check a.yaml
memory a.yaml '/^kind:/d';                                   expect 3 "must say what it describes" check a.yaml
{ cat good.yaml; echo 'capacity: 16 GiB'; } >a.yaml;         expect 3 "a\.yaml:[0-9]+:1: .*'capacity' stands twice" check a.yaml
: >a.yaml;                                                   expect 3 'the file is empty' check a.yaml
echo 'just text' >a.yaml;                                    expect 3 'a\.yaml:1:1' check a.yaml
printf 'kind: memory\nname: [a\nb: 1\n' >a.yaml;             expect 3 'a\.yaml:[0-9]+:[0-9]+: error: .*bracket' check a.yaml
printf 'kind: memory\n\tname: x\n' >a.yaml;                  expect 3 'a\.yaml:[12]:' check a.yaml
printf '%%YAML 1.2\n%%TAG\n---\nkind: memory\n' >a.yaml;     expect 3 'a\.yaml:1:1: .*directives are not supported: remove' check a.yaml
printf 'kind: &k memory\nname: *k\n' >a.yaml;                expect 3 'anchors and tags are not supported' check a.yaml
printf 'kind: !!str memory\n' >a.yaml;                       expect 3 'anchors and tags are not supported' check a.yaml
printf 'kind: memory\n---\nkind: memory\n' >a.yaml;          expect 3 'one file, one document' check a.yaml
printf 'kind: memory\nname: \xff\xfe\n' >a.yaml;             expect 3 'a\.yaml:2:7: .*not UTF-8: save' check a.yaml
printf 'kind: mem\0ory\n' >a.yaml;                           expect 3 'a\.yaml:1:10: .*NUL byte' check a.yaml
{ printf 'kind: memory\nname: '; head -c 10000000 /dev/zero | tr '\0' a; } >a.yaml; expect 3 'at most 1048576|larger than' check a.yaml
{ printf 'kind: memory\nname: '; head -c 70000 /dev/zero | tr '\0' a; echo; } >a.yaml; expect 3 'a\.yaml:2:1: .*longer than 64 KiB: break it' check a.yaml
{ printf 'kind: '; head -c 3000 /dev/zero | tr '\0' '['; } >a.yaml;  expect 3 'a\.yaml:1:[0-9]+: .*nest' check a.yaml
{ for _ in $(seq 3000); do printf -- '- '; done; echo x; } >a.yaml;  expect 3 'a\.yaml:1:[0-9]+: .*nested deeper than 64' check a.yaml
{ echo 'kind: memory'; for i in $(seq 30000); do echo "k$i: 1"; done; } >a.yaml; expect 3 'more than 20,000 values' check a.yaml
printf '? [a, b]\n: 1\n' >a.yaml;                            expect 3 'a key must be plain text' check a.yaml

# ---- extends, references, --set
printf 'kind: chip\nname: a\nextends: ./b.yaml\nsource: t\n' >a.yaml
printf 'kind: chip\nname: b\nextends: ./a.yaml\nsource: t\n' >b.yaml
expect 3 "'extends' runs in a circle" check a.yaml
sed 's/h100-sxm/h100-smx/' base.yaml >a.yaml;                expect 3 "a\.yaml:3:10: .*no chip 'h100-smx'.*did you mean 'h100-sxm'" check a.yaml
sed 's/h100-sxm/[h100-sxm]/' base.yaml >a.yaml;              expect 3 "'extends' must be one name" check a.yaml
{ cat base.yaml; echo 'process: tsmc-4nn'; } >a.yaml;        expect 3 "no process 'tsmc-4nn'.*did you mean" check a.yaml
{ cat base.yaml; echo 'peak: {bf61: 1 TFLOP/s}'; } >a.yaml;  expect 3 "unknown number format 'bf61'" check a.yaml
{ cat base.yaml; echo 'idle: 9000 W'; } >a.yaml;             expect 3 "'idle' .*must be below 'tdp'" check a.yaml
{ cat base.yaml; echo 'memory: {pin_rate: 9 Gb/s}'; } >a.yaml; expect 3 'above what hbm3-8h-16gb is rated for' check a.yaml
k=(gemm --m 8 --n 4096 --k 4096)
expect 3 'no system .h1000.' kernel h1000 "${k[@]}"
expect 2 "no 'memry' .*did you mean 'memory'" kernel h100-sxm "${k[@]}" --set chip.memry.stacks=8
expect 2 "PATH=VALUE is wanted" kernel h100-sxm "${k[@]}" --set chip.memory.stacks
expect 3 "whole number" kernel h100-sxm "${k[@]}" --set chip.memory.stacks=eight
expect 3 "out of its range" kernel h100-sxm "${k[@]}" --set chip.memory.stacks=0
expect 3 "is a power, but a rate" kernel h100-sxm "${k[@]}" --set 'chip.vector=7 W'
expect 2 "has no parts" kernel h100-sxm "${k[@]}" --set chip.tdp.x=1

# ---- options
expect 2 "unknown verb 'srve' \(did you mean 'serve'\?\)" srve
expect 2 "unknown option '--precison' \(did you mean '--precision'\?\)" serve --precison fp8
expect 2 "whole number is wanted" kernel h100-sxm gemm --m 8.5
expect 2 "out of its range" kernel h100-sxm gemm --m 0
expect 2 "needs a value" kernel h100-sxm gemm --m
expect 2 "exclude each other" list --json --csv
expect 2 "unknown precision 'fp7'" kernel h100-sxm gemm --m 1 --n 8 --k 8 --dtype fp7
expect 2 "unknown operator 'gem'" kernel h100-sxm gem
expect 2 "no multiple of --kv-heads" kernel h100-sxm attention-decode --kv-len 8 --q-heads 7 --kv-heads 2
expect 2 "no kind 'chips'.*did you mean 'chip'" list chips
expect 2 "ttft" serve --system h100-1x --model llama-3-8b --slo 'tfft<=1'
expect 2 "recompute|none, selective" train --system h100-roce-24k --model llama-3-8b --chips 8 --global-batch 8 --strategy recompute=ful
expect 2 "no result has a key 'latency'" kernel h100-sxm "${k[@]}" --require 'latency<=1'
expect 2 "KEY<=NUMBER is wanted" kernel h100-sxm "${k[@]}" --require 'latency_s'
expect 4 "latency_s is .*required" kernel h100-sxm "${k[@]}" --require 'latency_s<=1e-12'

# ---- config.json
config() { mkdir -p m; printf '%s' "$1" >m/config.json; }
good='{"max_position_embeddings": 8192, "architectures": ["LlamaForCausalLM"], "hidden_size": 4096, "num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 8, "intermediate_size": 14336, "vocab_size": 128256}'
config "$good";                                              "$F2F_BIN" check m/config.json >/dev/null || { echo 'FAIL: a good config.json was refused'; failed=$((failed + 1)); }
config "${good/LlamaFor/LamaFor}";                           expect 3 "m/config\.json:1:[0-9]+: .*unknown architecture 'LamaForCausalLM'.*LlamaForCausalLM" check m/config.json
config "${good/4096/\"4096\"}";                              expect 3 'config\.json:1:[0-9]+: .*hidden_size' check m/config.json
config "${good/4096/-4096}";                                 expect 3 'config\.json:1:[0-9]+: .*hidden_size' check m/config.json
config "${good/4096/4096.5}";                                expect 3 'config\.json:1:[0-9]+: .*hidden_size' check m/config.json
config "${good/4096/NaN}";                                   expect 3 'config\.json:1:[0-9]+: .*hidden_size' check m/config.json
config "${good/\"num_hidden_layers\": 32, /}";               expect 3 'num_hidden_layers' check m/config.json
config "${good/\"num_key_value_heads\": 8/\"num_key_value_heads\": 7}"; expect 3 'config\.json:.*(multiple|divide|divisible)' check m/config.json
config "${good/32,/99999999999,}";                           expect 3 'num_hidden_layers' check m/config.json
config "${good%\}}";                                         expect 3 'config\.json:[0-9]+:[0-9]+: ' check m/config.json
config '[]';                                                 expect 3 'config\.json' check m/config.json
config '{}';                                                 expect 3 'architectures' check m/config.json
config 'null';                                               expect 3 'config\.json' check m/config.json

# ---- studies
sed 's/do: serve/do: serv/' "$F2F_SOURCE_DIR/studies/hbm3e-12h.yaml" >s.yaml;       expect 3 "s\.yaml:[0-9]+:[0-9]+: .*'do' must be one of serve, train" run s.yaml
sed 's/chip.memory.stacks: 5/chip.memory.stak: 5/' "$F2F_SOURCE_DIR/studies/hbm3e-12h.yaml" >s.yaml; expect 2 "no 'stak'.*did you mean 'stacks'" run s.yaml
sed 's/base: h100-roce-24k/base: h100-rocee-24k/' "$F2F_SOURCE_DIR/studies/hbm3e-12h.yaml" >s.yaml;  expect 3 "did you mean 'h100-roce-24k'" run s.yaml
sed 's/^question:.*/questoin: x/; /^  [TtwA-Z].*[a-z]$/d' "$F2F_SOURCE_DIR/studies/hbm3e-12h.yaml" >s.yaml; expect 3 "did you mean 'question'|is missing" run s.yaml
expect 3 'no file' run nothing.yaml
expect 2 'one study is wanted' run

# ---- measured tables
csv() { printf "$1" >t.csv; }
csv 'chip,framework,dtype,m,n,k\nx,y,z,1,2,3\n';                                     expect 3 't\.csv:1' validate t.csv
csv 'chip,framework,dtype,m,n,k,latency_us\nh100-sxm,t,bfloat16,1,2\n';               expect 3 't\.csv:2' validate t.csv
csv 'chip,framework,dtype,m,n,k,latency_us\nh100-sxm,t,bfloat16,1,2,3,-4\n';          expect 3 't\.csv:2.*latency_us' validate t.csv
csv 'chip,framework,dtype,m,n,k,latency_us\nh100-sxm,t,bfloat16,1,2,3,nan\n';         expect 3 't\.csv:2.*latency_us' validate t.csv
csv 'chip,framework,dtype,m,n,k,latency_us\nh100-sxm,"t,bfloat16,1,2,3,4\n';          expect 3 't\.csv:' validate t.csv
csv 'chip,framework,dtype,m,n,k,latency_us\nh100-sxm,t\xff,bfloat16,1,2,3,4\n';       expect 3 't\.csv:2' validate t.csv
: >t.csv;                                                                             expect 3 't\.csv' validate t.csv
expect 3 'none\.csv' validate none.csv

echo "$count malformed inputs, $failed failures"
[ "$failed" = 0 ] && [ "$count" -ge 40 ]
