#!/usr/bin/env bash
# the SignalR server (libs/signalr) beside ASP.NET Core's, npm ws and a bare epoll loop: echo, void, broadcast, to-user, idle, connect
# Usage: bench/run-hub.sh [--rounds 5] [--seconds 3] [--only echo,broadcast] [--servers contoso,aspnet,ws,bare]
# Every round measures all servers one after the other in each scenario; servers on one core, the load on the other.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
exec node bench/hub.mjs "$@"
