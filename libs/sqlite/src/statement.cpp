#include "sqlite/statement.hpp"

namespace sqlite {
namespace {

base::fault_kind kind_of(int code) noexcept {
    switch (code & 0xff) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
        case SQLITE_FULL:
        case SQLITE_IOERR:
        case SQLITE_READONLY:
        case SQLITE_CANTOPEN:
        case SQLITE_PROTOCOL:
        case SQLITE_NOMEM:
            return base::fault_kind::unavailable;
        case SQLITE_CONSTRAINT:
            return base::fault_kind::conflict;
        case SQLITE_INTERRUPT:
            return base::fault_kind::timeout;
        case SQLITE_TOOBIG:
            return base::fault_kind::invalid;
        default:
            return base::fault_kind::internal;
    }
}

std::string_view view(const void* bytes, int size) noexcept {
    return bytes ? std::string_view{static_cast<const char*>(bytes), static_cast<std::size_t>(size)}
                 : std::string_view{};
}

}  // namespace

base::fault fault_from(sqlite3* db, int code) {
    return {kind_of(code), "sqlite: " + std::string{db ? sqlite3_errmsg(db) : sqlite3_errstr(code)} + " (" +
                               std::to_string(code) + ")"};
}

statement::~statement() {
    if (!raw_) return;
    if (owned_) {
        sqlite3_finalize(raw_);
        return;
    }
    sqlite3_reset(raw_);
    sqlite3_clear_bindings(raw_);  // they point into memory that the job owned
}

statement& statement::note(int code) noexcept {
    if (code != SQLITE_OK && failed_ == 0) failed_ = code;
    return *this;
}

statement& statement::bind(int at, std::int64_t value) { return note(sqlite3_bind_int64(raw_, at, value)); }

statement& statement::bind(int at, std::string_view text) {
    return note(sqlite3_bind_text64(raw_, at, text.data() ? text.data() : "", text.size(), SQLITE_STATIC, SQLITE_UTF8));
}

statement& statement::bind_blob(int at, std::string_view bytes) {
    return note(sqlite3_bind_blob64(raw_, at, bytes.data() ? bytes.data() : "", bytes.size(), SQLITE_STATIC));
}

statement& statement::bind_null(int at) { return note(sqlite3_bind_null(raw_, at)); }

base::result<bool> statement::step() {
    const int code = failed_ ? failed_ : sqlite3_step(raw_);
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    return std::unexpected(fault_from(db_, code));
}

base::result<> statement::run() {
    for (;;) {
        const auto row = step();
        if (!row) return std::unexpected(row.error());
        if (!*row) return {};
    }
}

void statement::again() {
    sqlite3_reset(raw_);
    failed_ = 0;
}

std::int64_t statement::integer(int column) const noexcept { return sqlite3_column_int64(raw_, column); }

std::string_view statement::text(int column) const noexcept {
    const auto* bytes = sqlite3_column_text(raw_, column);
    return view(bytes, sqlite3_column_bytes(raw_, column));
}

std::string_view statement::blob(int column) const noexcept {
    const auto* bytes = sqlite3_column_blob(raw_, column);
    return view(bytes, sqlite3_column_bytes(raw_, column));
}

bool statement::is_null(int column) const noexcept { return sqlite3_column_type(raw_, column) == SQLITE_NULL; }

}  // namespace sqlite
