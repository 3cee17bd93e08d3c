#!/usr/bin/env bash
# the whole shop: orders per second and latency from POST to notification, with the server's CPU time
# Usage: bench/run-shop.sh [--rounds 5] [--seconds 10] [--rates "1000 5000"] [--server PATH] [--json FILE]
# Rounds are interleaved: every scenario once, then all again, so that a slow minute of the machine hits each alike.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
exec node bench/shop.mjs "$@"
