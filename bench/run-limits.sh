#!/usr/bin/env bash
# intake (POST → 201 with JSON and token) and the network below it, against a bare epoll loop that answers the same bytes
# Usage: bench/run-limits.sh [--rounds 5] [--seconds 3] [--connections 64]
# Every round measures all servers one after the other, each in a process of its own on one core, the load on the other.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
exec node bench/limits.mjs "$@"
