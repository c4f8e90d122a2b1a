#!/usr/bin/env bash
# Bandwidth-latency curves by read share: docs/figures/memory-curves.csv and .svg (docs/models/memory.md).
# scripts/memory-curves.sh [PROGRAM]; about a minute on one core. One channel stands for the stack; 200,000 requests a
# point. Writes alone have no read latency: they are in the CSV, not in the figure.
set -euo pipefail
export LC_ALL=C
cd "$(dirname "$0")/.."
program=${1:-build/release/fab2fleet}
csv=docs/figures/memory-curves.csv svg=docs/figures/memory-curves.svg

# The JSON has one key a line; the first peak_Bps is that of what was simulated.
points() { # memory: rows of the CSV
    "$program" memory "$1" --channels 1 --requests 200000 --curve --json --quiet | awk -v memory="$1" '
        { gsub(/[",]/, ""); split($0, part, ": "); key = part[1]; value = part[2]; sub(/^ +/, "", key) }
        key == "peak_Bps" { peak = value }
        key == "offered" { offered = value }
        key ~ / reads\.bandwidth_Bps$/ { share = key + 0; delivered = value / peak; if (!share) row(0, "", "") }
        key ~ / reads\.latency_mean_s$/ { mean = value }
        key ~ / reads\.latency_p99_s$/ { row(share, sprintf("%.1f", mean * 1e9), sprintf("%.0f", value * 1e9)) }
        function row(s, m, p) { printf "%s,%d,%.2f,%.4f,%s,%s\n", memory, s, offered, delivered, m, p }
    ' | sort -t, -k2,2nr -k3,3n
}

{
    echo memory,read_percent,offered_frac,delivered_frac,latency_mean_ns,latency_p99_ns
    points hbm3e-12h-36gb
    points hbm3-8h-16gb
} >"$csv.new"
mv "$csv.new" "$csv"

awk -F, '
    function x(frac) { return left + frac * width }
    function y(ns) { return top + height - ns / most_ns * height }
    function text(at_x, at_y, anchor, class, words) {
        printf "<text x=\"%.0f\" y=\"%.0f\" text-anchor=\"%s\" class=\"%s\">%s</text>\n", at_x, at_y, anchor, class, words
    }
    function panel(title,   i) {
        left = 62 + panels++ * 420
        text(left, top - 16, "start", "title", title)
        for (i = 0; i <= most_ns; i += 50) {
            printf "<path class=\"grid\" d=\"M%.0f %.1fh%.0f\"/>\n", left, y(i), width
            text(left - 8, y(i) + 4, "end", "note", i)
        }
        for (i = 0; i <= 100; i += 20) text(x(i / 100), top + height + 18, "middle", "note", i " %")
        text(left + width / 2, top + height + 38, "middle", "note", "delivered, share of peak")
    }
    function finish() { if (path) printf "<path class=\"s%d\" d=\"%s\"/>\n%s", share, path, dots; path = dots = "" }
    BEGIN {
        width = 340; height = 280; top = 76; most_ns = 250
        name["hbm3e-12h-36gb"] = "HBM3E 36 GB, 12-high: 1,280 GB/s"
        name["hbm3-8h-16gb"] = "HBM3 16 GB, 8-high: 819 GB/s"
        n = split("100 75 67 50 25", shares, " ")
        split("#2a6fc9 #0f8a6a #b26a00 #7a4fc0 #c8372d", light, " ")
        split("#6aa9ff #3cc9a0 #f0b04a #b79bff #ff8078", dark, " ")
        print "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 850 410\" font-family=\"sans-serif\" font-size=\"12\">"
        print "<title>Bandwidth and mean read latency by share of reads</title>\n<style>"
        print "svg{color-scheme:light dark}path{fill:none;stroke-width:2;stroke-linejoin:round}"
        print ".back{fill:#fff}.title{font-weight:bold;fill:#1c2024}.note{fill:#555c66}.grid{stroke:#dde1e6;stroke-width:1}"
        for (i = 1; i <= n; i++) printf ".s%d{stroke:%s}.d%d{fill:%s}\n", shares[i], light[i], shares[i], light[i]
        print "@media (prefers-color-scheme:dark){.back{fill:#14181d}.title{fill:#eef1f4}.note{fill:#a9b2bd}.grid{stroke:#313842}"
        for (i = 1; i <= n; i++) printf ".s%d{stroke:%s}.d%d{fill:%s}\n", shares[i], dark[i], shares[i], dark[i]
        print "}\n</style>\n<rect class=\"back\" width=\"850\" height=\"410\"/>"
        text(62, 22, "start", "note", "mean read latency, ns")
        for (i = 1; i <= n; i++) {
            printf "<path class=\"s%d\" d=\"M%d 18h22\"/>\n", shares[i], 216 + i * 104
            text(244 + i * 104, 22, "start", "note", shares[i] " % reads")
        }
    }
    NR == 1 || $5 == "" { next }
    $1 != memory { finish(); memory = $1; share = ""; panel(name[memory]) }
    $2 != share { finish(); share = $2 }
    {
        path = path sprintf("%s%.1f %.1f", path ? "L" : "M", x($4), y($5))
        dots = dots sprintf("<circle class=\"d%d\" cx=\"%.1f\" cy=\"%.1f\" r=\"2.5\"/>\n", share, x($4), y($5))
    }
    END { finish(); print "</svg>" }
' "$csv" >"$svg.new"
mv "$svg.new" "$svg"
echo "$csv: $(wc -l <"$csv") lines; $svg"
