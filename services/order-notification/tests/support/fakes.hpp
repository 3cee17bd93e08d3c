// What order-notification meets, without a network: a hub that is called by hand, clients that note what they
// get.
#pragma once
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cstdlib>
#include <exception>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/id_source.hpp"
#include "base/manual_clock.hpp"
#include "orders/store.hpp"
#include "signalr/hub.hpp"
#include "workflow/memory/store.hpp"

namespace order_notification::test {

// Runs a coroutine to its end on a loop of its own.
template <class T>
T run(boost::asio::awaitable<T> work) {
    boost::asio::io_context loop{1};
    std::optional<T> out;
    std::exception_ptr thrown;
    boost::asio::co_spawn(
        loop, [&]() -> boost::asio::awaitable<void> { out.emplace(co_await std::move(work)); },
        [&](std::exception_ptr e) { thrown = e; });
    loop.run();
    if (thrown) std::rethrow_exception(thrown);
    return std::move(*out);
}

inline void run(boost::asio::awaitable<void> work) {
    run([](boost::asio::awaitable<void> w) -> boost::asio::awaitable<bool> {
        co_await std::move(w);
        co_return true;
    }(std::move(work)));
}

class noting_clients final : public signalr::hub_clients {
public:
    struct call {
        std::string user, target, arguments;
    };
    std::vector<call> calls;

    void send(const signalr::recipients& to, std::string_view target, const signalr::arguments& what) override {
        if (to.what != signalr::recipients::kind::users) throw std::logic_error{"not used"};
        std::string text = "[";
        signalr::value_writer writer{signalr::encoding::json, text};
        what.write(writer);
        for (const auto user : to.names) calls.push_back({std::string{user}, std::string{target}, text + "]"});
    }
    boost::asio::awaitable<signalr::client_answer> ask(std::string, std::string, const signalr::arguments&,
                                                       std::chrono::milliseconds) override {
        throw std::logic_error{"not used"};
    }
};

class fake_caller final : public signalr::caller_context {
public:
    explicit fake_caller(std::string user) : user_{std::move(user)} {}
    std::string_view connection_id() const noexcept override { return "c1"; }
    const std::optional<std::string>& user() const noexcept override { return user_; }
    const base::log_scope& log() const noexcept override { return log_; }
    signalr::caller_clients& clients() noexcept override { std::abort(); }
    signalr::connection_items& items() override { return items_; }
    std::string_view parting_error() const noexcept override { return {}; }
    void abort() override {}

private:
    std::optional<std::string> user_;
    base::log_scope log_;
    signalr::connection_items items_;
};

// One call of a method, in JSON.
class fake_call final : public signalr::detail::call_site {
public:
    fake_call(const std::string& user, std::string_view arguments)
        : caller_{user}, arguments_{signalr::value_reader::of_arguments(signalr::encoding::json, arguments)} {}
    signalr::caller_context& caller() noexcept override { return caller_; }
    signalr::value_reader& arguments() noexcept override { return arguments_; }
    void attach(std::shared_ptr<signalr::detail::upload_port>) override { throw std::logic_error{"not used"}; }
    void bound() override {}
    signalr::value_writer* open_result() override { return &result_; }
    void close_result() override {}

    std::string answer;

private:
    fake_caller caller_;
    signalr::value_reader arguments_;
    signalr::value_writer result_{signalr::encoding::json, answer};
};

// Keeps the methods; call() is what a client's invocation comes down to.
class fake_hub final : public signalr::hub {
public:
    void add_filter(std::shared_ptr<signalr::hub_filter>) override { throw std::logic_error{"not used"}; }
    void on_connected(signalr::connect_hook) override {}
    void on_disconnected(signalr::disconnect_hook) override {}
    signalr::hub_clients& clients() noexcept override { return clients_; }
    signalr::hub_groups& groups() noexcept override { std::abort(); }
    bool handles(std::string_view) const noexcept override { return false; }
    net::http::response handle(net::http::request&) override { return {}; }
    void abort_user(std::string_view) override {}
    void abort_connection(std::string_view) override {}
    signalr::hub_stats stats() const override { return {}; }
    signalr::hub_census census(std::size_t) const override { return {}; }
    boost::asio::awaitable<void> shut_down() override { co_return; }

    std::string call(const std::string& user, const std::string& method, const std::string& arguments) {
        const auto& body = *methods_.at(method);
        if (boost::json::parse(arguments).as_array().size() != body.shape.arity)
            throw std::logic_error{"wrong number of arguments"};
        fake_call site{user, arguments};
        if (body.shape.gives == signalr::detail::method_shape::answer::now)
            body.run(site);
        else
            run(body.run_later(site));
        return site.answer;
    }
    std::string refusal(const std::string& user, const std::string& method, const std::string& arguments) {
        try {
            return "answered " + call(user, method, arguments);
        } catch (const signalr::hub_exception& e) {
            return e.what();
        }
    }

private:
    void add(std::string name, std::unique_ptr<const signalr::detail::method_body> body) override {
        methods_[std::move(name)] = std::move(body);
    }

    noting_clients clients_;
    std::map<std::string, std::unique_ptr<const signalr::detail::method_body>> methods_;
};

// The system of record as a test sets it.
class fake_orders final : public orders::store {
public:
    std::map<contracts::correlation_id, orders::found_order> known;
    bool away = false;

    base::task<std::vector<orders::found_order>> find_all(const base::call_context&,
                                                          std::vector<contracts::correlation_id> ids) override {
        if (away) co_return base::fail(base::fault_kind::unavailable, "away");
        std::vector<orders::found_order> out;
        for (const auto& id : ids) out.push_back(known.contains(id) ? known.at(id) : orders::found_order{});
        co_return out;
    }
    base::task<std::vector<orders::inserted_order>> insert(const base::call_context&, std::vector<orders::new_order>,
                                                           base::unit*) override {
        throw std::logic_error{"not used"};
    }
    base::task<std::vector<bool>> record_failures(const base::call_context&, std::vector<orders::failed_order>,
                                                  base::unit*) override {
        throw std::logic_error{"not used"};
    }
    base::task<std::vector<contracts::product>> catalogue(const base::call_context&) override {
        throw std::logic_error{"not used"};
    }
    base::task<orders::order_page> page(const base::call_context&, const contracts::user_id&, std::int64_t,
                                        std::int64_t) override {
        throw std::logic_error{"not used"};
    }
    base::task<std::optional<orders::stored_order>> find(const base::call_context&, contracts::order_id) override {
        throw std::logic_error{"not used"};
    }
    base::task<std::optional<contracts::correlation_id>> soft_delete(const base::call_context&,
                                                                     const contracts::user_id&,
                                                                     contracts::order_id) override {
        throw std::logic_error{"not used"};
    }
    bool healthy() const override { return !away; }
};

// A world with one waiting order of `owner`.
struct world {
    base::manual_clock time;
    base::metrics metrics;
    std::unique_ptr<workflow::memory_store> workflow = workflow::make_memory_store({}, time);
    fake_orders sql;
    contracts::correlation_id id = base::seeded_ids{5}.make_v7(time);
    contracts::user_id owner{"CUST-0001"};

    void accept() {
        workflow::intake in;
        in.id = id;
        in.user = owner;
        in.pending.body = "{}";
        in.accepted_at = time.now();
        if (!run(workflow->accept({}, in))) throw std::logic_error{"memory refused"};
    }
    orders::found_order row(contracts::order_id number, const contracts::user_id& whose, bool deleted = false) const {
        orders::found_order f;
        f.row.emplace();
        f.row->value.id = number;
        f.row->value.correlation = id;
        f.row->customer = whose;
        f.row->deleted = deleted;
        return f;
    }
};

}  // namespace order_notification::test
