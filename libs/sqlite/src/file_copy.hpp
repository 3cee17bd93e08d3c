// An online copy of the file, a few pages at a time; who calls slice() decides on which thread and how often.
#pragma once
#include <memory>
#include <string>

#include "opened_connection.hpp"

namespace sqlite {

// Holds one read snapshot from beginning to end, else every commit would make the copy start anew. The log can't be reset
// meanwhile. Dropped unfinished, it leaves nothing behind.
class file_copy {
public:
    file_copy(options source, std::string to) : source_{std::move(source)}, to_{std::move(to)}, part_{to_ + ".part"} {}
    file_copy(const file_copy&) = delete;
    file_copy& operator=(const file_copy&) = delete;
    ~file_copy();

    base::result<bool> slice();  // true: there is more; `conflict`: the target exists
    base::result<> finish();     // after slice() answered false

    int pages_left() const noexcept { return running_ ? sqlite3_backup_remaining(running_) : 0; }
    int pages() const noexcept { return running_ ? sqlite3_backup_pagecount(running_) : 0; }

private:
    base::result<> begin();
    int close();

    options source_;
    std::string to_, part_;
    std::unique_ptr<opened_connection> from_;
    sqlite3* target_ = nullptr;
    sqlite3_backup* running_ = nullptr;
    bool made_ = false;
};

}  // namespace sqlite
