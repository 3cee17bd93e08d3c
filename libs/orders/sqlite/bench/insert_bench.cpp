// What an order costs on the writer's thread, its COMMIT apart: batches of fresh orders of one or two lines by a thousand
// customers, inside one unit per batch that is then committed untimed.
#include <benchmark/benchmark.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <filesystem>
#include <optional>
#include <random>

#include "base/id_source.hpp"
#include "orders/sqlite/schema.hpp"
#include "orders/sqlite/store.hpp"

namespace {

template <class T>
T sync(base::task<T> call) {
    boost::asio::io_context loop{1};
    auto open = boost::asio::make_work_guard(loop);
    std::optional<base::result<T>> out;
    boost::asio::co_spawn(loop, std::move(call), [&](std::exception_ptr, base::result<T> r) {
        open.reset();
        out.emplace(std::move(r));
    });
    loop.run();
    if constexpr (std::is_void_v<T>)
        out->value();
    else
        return std::move(out->value());
}

struct shop {
    shop() {
        std::filesystem::remove_all(directory);
        std::filesystem::create_directory(directory);
        sqlite::options options;
        options.path = (directory / "shop.db").string();
        db = std::move(sqlite::open(options, {}).value());
        sync(orders::migrate(ctx, *db, base::system_clock()));
        sync(orders::seed(ctx, *db, base::system_clock()));
        store = orders::make_sqlite_store(*db, base::system_clock());
    }
    ~shop() {
        store.reset();
        db.reset();
        std::filesystem::remove_all(directory);
    }

    std::filesystem::path directory = std::filesystem::temp_directory_path() / "contoso-orders-bench";
    base::call_context ctx;
    std::unique_ptr<sqlite::database> db;
    std::unique_ptr<orders::store> store;
};

std::vector<orders::new_order> fresh(std::size_t count, std::mt19937& random) {
    std::vector<orders::new_order> batch(count);
    for (auto& order : batch) {
        order.id = base::system_ids().make_v7(base::system_clock());
        order.customer = contracts::user_id{"CUST-" + std::to_string(random() % 1'000)};
        for (auto lines = 1 + random() % 2; lines > 0; --lines)
            order.items.push_back(
                {contracts::product_id{random() % 2 ? "AZ-900" : "AZ-700"}, 1, contracts::money{1'250}});
        order.print = contracts::fingerprint_of(std::span<const contracts::event_item>{order.items});
        order.accepted_at = base::system_clock().now();
        for (auto& at : order.steps.at) at = order.accepted_at;
        order.steps.trace_id = "0af7651916cd43dd8448eb211c80319c";
    }
    return batch;
}

void insert(benchmark::State& state) {
    shop here;
    std::mt19937 random{1};
    const auto size = static_cast<std::size_t>(state.range(0));
    for (auto _ : state) {
        state.PauseTiming();
        auto batch = fresh(size, random);
        auto unit = sync(here.db->begin(here.ctx));
        state.ResumeTiming();
        benchmark::DoNotOptimize(sync(here.store->insert(here.ctx, std::move(batch), unit.get())));
        state.PauseTiming();
        sync(here.db->commit(std::move(unit)));
        state.ResumeTiming();
    }
    const auto orders = static_cast<double>(state.iterations()) * static_cast<double>(size);
    state.counters["per_order"] = benchmark::Counter(orders, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void insert_and_commit(benchmark::State& state) {
    shop here;
    std::mt19937 random{1};
    const auto size = static_cast<std::size_t>(state.range(0));
    for (auto _ : state) {
        state.PauseTiming();
        auto batch = fresh(size, random);
        state.ResumeTiming();
        benchmark::DoNotOptimize(sync(here.store->insert(here.ctx, std::move(batch))));
    }
    const auto orders = static_cast<double>(state.iterations()) * static_cast<double>(size);
    state.counters["per_order"] = benchmark::Counter(orders, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

BENCHMARK(insert)->Arg(1)->Arg(20)->Arg(300)->MeasureProcessCPUTime()->MinTime(2);
BENCHMARK(insert_and_commit)->Arg(1)->Arg(20)->Arg(300)->MeasureProcessCPUTime()->MinTime(2);

}  // namespace
