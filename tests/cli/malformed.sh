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
    out=$("$F2F_BIN" "$@" 2>&1 >/dev/null)
    code=$?
    if [ "$code" != "$want" ]; then
        echo "FAIL: exit $code, wanted $want: fab2fleet $*"
    elif ! [[ $out =~ $regex ]]; then
        echo "FAIL: message does not match /$regex/: fab2fleet $*"
    else
        return
    fi
    printf '  %s\n' "$out" | head -3
    failed=$((failed + 1))
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
memory a.yaml 's/^height:.*/height: 16/';                    expect 3 "a\.yaml:[0-9]+:[0-9]+: error: 16 dies of 2 GiB .* are 32 GiB, but 'capacity' is 16 GiB: .*'ranks: 4'" check a.yaml
memory a.yaml 's/^height:.*/height: 99999999999999999999/';  expect 3 "'height' must be a whole number" check a.yaml
memory a.yaml 's/^status:.*/status: shiping/';               expect 3 "did you mean 'shipping'" check a.yaml
memory a.yaml 's/^trfc_ab:.*/trfc_ab: 5 us/';                expect 3 "a\.yaml:[0-9]+:[0-9]+: .*'trfc_ab' .*must be shorter than 'trefi'" check a.yaml
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

# ---- DRAM: timings and organisation of a memory
memory a.yaml 's/^trc:.*/trc: 44 ns/';                       expect 3 "a\.yaml:[0-9]+:6: error: 'trc' \(44 ns\) is less than 'tras' \(28.125 ns\) \+ 'trp' \(16.25 ns\).*at least 44.375 ns" check a.yaml
memory a.yaml 's/^trc:.*/trc: 60 nCK/';                      expect 3 "a\.yaml:[0-9]+:[0-9]+: error: 'trc' \(60 clocks\) is less than 'tras' \(45\) \+ 'trp' \(26\)" check a.yaml
memory a.yaml 's/^tras:.*/tras: 1 ms/';                      expect 3 "'trc' \(45 ns\) is less than 'tras' \(1000000 ns\)" check a.yaml
memory a.yaml 's/^rows:.*/rows: 16383/';                     expect 3 "a\.yaml:[0-9]+:[0-9]+: error: 1024 banks of 16383 rows of 1024 B are 17178820608 B, but 'capacity' is 17179869184 B: 16384 rows would do" check a.yaml
memory a.yaml 's/^capacity:.*/capacity: 16 GB/';             expect 3 "but 'capacity' is 16000000000 B: 15258.78906 rows would do" check a.yaml
memory a.yaml 's/^ranks:.*/ranks: 3/';                       expect 3 "1536 banks of 16384 rows" check a.yaml
memory a.yaml 's/^banks:.*/banks: 64/; s/^bank_groups:.*/bank_groups: 16/'; expect 3 "a\.yaml:[0-9]+:[0-9]+: error: 4096 banks in a channel: at most 1024" check a.yaml
memory a.yaml 's/^pins:.*/pins: 1000/';                      expect 3 "a\.yaml:[0-9]+:[0-9]+: error: 1000 pins do not divide by 16 channels of 2" check a.yaml
memory a.yaml 's/^burst:.*/burst: 6/';                       expect 3 "does not hold whole bursts of 6|no whole number of clocks" check a.yaml
memory a.yaml '/^tfaw:/d';                                   expect 3 "a\.yaml:1:1: error: 'tfaw' is missing: the standard's constraint 'ACT' after 'ACT' needs it \(nFAW\)" check a.yaml
memory a.yaml '/^tcl:/d';                                    expect 3 "'tcl' is missing: every DRAM has it" check a.yaml
memory a.yaml 's/^tcl:.*/tcl: 14/';                          expect 3 "a\.yaml:[0-9]+:6: error: 'tcl': .*no unit" check a.yaml
memory a.yaml 's/^tcl:.*/tcl: 14 GB/';                       expect 3 "a\.yaml:[0-9]+:6: error: 'tcl': .*is a size in bytes" check a.yaml
memory a.yaml 's/^tcl:.*/tcl: 4.5 nCK/';                     expect 3 "'4.5 nCK' is no whole number of clocks" check a.yaml
memory a.yaml 's/^tcl:.*/tcl: "max(4 nCK; 2.5 ns)"/';        expect 3 "is no longer-of-two \(e\.g\. max\(4 nCK, 2\.5 ns\)\)" check a.yaml
memory a.yaml 's/^tcl:.*/tcl: [1 ns]/';                      expect 3 "'tcl' must be a time or clocks" check a.yaml
memory a.yaml 's/^tcl:.*/tcl: 2 s/';                         expect 3 "'tcl': 2 s is out of its range" check a.yaml
memory a.yaml 's/^raaimt:.*/raaimt: 80/; s/^standard:.*/standard: hbm2/'; expect 3 "a\.yaml:[0-9]+:[0-9]+: error: 'raaimt' calls for refresh management, which standard 'hbm2' has no command for" check a.yaml
memory a.yaml 's/^standard:.*/standard: hbm33/';             expect 3 "a\.yaml:[0-9]+:11: error: no dram 'hbm33'.*did you mean 'hbm3'" check a.yaml
memory a.yaml 's/^controller:.*/controller: gpu-hmb/';       expect 3 "no controller 'gpu-hmb'.*did you mean 'gpu-hbm'" check a.yaml

printf 'kind: memory\nname: m\ntitle: m\nsource: "s"\nextends: hbm3-8h-16gb\nchannels: 32\npins: 2048\n' >a.yaml; expect 3 "a\.yaml:6:11: error: 2048 banks of 16384 rows of 1024 B .* 8192 rows would do" check a.yaml

# ---- DRAM: commands and constraints of a standard
standard() { sed -E "$1" "$F2F_SOURCE_DIR/catalog/dram/hbm3.yaml" >d.yaml; }
standard 's/before: ACT, after: PREpb/before: ATC, after: PREpb/'; expect 3 "d\.yaml:[0-9]+:27: error: 'before' names 'ATC', which is no command of this standard \(did you mean 'ACT'\?\)" check d.yaml
standard 's/after: \[REFpb, RFMpb, ACT\]/after: [REFpb, RFMpb, ZQCAL]/'; expect 3 "d\.yaml:[0-9]+:[0-9]+: error: 'after' names 'ZQCAL', which is no command of this standard: add it" check d.yaml
standard 's/latency: nFAW/latency: nFOW/';                   expect 3 "d\.yaml:[0-9]+:[0-9]+: error: 'latency': 'nFOW' is no timing \(did you mean 'nFAW'\?\)" check d.yaml
standard 's/latency: nFAW/latency: nFAW \/ 4/';              expect 3 "is no sum of timings" check d.yaml
standard 's/level: bank-group, before: ACT/level: bankgroup, before: ACT/'; expect 3 "d\.yaml:[0-9]+:[0-9]+: error: 'level' must be one of channel, pseudo-channel.*did you mean 'bank-group'" check d.yaml
standard 's/window: 4/window: 99/';                          expect 3 "'window' is 99, out of its range 1 to 16" check d.yaml
standard 's/before: ACT, after: ACT, latency: nFAW/before: [ACT, REFpb], after: ACT, latency: nFAW/'; expect 3 "a window counts one command: write one constraint for each of the 2" check d.yaml
standard 's/sibling: true/sibling: true, window: 2/';        expect 3 "'window' and 'sibling' cannot stand together" check d.yaml
standard 's/level: rank(.*)sibling/level: channel\1sibling/'; expect 3 "channels share nothing" check d.yaml
standard '/name: PREpb/d';                                   expect 3 "0 commands 'does: precharge': there must be one" check d.yaml
standard 's/name: WRA, does: write-auto/name: WRA, does: write/'; expect 3 "d\.yaml:[0-9]+:5: error: 'WR' and 'WRA' are the same command|2 commands 'does: write'" check d.yaml
standard 's/name: REFab, does: refresh-all/name: REFab, does: refresh-al/'; expect 3 "'does' must be one of .*did you mean 'refresh-all'" check d.yaml
standard 's/(name: ACT.*)reaches: bank/\1reaches: rank/';    expect 3 "'ACT' does 'activate' and cannot reach a rank" check d.yaml
standard 's/ticks_per_clock: 2/ticks_per_clock: 3/';         expect 3 "must be 1, 2 or 4" check d.yaml
standard '/nRCDRD/d';                                        expect 3 "d\.yaml:[0-9]+:[0-9]+: error: no constraint says how long 'RD' must wait after 'ACT'" check d.yaml
standard 's/^constraints:.*/constraints: []/; /level:/d';    expect 3 "no constraint says how long" check d.yaml
standard 's/^commands:.*/commands: ACT/; /name: [A-Z]/d';    expect 3 "'commands' must be a list" check d.yaml

# ---- DRAM: policies of a controller
controller() { sed -E "$1" "$F2F_SOURCE_DIR/catalog/controller/gpu-hbm.yaml" >c.yaml; }
controller 's/^mapping:.*/mapping: RoXxCo/';                 expect 3 "c\.yaml:[0-9]+:10: error: 'mapping': 'Xx' is no field" check c.yaml
controller 's/^mapping:.*/mapping: RoChCo/';                 expect 3 "'Ch' must stand last: channels are chosen by 'interleave'" check c.yaml
controller 's/^mapping:.*/mapping: RoBaRoCo/';               expect 3 "'Ro' stands twice" check c.yaml
controller 's/^mapping:.*/mapping: RoBaCo4/';                expect 3 "'Co' is missing" check c.yaml
controller 's/^drain_low:.*/drain_low: 0.9/';                expect 3 "'drain_low' \(0\.9\) must be below 'drain_high'" check c.yaml
controller 's/^page:.*/page: adaptive/';                     expect 3 "say after what time a row is closed" check c.yaml
controller 's/^refresh:.*/refresh: per-banks/';              expect 3 "must be one of none, all-bank, per-bank.*did you mean 'per-bank'" check c.yaml
controller 's/^read_queue:.*/read_queue: 0/';                expect 3 "'read_queue' is 0, out of its range" check c.yaml
controller 's/^postpone:.*/postpone: 10/';                   expect 3 "'postpone' is 10, out of its range 0 to 9" check c.yaml
expect 3 "a queue of 4096 is too large: at most [0-9]+ beside [0-9]+ banks" memory hbm3-8h-16gb --set controller.read_queue=4096 -n 1000
expect 0 "" memory hbm3-8h-16gb --set controller.read_queue=3900 --channels 1 -n 10000
expect 3 "controller gpu-hbm postpones 8 refreshes: ddr5 allows 4" memory ddr5 --controller gpu-hbm -n 1000
expect 0 "" memory ddr5 --controller gpu-hbm --set controller.refresh=none -n 1000

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
printf 'kind: chip\nname: a\nextends: ./a.yaml\nsource: t\n' >a.yaml; expect 3 "a\.yaml:3:10: .*'extends' runs in a circle" check a.yaml
ln -sf loop.yaml loop.yaml;                                  expect 3 'loop\.yaml: error: cannot read' check loop.yaml
mkfifo pipe.yaml;                                            expect 3 'not a regular file' check pipe.yaml
expect 3 'not a regular file' check .
expect 3 'not a regular file' check /dev/zero
{ cat base.yaml; echo 'process: {value: tsmc-4n, sorce: x}'; } >a.yaml;  expect 3 "a\.yaml:5:34: .*unknown key 'sorce' beside 'value': did you mean 'source'" check a.yaml
{ cat base.yaml; echo 'process: {value: tsmc-4nn, note: x}'; } >a.yaml;  expect 3 "a\.yaml:5:18: .*no process 'tsmc-4nn'.*did you mean" check a.yaml
{ cat base.yaml; echo 'memory: {device: {tcl: 1 GB}}'; } >a.yaml;       expect 3 "a\.yaml:5:24: .*is a size in bytes" check a.yaml
{ cat base.yaml; echo 'memory: {device: {extends: {a: b}}}'; } >a.yaml;  expect 3 "a\.yaml:5:28: .*'extends' must be one name" check a.yaml
{ cat base.yaml; echo 'tdp: {value: 500 W, source: t, of: x}'; } >a.yaml; expect 3 "unknown key 'of' beside 'value': only" check a.yaml
{ cat base.yaml; for i in $(seq 150); do echo "k$i: 1"; done; } >a.yaml; expect 3 'and 50 more errors' check a.yaml
k=(gemm --m 8 --n 4096 --k 4096)
expect 3 "no system, node or chip 'h1000' .*did you mean 'h800'" kernel h1000 "${k[@]}"
expect 2 "no 'memry' .*did you mean 'memory'" kernel h100-sxm "${k[@]}" --set chip.memry.stacks=8
expect 2 "PATH=VALUE is wanted" kernel h100-sxm "${k[@]}" --set chip.memory.stacks
expect 3 "whole number" kernel h100-sxm "${k[@]}" --set chip.memory.stacks=eight
expect 3 "out of its range" kernel h100-sxm "${k[@]}" --set chip.memory.stacks=0
expect 3 "is a power, but a rate" kernel h100-sxm "${k[@]}" --set 'chip.vector=7 W'
expect 2 "has no parts" kernel h100-sxm "${k[@]}" --set chip.tdp.x=1

expect 2 "path 'chip\.'.*no ''" kernel h100-sxm "${k[@]}" --set chip.=1
expect 2 "no list" kernel h100-sxm "${k[@]}" --set 'chip[0].tdp=1 W'
expect 2 "is a list: write a field of an item" kernel h100-roce-24k "${k[@]}" --set 'levels=1 us'
expect 2 "has no item 9" kernel h100-roce-24k "${k[@]}" --set 'levels[9].latency=1 us'
expect 2 "should end like \[0\]" kernel h100-roce-24k "${k[@]}" --set 'levels[-1].latency=1 us'
expect 3 "levels\[0\]\.latency: error: .*out of its range" kernel h100-roce-24k "${k[@]}" --set 'levels[0].latency=1 d'
expect 3 "link.bandwidth: error: 'topology' is missing" kernel h100-sxm "${k[@]}" --set 'link.bandwidth=1 TB/s'
expect 3 "out of its range" kernel h100-sxm "${k[@]}" --set 'device.pin_rate=0 Gb/s'
expect 3 "chip: error: no chip 'hbm3-8h-16gb'.*that is the name of a memory" kernel h100-sxm "${k[@]}" --set chip=hbm3-8h-16gb
expect 2 "'die' is not read, since 'node.chip.making.dies' is given: set that instead$" cost h100-sxm --samples 0 --set 'chip.die=900 mm2'
expect 2 "the stack has no 'bonding'.*stack.bonding=" cost l40s --samples 0 --set bond_yield=0.9
expect 2 "'bonding' is not read, since 'node.chip.memory.device.stack.contract' is given: set that instead, or to 0$" cost a100-pcie-40gb --samples 0 --set bond_yield=0.9
expect 2 "'controller' is not read, since 'node.chip.memory.controller' is given" kernel h100-sxm "${k[@]}" --set chip.memory.controller=gpu-hbm --set device.controller.cap=4
expect 2 "'idle_close' is read only with 'page=adaptive', not with 'open'" memory hbm3-8h-16gb --controller gpu-hbm --set 'controller.idle_close=200 ns'
sed 's/^page:.*/page: closed\nidle_close: 200 ns/' "$F2F_SOURCE_DIR/catalog/controller/gpu-hbm.yaml" >idle.yaml
expect 3 "idle\.yaml:[0-9]+:[0-9]+: error: 'idle_close' is read only with 'page=adaptive', not with 'closed': leave it out" check idle.yaml
expect 0 '^$' memory hbm3-8h-16gb -n 20000 --controller gpu-hbm-fast --set controller.page=closed
expect 2 "reads no engine" kernel h100-sxm "${k[@]}" --set engine.max_seqs=3
expect 2 "reads no engine" cost h100-sxm --set engine.max_seqs=3
expect 2 "takes descriptions as they are" list chip --set chip.tdp='1 W'
expect 3 "no foundry 'nope'" show foundry/nope
expect 3 "no chip 'h100' .*did you mean 'h100-nvl', 'h100-sxm', 'h100-pcie' or 'h100-sxm-96gb'" kernel h100-sxm "${k[@]}" --set chip=h100
printf 'kind: engine\nname: e\ntitle: e\nstatus: estimate\nsource: "s"\nextends: vllm\ngraph_sizes: [1, 4, 2]\n' >e.yaml; expect 3 "e\.yaml:7:14: error: 'graph_sizes' must rise: 2 stands after 4" check e.yaml
sed -i 's/1, 4, 2/1, 2.5, 4/' e.yaml; expect 3 "e\.yaml:7:14: error: 'graph_sizes' are whole numbers of sequences, 2\.5 is none" check e.yaml
sed -i 's/1, 2.5, 4/0, 4/' e.yaml; expect 0 '^$' check e.yaml
sed -i 's/graph_sizes.*/graph_seqs: 8/' e.yaml; expect 3 "e\.yaml:7:[0-9]+: error: unknown key 'graph_seqs' \(did you mean 'graph_sizes'\?\)" check e.yaml
expect 3 "no system, node or chip 'B200_SXM' .*did you mean 'b200-sxm'\?" kernel B200_SXM "${k[@]}"
expect 3 "no model 'llama-3' .*did you mean .*'llama-3-8b'" serve --system h100-1x --model llama-3
expect 3 "no memory 'hbm3e' .*did you mean .*'hbm3e-8h-24gb'" memory hbm3e
expect 3 "'dgx-h100' has 8 chips, 16 are asked for: name a larger one, e\.g\. [a-z0-9-]+" kernel dgx-h100 collective --chips 16 --bytes 1e6
expect 2 "^fab2fleet: run: error: path 'foo\.x': no 'foo'" run "$F2F_SOURCE_DIR/studies/hbm3e-12h.yaml" --set foo.x=3
expect 3 "no memory 'hbm3e-12h' .*that is the name of a stack \(did you mean 'hbm3e-12h-36gb'\?\)" memory hbm3e-12h
for hint in device.bond_yield:bonding.bond_yield electricity:price.electricity chip.memory.temperature:base_temperature device.high:height max_seqs:engine.max_seqs; do
    expect 2 "did you mean '${hint#*:}'" serve --system h100-1x --model llama-3-8b --set "${hint%:*}=1"
done
expect 2 "path 'chip\.clock': 'clock' \(clock the peak rates refer to\) alone changes the meaning of 'peak\.bf16', 'peak\.fp16', 'peak\.fp8', 'peak\.int8', 'peak\.tf32': set 'boost', or each of these with it" kernel h100-sxm "${k[@]}" --set chip.clock='0.5 GHz'
# a peak stated in one format only leaves the others at the old clock
expect 2 "meaning of 'peak\.bf16', 'peak\.fp16', 'peak\.int8', 'peak\.tf32': " kernel h100-sxm "${k[@]}" --set clock='0.5 GHz' --set peak.fp8='540 TFLOP/s'
peaks=(--set=peak.{bf16,fp16,fp8,int8,tf32}='540 TFLOP/s')
expect 2 "meaning of 'peak\.tf32': " kernel h100-sxm "${k[@]}" --set clock='1 GHz' "${peaks[@]:0:4}"
expect 0 '^$' kernel h100-sxm "${k[@]}" --set clock='1 GHz' "${peaks[@]}" --set boost='1 GHz'
printf 'kind: chip\nname: a\nsource: t\nextends: h100-sxm\nclock: 0.5 GHz\n' >a.yaml
expect 3 "a\.yaml:5:8: error: 'clock' \(.*\) alone changes the meaning of 'peak\.bf16', .*'peak\.tf32': set 'boost', or each of these with it" check a.yaml
echo 'peak: {bf16: 270 TFLOP/s, fp16: 270 TFLOP/s, int8: 540 TOP/s, tf32: 135 TFLOP/s}' >>a.yaml; expect 3 "meaning of 'peak\.fp8': set 'boost'" check a.yaml
sed -i '$s/}/, fp8: 540 TFLOP\/s}/' a.yaml; expect 0 '^$' check a.yaml
printf 'kind: chip\nname: c\ntitle: c\nsource: "s"\nextends: h100-sxm\nunits: 66\n' >a.yaml; expect 3 "a\.yaml:6:8: error: 'units' \(.*\) alone changes the meaning of 'peak\.bf16', .*'vector': set each of these with it" check a.yaml
echo 'peak: {}' >>a.yaml; expect 3 "a\.yaml:6:8: error: 'units' \(.*\) alone changes the meaning of 'peak\.bf16', .*'vector'" check a.yaml
sed -i '$s/{}/{bf16: 494.7 TFLOP\/s, fp16: 494.7 TFLOP\/s, int8: 989 TOP\/s, tf32: 247 TFLOP\/s}/' a.yaml
expect 3 "meaning of 'peak\.fp8', 'vector': set each of these with it" check a.yaml
echo 'vector: {value: 30 TFLOP/s, note: half}' >>a.yaml; expect 3 "meaning of 'peak\.fp8': set each" check a.yaml
sed -i '$d; s/tf32/fp8: 989 TFLOP\/s, tf32/' a.yaml; expect 3 "meaning of 'vector': set each" check a.yaml
echo 'vector: 30 TFLOP/s' >>a.yaml; expect 0 '^$' check a.yaml
printf 'kind: chip\nname: c\ntitle: c\nsource: "s"\nextends: h100-sxm\ndie: 500 mm2\n' >a.yaml; expect 3 "a\.yaml:6:6: error: 'die' is not read, since 'making\.dies' is inherited from h100-sxm: give 'making\.dies' anew, too" check a.yaml
printf 'making: {dies: [{name: d, area: 500 mm2}]}\n' >>a.yaml; expect 0 '^$' check a.yaml
chip() { sed -e "$1" "$F2F_SOURCE_DIR/catalog/chip/rtx-5090.yaml" >a.yaml; }
chip 's/^  device: .*/  on_chip: true/'; expect 3 "a\.yaml:[0-9]+:3: error: memory that is 'on_chip' has no device, controller, stacks, pin_rate or inline_ecc: leave them out, or set 'on_chip: false'" check a.yaml
sed 's/{on_chip: true,/{on_chip: true, controller: gpu-hbm,/' "$F2F_SOURCE_DIR/catalog/chip/groq-lpu.yaml" >a.yaml; expect 3 "memory that is 'on_chip' has no device, controller, " check a.yaml
printf 'kind: chip\nname: a\nsource: t\nextends: groq-lpu\nmemory: {device: gddr7, stacks: 1}\n' >a.yaml; expect 3 "or set 'on_chip: false'" check a.yaml
sed -i 's/{device/{on_chip: false, device/' a.yaml; expect 0 '^$' check a.yaml
chip '/^  device: /d'; expect 3 "a\.yaml:[0-9]+:3: error: 'device' is missing: the memory stack or device, e\.g\. hbm3-8h-16gb; or 'on_chip: true'" check a.yaml
chip '/^  stacks: /d'; expect 3 "a\.yaml:[0-9]+:3: error: 'stacks' is missing" check a.yaml
chip 's/^  device: .*/  on_chip: true/; /^  stacks/d; /^  pin_rate/d'; expect 3 "'cache_bandwidth' is missing: where memory is 'on_chip'" check a.yaml
chip 's/28 Gb/30 Gb/'; expect 3 "a\.yaml:[0-9]+:[0-9]+: error: 'memory\.pin_rate' \(30 Gb/s\) is above what gddr7 is rated for \(28 Gb/s\): name a faster memory, e\.g\. 'device: \{extends: gddr7, pin_rate: 30 Gb/s, source: \.\.\.\}'" check a.yaml
printf 'kind: stack\nname: s\ntitle: s\nsource: "s"\nextends: gddr7\nbonding: hybrid\n' >a.yaml; expect 3 "a\.yaml:6:10: error: 'bonding' is not read, since 'contract' is inherited from gddr7" check a.yaml
printf 'kind: chip\nname: a\nsource: t\nextends: h100-sxm\nboost: 0.5 GHz\n' >a.yaml; expect 0 '^$' check a.yaml
expect 3 "^fab2fleet: process: error: no process 'nope' in the catalog[^
]*\$" kernel h100-sxm "${k[@]}" --set process=nope
expect 2 "'ambient' is a key of a device, which a study names: write there 'device: \{extends: quest-3, ambient: " run "$F2F_SOURCE_DIR/studies/xr-headset.yaml" --set device.ambient='35'
sed 's/device: quest-3/device: {extends: quest-3, ambient: 35, source: what if}/' "$F2F_SOURCE_DIR/studies/xr-headset.yaml" >warm.yaml
expect 0 '^$' check warm.yaml
for height in chip.memory.device.height device.height height; do
    expect 3 "^fab2fleet: [a-z.]*height: error: 12 dies of 2 GiB .* are 24 GiB, but 'capacity' is 16 GiB: .*'ranks: 3'" serve --system h100-1x --model llama-3-8b --set "$height=12"
done
expect 3 "memory\.pin_rate: error: 'memory\.pin_rate' \(64 Gb/s\) is above what hbm3-8h-16gb is rated for \(6\.4 Gb/s\)" serve --system h100-1x --model llama-3-8b --set chip.memory.pin_rate='64 Gb/s'
printf 'kind: chip\nname: x\nsource: t\nextends: ./circle.yaml\n' >circle.yaml; expect 3 "^fab2fleet: \./circle\.yaml:4:10: error: 'extends' runs in a circle or .* at '\./circle\.yaml'" check circle.yaml
{ cat base.yaml; echo 'making: {package: organic}'; } >a.yaml; expect 3 "a\.yaml:[0-9]+:[0-9]+: error: 'making\.package' organic has no interposer, which stacks such as hbm3-8h-16gb need: e\.g\. cowos-s" check a.yaml
# ---- words
expect 2 "unknown objective 'TTFT-p99_s'" serve --system h100-1x --model llama-3-8b --slo 'TTFT-p99_s<=1'
expect 2 "no kind 'model': system, .*device, making, plan, space and study are known" show --schema model
expect 2 "no kind 'chips': system, .*, device and model are known .did you mean 'chip'" list chips
echo 'kind: foo' >kind.yaml
expect 3 "'kind:' one of system, .*, plan, space or study" check kind.yaml
expect 4 '^$' serve --system h100-1x --model llama-3-8b --precision fp8 --rate 1 --isl 64 --osl 8000 --requests 3 --mtbf 0.2 --warmup 0.001
# ---- told before anything runs
s=(serve --system h100-1x --model llama-3-8b --precision fp8 --isl 64 --osl 8)
expect 1 "cannot write 'nowhere/a.json': No such file" "${s[@]}" -o nowhere/a.json
expect 1 "cannot write 'nowhere/t.json': No such file" "${s[@]}" --timeline nowhere/t.json
expect 1 "cannot write 'nowhere/out': No such file" run "$F2F_SOURCE_DIR/studies/hbm3e-12h.yaml" -o nowhere/out
expect 1 "cannot write '.*': Is a directory" "${s[@]}" -o "$dir" --json
expect 2 "-o 'a.xlsx': .json, .csv, .html" "${s[@]}" -o a.xlsx
for more in --quiet --json; do
    expect 2 "-o 'a.xyz': .json, .csv, .html.*a new folder's name has no ending" run "$F2F_SOURCE_DIR/studies/hbm3e-12h.yaml" -o a.xyz $more
    [ ! -e a.xyz ] || { echo 'FAIL: a.xyz was made'; failed=$((failed + 1)); }
done
mkdir folder.v2; cat >small.yaml <<'Y'
kind: study
name: small
question: does a folder that is there take the answer, whatever its name?
systems: [{name: a, base: h100-1x}]
jobs: [{name: s, do: serve, model: llama-3-8b, precision: fp8, isl: 8, osl: 8, concurrency: 1}]
Y
expect 0 '^$' run small.yaml -o folder.v2
[ -s folder.v2/report.html ] || { echo 'FAIL: no report in folder.v2'; failed=$((failed + 1)); }
expect 2 "^fab2fleet: serve: error: --sweep rate: 'x' is no number" "${s[@]}" --sweep rate=1,2,x
# ---- options that would change nothing
expect 2 "--op is for collective" kernel h100-sxm "${k[@]}" --op foo
expect 2 "--dtype is for gemm and attention" kernel h100-sxm collective --bytes 1e6 --dtype fp8
expect 2 "--seq is for attention-prefill" kernel h100-sxm attention-decode --q-heads 8 --kv-heads 8 --kv-len 64 --seq 64
expect 2 "--router is for several replicas" serve --system h100-1x --model llama-3-8b --router least-loaded
expect 2 "--warmup is for --mtbf and --autoscale" serve --system h100-1x --model llama-3-8b --warmup 5
expect 2 "--m is for gemm" kernel h100-sxm collective --bytes 1e6 --m 3
expect 2 "--tp is for what --model costs" cost h100-sxm --tp 2
expect 2 "--skew is for --pattern triad" memory hbm3-8h-16gb --skew 3
expect 2 "--isl is for --rate and --concurrency" serve --system h100-1x --model llama-3-8b --traffic azure-conv-2023 --isl 64
expect 2 "--draft-tokens is for --draft" "${s[@]}" --draft-tokens 3
expect 2 "out of its range 1 to 10000000$" "${s[@]}" --max-seqs 99999999
expect 2 "not one of .*recompute_layers, schedule, shard" train --system dgx-h100 --model llama-3-8b --chips 8 --global-batch 8 --strategy foo=3
many=(); for i in $(seq 100); do many+=(--set "chip.memory.stacks=$((i % 5 + 1))"); done
expect 3 "out of its range" kernel h100-sxm "${k[@]}" "${many[@]}" --set 'chip.memory.stacks=1025'

# ---- names and folders
expect 3 "that is the name of a memory" serve --system hbm3-8h-16gb --model llama-3-8b
expect 3 "that is the name of a chip" serve --system h100-1x --model h100-sxm
expect 3 "^[^
]*hbm3e-12h\.yaml:2:7: error: a description of kind 'plan' is wanted here, this is a 'study'\$" plan "$F2F_SOURCE_DIR/studies/hbm3e-12h.yaml"
printf 'kind: study\nname: s\nquestion: q\nsystems: [{name: a, base: h100-1x}]\njobs: [{name: j, do: serve, model: llama-3-8b, precision: fp8}]\nsweeps: [{name: s, job: j, path: chip.memory.stacks, values: [5], of: users_fit}]\n' >s.yaml
expect 3 "s\.yaml:6:25: error: 'job' must be a mapping" check s.yaml
expect 3 "good\.yaml: error: a system, node or chip is wanted here, this is a 'memory'" serve --system ./good.yaml --model llama-3-8b
expect 3 "no description 'h100-smx' .*did you mean 'h100-sxm'" show h100-smx
expect 3 "no file 'x/y\.yaml'" show x/y.yaml
expect 3 "^fab2fleet: error: no description ''" show ''
expect 2 "data 'none' is no folder" list --data none
FAB2FLEET_DATA=none expect 2 "FAB2FLEET_DATA 'none' is no folder" list
expect 1 "cannot write 'none/r\.json'" list -o none/r.json

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
expect 2 "KEY<=NUMBER is wanted" kernel h100-sxm "${k[@]}" --require 'latency_s=>1'
expect 2 "KEY<=NUMBER is wanted" kernel h100-sxm "${k[@]}" --require 'latency_s<=nan'
expect 2 "KEY<=NUMBER is wanted" kernel h100-sxm "${k[@]}" --require ''
expect 2 "'bound' is no number" kernel h100-sxm "${k[@]}" --require 'bound<=1'
expect 2 "'-qv': -q takes no value" list -qv
t=(train --system dgx-h100 --model llama-3-8b --chips 8 --global-batch 8)
expect 2 "'tp' is given twice" "${t[@]}" --strategy tp=8,tp=2
expect 2 "zero is 0, 1, 2 or 3" "${t[@]}" --strategy zero=4
expect 2 "exclude each other" "${t[@]}" --strategy tp=8 --search
expect 2 "name=value is wanted" "${t[@]}" --strategy ''
expect 3 "10000000 chips asked for" train --system fleet-350k --model llama-3-8b --chips 10000000 --global-batch 8
expect 3 "tp 3 does not divide" serve --system dgx-h100 --model llama-3-8b --tp 3
expect 3 "give numbers from 0 to" serve --system h100-1x --model llama-3-8b --concurrency 10000000
expect 4 "" serve --system h100-1x --model llama-3-8b --isl 100000000
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
sed 's/chip.memory.stacks: 5/chip.memory.stak: 5/' "$F2F_SOURCE_DIR/studies/hbm3e-12h.yaml" >s.yaml; expect 3 "s\.yaml:[0-9]+:[0-9]+: .*no 'stak'.*did you mean 'stacks'" run s.yaml
sed 's/base: h100-roce-24k/base: h100-rocee-24k/' "$F2F_SOURCE_DIR/studies/hbm3e-12h.yaml" >s.yaml;  expect 3 "did you mean 'h100-roce-24k'" run s.yaml
sed 's/^question:.*/questoin: x/; /^  [TtwA-Z].*[a-z]$/d' "$F2F_SOURCE_DIR/studies/hbm3e-12h.yaml" >s.yaml; expect 3 "did you mean 'question'|is missing" run s.yaml
# study FROM TO: the study with FROM replaced by TO wherever it stands.
study() { sed "s|$1|$2|" "$F2F_SOURCE_DIR/studies/hbm3e-12h.yaml" >s.yaml; }
at='s\.yaml:[0-9]+:[0-9]+: error: '
study 'job: serve llama-3-70b fp8' 'job: serve llama-3-70b fp9'; expect 3 "no job is called 'serve llama-3-70b fp9' \(did you mean 'serve llama-3-70b fp8'\?\)" check s.yaml
study 'sweep: users, by' 'sweep: users by';      expect 3 "$at.*no sweep is called 'users by stacks' \(did you mean" run s.yaml
# what is only known when all has run: the same in a study that soon has
cat >run.yaml <<'Y'
kind: study
name: small
question: what is told at the end?
systems: [{name: a, base: dgx-h100}, {name: b, base: dgx-h100, set: {chip.memory.stacks: 6}}]
jobs:
  - {name: serve, do: serve, model: llama-3-8b, precision: fp8, isl: 64, osl: 8, concurrency: 4}
  - {name: train 8B, do: train, model: llama-3-8b, precision: bf16, chips: 8, global_batch: 64}
claims: [{text: c, source: t, of: users_fit, job: serve, expected: 1.2}]
sweeps:
  - name: by chips
    job: {name: t, do: train, model: llama-3-8b, precision: bf16, global_batch: 64}
    path: job.chips
    values: [2, 4]
    of: [tokps]
Y
expect 0 '^$' run run.yaml
small() { sed "s|$1|$2|" run.yaml >s.yaml; }
small 'of: users_fit' 'of: user_fit';            expect 3 "no result has a figure 'user_fit' \(did you mean 'users_fit'\?\)" run s.yaml
small 'of: \[tokps' 'of: [tokp';                 expect 3 "sweep 'by chips': no result has a figure 'tokp'" run s.yaml
study 'path: job.chips' 'path: job.chip';        expect 3 "$at.*no 'chip' .*did you mean 'chips'" run s.yaml
study 'path: job.chips' 'path: job.model';       expect 3 "$at.*a sweep varies a text or a number" run s.yaml
study 'path: chip.memory.stacks' 'path: memory.stak'; expect 3 "$at.*no 'stak' .*did you mean 'stacks'" run s.yaml
small 'values: \[2, 4' 'values: [2.5, 4';        expect 3 "'job.chips' to '2.5': a whole number from 1" run s.yaml
study 'values: \[4, 5, 6, 8\]' 'values: []';     expect 3 "$at'values' is empty" run s.yaml
study 'values: \[4, 5, 6, 8\]' 'values: [4, {a: b}]'; expect 3 "$at'values' must be a text or a list" run s.yaml
study '\[4, 5, 6, 8\]' "[$(seq -s, 700)]";       expect 3 "unfolds to [0-9]+ jobs .*at most 5000" run s.yaml
study 'name: train 8B on 64' 'name: serve';      expect 3 "${at}two jobs are called 'serve': rename" run s.yaml
study 'name: hbm3-8h$' 'name: hbm3e-12h';        expect 3 "${at}two systems are called 'hbm3e-12h': rename" run s.yaml
study 'precision: \[fp8, bf16\]' 'precision: bf61'; expect 3 "unknown precision 'bf61'" check s.yaml
study 'slo: ttft_p99_s' 'slo: ttft_p99';         expect 3 "s\.yaml:[0-9]+:[0-9]+: .*unknown objective" check s.yaml
study 'model: llama-3-8b' 'model: [llama-3-9b, x/y]'; expect 3 "${at}no model 'llama-3-9b' .*did you mean 'llama-3-8b'" check s.yaml
study 'model: llama-3-8b' 'model: []';           expect 3 "$at'model' is empty" check s.yaml
study 'base: h100-roce-24k' 'base: [h100-sxm]';  expect 3 "$at'base' must be the name of a system" check s.yaml
study 'expected: 11.5' 'expected: 0';            expect 3 "$at'expected' is 0, out of its range" check s.yaml
small 'chips: 8' 'chips: 7';                     expect 3 "train 8B: no strategy divides 7 chips" run s.yaml
study 'chip.memory.stacks: 5' 'chip.memory.stacks: [5]'; expect 3 "${at}.*must be set to one value" run s.yaml
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
[ "$failed" = 0 ] && [ "$count" -ge 150 ]
