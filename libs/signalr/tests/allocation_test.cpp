// In steady state a call of a method that answers at once costs no allocation, from the bytes received to the bytes queued.
#include <gtest/gtest.h>
#include <boost/asio/post.hpp>

#include <atomic>
#include <cstdlib>
#include <new>

#include "support/hub_on_wire.hpp"

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
using namespace signalr::testing;
namespace asio = boost::asio;

namespace {

// A session on a connection that takes what is sent and keeps nothing of it but its length.
class sink final : public net::connection {
public:
    explicit sink(fake_loop& home) : home_{home} {}
    net::loop& home() noexcept override { return home_; }
    const boost::asio::ip::address& peer_address() const noexcept override { return peer_; }
    bool secure() const noexcept override { return false; }
    void send(std::string_view bytes) override { taken += bytes.size(), last.assign(bytes.substr(0, 64)); }
    void send(std::string&& bytes) override { send(std::string_view{bytes}); }
    void send(net::shared_bytes bytes) override { send(std::string_view{*bytes}); }
    std::size_t backlog() const noexcept override { return 0; }
    void pause_reading() override {}
    void resume_reading() override {}
    void set_deadline(std::chrono::steady_clock::time_point) override {}
    void close() override {}
    void abort() override {}
    void switch_to(std::unique_ptr<net::protocol>) override {}

    std::size_t taken = 0;
    std::string last;

private:
    fake_loop& home_;
    boost::asio::ip::address peer_;
};

struct scene {
    scene() {
        h.hub->on("Echo", [](std::string_view text) { return text; });
        h.hub->on("Void", [](std::string_view) {});
        h.hub->on("Sum", [](int a, int b) { return a + b; });
        h.hub->on("Later", [](std::string_view text) -> asio::awaitable<std::size_t> { co_return text.size(); });
        h.hub->on("Count", [](int to) -> generator<int> {
            for (int i = 0; i < to; ++i) co_yield i;
        });
        wire.last.reserve(64);
        rider = std::move(h.hub->handle(request).upgrade);
        rider->attached(wire);
        receive("{\"protocol\":\"json\",\"version\":1}\x1e");
    }
    ~scene() { rider->on_end(net::end_reason::aborted), h.loop.run(); }

    void receive(std::string_view message) {
        std::string frame = framed(message);
        rider->absorb(frame);
    }
    // How many allocations a thousand of these cost, once they are usual.
    std::size_t cost_of(std::string_view message) {
        const std::string frame = framed(message);
        std::string copy = frame;
        // On the loop, as always: Asio recycles memory there.
        const auto once = [&] {
            asio::post(h.loop.context(), [&] {
                copy.assign(frame);  // it is unmasked in place
                rider->absorb(copy);
            });
            h.loop.run();
        };
        for (int i = 0; i < 10; ++i) once();
        const std::size_t before = allocations.load();
        for (int i = 0; i < 1000; ++i) once();
        return allocations.load() - before;
    }
    static std::string framed(std::string_view message) {
        net::websocket::mask_key mask{1, 2, 3, 4};
        std::string frame;
        net::websocket::append_frame(frame, net::websocket::opcode::text, message, true, &mask);
        return frame;
    }

    hub_on_wire h;
    sink wire{h.loop};
    net::http::request request = upgrade_request("/hub");
    std::unique_ptr<net::protocol> rider;
};

}  // namespace

TEST(Allocation, IsCountedHere) {
    const std::size_t before = allocations.load();
    const auto one = std::make_unique<int>(1);
    EXPECT_EQ(allocations.load(), before + 1);
}

TEST(Allocation, NoneForAnEcho) {
    scene s;
    const std::string text(200, 'x');
    EXPECT_EQ(s.cost_of(call_text("12345", "Echo", "[\"" + text + "\"]")), 0U);
    EXPECT_GT(s.wire.taken, 1000 * text.size());
    EXPECT_NE(s.wire.last.find("\"invocationId\":\"12345\",\"result\":\"xxx"), std::string::npos);
}

TEST(Allocation, NoneForWhatReturnsNothing) {
    scene s;
    EXPECT_EQ(s.cost_of(call_text("1", "Void", "[\"x\"]")), 0U);
    EXPECT_EQ(s.cost_of("{\"type\":1,\"target\":\"Void\",\"arguments\":[\"x\"]}\x1e"), 0U);
}

TEST(Allocation, NoneForNumbers) {
    scene s;
    EXPECT_EQ(s.cost_of(call_text("1", "Sum", "[1,2]")), 0U);
}

TEST(Allocation, NoneForPings) {
    scene s;
    EXPECT_EQ(s.cost_of("{\"type\":6}\x1e"), 0U);
}

TEST(Allocation, FewForACoroutine) {
    scene s;
    // Asio keeps two frames for the next call; there are three of them here.
    EXPECT_LE(s.cost_of(call_text("1", "Later", "[\"x\"]")), 2 * 1000U);
}

TEST(Allocation, NoneForAnItemOfAStream) {
    scene s;
    const auto of_items = [&](int n) {
        return s.cost_of(R"({"type":4,"invocationId":"1","target":"Count","arguments":[)" + std::to_string(n) +
                         "]}\x1e");
    };
    EXPECT_EQ(of_items(60), of_items(1));
    EXPECT_GT(s.wire.taken, 60'000U);
}
