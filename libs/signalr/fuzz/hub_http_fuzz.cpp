// Arbitrary requests against a hub that has a few connections of each kind: nothing of them may break it, and no connection
// may stay behind.
#include <fuzzer/FuzzedDataProvider.h>

#include <cstdlib>
#include <deque>

#include "../tests/support/hub_over_http.hpp"

using namespace signalr;
using namespace signalr::testing;
using std::chrono::milliseconds;

namespace {

hub_options small_limits(base::id_source& ids) {
    hub_options o;
    o.disconnect_timeout = milliseconds{3'000};
    o.poll_timeout = milliseconds{5'000};
    o.transport_send_timeout = milliseconds{2'000};
    o.max_negotiated = 20;
    o.transport_max_buffer_size = 600;
    o.application_max_buffer_size = 300;
    o.max_waiting_posts = 3;
    o.max_early_bytes = 500;
    o.broadcast_backlog = 2'000;
    o.maximum_receive_message_size = 1'000;
    o.ids = &ids;
    return o;
}

class session {
public:
    session(const std::uint8_t* data, std::size_t size) : in_{data, size}, served_{small_limits(ids_)} {
        served_.hub->on("Echo", 1, [](caller_context&, const auto& args) -> boost::asio::awaitable<std::string> {
            co_return boost::json::serialize(args[0]);
        });
        served_.hub->on("Abort", 0, [](caller_context& c, const auto&) -> boost::asio::awaitable<std::string> {
            c.abort();
            co_return "null";
        });
        for (int i = 0; i < 6; ++i) targets_.push_back(served_.fresh());
        targets_.push_back("/hub");
        targets_.push_back("/hub/negotiate");
        keep(served_.poll(targets_[0]));
        keep(served_.events(targets_[1]));
        keep(served_.upgrade(targets_[2]));
        for (int i = 0; i < 2; ++i) served_.post(targets_[i], hub_over_http::hello);
    }
    void run() {
        while (in_.remaining_bytes() > 0) step();
        for (auto& r : open_) r.wire->break_off();
        served_.advance(milliseconds{12'000});  // polls that have no client any more
        if (served_.hub->stats().connections != 0) std::abort();
        if (served_.stats->in_flight != 0) std::abort();
    }

private:
    void step() {
        switch (in_.ConsumeIntegralInRange(0, 9)) {
            case 0:
                return served_.advance(milliseconds{in_.ConsumeIntegralInRange(1, 6'000)});
            case 1:
                return served_.hub->clients().all().send_json(
                    "n", "[\"" + std::string(in_.ConsumeIntegralInRange(0, 900), 'x') + "\"]");
            case 2:
                if (auto* r = any()) r->wire->hold_output();
                return;
            case 3:
                if (auto* r = any()) r->wire->take_output();
                return;
            case 4:
                if (auto* r = any()) r->go_away();
                return;
            case 5:
                if (auto* r = any()) r->wire->feed(in_.ConsumeRandomLengthString(200));
                return;
            case 6:
                return negotiate();
            default:
                return request();
        }
    }
    void negotiate() {
        const auto query = printable(in_.ConsumeRandomLengthString(40));
        const auto r = served_.send("POST", "/hub/negotiate?negotiateVersion=1&" + query);
        boost::system::error_code ec;
        const auto said = boost::json::parse(r.body(), ec);
        if (ec || !said.as_object().contains("connectionToken")) return;
        targets_[in_.ConsumeIntegralInRange<std::size_t>(0, targets_.size() - 1)] =
            "/hub?id=" + std::string{said.at("connectionToken").as_string()};
    }
    void request() {
        static const char* const verbs[] = {"GET", "POST", "DELETE", "PUT", "OPTIONS", "HEAD"};
        static const std::vector<std::string> heads[] = {
            {},
            {"Accept: text/event-stream"},
            {"Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
             "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="},
            {"X-User: anna"},
            {"Accept: */*, text/event-stream;q=1", "Connection: close"}};
        static const std::string bodies[] = {std::string{hub_over_http::hello},
                                             call_text("1", "Echo", "[\"a\"]"),
                                             call_text("", "Abort"),
                                             call_text("2", "Echo", "[\"" + std::string(400, 'b') + "\"]"),
                                             "{\"type\":7}\x1e",
                                             "{\"type\":6}\x1e"};
        const auto& target = targets_[in_.ConsumeIntegralInRange<std::size_t>(0, targets_.size() - 1)];
        const auto* verb = in_.PickValueInArray(verbs);
        const auto& head = heads[in_.ConsumeIntegralInRange<std::size_t>(0, 4)];
        const auto which = in_.ConsumeIntegralInRange<std::size_t>(0, 8);
        const auto body = which < 6 ? bodies[which] : in_.ConsumeRandomLengthString(600);
        const auto more =
            in_.ConsumeIntegralInRange(0, 7) == 0 ? "&" + printable(in_.ConsumeRandomLengthString(30)) : "";
        keep(served_.send(verb, target + more, std::string_view{verb} == "POST" ? body : "", head));
    }
    static std::string printable(std::string text) {
        for (char& c : text)
            if (c <= ' ' || c > '~') c = '_';
        return text;
    }
    void keep(sent_request r) {
        open_.push_back(std::move(r));
        if (open_.size() <= 24) return;
        open_.front().wire->break_off();
        open_.pop_front();
    }
    sent_request* any() {
        return open_.empty() ? nullptr : &open_[in_.ConsumeIntegralInRange<std::size_t>(0, open_.size() - 1)];
    }

    base::seeded_ids ids_{1};
    FuzzedDataProvider in_;
    hub_over_http served_;
    std::vector<std::string> targets_;
    std::deque<sent_request> open_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    session{data, size}.run();
    return 0;
}
