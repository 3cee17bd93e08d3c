// Sockets that are ready in one turn are read together: what one protocol does to the other's connection comes between the
// other's reading and its turn.
#include <gtest/gtest.h>

#include <future>

#include "loopback.hpp"

namespace net {
namespace {

using testing::call_on;
using testing::eventually;
using testing::plain_socket;
using testing::recorder;
using testing::script;

// The first of two that gets bytes does something to the other's connection, once.
struct pair_of_riders {
    std::function<void(connection&)> act;
    std::vector<connection*> wires;
    std::vector<script::log_ptr> logs;  // of the same order
    int first = -1;
};

class rider final : public recorder {
public:
    rider(std::shared_ptr<pair_of_riders> both, script::log_ptr l) : recorder{std::move(l)}, both_{std::move(both)} {}
    void attached(connection& c) override {
        recorder::attached(c);
        both_->wires.push_back(&c);
        both_->logs.push_back(log_);
    }
    std::size_t absorb(std::string_view bytes) override {
        if (both_->first < 0) {
            both_->first = both_->wires[0] == wire_ ? 0 : 1;
            both_->act(*both_->wires[static_cast<std::size_t>(1 - both_->first)]);
        }
        return recorder::absorb(bytes);
    }

private:
    std::shared_ptr<pair_of_riders> both_;
};

class ReadyTogether : public ::testing::Test {
protected:
    void SetUp() override {
        all.start();
        port = *listen(all, {},
                       [this](loop&) { return std::make_unique<rider>(both, std::make_shared<recorder::log>()); });
        one.emplace(port->port());
        two.emplace(port->port());
        ASSERT_TRUE(eventually([&] { return port->open_connections() == 2; }));
        call_on(all.at(0), [] {});  // both are attached
    }
    // The loop stands still while both peers act, and finds both sockets ready then.
    void in_one_turn(const std::function<void()>& peers) {
        std::promise<void> stands, go_on;
        all.at(0).post([&] {
            stands.set_value();
            go_on.get_future().wait();
        });
        stands.get_future().wait();
        peers();
        go_on.set_value();
        ASSERT_TRUE(eventually([&] { return log_of(0).turns() + log_of(1).turns() > 0; }));
    }
    recorder::log& log_of(int i) { return *both->logs[static_cast<std::size_t>(i)]; }
    recorder::log& first() { return log_of(both->first); }
    recorder::log& other() { return log_of(1 - both->first); }
    connection& other_wire() { return *both->wires[static_cast<std::size_t>(1 - both->first)]; }

    loops all{1};
    std::shared_ptr<pair_of_riders> both = std::make_shared<pair_of_riders>();
    std::unique_ptr<listener> port;
    std::optional<plain_socket> one, two;
};

TEST_F(ReadyTogether, DropsWhatWasReadForAConnectionThatIsAborted) {
    both->act = [](connection& c) { c.abort(); };

    in_one_turn([&] {
        one->write("one");
        two->write("two");
    });

    EXPECT_TRUE(eventually([&] { return other().ended() == end_reason::aborted; }));
    EXPECT_EQ("", other().text());
    EXPECT_EQ(3U, first().text().size());
    EXPECT_TRUE(eventually([&] { return port->open_connections() == 1; }));
}

TEST_F(ReadyTogether, KeepsWhatWasReadForAConnectionThatIsPaused) {
    both->act = [](connection& c) { c.pause_reading(); };

    in_one_turn([&] {
        one->write("one");
        two->write("two");
    });
    call_on(all.at(0), [] {});

    EXPECT_EQ("", other().text());
    call_on(all.at(0), [&] { other_wire().resume_reading(); });
    EXPECT_TRUE(eventually([&] { return other().text().size() == 3; }));
}

TEST_F(ReadyTogether, TellsThePeersEndOnlyWhenReadingGoesOn) {
    both->act = [](connection& c) { c.pause_reading(); };

    in_one_turn([&] {
        one->write("one");
        one->shut_writing();
        two->write("two");
        two->shut_writing();
    });
    call_on(all.at(0), [] {});

    EXPECT_FALSE(other().ended().has_value());
    call_on(all.at(0), [&] { other_wire().resume_reading(); });
    EXPECT_TRUE(eventually([&] { return other().ended() == end_reason::peer_closed; }));
    EXPECT_EQ(3U, other().text().size());
}

TEST_F(ReadyTogether, SendsWhatTheOtherWasTold) {
    both->act = [](connection& c) { c.send(std::string_view{"word"}); };

    in_one_turn([&] {
        one->write("one");
        two->write("two");
    });

    EXPECT_EQ("word", (both->first == 0 ? two : one)->read(4));
}

}  // namespace
}  // namespace net
