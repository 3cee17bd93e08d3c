# ./contoso test [unit|system|tsan|fuzz|kill]: everything when unnamed. Sourced by ./contoso.
what=${1:-all}
[ $# -gt 0 ] && shift

unit_tests() { # sanitizers watch every unit and contract test
    build dev all
    ctest --test-dir build/dev --output-on-failure --no-tests=error -j "${JOBS:-$(nproc)}" "$@"
}

system_tests() { # the program as it is shipped, driven from outside
    build release contoso-shop
    build dev signalr_conformance_hub # the SignalR server alone, under sanitizers, against the official clients and captures
    npm_install tests
    # The sanitizers' build has the failpoints: the small kill loop uses it for deaths at named places and as its control.
    if [ -x "$(program dev)" ]; then export CONTOSO_FAILPOINT_SERVER=$(program dev); fi
    node tests/run.mjs --server "$(program release)" --signalr-hub build/dev/tests/conformance/hub/signalr_conformance_hub
}

fuzz_tests() { # each target for FUZZ_SECONDS
    build fuzz all
    local target
    while IFS= read -r target; do
        say "fuzzing $(basename "$target") for ${FUZZ_SECONDS:-10} s"
        mkdir -p "build/corpus/$(basename "$target")"
        "$target" -max_total_time="${FUZZ_SECONDS:-10}" -timeout=5 -rss_limit_mb=2048 -verbosity=0 -print_final_stats=0 \
            "build/corpus/$(basename "$target")" || die "$(basename "$target") found something; the input is printed above"
    done < <(find build/fuzz -type f -name '*_fuzz' -perm -u+x | sort)
}

ensure build
ensure test
ensure_web
ensure_node
case "$what" in
    all) unit_tests && system_tests ;;
    unit) unit_tests "$@" ;;
    system) system_tests ;;
    tsan)
        build tsan all
        ctest --test-dir build/tsan --output-on-failure --no-tests=error -j "${JOBS:-$(nproc)}" "$@"
        ;;
    fuzz) fuzz_tests ;;
    kill)
        build release contoso-shop
        build dev contoso-shop # has the failpoints
        node tests/faults/kill-loop.mjs --server "$(program release)" "$@"
        say "negative control: acknowledged before the work is durable, a loss must be found"
        node tests/faults/kill-loop.mjs --server "$(program dev)" --client "$(program release)" --negative-control --rounds 6
        ;;
    *) die "unknown test '$what': unit, system, tsan, fuzz, kill, or nothing for unit and system" ;;
esac
