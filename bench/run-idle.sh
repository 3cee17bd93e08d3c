#!/usr/bin/env bash
# memory of a connected, idle user at the hub: socket, WebSocket, hub connection, user index
# Usage: bench/run-idle.sh [--connections 5000] [--server PATH]
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
exec node bench/idle.mjs "$@"
