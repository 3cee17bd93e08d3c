// Reading a message, its arguments, and writing the answer allocate nothing once buffers have their size.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "hub_protocol.hpp"
#include "signalr/codec.hpp"

namespace {

std::atomic<std::size_t> allocations{0};

void* counted(std::size_t size) {
    allocations.fetch_add(1, std::memory_order_relaxed);
    if (void* const p = std::malloc(size > 0 ? size : 1)) return p;
    throw std::bad_alloc{};
}

}  // namespace

void* operator new(std::size_t size) { return counted(size); }
void* operator new[](std::size_t size) { return counted(size); }
void operator delete(void* p) noexcept { std::free(p); }
void operator delete[](void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }
void operator delete[](void* p, std::size_t) noexcept { std::free(p); }

using namespace signalr;

namespace {

struct order {
    std::int64_t Id = 0;
    double Amount = 0;
    bool Express = false;
};
SIGNALR_DESCRIBE(order, Id, Amount, Express)

// Allocations of a hundred rounds of: cut, parse, read an order and a text, answer with both.
std::size_t cost_of_calls(const hub_protocol& p, const std::string& call) {
    incoming m;
    std::string out, text, scratch;
    const auto once = [&] {
        out.clear();
        const auto size = p.frame_size(call, 0);
        if (!size || *size != call.size() || p.is_ping(call) || !p.parse(call, m)) std::abort();
        auto from = value_reader::of_arguments(p.encoding(), m.arguments);
        order o;
        std::string_view said;
        if (!from.next_element() || !codec<order>::read(from, o) || !from.next_element() || !from.text(said, scratch))
            std::abort();
        const auto place = p.open_result(out, m.invocation_id);
        auto to = p.writer(out);
        codec<order>::write(to, o);
        if (!p.close_message(out, place, to)) std::abort();
        if (!p.write_invocation(out, {}, m.target, typed_arguments<std::string_view, order>{said, o})) std::abort();
        p.write_error(out, m.invocation_id, said);
    };
    for (int i = 0; i < 3; ++i) once();
    const std::size_t before = allocations.load();
    for (int i = 0; i < 100; ++i) once();
    return allocations.load() - before;
}

std::string json_call(std::string_view said) {
    return R"({"arguments":[{"id":7,"amount":12.5,"express":true,"unknown":[1,{"x":null}]},")" + std::string{said} +
           R"("],"invocationId":"12345","target":"Place","type":1})" + record_separator;
}

}  // namespace

TEST(ValueAllocation, IsCountedHere) {
    const std::size_t before = allocations.load();
    const auto one = std::make_unique<int>(1);
    EXPECT_EQ(allocations.load(), before + 1);
}

TEST(ValueAllocation, NoneForACallInJson) {
    EXPECT_EQ(cost_of_calls(json_protocol(), json_call(std::string(200, 'x'))), 0U);
}

TEST(ValueAllocation, NoneForACallWithEscapesInJson) {
    EXPECT_EQ(cost_of_calls(json_protocol(), json_call(R"(escaped \u00e9 \" \n and long enough for the heap é 😀)")),
              0U);
}

TEST(ValueAllocation, NoneForACallInMessagePack) {
    std::string call;
    const order o{7, 12.5, true};
    const std::string said(200, 'x');
    ASSERT_TRUE(
        messagepack_protocol().write_invocation(call, "12345", "Place", typed_arguments<order, std::string>{o, said}));
    EXPECT_EQ(cost_of_calls(messagepack_protocol(), call), 0U);
}
