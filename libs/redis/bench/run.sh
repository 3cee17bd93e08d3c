#!/usr/bin/env bash
# One client, one connection, against redis-benchmark with fifty, on the same redis-server; medians of interleaved rounds.
# Usage: run.sh PROGRAM [rounds 5] [seconds 2]   PROGRAM: redis_pipelined_bench of the bench preset
set -euo pipefail
program=$1 rounds=${2:-5} seconds=${3:-2}
port=$((20000 + RANDOM % 10000))
dir=$(mktemp -d)
redis-server --port "$port" --bind 127.0.0.1 --dir "$dir" --save "" --appendonly no --logfile "$dir/log" &
server=$!
trap 'kill "$server"; wait "$server" || true; rm -rf "$dir"' EXIT
until redis-cli -p "$port" ping >/dev/null 2>&1; do sleep 0.05; done
for ((i = 0; i < rounds; ++i)); do
    "$program" "$port" "$seconds"
    redis-benchmark -p "$port" -c 50 -P 16 -n 1000000 -r 10000 -d 32 -t set,get --csv |
        sed -n 's/^"\([SG]ET\)","\([0-9]*\).*/redis-benchmark-\1 \2/p'
done >"$dir/all"
for name in $(cut -d' ' -f1 "$dir/all" | sort -u); do
    mapfile -t values < <(sed -n "s/^$name //p" "$dir/all" | sort -n)
    printf '%-20s %9d (%d … %d)\n' "$name" "${values[$((${#values[@]} / 2))]}" "${values[0]}" "${values[-1]}"
done
