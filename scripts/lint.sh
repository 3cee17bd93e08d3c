# ./contoso lint: formatting, the plan of the rooms, clang-tidy's short list. Sourced by ./contoso.
ensure build
ensure test
ensure lint
ensure_node
say "clang-format"
git ls-files '*.cpp' '*.hpp' | xargs -r clang-format-19 --dry-run -Werror
say "rooms"
node tests/rooms/check.mjs
say "clang-tidy"
build dev all
git ls-files 'libs/*.cpp' 'services/*.cpp' | grep -v -e /tests/ -e /fuzz/ -e /bench/ -e base/src/asio.cpp |
    xargs -r -P "${JOBS:-$(nproc)}" -n 1 clang-tidy-19 -p build/dev --quiet
