// Ports that do what a test says, and remember in which order they were called.
#pragma once
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <map>
#include <string>
#include <vector>

#include "base/manual_clock.hpp"
#include "messaging/publisher.hpp"
#include "orders/store.hpp"
#include "workflow/store.hpp"

namespace fakes {

using journal = std::vector<std::string>;

template <class T>
T run(boost::asio::awaitable<T> work) {
    boost::asio::io_context context;
    auto done = boost::asio::co_spawn(context, std::move(work), boost::asio::use_future);
    context.run();
    return done.get();
}

class unit final : public base::unit {
public:
    explicit unit(journal& log) : log_{log} {}
    void after_commit(std::function<void()> then) override { hooks_.push_back(std::move(then)); }
    void commit() {
        log_.push_back("commit");
        for (auto& hook : hooks_) hook();
        hooks_.clear();
    }

private:
    journal& log_;
    std::vector<std::function<void()>> hooks_;
};

class order_store final : public orders::store {
public:
    explicit order_store(journal& log) : log_{log} {}

    std::map<contracts::correlation_id, orders::inserted_order> results;  // else inserted
    std::optional<base::fault> insert_fault, record_fault;
    bool failures_stand = true;
    std::vector<orders::new_order> inserted;
    std::vector<orders::failed_order> failures;
    base::unit* last_unit = nullptr;

    base::task<std::vector<orders::inserted_order>> insert(const base::call_context&,
                                                           std::vector<orders::new_order> batch,
                                                           base::unit* within) override {
        log_.push_back("insert " + std::to_string(batch.size()));
        last_unit = within;
        if (insert_fault) co_return std::unexpected(*insert_fault);
        std::vector<orders::inserted_order> out;
        for (auto& o : batch) {
            const auto known = results.find(o.id);
            out.push_back(known != results.end()
                              ? known->second
                              : orders::inserted_order{orders::insert_result::inserted, ++last_id_, false, {}});
            inserted.push_back(std::move(o));
        }
        co_return out;
    }
    base::task<std::vector<bool>> record_failures(const base::call_context&, std::vector<orders::failed_order> batch,
                                                  base::unit* within) override {
        log_.push_back("record " + std::to_string(batch.size()));
        last_unit = within;
        if (record_fault) co_return std::unexpected(*record_fault);
        std::vector<bool> out(batch.size(), failures_stand);
        failures.insert(failures.end(), batch.begin(), batch.end());
        co_return out;
    }
    base::task<std::vector<contracts::product>> catalogue(const base::call_context&) override {
        co_return std::vector<contracts::product>{};
    }
    base::task<orders::order_page> page(const base::call_context&, const contracts::user_id&, std::int64_t,
                                        std::int64_t) override {
        co_return orders::order_page{};
    }
    base::task<std::optional<orders::stored_order>> find(const base::call_context&, contracts::order_id) override {
        co_return std::optional<orders::stored_order>{};
    }
    base::task<std::vector<orders::found_order>> find_all(const base::call_context&,
                                                          std::vector<contracts::correlation_id> ids) override {
        co_return std::vector<orders::found_order>(ids.size());
    }
    base::task<std::optional<contracts::correlation_id>> soft_delete(const base::call_context&,
                                                                     const contracts::user_id&,
                                                                     contracts::order_id) override {
        co_return std::optional<contracts::correlation_id>{};
    }
    bool healthy() const override { return true; }

private:
    journal& log_;
    contracts::order_id last_id_ = 0;
};

class workflow_store final : public workflow::store {
public:
    explicit workflow_store(journal& log) : log_{log} {}

    bool away = false;
    std::vector<workflow::change> changes;

    const workflow::change* last(const contracts::correlation_id& id) const {
        for (auto it = changes.rbegin(); it != changes.rend(); ++it)
            if (it->id == id) return &*it;
        return nullptr;
    }

    base::task<> apply(const base::call_context&, std::vector<workflow::change> batch) override {
        log_.push_back("status " + std::string{contracts::to_string(batch.front().to.state)});
        if (away) co_return base::fail(base::fault_kind::unavailable, "away");
        changes.insert(changes.end(), batch.begin(), batch.end());
        co_return base::result<>{};
    }
    base::task<workflow::known_order> accept(const base::call_context&, workflow::intake) override {
        co_return workflow::known_order{};
    }
    base::task<workflow::order_view> find(const base::call_context&, const contracts::correlation_id&) override {
        co_return workflow::order_view{};
    }
    base::task<std::vector<workflow::order_view>> find_all(const base::call_context&,
                                                           std::vector<contracts::correlation_id> ids) override {
        co_return std::vector<workflow::order_view>(ids.size());
    }
    base::task<bool> touch(const base::call_context&, const contracts::correlation_id&,
                           const contracts::user_id&) override {
        co_return false;
    }
    base::task<> forget(const base::call_context&, const contracts::correlation_id&) override {
        co_return base::result<>{};
    }
    base::task<std::vector<contracts::notification>> append(const base::call_context&,
                                                            std::vector<contracts::notification> news) override {
        co_return news;
    }
    base::task<workflow::feed_page> read_feed(const base::call_context&, const contracts::user_id&,
                                              std::int64_t) override {
        co_return workflow::feed_page{};
    }
    base::unix_micros knows_since() const override { return 0; }
    bool healthy() const override { return !away; }

private:
    journal& log_;
};

class publisher final : public messaging::publisher {
public:
    explicit publisher(journal& log) : log_{log} {}

    std::optional<base::fault> fault;
    std::map<std::string, std::vector<messaging::message>, std::less<>> queues;
    base::unit* last_unit = nullptr;

    base::task<> publish(const base::call_context&, std::string_view queue, std::vector<messaging::message> messages,
                         base::unit* within) override {
        log_.push_back("publish " + std::string{queue} + ' ' + std::to_string(messages.size()));
        last_unit = within;
        if (fault) co_return std::unexpected(*fault);
        auto& to = queues[std::string{queue}];
        to.insert(to.end(), messages.begin(), messages.end());
        co_return base::result<>{};
    }

private:
    journal& log_;
};

}  // namespace fakes
