// The workflow contract over a real redis-server, and what only Redis can do to it: be away, be silent, lose everything.
#include "workflow/redis/store.hpp"

#include <gtest/gtest.h>

#include "net/loop.hpp"
#include "redis_server.hpp"
#include "workflow_contract.hpp"

using namespace workflow;
using namespace workflow::test;
using namespace std::chrono_literals;

namespace {

// Lets time pass on the server: every key has so much less to live.
const redis::script age_everything{R"(
for _, key in ipairs(redis.call('KEYS', '*')) do
  local left = redis.call('PTTL', key)
  if left >= 0 then
    if left <= tonumber(ARGV[1]) then redis.call('DEL', key) else redis.call('PEXPIRE', key, left - ARGV[1]) end
  end
end
return 1)"};

// One server for all tests of this program, emptied for each.
struct surroundings {
    net::loops loops{1};
    redis::testing::redis_server server;
    surroundings() { loops.start(); }

    static surroundings& here() {
        static surroundings all;
        return all;
    }
    std::unique_ptr<redis::client> client() {
        auto made = redis::make_client(loops.at(0), server.to());
        if (!made || !sync((*made)->ready())) throw std::runtime_error{"no redis"};
        return std::move(*made);
    }
};

struct owned_store {
    std::unique_ptr<redis::client> client;
    std::unique_ptr<store> made;
};

subject make_subject() {
    auto& around = surroundings::here();
    auto owned = std::make_shared<owned_store>();
    owned->client = around.client();
    if (!sync(owned->client->command("FLUSHALL"))) throw std::runtime_error{"no redis"};
    redis_options options;
    options.feed_length = 20;
    options.timeout = 5s;
    owned->made = make_redis_store(*owned->client, options, base::system_clock());
    // It learns since when Redis knows everything from its first intake.
    const intake first{.id = base::uuid{}, .user = contracts::user_id{"CUST-0001"}, .pending = {}, .trace_id = {}};
    if (!sync(owned->made->accept({}, first)) || !sync(owned->made->forget({}, first.id)))
        throw std::runtime_error{"no redis"};
    const auto advance = [client = owned->client.get()](std::chrono::microseconds by) {
        const auto ms = std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(by).count());
        const std::array<std::string_view, 1> args{ms};
        ASSERT_TRUE(sync(client->run(age_everything, {}, args)));
    };
    return {std::shared_ptr<store>{owned, owned->made.get()}, advance, options.ttl, options.feed_length};
}

class RedisStore : public testing::Test {
protected:
    void make(redis_options options) {
        client_ = surroundings::here().client();
        ASSERT_TRUE(sync(client_->command("FLUSHALL")));
        store_ = make_redis_store(*client_, options, base::system_clock());
    }
    intake an_intake() {
        intake in;
        in.id = ids_.make_v7(base::system_clock());
        in.user = contracts::user_id{"CUST-0001"};
        in.pending.body = "{}";
        return in;
    }
    bool key_exists(std::string_view key) { return sync(client_->command("EXISTS", key)).value().integer() == 1; }

    base::seeded_ids ids_{11};
    base::call_context ctx_;
    std::unique_ptr<redis::client> client_;
    std::unique_ptr<store> store_;
};

}  // namespace

namespace workflow::test {
INSTANTIATE_TEST_SUITE_P(Redis, WorkflowContract, testing::Values(make_subject));
}

TEST_F(RedisStore, WritesTheKeysOfTheContract) {
    make({});
    const auto in = an_intake();
    ASSERT_TRUE(sync(store_->accept(ctx_, in)));

    EXPECT_EQ(sync(client_->command("GET", "order:map:" + in.id.str())).value().text(), "CUST-0001");
    EXPECT_EQ(sync(client_->command("GET", "order:status:" + in.id.str())).value().text(), "ACCEPTED");
    EXPECT_TRUE(key_exists("order:since"));

    change done{.id = in.id, .user = in.user, .to = {contracts::order_state::completed, 42, ""}, .steps = {}};
    done.drop_pending = true;
    ASSERT_TRUE(sync(store_->apply(ctx_, {done})));
    EXPECT_EQ(sync(client_->command("GET", "order:status:" + in.id.str())).value().text(), "COMPLETED|42");
    EXPECT_FALSE(key_exists("order:pending:" + in.id.str()));
}

TEST_F(RedisStore, ReadsWhatTheDotnetServicesWrite) {
    make({});
    const auto id = ids_.make_v7(base::system_clock());
    ASSERT_TRUE(sync(client_->command("SET", "order:map:" + id.str(), "CUST-0007", "EX", 1800)));
    ASSERT_TRUE(sync(client_->command("SET", "order:status:" + id.str(), "COMPLETED|777", "EX", 1800)));

    const auto view = sync(store_->find(ctx_, id)).value();

    EXPECT_EQ(view.owner, contracts::user_id{"CUST-0007"});
    EXPECT_EQ(view.state.state, contracts::order_state::completed);
    EXPECT_EQ(view.state.order, 777);
}

TEST_F(RedisStore, TakesValuesThatNobodyCouldHaveWrittenForAbsent) {
    make({});
    const auto id = ids_.make_v7(base::system_clock());
    ASSERT_TRUE(sync(client_->command("SET", "order:status:" + id.str(), "nonsense")));
    ASSERT_TRUE(sync(client_->command("SET", "order:pending:" + id.str(), "nonsense")));

    const auto view = sync(store_->find(ctx_, id)).value();

    EXPECT_EQ(view.state.state, contracts::order_state::none);
    EXPECT_FALSE(view.pending);
}

TEST_F(RedisStore, KnowsNothingFromBeforeTheLastFlush) {
    make({});
    EXPECT_EQ(store_->knows_since(), std::numeric_limits<base::unix_micros>::max());
    ASSERT_TRUE(sync(store_->accept(ctx_, an_intake())));
    const auto first = store_->knows_since();
    ASSERT_TRUE(sync(client_->command("FLUSHALL")));

    ASSERT_TRUE(sync(store_->accept(ctx_, an_intake())));

    EXPECT_GT(store_->knows_since(), first);
}

TEST_F(RedisStore, KeepsNoTraceOfAFeedPastItsTime) {
    make({.ttl = 60s, .feed_length = 3});
    contracts::notification n;
    n.user = contracts::user_id{"CUST-0001"};
    for (int i = 0; i < 5; ++i) {
        n.id = ids_.make_v7(base::system_clock());
        ASSERT_TRUE(sync(store_->append(ctx_, {n})));
    }
    EXPECT_EQ(sync(client_->command("XLEN", "order:feed:CUST-0001")).value().integer(), 3);
    EXPECT_EQ(sync(client_->command("HLEN", "order:feed-index:CUST-0001")).value().integer(), 3);
    EXPECT_GT(sync(client_->command("PTTL", "order:feed:CUST-0001")).value().integer(), 0);
    EXPECT_GT(sync(client_->command("PTTL", "order:feed-index:CUST-0001")).value().integer(), 0);
}

TEST_F(RedisStore, FailsAtOnceWhileRedisIsAwayAndMovesTheHorizon) {
    make({});
    auto& server = surroundings::here().server;
    ASSERT_TRUE(sync(store_->accept(ctx_, an_intake())));
    const auto before = store_->knows_since();
    server.kill();

    const auto missed = sync(store_->accept(ctx_, an_intake()));
    ASSERT_FALSE(missed);
    EXPECT_TRUE(base::is_away(missed.error()));
    EXPECT_GT(store_->knows_since(), before);
    const auto since_outage = store_->knows_since();

    server.restart();
    ASSERT_TRUE(sync(client_->ready()));
    ASSERT_TRUE(sync(store_->find(ctx_, an_intake().id)));  // anything at all: the horizon goes before it
    EXPECT_GE(std::stoll(std::string{sync(client_->command("GET", "order:since")).value().text()}), since_outage);
    ASSERT_TRUE(sync(store_->accept(ctx_, an_intake())));
    EXPECT_TRUE(store_->healthy());
}

TEST_F(RedisStore, StopsAskingWhoDoesNotAnswer) {
    make({.timeout = 50ms, .breaker_failures = 2, .breaker_pause = 100ms});
    auto& server = surroundings::here().server;
    server.stop();
    for (int i = 0; i < 2; ++i) ASSERT_FALSE(sync(store_->find(ctx_, an_intake().id)));

    EXPECT_FALSE(store_->healthy());
    const auto refused = sync(store_->find(ctx_, an_intake().id));
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message.find("not asked"), std::string::npos);

    server.go_on();
    bool back = false;
    for (int i = 0; i < 200 && !back; ++i) {
        back = sync(store_->find(ctx_, an_intake().id)).has_value();
        std::this_thread::sleep_for(10ms);
    }
    EXPECT_TRUE(back);
    EXPECT_TRUE(store_->healthy());
}
