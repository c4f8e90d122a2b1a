# layers.awk - checks #include lines against layers.txt: awk -f layers.awk layers.txt FILE...
# A file of src/F/ and a public header of F may include src/ and public headers of F and of folders above it.
function home_of(file) {
    if (file in owner) return owner[file]
    if (file ~ /^fab2fleet\//) return ""
    return substr(file, 1, index(file, "/") - 1)
}

FNR == NR {
    sub(/#.*/, "")
    if (!NF) next
    folder = $1
    sub(/:/, "", folder)
    rank[folder] = ++n
    banned = 0
    for (i = 2; i <= NF; i++)
        if ($i == "not") banned = 1
        else if (banned) hidden[folder, $i] = 1
        else owner["fab2fleet/" $i ".h"] = folder
    next
}

FNR == 1 {
    file = FILENAME
    sub(/^(src|include)\//, "", file)
    from = home_of(file)
    if (!(from in rank)) report("belongs to no folder of scripts/layers.txt")
}

/^[ \t]*#[ \t]*include[ \t]*"/ {
    included = $0
    sub(/^[^"]*"/, "", included)
    sub(/".*/, "", included)
    to = home_of(included)
    if (!(to in rank)) report("\"" included "\" belongs to no folder of scripts/layers.txt")
    else if (from in rank && rank[to] > rank[from]) report(from "/ must not see " to "/ (" included ")")
    else if ((from, to) in hidden) report(from "/ must not see " to "/ (" included ")")
}

function report(text) {
    print FILENAME ":" FNR ": " text
    faults = 1
}

END { exit faults }
