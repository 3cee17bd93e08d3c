#include <map>
#include <memory>

#include "orders/sqlite/schema.hpp"

namespace orders {
namespace {

using applied_by_version = std::map<int, std::string>;  // checksums

constexpr std::string_view make_ledger =
    R"(CREATE TABLE IF NOT EXISTS SchemaMigration (
           Version INTEGER PRIMARY KEY, Name TEXT NOT NULL, Checksum TEXT NOT NULL, AppliedAt INTEGER NOT NULL))";

base::result<applied_by_version> read_ledger(sqlite::connection& c) {
    if (auto ok = c.execute(make_ledger); !ok) return std::unexpected(ok.error());
    applied_by_version applied;
    auto row = c.prepare("SELECT Version, Checksum FROM SchemaMigration");
    for (;;) {
        const auto more = row.step();
        if (!more) return std::unexpected(more.error());
        if (!*more) return applied;
        applied.emplace(static_cast<int>(row.integer(0)), row.text(1));
    }
}

base::result<> check(const applied_by_version& applied, std::span<const migration> known) {
    const int newest = known.empty() ? 0 : known.back().version;
    if (!applied.empty() && applied.rbegin()->first > newest)
        return base::fail(base::fault_kind::invalid, "the file's schema is version " +
                                                         std::to_string(applied.rbegin()->first) +
                                                         ", this program knows up to " + std::to_string(newest));
    for (const auto& m : known) {
        const auto there = applied.find(m.version);
        if (there != applied.end() && there->second != m.checksum)
            return base::fail(base::fault_kind::invalid,
                              "the file was made by another text of migration " + std::string{m.name});
    }
    return {};
}

base::result<> apply(sqlite::connection& c, const migration& m, base::unix_micros now) {
    if (auto ok = c.execute(m.sql); !ok) return ok;
    auto row = c.prepare("INSERT INTO SchemaMigration (Version, Name, Checksum, AppliedAt) VALUES (?1, ?2, ?3, ?4)");
    return row.bind(1, std::int64_t{m.version}).bind(2, m.name).bind(3, m.checksum).bind(4, now).run();
}

}  // namespace

base::task<std::size_t> migrate(const base::call_context& ctx, sqlite::database& db, const base::clock& time,
                                std::span<const migration> known) {
    auto applied = std::make_shared<applied_by_version>();
    const auto looked = co_await db.write(
        ctx,
        [applied, known](sqlite::connection& c) -> base::result<> {
            auto ledger = read_ledger(c);
            if (!ledger) return std::unexpected(ledger.error());
            *applied = *std::move(ledger);
            return check(*applied, known);
        },
        sqlite::need::always);
    if (!looked) co_return std::unexpected(looked.error());

    std::size_t count = 0;
    for (const auto& m : known) {
        if (applied->contains(m.version)) continue;
        const auto done = co_await db.write(
            ctx, [m, now = time.now()](sqlite::connection& c) { return apply(c, m, now); }, sqlite::need::always);
        if (!done)
            co_return base::fail(done.error().kind, "migration " + std::string{m.name} + ": " + done.error().message);
        ctx.log.info("schema migrated", {{"Migration", m.name}});
        ++count;
    }
    co_return count;
}

}  // namespace orders
