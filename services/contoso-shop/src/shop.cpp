#include "shop.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <filesystem>
#include <utility>

#include "base/id_source.hpp"
#include "consumers.hpp"
#include "messaging/embedded/broker.hpp"
#include "net/listener.hpp"
#include "net/loop.hpp"
#include "order_accept/http_api.hpp"
#include "order_notification/dev_token.hpp"
#include "order_notification/notify_order.hpp"
#include "order_notification/order_status_hub.hpp"
#include "order_process/process_order.hpp"
#include "orders/sqlite/schema.hpp"
#include "orders/sqlite/store.hpp"
#include "platform/auth.hpp"
#include "platform/service.hpp"
#include "platform/web.hpp"
#include "refill.hpp"
#include "sequence_keeper.hpp"
#include "shop_settings.hpp"
#include "sqlite/database.hpp"
#include "workflow/memory/store.hpp"

namespace shop {
namespace {

using platform::settings;

constexpr auto startup_limit = std::chrono::minutes{5};
constexpr auto keep_sequence_every = std::chrono::seconds{5};

base::fault because(std::string_view what, const base::fault& f) {
    return {f.kind, std::string{what} + ": " + f.message};
}

sqlite::options sqlite_options(const settings& s, const std::string& data) {
    sqlite::options o;
    o.path = database_path(s, data);
    o.readers = static_cast<int>(s.integer("Sqlite:Readers"));
    o.min_free_bytes = static_cast<std::uint64_t>(s.integer("Sqlite:MinFreeMegabytes")) << 20;
    return o;
}

platform::token_request development_tokens(const settings& s, const std::string& key) {
    platform::token_request r;
    r.issuer = s.text("DevJwt:Issuer");
    r.audience = s.text("DevJwt:Audience");
    r.secret = key;
    r.lifetime = std::chrono::minutes{s.integer("DevJwt:ExpiresMinutes")};
    return r;
}

// The keys of the settings, and the one that /dev/token signs with.
platform::jwt_options accepted_tokens(const settings& s, const std::string& development) {
    auto o = platform::jwt_options_from(s);
    if (!development.empty() && s.text("DevJwt:SigningKey").empty())
        o.keys.push_back(
            {.secret = development, .issuer = s.text("DevJwt:Issuer"), .audience = s.text("DevJwt:Audience")});
    return o;
}

order_accept::options accept_options(const settings& s) {
    order_accept::options o;
    o.catalogue_refresh = std::chrono::seconds{s.integer("Catalogue:RefreshSeconds")};
    o.catalogue_max_age = s.duration("Catalogue:MaxAge");
    o.workflow_ttl = s.duration("WorkflowState:Ttl");
    o.publish_deadline = s.duration("Intake:PublishDeadline");
    return o;
}

class single_program final : public shop {
public:
    single_program(const settings& s, std::string data, web_folders folders, base::log_scope log)
        : settings_{s},
          data_{std::move(data)},
          folders_{std::move(folders)},
          log_{std::move(log)},
          loops_{static_cast<std::size_t>(s.integer("Net:Loops"))} {}

    ~single_program() override {
        work_.stop();
        loops_.stop();
    }

    base::result<> start() override {
        loops_.start();
        work_.start();
        for (const auto step : {&single_program::open_store, &single_program::open_state,
                                &single_program::build_services, &single_program::start_work, &single_program::listen})
            if (auto done = (this->*step)(); !done) return done;
        health_->set(platform::phase::serving);
        return {};
    }

    std::vector<std::string> urls() const override { return urls_; }
    bool healthy() const override { return !db_ || db_->healthy(); }

    void stop() override {
        if (health_) wait(platform::run_shutdown(shutdown(), log_));
    }

private:
    // Runs a coroutine on the first loop; the main thread waits.
    template <class T>
    T wait(boost::asio::awaitable<T> work) {
        return boost::asio::co_spawn(loops_.at(0).context(), std::move(work), boost::asio::use_future).get();
    }
    base::call_context startup() const {
        base::call_context ctx;
        ctx.log = log_;
        return ctx.within(clock_, startup_limit);
    }

    platform::web_options web_options() const {
        auto o = platform::web_options_from(settings_);
        o.server_name = "contoso-shop";
        return o;
    }

    base::result<> open_store() {
        std::error_code made;
        std::filesystem::create_directories(data_, made);
        if (made)
            return base::fail(base::fault_kind::invalid,
                              "can't make the data directory " + data_ + ": " + made.message());
        auto db = sqlite::open(sqlite_options(settings_, data_), log_, &metrics_);
        if (!db) return std::unexpected(because("database", db.error()));
        db_ = std::move(*db);
        orders_ = orders::make_sqlite_store(*db_, clock_, log_);
        if (auto done = wait(orders::migrate(startup(), *db_, clock_)); !done)
            return std::unexpected(because("migration", done.error()));
        if (auto done = wait(orders::seed(startup(), *db_, clock_)); !done)
            return std::unexpected(because("seed", done.error()));
        auto broker = messaging::make_embedded_broker(
            *db_, {.max_messages = static_cast<std::uint64_t>(settings_.integer("Broker:MaxMessages"))}, clock_, ids_,
            log_, &metrics_);
        if (!broker) return std::unexpected(because("queues", broker.error()));
        broker_ = std::move(*broker);
        return {};
    }

    base::result<> open_state() {
        keeper_ = std::make_unique<sequence_keeper>(*db_);
        const auto floor = wait(keeper_->load(startup()));
        if (!floor) return std::unexpected(because("feed ceiling", floor.error()));
        workflow::memory_options o;
        o.ttl = settings_.duration("WorkflowState:Ttl");
        o.max_orders = static_cast<std::size_t>(settings_.integer("WorkflowState:MaxOrders"));
        o.sequence_floor = *floor;
        workflow_ = workflow::make_memory_store(o, clock_);
        const auto filled = wait(refill(startup(), broker_->inspector(), *orders_, *workflow_));
        if (!filled) return std::unexpected(because("refill", filled.error()));
        if (filled->waiting + filled->finishing > 0)
            log_.info("workflow state refilled",
                      {{"Waiting", std::to_string(filled->waiting)}, {"Finishing", std::to_string(filled->finishing)}});
        return {};
    }

    base::result<> build_services() {
        const auto key = is_development(settings_) ? development_key(settings_, data_) : std::string{};
        tokens_ = platform::make_verifier(accepted_tokens(settings_, key), clock_);
        web_ = platform::make_web(web_options(), tokens_.get(), clock_, ids_, log_, metrics_);
        health_ = platform::make_health(settings_.text("Shutdown:DrainFile"));
        accept_ = std::make_unique<order_accept::service>(order_accept::dependencies{
            *orders_, *workflow_, broker_->publisher(), clock_, ids_, log_, metrics_, accept_options(settings_)});
        if (auto done = order_accept::mount(*web_, *accept_, {.openapi = folders_.openapi, .page = folders_.docs});
            !done)
            return done;
        if (is_development(settings_))
            order_notification::mount_dev_token(*web_, development_tokens(settings_, key), clock_);
        make_hub();
        add_checks();
        return mount_page();
    }

    order_notification::dependencies notification() { return {*workflow_, orders_.get(), clock_, log_, metrics_}; }

    void make_hub() {
        signalr::hub_options o;
        o.require_user = true;
        hub_ = signalr::make_hub(std::string{order_notification::hub_path}, o,
                                 order_notification::hub_authenticator(*tokens_, settings_.list("Cors:Origins")),
                                 loops_, log_, &metrics_);
        order_notification::add_methods(*hub_, notification());
    }

    void add_checks() {
        using weight = platform::health::weight;
        health_->add("sql", weight::own, [this] { return db_->healthy(); });
        health_->add("broker", weight::own, [this] { return broker_->healthy(); });
        health_->add("workflow", weight::shared, [this] { return workflow_->healthy(); });
        health_->add("catalogue", weight::own, [this] { return accept_->ready(); });
        health_->add("consumers", weight::shared, [this] { return !consumers_ || consumers_->healthy(); });
        health_->mount(*web_, metrics_);
    }

    base::result<> mount_page() {
        auto files = platform::load_static_files(folders_.page, "/", true);
        if (!files) return std::unexpected(because("page", files.error()));
        page_ = std::move(*files);
        web_->on_other([this](platform::exchange& e) -> std::optional<net::http::response> {
            if (hub_->handles(e.request.path)) return hub_->handle(e.request);
            return page_->serve(e.request);
        });
        return {};
    }

    base::result<> start_work() {
        if (auto done = wait(accept_->products().refresh()); !done)
            return std::unexpected(because("catalogue", done.error()));
        consumers_ = std::make_unique<consumers>(work_, *broker_, log_);
        const auto prefetch = static_cast<std::size_t>(settings_.integer("Broker:Prefetch"));
        const auto batch = static_cast<std::size_t>(settings_.integer("Broker:Batch"));
        messaging::consumer_options o{
            .prefetch = prefetch,
            .batch = batch,
            .max_attempts = static_cast<int>(settings_.integer("RabbitMQ:MaxProcessingAttempts"))};
        using namespace contracts::queue;
        consumers_->start(accepted, o,
                          order_process::make_process_order(
                              {*orders_, *workflow_, broker_->publisher(), clock_, ids_, log_, metrics_}));
        consumers_->start(processed, o, order_notification::make_notify_processed(notification(), hub_->clients()));
        consumers_->start(failed, o, order_notification::make_notify_failed(notification(), hub_->clients()));
        consumers_->also([this] { return accept_->products().run(); });
        loops_.at(0).post(
            [this] { keep_sequence_ = loops_.at(0).every(keep_sequence_every, [this] { keep_sequence(); }); });
        return {};
    }

    void keep_sequence() {
        const auto reached = std::max(workflow_->last_sequence(), clock_.now());
        boost::asio::co_spawn(
            loops_.at(0).context(),
            [this, reached]() -> boost::asio::awaitable<void> {
                base::call_context ctx;
                ctx = ctx.within(clock_, keep_sequence_every);
                if (auto done = co_await keeper_->keep(ctx, reached); !done)
                    log_.warn("feed ceiling not kept", {{"Reason", done.error().message}});
            },
            [](std::exception_ptr) {});
    }

    base::result<> listen() {
        auto plans = platform::parse_urls(settings_);
        if (!plans) return std::unexpected(plans.error());
        const auto limits = platform::server_limits_from(settings_);
        for (auto& plan : *plans) {
            const bool tls = plan.tls != nullptr;
            auto listener = net::listen(loops_, std::move(plan), [this, limits](net::loop& on) {
                return net::http::make_server_protocol(web_, limits, http_, on);
            });
            if (!listener) return std::unexpected(because("listen", listener.error()));
            urls_.push_back((tls ? "https://localhost:" : "http://localhost:") + std::to_string((*listener)->port()));
            listeners_.push_back(std::move(*listener));
        }
        return {};
    }

    // Contracts §2, in its order. In Development nobody balances load, so there is nobody to be a lame duck for.
    platform::shutdown_plan shutdown() {
        platform::shutdown_plan plan;
        plan.lame_duck = is_development(settings_) && !settings_.given("Shutdown:LameDuck")
                             ? std::chrono::milliseconds{0}
                             : settings_.duration("Shutdown:LameDuck");
        plan.finish = settings_.duration("Shutdown:Finish");
        plan.begin = {[this] { health_->set(platform::phase::draining); },
                      [this] { web_->lame_duck(true, {"/api/orders"}); }};
        plan.stop_intake = {[this]() -> boost::asio::awaitable<void> {
            for (const auto& l : listeners_) l->stop_accepting();
            http_->draining = true;
            keep_sequence_.reset();
            accept_->products().stop();
            consumers_->stop();
            co_return;
        }};
        plan.in_hand = {[this] { return consumers_->running() > 0; }, [this] { return http_->in_flight.load() > 0; }};
        plan.goodbye = {[this] { return hub_->shut_down(); }};
        return plan;
    }

    const settings& settings_;
    const std::string data_;
    const web_folders folders_;
    const base::log_scope log_;
    const base::clock& clock_ = base::system_clock();
    base::id_source& ids_ = base::system_ids();
    base::metrics metrics_;

    // In the order of dependence: the last built goes first.
    net::loops loops_;
    // Consumers have loops of their own: a unit of work holds the database's writer, and its steps must not queue behind
    // requests. One for order-process, one for what follows it.
    net::loops work_{2};
    std::unique_ptr<sqlite::database> db_;
    std::unique_ptr<orders::store> orders_;
    std::unique_ptr<messaging::embedded_broker> broker_;
    std::unique_ptr<workflow::memory_store> workflow_;
    std::unique_ptr<sequence_keeper> keeper_;
    std::unique_ptr<platform::token_verifier> tokens_;
    std::unique_ptr<platform::static_files> page_;
    std::unique_ptr<order_accept::service> accept_;
    std::shared_ptr<platform::web> web_;
    std::unique_ptr<signalr::hub> hub_;
    std::unique_ptr<platform::health> health_;
    std::unique_ptr<consumers> consumers_;
    std::shared_ptr<void> keep_sequence_;
    std::shared_ptr<net::http::server_stats> http_ = std::make_shared<net::http::server_stats>();
    std::vector<std::unique_ptr<net::listener>> listeners_;
    std::vector<std::string> urls_;
};

}  // namespace

std::unique_ptr<shop> make_shop(const platform::settings& s, std::string data_directory, web_folders folders,
                                base::log_scope log) {
    return std::make_unique<single_program>(s, std::move(data_directory), std::move(folders), std::move(log));
}

}  // namespace shop
