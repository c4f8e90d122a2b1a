# lengths.awk - names functions of more than 60 lines and files of src/ and include/ of more than 300: awk -f lengths.awk FILE...
# Relies on the layout of clang-format: a function starts and ends at column 0.
FNR == 1 { start = 0 }
FNR == 301 && FILENAME ~ /^(src|include)\// { print FILENAME ": more than 300 lines"; faults = 1 }
/^[A-Za-z_].*\(/ && !/;$/ { start = FNR; name = $0 }
/;$/ && /^[^ ]/ { start = 0 }
/^}$/ && start {
    if (FNR - start + 1 > 60) {
        sub(/\(.*/, "", name)
        sub(/.*[ *]/, "", name)
        print FILENAME ":" start ": " name " has " FNR - start + 1 " lines, at most 60"
        faults = 1
    }
    start = 0
}
END { exit faults }
