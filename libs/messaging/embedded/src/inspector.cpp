#include "messaging/inspector.hpp"

#include "messaging/lifecycle.hpp"
#include "shared.hpp"
#include "table.hpp"

namespace messaging::embedded {
namespace {

constexpr std::size_t most_browsed = 1'000;
constexpr std::size_t most_moved = 10'000;  // in one call, which is one transaction: other writes wait for it
constexpr std::size_t most_bytes_browsed = 16u << 20;

class table_inspector final : public inspector {
public:
    explicit table_inspector(std::shared_ptr<shared> s) : shared_{std::move(s)} {}

    base::task<std::vector<queue_state>> queues(const base::call_context& ctx) override {
        std::vector<queue_state> out;
        const auto all = shared_->all();
        for (auto* q : all) {
            const auto n = q->now();
            out.push_back({q->name, n.ready, n.in_hand, n.consumers, 0});
        }
        auto done = co_await shared_->db.read(ctx, [&](sqlite::connection& c) -> base::result<> {
            for (std::size_t i = 0; i < all.size(); ++i) {
                auto at = oldest(c, all[i]->id);
                if (!at) return std::unexpected(at.error());
                out[i].oldest = *at;
            }
            return {};
        });
        if (!done) co_return std::unexpected(done.error());
        std::ranges::sort(out, {}, &queue_state::name);
        co_return out;
    }

    base::task<std::vector<stored_message>> browse(const base::call_context& ctx, std::string_view name,
                                                   std::uint64_t after, std::size_t most) override {
        auto& q = shared_->find(name);
        most = std::min(most, most_browsed);
        std::vector<stored_message> out;
        for (bool more = true; more && out.size() < most;) {
            std::vector<delivery> rows;
            auto done = co_await shared_->db.read(ctx, [&](sqlite::connection& c) -> base::result<> {
                auto read_on = read(c, q.id, {after, position_mask}, most - out.size(), most_bytes_browsed, rows);
                if (!read_on) return std::unexpected(read_on.error());
                more = *read_on;
                return {};
            });
            if (!done) co_return std::unexpected(done.error());
            if (!rows.empty()) after = rows.back().tag;
            for (auto& d : rows)
                if (!q.in_hand(d.tag)) out.push_back({d.tag, std::move(d.content), d.enqueued_at});
        }
        co_return out;
    }

    base::task<std::size_t> replay(const base::call_context& ctx, std::string_view name,
                                   std::vector<std::uint64_t> positions) override {
        auto& from = shared_->find(name);
        return take_out(ctx, from, std::move(positions), true);
    }

    base::task<std::size_t> discard(const base::call_context& ctx, std::string_view name,
                                    std::vector<std::uint64_t> positions) override {
        auto& from = shared_->find(name);
        return take_out(ctx, from, std::move(positions), false);
    }

private:
    using parcels = std::vector<std::shared_ptr<parcel>>;

    base::task<std::size_t> take_out(base::call_context ctx, queue& from, std::vector<std::uint64_t> positions,
                                     bool publish_again) {
        if (positions.size() > most_moved)
            co_return base::fail(base::fault_kind::invalid, "more than 10000 messages in one call");
        auto claimed = from.take_out(positions);
        std::uint64_t gone = 0;
        auto done = co_await shared_->db.write(
            ctx,
            [&](sqlite::connection& c) -> base::result<> {
                if (publish_again)
                    if (auto copied = copy_back(c, from, claimed.positions); !copied) return copied;
                auto erased = erase(c, from, claimed.positions);
                if (!erased) return std::unexpected(erased.error());
                gone = *erased;
                c.on_commit([&from, n = gone] { from.give_up_room(n); });
                return {};
            },
            publish_again ? sqlite::need::room : sqlite::need::always);
        if (done) co_return gone;
        from.put_back(std::move(claimed));
        co_return std::unexpected(done.error());
    }

    base::result<> copy_back(sqlite::connection& c, queue& from, const std::vector<std::uint64_t>& positions) {
        for (const auto position : positions) {
            std::vector<delivery> row;
            auto found = read(c, from.id, {position - 1, position}, 1, most_bytes_browsed, row);
            if (!found) return std::unexpected(found.error());
            if (row.empty()) continue;
            const auto name = original_queue_of(row.front().content, from.name);
            if (name.empty())
                return base::fail(base::fault_kind::invalid,
                                  "message " + std::to_string(position) + " does not say where it came from");
            std::vector<delivery> again;
            again.push_back(shared_->prepare(replayed(std::move(row.front().content))));
            auto p = std::make_shared<parcel>(shared_->find(name), std::move(again));
            if (auto written = p->write(c); !written) return written;
            c.on_commit([p] {
                p->to().count_more(1);
                p->committed(false);
            });
        }
        return {};
    }

    std::shared_ptr<shared> shared_;
};

}  // namespace

std::unique_ptr<inspector> make_inspector(std::shared_ptr<shared> s) {
    return std::make_unique<table_inspector>(std::move(s));
}

}  // namespace messaging::embedded
