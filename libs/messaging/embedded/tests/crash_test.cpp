// kill -9 at every place that matters: nothing that was confirmed is lost, and what is done twice is done by the
// handler's leave. The negative control shows that the test would see a loss.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <set>

#include "contract_support.hpp"
#include "messaging/embedded/broker.hpp"
#include "support/fixture.hpp"

#ifdef CONTOSO_FAILPOINTS

using namespace messaging;
using namespace messaging::contract;

namespace {

constexpr int many = 400;

struct EmbeddedCrash : testing::Test {
    embedded_test::temporary_directory directory;
    base::call_context ctx;

    // Each message's effect is a message on "done", in the batch's unit: the two queues together hold every one.
    static worker::hook effect_of(embedded_broker& broker) {
        return [&broker](const base::call_context& c, const batch& b) -> asio::awaitable<void> {
            std::vector<message> effects;
            for (const auto& d : b.messages) effects.push_back(note(d.content.body));
            std::ignore = co_await broker.publisher().publish(c, "done", std::move(effects), b.unit);
        };
    }

    struct plain final : broker_under_test {
        explicit plain(embedded_broker& b) : made{b} {}
        messaging::publisher& publisher() override { return made.publisher(); }
        messaging::inspector& inspector() override { return made.inspector(); }
        std::unique_ptr<consumer> make_consumer(consumer_options o) override {
            return made.make_consumer(std::move(o));
        }
        void restart() override {}
        void advance(std::chrono::microseconds) override {}
        bool has_units() const override { return true; }
        embedded_broker& made;
    };

    static consumer_options small_batches() {
        consumer_options o;
        o.queue = "q";
        o.batch = 20;
        return o;
    }

    // A process that publishes `many` and works on them until a failpoint of the file kills it.
    void run_until_killed(const std::string& of_file, const std::string& of_broker) {
        const auto child = ::fork();
        if (child == 0) {
            auto db = embedded_test::open(directory, base::system_clock(), {.failpoints = of_file});
            auto broker = embedded_test::make(*db, base::system_clock(), {.failpoints = of_broker});
            plain under{*broker};
            loop on;
            std::ignore = on.wait([&] { return broker->publisher().publish(ctx, "q", notes(0, many)); });
            worker w{on, under, small_batches(), {}, effect_of(*broker)};
            std::ignore = w.has_seen(many + 1);
            ::_exit(0);
        }
        int status = 0;
        ASSERT_EQ(child, ::waitpid(child, &status, 0));
        ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << status;
    }

    // How often each effect stands after the work was finished by a second process that nobody kills.
    std::multiset<std::string> finish() {
        auto db = embedded_test::open(directory, base::system_clock());
        auto broker = embedded_test::make(*db, base::system_clock());
        plain under{*broker};
        loop on;
        worker w{on, under, small_batches(), {}, effect_of(*broker)};
        EXPECT_TRUE(eventually([&] {
            for (const auto& s : *on.wait([&] { return broker->inspector().queues(ctx); }))
                if (s.name == "q") return s.ready + s.in_hand == 0;
            return false;
        }));
        std::multiset<std::string> out;
        for (const auto& m : *on.wait([&] { return broker->inspector().browse(ctx, "done", 0, 1'000); }))
            out.insert(m.content.body);
        return out;
    }

    void expect_each_once() {
        const auto effects = finish();
        EXPECT_EQ(std::size_t{many}, effects.size());
        EXPECT_EQ(std::size_t{many}, (std::set<std::string>{effects.begin(), effects.end()}.size()));
    }
};

}  // namespace

// The first commits make the tables and publish; the others each end one batch.
TEST_F(EmbeddedCrash, KilledBeforeABatchsCommitEachEffectHappensOnce) {
    run_until_killed("before-commit:7:kill", "");
    expect_each_once();
}

TEST_F(EmbeddedCrash, KilledAfterABatchsCommitEachEffectHappensOnce) {
    run_until_killed("after-commit:7:kill", "");
    expect_each_once();
}

TEST_F(EmbeddedCrash, KilledRightAfterTheConfirmedPublishNothingIsLost) {
    run_until_killed("after-commit:2:kill", "");
    expect_each_once();
}

TEST_F(EmbeddedCrash, AConsumerThatAcksBeforeItsEffectLosesMessages) {
    run_until_killed("before-commit:8:kill", "ack-before-effect:*:fail");

    EXPECT_LT(finish().size(), std::size_t{many});
}

#endif
