// Nothing to compare here but that all agree: these are for the thread sanitizer.
#include <thread>

#include "support/web_fixture.hpp"

using namespace platform_test;

namespace {

template <class F>
void from_four_threads(F f) {
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) threads.emplace_back([f, t] { f(t); });
    for (auto& t : threads) t.join();
}

}  // namespace

TEST(ManyThreads, MayVerifyTokensTogether) {
    base::manual_clock time;
    const auto verifier = platform::make_verifier({.keys = {{secret, "", ""}}, .cache = 8}, time);
    std::vector<std::string> tokens;
    for (int i = 0; i < 32; ++i)
        tokens.push_back(
            platform::make_token({"user-" + std::to_string(i), "", "", secret, {"role"}, std::chrono::hours{1}}, time)
                .text);
    std::atomic<int> wrong{0};

    from_four_threads([&](int t) {
        for (int i = 0; i < 500; ++i) {
            const auto n = static_cast<std::size_t>((i * (t + 1)) % 32);
            const auto who = verifier->verify(tokens[n]);
            if (!who || who->user != "user-" + std::to_string(n)) ++wrong;
        }
    });

    EXPECT_EQ(0, wrong);
}

TEST(ManyThreads, MayServeLogAndDrainTogether) {
    base::manual_clock time;
    base::metrics metrics;
    platform::captured_log log;
    const auto verifier = platform::make_verifier({.keys = {{secret, "", ""}}}, time);
    const auto web = platform::make_web({.rate_per_user = 1e9, .access_log = true}, verifier.get(), time,
                                        base::system_ids(), base::log_scope{log}, metrics);
    const auto health = platform::make_health("");
    health->mount(*web, metrics);
    web->on_quick(net::http::method::post, "/api/x", platform::access::user, [](platform::exchange& e) {
        e.context.log.info("working");
        return net::http::make_response(200, "text/plain", e.caller.user);
    });
    const auto token = "Bearer " + platform::make_token({"ann", "", "", secret, {}, std::chrono::hours{1}}, time).text;
    std::atomic<int> served{0}, refused{0};

    from_four_threads([&](int t) {
        request_maker requests;
        for (int i = 0; i < 100; ++i) {
            if (t == 0) web->lame_duck(i % 2 == 0, {"/api/x"});
            if (t == 1) health->set(i % 2 ? platform::phase::serving : platform::phase::draining);
            const auto r = ask(*web, requests.make("POST", "/api/x", {{"Authorization", token}}));
            ++(r.status == 200 ? served : refused);
            ask(*web, requests.make("GET", "/health/ready"));
            if (i % 10 == 0) ask(*web, requests.make("GET", "/metrics"));
        }
    });

    EXPECT_EQ(400, served + refused);
    EXPECT_GT(served, 0);
}
