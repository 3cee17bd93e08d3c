// A connection as the writer and the readers hold it: opened with our pragmas, with its statements and commit
// hooks.
#pragma once
#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

#include "sqlite/database.hpp"

namespace sqlite {

class opened_connection final : public connection {
public:
    static constexpr int busy_ms = 1'000;
    enum class use : unsigned char { writing, reading };
    static base::result<std::unique_ptr<opened_connection>> open(const options& o, use u);
    ~opened_connection() override;

    statement prepare(std::string_view sql) override;
    base::result<> execute(std::string_view sql) override;
    std::int64_t last_insert_id() const noexcept override { return sqlite3_last_insert_rowid(db_); }
    int changes() const noexcept override { return sqlite3_changes(db_); }
    sqlite3* raw() noexcept override { return db_; }
    void on_commit(std::function<void()> then) override;

    bool in_transaction() const noexcept { return sqlite3_get_autocommit(db_) == 0; }

    // Hooks belong to the savepoint in which they were given: take a mark before, forget back to it on a
    // rollback.
    std::size_t hook_mark() const noexcept { return hooks_.size(); }
    void forget_hooks(std::size_t mark) { hooks_.resize(mark); }
    void run_hooks();

private:
    opened_connection(sqlite3* db, use u) noexcept : db_{db}, use_{u} {}
    base::result<> configure(const options& o);
    sqlite3_stmt* compile(std::string_view sql, unsigned flags);

    struct kept_statement {
        sqlite3_stmt* raw = nullptr;
        std::string text;
    };

    sqlite3* db_;
    use use_;
    std::unordered_map<const char*, kept_statement> statements_;
    std::vector<std::function<void()>> hooks_;
};

}  // namespace sqlite
