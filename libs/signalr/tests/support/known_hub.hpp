// A hub whose clients' ids are known, and coroutines of the server's own that are run to their end.
#pragma once
#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <map>

#include "hub_on_wire.hpp"

namespace signalr::testing {

namespace asio = boost::asio;
using strings = std::vector<std::string>;

inline std::string sent(std::string_view target, std::string_view arguments) {
    return R"({"type":1,"target":")" + std::string{target} + R"(","arguments":)" + std::string{arguments} + "}\x1e";
}

// What a coroutine came to.
template <class T>
struct outcome_of {
    std::optional<T> value;
    std::string error;  // type and text of what it threw
    bool done() const { return value || !error.empty(); }
};

inline std::string text_of(std::exception_ptr thrown) {
    try {
        std::rethrow_exception(thrown);
    } catch (const hub_exception& e) {
        return std::string{"HubException: "} + e.what();
    } catch (const described_error& e) {
        return e.type_name() + ": " + e.what();
    } catch (const std::exception& e) {
        return std::string{"exception: "} + e.what();
    }
}

class known_hub : public hub_on_wire {
public:
    explicit known_hub(hub_options options = {}, std::shared_ptr<backplane> servers = nullptr)
        : hub_on_wire{options, user_from_header, std::move(servers)} {
        hub->on_connected([this](caller_context& c) -> asio::awaitable<void> {
            last_ = c.connection_id();
            co_return;
        });
    }
    std::unique_ptr<wire_client> connect(std::string_view user = {}) {
        auto client = hub_on_wire::connect(user);
        ids_[client.get()] = last_;
        return client;
    }
    const std::string& id(const wire_client& c) const { return ids_.at(&c); }

    void run(asio::awaitable<void> work) {
        std::exception_ptr thrown;
        bool done = false;
        asio::co_spawn(loop.context(), std::move(work), [&](std::exception_ptr e) { thrown = e, done = true; });
        loop.run();
        if (!done) throw std::logic_error{"it waits"};
        if (thrown) std::rethrow_exception(thrown);
    }
    void join(const wire_client& c, std::string group) { run(hub->groups().add(id(c), std::move(group))); }
    void leave(const wire_client& c, std::string group) { run(hub->groups().remove(id(c), std::move(group))); }

    // Asks for an int; the outcome comes when the loop has run.
    std::shared_ptr<outcome_of<std::int32_t>> ask(std::string id, std::string target = "Ask",
                                                  std::chrono::milliseconds limit = std::chrono::hours{1}) {
        auto out = std::make_shared<outcome_of<std::int32_t>>();
        asio::co_spawn(
            loop.context(),
            [this, id, target, limit]() -> asio::awaitable<std::int32_t> {
                co_return co_await hub->clients().client(id).ask_within<std::int32_t>(limit, target, 1);
            },
            [out](std::exception_ptr e, std::int32_t value) {
                if (e)
                    out->error = text_of(e);
                else
                    out->value = value;
            });
        loop.run();
        return out;
    }

private:
    std::string last_;
    std::map<const wire_client*, std::string> ids_;
};

}  // namespace signalr::testing
