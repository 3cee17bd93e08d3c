// bench-intake PORT LOOPS KEY: the whole of order-accept's POST /api/orders (HTTP, JSON, JWT, catalogue, workflow state)
// with a broker that confirms at once, so that what is measured is intake and not a disk. Never part of the product.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "base/id_source.hpp"
#include "net/listener.hpp"
#include "order_accept/http_api.hpp"
#include "platform/auth.hpp"
#include "platform/web.hpp"
#include "workflow/memory/store.hpp"

namespace {

class confirming_publisher final : public messaging::publisher {
public:
    base::task<> publish(const base::call_context&, std::string_view, std::vector<messaging::message>, base::unit*) override {
        co_return base::result<>{};
    }
};

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
    base::task<std::vector<orders::inserted_order>> insert(const base::call_context&, std::vector<orders::new_order>, base::unit*) override { co_return away(); }
    base::task<std::vector<bool>> record_failures(const base::call_context&, std::vector<orders::failed_order>, base::unit*) override { co_return away(); }
    base::task<orders::order_page> page(const base::call_context&, const contracts::user_id&, std::int64_t, std::int64_t) override { co_return away(); }
    base::task<std::optional<orders::stored_order>> find(const base::call_context&, contracts::order_id) override { co_return away(); }
    base::task<std::vector<orders::found_order>> find_all(const base::call_context&, std::vector<contracts::correlation_id> ids) override {
        co_return std::vector<orders::found_order>(ids.size());
    }
    base::task<std::optional<contracts::correlation_id>> soft_delete(const base::call_context&, const contracts::user_id&, contracts::order_id) override { co_return away(); }
    bool healthy() const override { return true; }

private:
    static std::unexpected<base::fault> away() { return base::fail(base::fault_kind::unavailable, "not part of this benchmark"); }
};

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4) {
        std::fprintf(stderr, "usage: bench-intake PORT LOOPS KEY\n");
        return 64;
    }
    std::signal(SIGPIPE, SIG_IGN);
    const auto& time = base::system_clock();
    auto& ids = base::system_ids();
    base::metrics metrics;
    net::loops loops{static_cast<std::size_t>(std::atoi(argv[2]))};
    small_catalogue orders;
    confirming_publisher publisher;
    auto workflow = workflow::make_memory_store({}, time);
    auto tokens = platform::make_verifier({.keys = {{.secret = argv[3]}}}, time);
    auto web = platform::make_web({}, tokens.get(), time, ids, {}, metrics);
    order_accept::service accept{{orders, *workflow, publisher, time, ids, {}, metrics, {}}};
    if (!order_accept::mount(*web, accept)) return 70;
    loops.start();
    if (!boost::asio::co_spawn(loops.at(0).context(), accept.products().refresh(), boost::asio::use_future).get()) return 70;
    auto stats = std::make_shared<net::http::server_stats>();
    auto listener = net::listen(loops, {.port = static_cast<std::uint16_t>(std::atoi(argv[1]))},
                                [&](net::loop& on) { return net::http::make_server_protocol(web, {}, stats, on); });
    if (!listener) {
        std::fprintf(stderr, "bench-intake: %s\n", listener.error().message.c_str());
        return 70;
    }
    platform::token_request who;
    who.user = "CUST-0001";
    who.secret = argv[3];
    std::printf("%s\n", platform::make_token(who, time).text.c_str());
    std::fflush(stdout);
    sigset_t wanted;
    sigemptyset(&wanted);
    sigaddset(&wanted, SIGTERM);
    sigaddset(&wanted, SIGINT);
    int got = 0;
    sigwait(&wanted, &got);
    std::_Exit(0);
}
