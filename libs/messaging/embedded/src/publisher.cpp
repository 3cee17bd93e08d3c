#include "shared.hpp"
#include "table.hpp"

namespace messaging::embedded {
namespace {

class table_publisher final : public publisher {
public:
    explicit table_publisher(std::shared_ptr<shared> s) : shared_{std::move(s)} {}

    base::task<> publish(const base::call_context& ctx, std::string_view name, std::vector<message> messages,
                         base::unit* within) override {
        if (messages.empty()) co_return base::result<>{};
        auto& q = shared_->find(name);
        const auto n = messages.size();
        if (!q.reserve_room(n, shared_->options.max_messages))
            co_return base::fail(base::fault_kind::unavailable, "queue " + q.name + " is full");
        std::vector<delivery> prepared;
        prepared.reserve(n);
        for (auto& m : messages) prepared.push_back(shared_->prepare(std::move(m)));
        if (auto* unit = shared_->db.ours(within)) {
            q.give_up_room(n);  // counted again by the commit: a unit that is dropped tells nobody
            co_return co_await join(*unit, std::make_shared<parcel>(q, std::move(prepared)));
        }
        co_return co_await alone(ctx, parcel{q, std::move(prepared)});
    }

private:
    // The parcel lives in this frame: the commit hook runs before this resumes.
    base::task<> alone(base::call_context ctx, parcel p) {
        const auto single = p.size() == 1 && !must_reserve_soon(p.to());
        const auto n = p.size();
        auto done = co_await shared_->db.write(
            ctx,
            [&p](sqlite::connection& c) -> base::result<> {
                if (auto written = p.write(c); !written) return written;
                c.on_commit([&p] { p.committed(false); });
                return {};
            },
            sqlite::need::room, single ? sqlite::shape::single : sqlite::shape::steps);
        if (!done) p.to().give_up_room(n);
        co_return done;
    }

    // Nobody gets them before the unit's own hooks have run: they tell the world what the messages are about.
    static void commit_hidden(parcel& p) {
        p.to().count_more(p.size());
        p.committed(true);
    }
    base::task<> join(sqlite::unit& unit, std::shared_ptr<parcel> p) {
        auto done = co_await shared_->db.write_in(unit, [p](sqlite::connection& c) -> base::result<> {
            if (auto written = p->write(c); !written) return written;
            c.on_commit([p] { commit_hidden(*p); });
            return {};
        });
        if (done) unit.at_last([p] { p->to().show(p->first()); });
        co_return done;
    }

    std::shared_ptr<shared> shared_;
};

}  // namespace

std::unique_ptr<publisher> make_publisher(std::shared_ptr<shared> s) {
    return std::make_unique<table_publisher>(std::move(s));
}

}  // namespace messaging::embedded
