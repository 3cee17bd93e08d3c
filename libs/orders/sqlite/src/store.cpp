#include "orders/sqlite/store.hpp"

#include "bytes.hpp"
#include "failures.hpp"
#include "order_writer.hpp"
#include "reads.hpp"
#include "sql.hpp"

namespace orders {
namespace {

// A job may outlive the coroutine that waits for it (a deadline, a shutdown), so what it touches is shared
// with it.
template <class In, class Out>
struct job_data {
    In in;
    Out out{};
};
template <class Out, class In>
std::shared_ptr<job_data<In, Out>> share(In in) {
    return std::make_shared<job_data<In, Out>>(std::move(in));
}

template <class T>
base::result<> keep(T& place, base::result<T>&& got) {
    if (!got) return std::unexpected(std::move(got).error());
    place = *std::move(got);
    return {};
}

class sqlite_store final : public store {
public:
    sqlite_store(sqlite::database& db, const base::clock& time, base::log_scope log)
        : db_{db}, time_{time}, writer_{std::make_shared<order_writer>(time, std::move(log))} {}

    base::task<std::vector<inserted_order>> insert(const base::call_context& ctx, std::vector<new_order> batch,
                                                   base::unit* within) override {
        auto data = share<std::vector<inserted_order>>(std::move(batch));
        const auto done = co_await write(ctx, within, [data, writer = writer_, due = ctx.due](sqlite::connection& c) {
            return keep(data->out, writer->insert(c, data->in, due));
        });
        if (!done) co_return std::unexpected(done.error());
        co_return std::move(data->out);
    }

    base::task<std::vector<bool>> record_failures(const base::call_context& ctx, std::vector<failed_order> batch,
                                                  base::unit* within) override {
        auto data = share<std::vector<bool>>(std::move(batch));
        const auto done = co_await write(ctx, within, [data, now = time_.now()](sqlite::connection& c) {
            return keep(data->out, orders::record_failures(c, data->in, now));
        });
        if (!done) co_return std::unexpected(done.error());
        co_return std::move(data->out);
    }

    base::task<std::vector<contracts::product>> catalogue(const base::call_context& ctx) override {
        auto data = share<std::vector<contracts::product>>(0);
        const auto done =
            co_await db_.read(ctx, [data](sqlite::connection& c) { return keep(data->out, read_catalogue(c)); });
        if (!done) co_return std::unexpected(done.error());
        co_return std::move(data->out);
    }

    base::task<order_page> page(const base::call_context& ctx, const contracts::user_id& user, std::int64_t offset,
                                std::int64_t size) override {
        auto data = share<order_page>(user);
        const auto done = co_await db_.read(ctx, [data, offset, size](sqlite::connection& c) {
            return keep(data->out, read_page(c, data->in, offset, size));
        });
        if (!done) co_return std::unexpected(done.error());
        co_return std::move(data->out);
    }

    base::task<std::optional<stored_order>> find(const base::call_context& ctx, contracts::order_id id) override {
        auto data = share<std::optional<stored_order>>(id);
        const auto done =
            co_await db_.read(ctx, [data](sqlite::connection& c) { return keep(data->out, read_order(c, data->in)); });
        if (!done) co_return std::unexpected(done.error());
        co_return std::move(data->out);
    }

    base::task<std::vector<found_order>> find_all(const base::call_context& ctx,
                                                  std::vector<contracts::correlation_id> ids) override {
        auto data = share<std::vector<found_order>>(std::move(ids));
        const auto done =
            co_await db_.read(ctx, [data](sqlite::connection& c) { return keep(data->out, read_all(c, data->in)); });
        if (!done) co_return std::unexpected(done.error());
        co_return std::move(data->out);
    }

    base::task<std::optional<contracts::correlation_id>> soft_delete(const base::call_context& ctx,
                                                                     const contracts::user_id& user,
                                                                     contracts::order_id id) override {
        auto data = share<std::optional<contracts::correlation_id>>(user);
        const auto mark = [data, id, now = time_.now()](sqlite::connection& c) -> base::result<> {
            auto row = c.prepare(sql::soft_delete);
            const auto found = row.bind(1, id).bind(2, data->in.str()).bind(3, now).step();
            if (!found) return std::unexpected(found.error());
            if (*found) data->out = id_of(row.blob(0));
            return {};
        };
        const auto done = co_await db_.write(ctx, mark, sqlite::need::always, sqlite::shape::single);
        if (!done) co_return std::unexpected(done.error());
        co_return std::move(data->out);
    }

    bool healthy() const override { return db_.healthy(); }

private:
    // Nothing here is intake: an order that is stored leaves a queue, so it goes on while the disk is nearly
    // full.
    base::task<> write(const base::call_context& ctx, base::unit* within, sqlite::database::job job) {
        if (auto* unit = db_.ours(within)) co_return co_await db_.write_in(*unit, std::move(job));
        co_return co_await db_.write(ctx, std::move(job), sqlite::need::always);
    }

    sqlite::database& db_;
    const base::clock& time_;
    std::shared_ptr<order_writer> writer_;
};

}  // namespace

std::unique_ptr<store> make_sqlite_store(sqlite::database& db, const base::clock& time, base::log_scope log) {
    return std::make_unique<sqlite_store>(db, time, std::move(log));
}

}  // namespace orders
