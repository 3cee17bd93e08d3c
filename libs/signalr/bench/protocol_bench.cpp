// What a hub message costs without a hub and a socket: cut, parsed, its argument read, the answer written. One line for each case:
// nanoseconds of one thread per message.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "hub_protocol.hpp"
#include "signalr/codec.hpp"

using namespace signalr;

namespace {

constexpr int rounds = 2'000'000;

template <class F>
void measure(const char* name, F once) {
    for (int i = 0; i < rounds / 10; ++i) once();
    const auto from = std::chrono::steady_clock::now();
    for (int i = 0; i < rounds; ++i) once();
    const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - from;
    std::printf("%-36s %7.1f ns\n", name, took.count() / rounds);
}

void echo(const char* name, const hub_protocol& p, const std::string& call) {
    incoming m;
    std::string out, scratch;
    measure(name, [&] {
        out.clear();
        const auto size = p.frame_size(call, 0);
        if (!size || p.is_ping(call) || !p.parse(std::string_view{call}.substr(0, *size), m)) std::abort();
        auto from = value_reader::of_arguments(p.encoding(), m.arguments);
        std::string_view text;
        if (!from.next_element() || !from.text(text, scratch)) std::abort();
        const auto place = p.open_result(out, m.invocation_id);
        auto to = p.writer(out);
        to.text(text);
        if (!p.close_message(out, place, to)) std::abort();
    });
}

void push(const char* name, const hub_protocol& p, const std::string& text) {
    std::string out;
    measure(name, [&] {
        out.clear();
        if (!p.write_invocation(out, {}, "b", typed_arguments<std::string>{text})) std::abort();
    });
}

std::string call_in(const hub_protocol& p, const std::string& text) {
    std::string out;
    if (!p.write_invocation(out, "12345", "Echo", typed_arguments<std::string>{text})) std::abort();
    return out;
}

}  // namespace

int main() {
    const auto& json = json_protocol();
    const auto& packed = messagepack_protocol();
    const std::string small(16, 'x'), large(1000, 'x');
    const auto as_in_browsers = [](const std::string& text) {
        return R"({"arguments":[")" + text + R"("],"invocationId":"12345","target":"Echo","type":1})" +
               record_separator;
    };
    echo("json echo, 16 bytes", json, as_in_browsers(small));
    echo("json echo, 1000 bytes", json, as_in_browsers(large));
    echo("messagepack echo, 16 bytes", packed, call_in(packed, small));
    echo("messagepack echo, 1000 bytes", packed, call_in(packed, large));
    push("json push, 16 bytes", json, small);
    push("messagepack push, 16 bytes", packed, small);
    measure("json ping", [&, ping = std::string{"{\"type\":6}\x1e"}] {
        const auto size = json.frame_size(ping, 0);
        if (!size || !json.is_ping(std::string_view{ping}.substr(0, *size))) std::abort();
    });
}
