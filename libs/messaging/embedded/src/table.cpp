#include "table.hpp"

#include "codec.hpp"
#include "messaging/lifecycle.hpp"

namespace messaging::embedded {
namespace {

std::int64_t row_id(std::int64_t queue_id, std::uint64_t position) {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(queue_id) << position_bits | position);
}

std::uint64_t position_of(std::int64_t id) { return static_cast<std::uint64_t>(id) & position_mask; }

base::result<> reserve(sqlite::connection& c, queue& q) {
    const auto up_to = q.next + reserve_block;
    auto s = c.prepare(
        "INSERT INTO BrokerQueue(Id, Name, Reserved) VALUES(?1, ?2, ?3)"
        " ON CONFLICT(Id) DO UPDATE SET Reserved = excluded.Reserved");
    auto done = s.bind(1, q.id).bind(2, q.name).bind(3, static_cast<std::int64_t>(up_to)).run();
    if (done) c.on_commit([&q, up_to] { q.reserved = up_to; });
    return done;
}

base::result<> read_row(sqlite::statement& s, delivery& d) {
    d.tag = position_of(s.integer(0));
    d.enqueued_at = s.integer(1);
    if (auto ok = decode_properties(s.blob(2), d.content); !ok) return ok;
    d.content.body = s.blob(3);
    return {};
}

}  // namespace

base::result<> make_tables(sqlite::connection& c) {
    return c.execute(
        "CREATE TABLE IF NOT EXISTS BrokerQueue(Id INTEGER PRIMARY KEY, Name TEXT NOT NULL UNIQUE,"
        " Reserved INTEGER NOT NULL);"
        "CREATE TABLE IF NOT EXISTS BrokerMessage(Id INTEGER PRIMARY KEY, EnqueuedAt INTEGER NOT NULL,"
        " Properties BLOB NOT NULL, Body BLOB NOT NULL);");
}

base::result<std::vector<stored_queue>> list_queues(sqlite::connection& c) {
    std::vector<stored_queue> found;
    auto queues = c.prepare("SELECT Id, Name, Reserved FROM BrokerQueue ORDER BY Id");
    for (;;) {
        const auto row = queues.step();
        if (!row) return std::unexpected(row.error());
        if (!*row) break;
        found.push_back(
            {queues.integer(0), std::string{queues.text(1)}, static_cast<std::uint64_t>(queues.integer(2))});
    }
    auto sums = c.prepare("SELECT count(*), max(Id) FROM BrokerMessage WHERE Id BETWEEN ?1 AND ?2");
    for (auto& q : found) {
        sums.again();
        const auto row = sums.bind(1, row_id(q.id, 0)).bind(2, row_id(q.id, position_mask)).step();
        if (!row) return std::unexpected(row.error());
        q.stored = static_cast<std::uint64_t>(sums.integer(0));
        q.last = position_of(sums.integer(1));
    }
    return found;
}

bool must_reserve_soon(const queue& q) { return q.next + reserve_early >= q.reserved; }

base::result<> insert(sqlite::connection& c, queue& q, delivery& d, std::string_view properties) {
    if (q.next >= q.reserved)
        if (auto ok = reserve(c, q); !ok) return ok;
    d.tag = q.next++;
    auto s = c.prepare("INSERT INTO BrokerMessage(Id, EnqueuedAt, Properties, Body) VALUES(?1, ?2, ?3, ?4)");
    return s.bind(1, row_id(q.id, d.tag))
        .bind(2, d.enqueued_at)
        .bind_blob(3, properties)
        .bind_blob(4, d.content.body)
        .run();
}

base::result<std::uint64_t> erase(sqlite::connection& c, const queue& q, const std::vector<std::uint64_t>& positions) {
    std::uint64_t gone = 0;
    auto s = c.prepare("DELETE FROM BrokerMessage WHERE Id BETWEEN ?1 AND ?2");
    for (std::size_t from = 0, to = 0; from < positions.size(); from = to) {
        for (to = from + 1; to < positions.size() && positions[to] == positions[to - 1] + 1;) ++to;
        s.again();
        auto done = s.bind(1, row_id(q.id, positions[from])).bind(2, row_id(q.id, positions[to - 1])).run();
        if (!done) return std::unexpected(done.error());
        gone += static_cast<std::uint64_t>(c.changes());
    }
    return gone;
}

base::result<bool> read(sqlite::connection& c, std::int64_t queue_id, queue::range r, std::size_t most,
                        std::size_t most_bytes, std::vector<delivery>& into) {
    auto s =
        c.prepare("SELECT Id, EnqueuedAt, Properties, Body FROM BrokerMessage WHERE Id > ?1 AND Id <= ?2 ORDER BY Id");
    s.bind(1, row_id(queue_id, r.after)).bind(2, row_id(queue_id, r.to));
    for (std::size_t bytes = 0; into.size() < most && bytes < most_bytes;) {
        const auto row = s.step();
        if (!row) return std::unexpected(row.error());
        if (!*row) return false;
        if (auto ok = read_row(s, into.emplace_back()); !ok) return std::unexpected(ok.error());
        bytes += into.back().content.body.size();
    }
    return true;
}

base::result<base::unix_micros> oldest(sqlite::connection& c, std::int64_t queue_id) {
    auto s = c.prepare("SELECT EnqueuedAt FROM BrokerMessage WHERE Id BETWEEN ?1 AND ?2 ORDER BY Id LIMIT 1");
    const auto row = s.bind(1, row_id(queue_id, 0)).bind(2, row_id(queue_id, position_mask)).step();
    if (!row) return std::unexpected(row.error());
    return *row ? s.integer(0) : 0;
}

}  // namespace messaging::embedded
