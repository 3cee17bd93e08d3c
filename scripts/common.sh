# Shared by ./contoso's commands: messages, packages, builds. Sourced, never run.

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then bold=$'\e[1m' faint=$'\e[2m' plain=$'\e[0m'; else bold='' faint='' plain=''; fi
say() { printf '%s%s%s\n' "$bold" "$*" "$plain"; }
note() { printf '%s%s%s\n' "$faint" "$*" "$plain"; }
die() {
    printf 'contoso: %s\n' "$*" >&2
    exit 1
}

# What each stage needs, package by package, with the reason that is shown before anything is installed.
packages_build=(
    "clang-19:the compiler" "lld-19:the linker" "cmake:the build" "ninja-build:the build"
    "libboost1.81-dev:sockets, HTTP parser" "libboost-json1.81-dev:JSON"
    "libssl-dev:TLS and hashes" "libsqlite3-dev:the embedded database" "libhiredis-dev:Redis' protocol" "libcli11-dev:command line" "libmimalloc-dev:the allocator"
    "nodejs:web page, covers" "npm:the official SignalR client for the page"
)
packages_test=(
    "libgtest-dev:unit tests" "libgmock-dev:unit tests" "libclang-rt-19-dev:sanitizers" "llvm-19:readable sanitizer reports"
    "chromium:tests in a real browser" "redis-server:tests of the Redis client"
)
packages_bench=("libbenchmark-dev:micro-benchmarks")
packages_lint=("clang-format-19:formatting" "clang-tidy-19:static checks")

installed() {
    case "$1" in # a Node.js or npm that came another way is as good
        nodejs) command -v node >/dev/null && return 0 ;;
        npm) command -v npm >/dev/null && return 0 ;;
        chromium) [ -x /usr/bin/chromium ] && return 0 ;;
    esac
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# ensure STAGE: installs the stage's missing Debian packages. Costs a few milliseconds when nothing is missing.
ensure() {
    local -n wanted="packages_$1"
    local stamp="build/.packages-$1" missing=() entry
    [ -f "$stamp" ] && [ ! scripts/common.sh -nt "$stamp" ] && return 0
    for entry in "${wanted[@]}"; do installed "${entry%%:*}" || missing+=("$entry"); done
    if [ ${#missing[@]} -gt 0 ]; then
        command -v apt-get >/dev/null || die "these are missing, and there is no apt-get to install them: ${missing[*]%%:*}"
        say "Installing ${#missing[@]} Debian packages:"
        for entry in "${missing[@]}"; do printf '  %-24s %s\n' "${entry%%:*}" "${entry#*:}"; done
        local sudo=()
        if [ "$(id -u)" -ne 0 ]; then
            command -v sudo >/dev/null || die "run this as root once, or install sudo: apt-get install ${missing[*]%%:*}"
            sudo=(sudo)
        fi
        "${sudo[@]}" apt-get update -qq || die "apt-get update failed; is the network there?"
        DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get install -y --no-install-recommends "${missing[@]%%:*}" >build-packages.log 2>&1 ||
            { tail -n 20 build-packages.log >&2; die "apt-get install failed; the whole log is in build-packages.log"; }
        rm -f build-packages.log
    fi
    mkdir -p build && touch "$stamp"
}

# npm_install DIR: the locked packages of DIR, only when they are not there as locked.
npm_install() {
    [ "$1/node_modules/.package-lock.json" -nt "$1/package-lock.json" ] && return 0
    note "npm: installing the locked packages of $1"
    npm ci --prefix "$1" --no-audit --no-fund --loglevel=error || die "npm ci failed in $1"
    touch "$1/node_modules/.package-lock.json"
}
# ensure_node: the tests need Node.js 20; Debian 12 has 18. A newer one comes from npm's own `node` package, into build/.
ensure_node() {
    local major
    major=$(node -p 'process.versions.node.split(".")[0]')
    [ "$major" -ge 20 ] && return 0
    if [ ! -x build/node/node_modules/.bin/node ]; then
        note "npm: Node.js 20 for the tests, into build/node (the machine's is $major)"
        mkdir -p build/node
        npm install --prefix build/node --no-audit --no-fund --no-save --loglevel=error node@20 || die "npm could not install node@20"
    fi
    PATH=$root/build/node/node_modules/.bin:$PATH
}
ensure_web() { npm_install services/contoso-shop/www; }

program() { printf '%s/build/%s/services/contoso-shop/contoso-shop' "$root" "$1"; }

# build PRESET TARGET...: configures once, then builds with ninja's own progress.
build() {
    local preset=$1
    shift
    local launcher=()
    command -v ccache >/dev/null && launcher=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
    if [ ! -f "build/$preset/build.ninja" ]; then
        note "configuring build/$preset"
        cmake --preset "$preset" "${launcher[@]}" >"build/configure-$preset.log" 2>&1 || { tail -n 30 "build/configure-$preset.log" >&2; die "cmake failed"; }
    fi
    ninja -C "build/$preset" ${JOBS:+-j "$JOBS"} -n "$@" 2>/dev/null | grep -q 'no work to do' && return 0
    say "Building $* ($preset)"
    ninja -C "build/$preset" ${JOBS:+-j "$JOBS"} "$@" || die "the build failed; the first error above is the one to read"
}

# serve_arguments ...: turns `up`'s options into those of `contoso-shop serve`, in `arguments`.
serve_arguments() {
    local port=4200 data=$root/data environment=${Environment:-Development} ephemeral=''
    arguments=()
    while [ $# -gt 0 ]; do
        case "$1" in
            --port | --data | --environment) [ $# -ge 2 ] || die "$1 needs a value" ;;&
            --port) port=$2; shift ;;
            --data) data=$2; shift ;;
            --environment) environment=$2; shift ;;
            --port=*) port=${1#*=} ;;
            --data=*) data=${1#*=} ;;
            --environment=*) environment=${1#*=} ;;
            --ephemeral) ephemeral=yes ;;
            -h | --help) usage; exit 0 ;;
            *) arguments+=("$1") ;;
        esac
        shift
    done
    arguments=(--port "$port" --environment "$environment" "${arguments[@]}")
    if [ -n "$ephemeral" ]; then arguments+=(--ephemeral); else arguments+=(--data "$data"); fi
}
