#!/bin/bash
# Proves the README on a Debian 12 that has nothing: scripts/fresh-debian.sh [COMMAND...]
# Makes a minimal Debian under $TMPDIR with this machine's own mirror, clones what is committed into it, does
# `apt-get install -y make git`, then `make run` and `make test` (or the commands given), and times each.
# Needs root and debootstrap. KEEP=1 leaves the folder.
set -euo pipefail
cd "$(dirname "$0")/.."
[ $# -gt 0 ] || set -- "make run" "make test"

# The first source of apt that has bookworm: one-line entries, then deb822 files.
mirror() {
    cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null |
        awk '$1 == "deb" { i = 2; while ($i ~ /^\[|=|\]$/) i++; if ($(i + 1) == "bookworm") { print $i; exit } }'
    cat /etc/apt/sources.list.d/*.sources 2>/dev/null |
        awk 'BEGIN { RS = ""; FS = "\n" } {
            uri = suite = ""
            for (i = 1; i <= NF; i++) {
                split($i, word, /[ \t]+/)
                if (word[1] == "URIs:") uri = word[2]
                if ($i ~ /^Suites:.*[ \t]bookworm([ \t]|$)/) suite = 1
            }
            if (suite) { print uri; exit } }'
}

source=$(mirror | head -n 1)
[ -n "$source" ] || { echo "fresh-debian: no source of bookworm in /etc/apt" >&2; exit 1; }
root=$(mktemp -d)
[ -n "${KEEP:-}" ] || trap 'rm -rf --one-file-system "$root"' EXIT
chmod 755 "$root"

echo "== debootstrap into $root"
debootstrap --variant=minbase bookworm "$root" "$source" >"$root.log" 2>&1 || { tail "$root.log"; exit 1; }
rm "$root.log"
cp /etc/resolv.conf /etc/hosts "$root/etc/"
git clone -q --no-hardlinks . "$root/fab2fleet"

# Mounts live in a namespace of their own and vanish with it.
inside() { # command, run in the clone
    # shellcheck disable=SC2016 # expanded by the inner shells
    unshare --mount --pid --fork bash -c '
        mount -t proc proc "$1/proc" && mount -t devpts -o newinstance,ptmxmode=0666 devpts "$1/dev/pts" || exit 1
        exec chroot "$1" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
            sh -c "cd /fab2fleet && $2"' bash "$root" "$1" </dev/null
}

echo "== apt-get install -y make git"
inside "apt-get -qq update && apt-get -qq install -y --no-install-recommends make git >/dev/null 2>&1"
for command in "$@"; do
    echo "== $command"
    begun=$SECONDS
    inside "$command"
    echo "== $command: $((SECONDS - begun)) s"
done
