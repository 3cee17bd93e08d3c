// What the parts of the suite share: an adapter under test and short ways to call it.
#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/id_source.hpp"
#include "sync.hpp"
#include "workflow/store.hpp"

namespace workflow::test {

// A fresh, empty store, and a way to let its time pass.
struct subject {
    std::shared_ptr<store> adapter;
    std::function<void(std::chrono::microseconds)> advance;
    std::chrono::microseconds ttl;
    std::size_t feed_length;
};
using subject_factory = std::function<subject()>;

class WorkflowContract : public testing::TestWithParam<subject_factory> {
protected:
    using state = contracts::order_state;
    using step = contracts::step;

    static contracts::correlation_id an_id() {
        base::uuid::bytes random;
        static base::seeded_ids source{7};
        source.fill(random);
        return base::uuid::v7(1'767'225'600'000, random);
    }
    static intake an_intake(const contracts::correlation_id& id, const std::string& user = "CUST-0001") {
        intake in;
        in.id = id;
        in.user = contracts::user_id{user};
        in.pending.print.fill(1);
        in.pending.body = R"({"total":129.00})";
        in.accepted_at = 1'000;
        in.trace_id = "0af7651916cd43dd8448eb211c80319c";
        return in;
    }
    static change a_change(const contracts::correlation_id& id, status to, const std::string& user = "CUST-0001") {
        change c;
        c.id = id;
        c.user = contracts::user_id{user};
        c.to = std::move(to);
        return c;
    }
    static contracts::notification news(const contracts::correlation_id& id, state s = state::completed,
                                        const std::string& user = "CUST-0001") {
        contracts::notification n;
        n.id = id;
        n.user = contracts::user_id{user};
        n.state = s;
        n.order = s == state::completed ? 42 : 0;
        n.reason = s == state::failed ? "no such product" : "";
        n.steps[step::accepted] = 1'000;
        n.steps.trace_id = "0af7651916cd43dd8448eb211c80319c";
        return n;
    }

    known_order accept(intake in) { return sync(store_->accept(ctx_, std::move(in))).value(); }
    void apply(change c) { ASSERT_TRUE(sync(store_->apply(ctx_, {std::move(c)}))); }
    void set(const contracts::correlation_id& id, status to) { apply(a_change(id, std::move(to))); }
    order_view find(const contracts::correlation_id& id) { return sync(store_->find(ctx_, id)).value(); }
    bool touch(const contracts::correlation_id& id, const std::string& user = "CUST-0001") {
        return sync(store_->touch(ctx_, id, contracts::user_id{user})).value();
    }
    contracts::notification append(contracts::notification n) {
        return sync(store_->append(ctx_, {std::move(n)})).value().at(0);
    }
    feed_page read(std::int64_t after, const std::string& user = "CUST-0001") {
        return sync(store_->read_feed(ctx_, contracts::user_id{user}, after)).value();
    }
    void pass(std::chrono::microseconds time) { subject_.advance(time); }
    // Time passes in three steps, with the order asked for in between.
    void pass_asking(const contracts::correlation_id& id) {
        for (int i = 0; i < 3; ++i) {
            pass(subject_.ttl * 2 / 3);
            touch(id);
        }
    }

    subject subject_ = GetParam()();
    store* store_ = subject_.adapter.get();
    base::call_context ctx_;
};

}  // namespace workflow::test
