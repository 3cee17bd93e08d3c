// A client's or subscriber's inside on connections without sockets: the test is the server, and time stands until moved.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "base/id_source.hpp"
#include "base/manual_clock.hpp"
#include "client_core.hpp"
#include "fake_connection.hpp"
#include "subscriber_core.hpp"

namespace redis::testing {

using namespace std::chrono_literals;

// RESP of a command, as a test writes it: `ask("GET k")`.
inline std::string ask(std::string_view words) {
    std::vector<std::string_view> args;
    while (!words.empty()) {
        const auto end = std::min(words.find(' '), words.size());
        args.push_back(words.substr(0, end));
        words.remove_prefix(std::min(end + 1, words.size()));
    }
    batch b;
    b.add(arguments{args});
    return b.bytes();
}

template <class Core>
class scripted {
public:
    template <class... More>
    explicit scripted(settings s, More&&... more) {
        if (s.endpoints.empty()) s.endpoints = {{"redis.test", 6379}};
        surroundings around;
        around.clock = &clock;
        around.ids = &ids;
        auto connect = [this](const endpoint& to, std::unique_ptr<net::protocol> rider, auto then) {
            tried.push_back(to.host);
            if (refusing) return home.post([then] { then(base::fail(base::fault_kind::unavailable, "refused")); });
            home.post([this, then, held = std::make_shared<std::unique_ptr<net::protocol>>(std::move(rider))] {
                wire = net::testing::fake_connection::make(home, std::move(*held));
                then(std::static_pointer_cast<net::connection>(wire));
            });
        };
        core = std::make_shared<Core>(home, std::move(s), around, connect, std::forward<More>(more)...);
        home.turn([this] { core->open(); });
        home.run();
    }
    ~scripted() {
        home.turn([this] { core->abandon(); });
        home.run();
    }

    // Answers the greeting of a client without password, name and database.
    void greet() {
        wire->take_sent();
        wire->feed("+PONG\r\n");
        home.run();
    }
    std::string sent() {
        home.run();
        return wire->take_sent();
    }
    void answer(std::string_view bytes) {
        wire->feed(bytes);
        home.run();
    }
    // Moves all clocks in ticks of 100 ms.
    void advance(std::chrono::milliseconds by) {
        for (auto done = 0ms; done < by; done += 100ms) {
            clock.advance(100ms);
            home.advance(100ms);
            home.run();
        }
    }

    base::manual_clock clock;
    base::seeded_ids ids{1};
    net::testing::fake_loop home;
    std::shared_ptr<net::testing::fake_connection> wire;
    std::vector<std::string> tried;  // hosts, in order
    bool refusing = false;
    std::shared_ptr<Core> core;
};

}  // namespace redis::testing
