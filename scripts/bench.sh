# ./contoso bench [name]: runs one of bench/run-*.sh, or lists them. Sourced by ./contoso.
ensure build
ensure_web
ensure_node
if [ $# -eq 0 ]; then
    say "benchmarks:"
    for script in bench/run-*.sh; do printf '  %-12s %s\n' "$(basename "${script#bench/run-}" .sh)" "$(sed -n '2s/^# //p' "$script")"; done
    exit 0
fi
[ -f "bench/run-$1.sh" ] || die "there is no bench/run-$1.sh"
ensure bench
npm_install tests
build bench all
name=$1
shift
exec bash "bench/run-$name.sh" "$@"
