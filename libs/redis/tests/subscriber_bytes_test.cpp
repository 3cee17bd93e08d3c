// What a subscriber says and what it makes of what it hears, on bytes alone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scripted.hpp"

namespace redis {
namespace {

using testing::ask;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using namespace std::chrono_literals;
using request = subscriber_core::request;

struct logs {
    std::shared_ptr<std::vector<std::string>> heard = std::make_shared<std::vector<std::string>>();
    std::shared_ptr<std::vector<gap>> gaps = std::make_shared<std::vector<gap>>();

    subscriber_events events() const {
        return {[log = gaps](const gap& g) { log->push_back(g); }, {}};
    }
};

struct scripted_subscriber : logs, testing::scripted<subscriber_core> {
    using outcomes = std::shared_ptr<std::vector<base::result<>>>;

    explicit scripted_subscriber(settings s = {}) : scripted{std::move(s), events()} {}

    outcomes subscribe(std::string channel) {
        return submit({request::kind::subscribe, std::move(channel), hear(), nullptr});
    }
    outcomes unsubscribe(std::string channel) {
        return submit({request::kind::unsubscribe, std::move(channel), {}, nullptr});
    }
    outcomes submit(request r, bool run = true) {
        auto into = std::make_shared<std::vector<base::result<>>>();
        r.who = call_with<void>([into](base::result<> o) { into->push_back(std::move(o)); });
        core->submit(std::move(r));
        if (run) home.run();
        return into;
    }
    message_handler hear() {
        return [log = heard](std::string_view channel, std::string_view payload) {
            log->push_back(std::string{channel} + "=" + std::string{payload});
        };
    }
};

std::string kind(const scripted_subscriber::outcomes& o) {
    if (o->empty()) return "waiting";
    return (*o)[0] ? "done" : base::to_string((*o)[0].error().kind);
}

std::string yes(std::string_view what, std::string_view channel) {
    return "*3\r\n$" + std::to_string(what.size()) + "\r\n" + std::string{what} + "\r\n$" +
           std::to_string(channel.size()) + "\r\n" + std::string{channel} + "\r\n:1\r\n";
}
const std::string message_a = "*3\r\n$7\r\nmessage\r\n$1\r\na\r\n$2\r\nhi\r\n";

TEST(SubscriberOnBytes, AsksForManyChannelsInOneCommand) {
    scripted_subscriber s;
    s.greet();
    const auto a = s.submit({request::kind::subscribe, "a", s.hear(), nullptr}, false);
    const auto b = s.submit({request::kind::subscribe, "b", s.hear(), nullptr}, false);
    EXPECT_EQ(ask("SUBSCRIBE a b"), s.sent());
    s.answer(yes("subscribe", "a"));
    EXPECT_EQ("done", kind(a));
    EXPECT_EQ("waiting", kind(b));
    s.answer(message_a + yes("subscribe", "b"));
    EXPECT_EQ("done", kind(b));
    EXPECT_THAT(*s.heard, ElementsAre("a=hi"));
}

TEST(SubscriberOnBytes, KnowsWhichOfTwoSubscriptionsIsConfirmed) {
    scripted_subscriber s;
    s.greet();
    const auto first = s.subscribe("a"), left = s.unsubscribe("a"), second = s.subscribe("a");
    EXPECT_EQ(ask("SUBSCRIBE a") + ask("UNSUBSCRIBE a") + ask("SUBSCRIBE a"), s.sent());
    EXPECT_EQ("unavailable", kind(first));
    s.answer(yes("subscribe", "a"));
    EXPECT_EQ("waiting", kind(second)) << "that was the first's";
    s.answer(yes("unsubscribe", "a"));
    EXPECT_EQ("done", kind(left));
    s.answer(yes("subscribe", "a"));
    EXPECT_EQ("done", kind(second));
    EXPECT_EQ(1U, s.core->stats().channels);
}

TEST(SubscriberOnBytes, DropsWhatComesForAChannelThatWasLeft) {
    scripted_subscriber s;
    s.greet();
    s.subscribe("a");
    s.answer(yes("subscribe", "a"));
    s.unsubscribe("a");
    s.answer(message_a);
    EXPECT_THAT(*s.heard, IsEmpty());
}

TEST(SubscriberOnBytes, TellsOneGapForALossInTwoParts) {
    settings quick;
    quick.backoff_first = quick.backoff_cap = 100ms;
    scripted_subscriber s{quick};
    s.greet();
    s.subscribe("a");
    s.subscribe("b");
    s.answer(yes("subscribe", "a") + yes("subscribe", "b"));
    const auto lost_at = s.clock.now();
    s.wire->break_off();
    s.home.run();
    s.advance(200ms);
    s.greet();
    const bool a_first = s.sent().find("$1\r\na") < 25;
    s.answer(yes("subscribe", a_first ? "a" : "b"));
    EXPECT_THAT(*s.gaps, IsEmpty()) << "one is still missing";
    s.wire->break_off();
    s.home.run();
    s.advance(200ms);
    s.greet();
    const bool again = s.sent().find("$1\r\na") < 25;
    s.answer(yes("subscribe", again ? "a" : "b") + yes("subscribe", again ? "b" : "a"));
    ASSERT_EQ(1U, s.gaps->size());
    EXPECT_EQ(lost_at, (*s.gaps)[0].lost_at);
    EXPECT_EQ(s.clock.now(), (*s.gaps)[0].restored_at);
    EXPECT_EQ(2U, (*s.gaps)[0].channels);
    EXPECT_EQ(2U, s.core->state().reconnects);
}

TEST(SubscriberOnBytes, TellsAGapAlsoWhenAChannelIsRefusedAfterwards) {
    settings quick;
    quick.backoff_first = quick.backoff_cap = 100ms;
    scripted_subscriber s{quick};
    s.greet();
    s.subscribe("a");
    s.subscribe("b");
    s.answer(yes("subscribe", "a") + yes("subscribe", "b"));
    s.wire->break_off();
    s.home.run();
    s.advance(200ms);
    s.greet();
    const bool a_first = s.sent().find("$1\r\na") < 25;
    s.answer("-NOPERM no channel for you\r\n");
    EXPECT_EQ(a_first ? ask("SUBSCRIBE a") + ask("SUBSCRIBE b") : ask("SUBSCRIBE b") + ask("SUBSCRIBE a"), s.sent());
    const std::string no = "-NOPERM no channel for you\r\n";
    s.answer(a_first ? yes("subscribe", "a") + no : no + yes("subscribe", "a"));
    ASSERT_EQ(1U, s.gaps->size());
    EXPECT_EQ(1U, (*s.gaps)[0].channels);
    EXPECT_EQ(1U, (*s.gaps)[0].refused);
}

TEST(SubscriberOnBytes, GivesUpASubscriptionThatIsNotConfirmed) {
    settings quick;
    quick.command_timeout = 1s;
    scripted_subscriber s{quick};
    s.greet();
    const auto a = s.subscribe("a");
    s.sent();
    s.advance(500ms);
    s.answer("*3\r\n$7\r\nmessage\r\n$1\r\nz\r\n$2\r\nhi\r\n");  // it is alive
    s.advance(600ms);
    EXPECT_EQ("timeout", kind(a));
    EXPECT_EQ(ask("UNSUBSCRIBE a"), s.sent());
    EXPECT_EQ(0U, s.core->stats().wanted);
    s.answer(yes("subscribe", "a") + message_a + yes("unsubscribe", "a"));
    EXPECT_THAT(*s.heard, IsEmpty());
    EXPECT_TRUE(s.core->state().connected);
}

TEST(SubscriberOnBytes, RefusesANameThatIsNone) {
    settings few;
    few.max_channel_name = 3;
    scripted_subscriber s{few};
    s.greet();
    EXPECT_EQ("invalid", kind(s.subscribe("")));
    EXPECT_EQ("invalid", kind(s.subscribe("abcd")));
    EXPECT_EQ("waiting", kind(s.subscribe("abc")));
    EXPECT_EQ(ask("SUBSCRIBE abc"), s.sent());
}

TEST(SubscriberOnBytes, CutsOffAServerThatConfirmsWhatWasNotAsked) {
    for (const auto& bytes :
         {yes("subscribe", "a"), std::string{"+PONG\r\n"}, std::string{"-ERR\r\n"}, std::string{":1\r\n"}}) {
        scripted_subscriber s;
        s.greet();
        s.answer(bytes);
        EXPECT_TRUE(s.wire->aborted()) << bytes;
    }
    scripted_subscriber s;
    s.greet();
    s.subscribe("a");
    s.answer(yes("subscribe", "b"));
    EXPECT_TRUE(s.wire->aborted());
}

TEST(SubscriberOnBytes, TakesEitherAnswerToItsPing) {
    settings quick;
    quick.heartbeat_after = 1s;
    quick.heartbeat_timeout = 500ms;
    scripted_subscriber s{quick};
    s.greet();
    for (const auto* pong : {"+PONG\r\n", "*2\r\n$4\r\npong\r\n$0\r\n\r\n"}) {
        s.advance(1'100ms);
        EXPECT_EQ(ask("PING"), s.sent());
        s.answer(pong);
        EXPECT_TRUE(s.core->state().connected);
    }
    const auto silent = s.wire;
    s.advance(1'700ms);
    EXPECT_TRUE(silent->aborted()) << "no answer at all";
}

TEST(SubscriberOnBytes, SurvivesAHandlerThatEndsIt) {
    scripted_subscriber s;
    s.greet();
    int calls = 0;
    auto ends = [&, held = std::make_shared<int>(7)](std::string_view, std::string_view) {
        s.core->abandon();
        calls += *held;
    };
    s.submit({request::kind::subscribe, "a", ends, nullptr});
    s.answer(yes("subscribe", "a") + message_a + message_a);
    EXPECT_EQ(7, calls) << "once";
}

}  // namespace
}  // namespace redis
