#include "messaging/embedded/broker.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "shared.hpp"
#include "table.hpp"

namespace messaging {
namespace embedded {
namespace {

namespace asio = boost::asio;

class table_broker final : public embedded_broker {
public:
    explicit table_broker(std::shared_ptr<shared> s)
        : shared_{std::move(s)}, publisher_{make_publisher(shared_)}, inspector_{make_inspector(shared_)} {}

    messaging::publisher& publisher() override { return *publisher_; }
    messaging::inspector& inspector() override { return *inspector_; }
    std::unique_ptr<consumer> make_consumer(consumer_options o) override {
        return embedded::make_consumer(shared_, std::move(o));
    }
    bool healthy() const override { return shared_->db.healthy(); }
    void wake() override {
        for (auto* q : shared_->all()) q->wake_all();
    }

private:
    std::shared_ptr<shared> shared_;
    std::unique_ptr<messaging::publisher> publisher_;
    std::unique_ptr<messaging::inspector> inspector_;
};

base::task<> load(shared& s) {
    std::vector<stored_queue> found;
    auto done = co_await s.db.write(
        {},
        [&](sqlite::connection& c) -> base::result<> {
            if (auto made = make_tables(c); !made) return made;
            auto listed = list_queues(c);
            if (!listed) return std::unexpected(listed.error());
            found = std::move(*listed);
            return {};
        },
        sqlite::need::always);
    if (!done) co_return done;
    for (auto& stored : found) {
        auto& q = s.add(std::move(stored.name), stored.id);
        q.next = stored.reserved;  // beyond whatever was given out before; reserved anew by the first insert
        q.load(stored.stored, stored.last);
    }
    co_return done;
}

// On a loop of its own: composition roots have none running yet.
base::result<> load_now(shared& s) {
    asio::io_context own;
    base::result<> outcome;
    asio::co_spawn(
        own, [&] { return load(s); },
        [&](std::exception_ptr e, base::result<> r) {
            if (e) std::rethrow_exception(e);
            outcome = std::move(r);
        });
    own.run();
    return outcome;
}

}  // namespace
}  // namespace embedded

base::result<std::unique_ptr<embedded_broker>> make_embedded_broker(sqlite::database& db, embedded_options o,
                                                                    const base::clock& time, base::id_source& ids,
                                                                    base::log_scope log, base::metrics* m) {
    auto s = std::make_shared<embedded::shared>(db, std::move(o), time, ids, std::move(log), m);
    if (auto loaded = embedded::load_now(*s); !loaded) return std::unexpected(loaded.error());
    return std::make_unique<embedded::table_broker>(std::move(s));
}

}  // namespace messaging
