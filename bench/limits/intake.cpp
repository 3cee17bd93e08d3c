// The whole of order-accept's POST /api/orders on one loop: HTTP, token, JSON, catalogue, workflow state, message. Only the
// broker is missing: it confirms at once, so that what is measured is intake and not a disk.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <cstdlib>
#include <thread>

#include "base/id_source.hpp"
#include "net/listener.hpp"
#include "order_accept/http_api.hpp"
#include "platform/auth.hpp"
#include "platform/web.hpp"
#include "servers.hpp"
#include "workflow/memory/store.hpp"

namespace limits {
namespace {

// A literal: request_bytes is made from it before this file's own objects are.
constexpr std::string_view signing_key = "a key for measurements only, of no use elsewhere";

class confirming_publisher final : public messaging::publisher {
public:
    base::task<> publish(const base::call_context&, std::string_view, std::vector<messaging::message>,
                         base::unit*) override {
        co_return base::result<>{};
    }
};

// A catalogue, and no orders.
class small_catalogue final : public orders::store {
public:
    base::task<std::vector<contracts::product>> catalogue(const base::call_context&) override {
        std::vector<contracts::product> all;
        for (const auto* id : {"AZ-900", "AZ-700", "AZ-104"}) {
            contracts::product p;
            p.id = contracts::product_id{id};
            p.name = id;
            p.image_url = std::string{"/covers/"} + id + ".svg";
            p.billing_period = "Monthly";
            p.price = {12'900};
            all.push_back(std::move(p));
        }
        co_return all;
    }
    base::task<std::vector<orders::inserted_order>> insert(const base::call_context&, std::vector<orders::new_order>,
                                                           base::unit*) override {
        co_return none();
    }
    base::task<std::vector<bool>> record_failures(const base::call_context&, std::vector<orders::failed_order>,
                                                  base::unit*) override {
        co_return none();
    }
    base::task<orders::order_page> page(const base::call_context&, const contracts::user_id&, std::int64_t,
                                        std::int64_t) override {
        co_return none();
    }
    base::task<std::optional<orders::stored_order>> find(const base::call_context&, contracts::order_id) override {
        co_return none();
    }
    base::task<std::vector<orders::found_order>> find_all(const base::call_context&,
                                                          std::vector<contracts::correlation_id> ids) override {
        co_return std::vector<orders::found_order>(ids.size());
    }
    base::task<std::optional<contracts::correlation_id>> soft_delete(const base::call_context&,
                                                                     const contracts::user_id&,
                                                                     contracts::order_id) override {
        co_return none();
    }
    bool healthy() const override { return true; }

private:
    static std::unexpected<base::fault> none() {
        return base::fail(base::fault_kind::unavailable, "not part of this benchmark");
    }
};

}  // namespace

std::string make_bearer_token() {
    platform::token_request who;
    who.user = "CUST-0001";
    who.secret = std::string{signing_key};
    return platform::make_token(who, base::system_clock()).text;
}

void serve_intake(const announce& ready) {
    const auto& time = base::system_clock();
    auto& ids = base::system_ids();
    base::metrics metrics;
    net::loops one{1};
    small_catalogue orders;
    confirming_publisher publisher;
    const auto workflow = workflow::make_memory_store({}, time);
    const auto tokens = platform::make_verifier({.keys = {{.secret = std::string{signing_key}}}}, time);
    const auto web = platform::make_web({}, tokens.get(), time, ids, {}, metrics);
    order_accept::service accept{{orders, *workflow, publisher, time, ids, {}, metrics, {}}};
    if (!order_accept::mount(*web, accept)) std::abort();
    one.start();
    if (!boost::asio::co_spawn(one.at(0).context(), accept.products().refresh(), boost::asio::use_future).get())
        std::abort();
    const auto stats = std::make_shared<net::http::server_stats>();
    const auto listener =
        net::listen(one, {}, [&](net::loop& on) { return net::http::make_server_protocol(web, {}, stats, on); });
    if (!listener) std::abort();
    ready((*listener)->port());
    for (;;) std::this_thread::sleep_for(std::chrono::hours{1});
}

}  // namespace limits
