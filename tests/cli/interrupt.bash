# For scripts to source: Ctrl-C in the middle of a run, whatever the speed of the machine and whatever else it does.

# caught PID: has the program taken over SIGINT, which background jobs of a script ignore until then?
caught() {
    local mask
    [ "/proc/$1/exe" -ef "$F2F_BIN" ] || return 1
    mask=$(awk '/^SigCgt/ { print $2 }' "/proc/$1/status")
    ((0x${mask: -1} & 2))
}

# interrupt TEST ARGS...: runs `fab2fleet ARGS --json` into stop.json and stop.err and interrupts it later and later, until
# the command TEST holds. Each time it must end with 130 and a word. The signal comes twice, as timeout(1) sends it.
interrupt() {
    local wanted=$1 wait code pid
    shift
    for wait in {,,}{0,0.1,0.2,0.3,0.5,0.8,1.2,2,3,5,8,12,20,30}; do
        "$F2F_BIN" "$@" --json >stop.json 2>stop.err &
        pid=$!
        until caught $pid || ! kill -0 $pid; do sleep 0.01; done 2>/dev/null
        sleep "$wait"
        kill -INT $pid $pid || true
        code=0
        wait $pid || code=$?
        if [ $code = 0 ]; then continue; fi # it was done before
        [ $code = 130 ] || fail "$1 interrupted: exit $code: $(cat stop.err)"
        grep -q interrupted stop.err || fail "$1 interrupted: no word"
        if $wanted; then return; fi
    done
    fail "$1 interrupted: not '$wanted' at any time"
}
