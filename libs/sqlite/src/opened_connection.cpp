#include "opened_connection.hpp"

#include <mutex>
#include <stdexcept>

namespace sqlite {
namespace {

// Every connection is used by one thread at a time, so SQLite's own mutexes and its global memory statistics
// only cost.
void configure_library() {
    static std::once_flag once;
    std::call_once(once, [] {
        sqlite3_config(SQLITE_CONFIG_MULTITHREAD);
        sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    });
}

// Memory-mapped reading stays off: an I/O error would arrive as SIGBUS instead of a code.
constexpr const char* both = "PRAGMA temp_store=MEMORY; PRAGMA mmap_size=0; PRAGMA foreign_keys=ON;";
constexpr const char* for_writing =
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0; PRAGMA cache_size=-65536;"
    "PRAGMA journal_size_limit=67108864;";
constexpr const char* for_reading = "PRAGMA cache_size=-16384; PRAGMA query_only=1;";

}  // namespace

base::result<std::unique_ptr<opened_connection>> opened_connection::open(const options& o, use u) {
    configure_library();
    sqlite3* db = nullptr;
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (u == use::writing ? SQLITE_OPEN_CREATE : 0);
    const int code = sqlite3_open_v2(o.path.c_str(), &db, flags, nullptr);
    std::unique_ptr<opened_connection> opened{new opened_connection{db, u}};
    if (code != SQLITE_OK) return std::unexpected(fault_from(db, code));
    if (auto ok = opened->configure(o); !ok) return std::unexpected(ok.error());
    return opened;
}

base::result<> opened_connection::configure(const options& o) {
    sqlite3_extended_result_codes(db_, 1);
    sqlite3_busy_timeout(db_, busy_ms);
    if (auto ok = execute(both); !ok) return ok;
    if (auto ok = execute(use_ == use::writing ? for_writing : for_reading); !ok) return ok;
    if (use_ == use::reading || o.max_pages == 0) return {};
    return execute("PRAGMA max_page_count=" + std::to_string(o.max_pages));
}

opened_connection::~opened_connection() {
    for (const auto& [at, kept] : statements_) sqlite3_finalize(kept.raw);
    sqlite3_close_v2(db_);
}

sqlite3_stmt* opened_connection::compile(std::string_view sql, unsigned flags) {
    sqlite3_stmt* raw = nullptr;
    const int code = sqlite3_prepare_v3(db_, sql.data(), static_cast<int>(sql.size()), flags, &raw, nullptr);
    if (code == SQLITE_OK) return raw;
    throw std::logic_error{fault_from(db_, code).message + ": " + std::string{sql}};
}

statement opened_connection::prepare(std::string_view sql) {
    auto& kept = statements_[sql.data()];
    if (kept.raw && kept.text != sql) {  // another text at the address of an older one
        sqlite3_finalize(kept.raw);
        kept = {};
    }
    if (!kept.raw) kept = {compile(sql, SQLITE_PREPARE_PERSISTENT), std::string{sql}};
    if (sqlite3_stmt_busy(kept.raw)) return statement{db_, compile(sql, 0), true};  // used inside its own loop
    return statement{db_, kept.raw};
}

base::result<> opened_connection::execute(std::string_view sql) {
    const int code = sqlite3_exec(db_, std::string{sql}.c_str(), nullptr, nullptr, nullptr);
    if (code == SQLITE_OK) return {};
    return std::unexpected(fault_from(db_, code));
}

void opened_connection::on_commit(std::function<void()> then) {
    if (use_ == use::reading) throw std::logic_error{"a reader has no commit"};
    hooks_.push_back(std::move(then));
}

void opened_connection::run_hooks() {
    for (auto& hook : hooks_) hook();
    hooks_.clear();
}

}  // namespace sqlite
