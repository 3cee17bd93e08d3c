#include "backup.hpp"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace sqlite {
namespace {

using base::fault_kind;

constexpr int pages_at_once = 256;

base::fault from_errno(const std::string& path) {
    return {errno == EEXIST ? fault_kind::conflict : fault_kind::unavailable,
            path + ": " + std::strerror(errno)};
}

// Holds one read snapshot from beginning to end, else every commit would make the copy start anew. The log
// can't be reset meanwhile.
class copy {
public:
    copy(options source, std::string to, request_ptr asked)
        : source_{std::move(source)}, to_{std::move(to)}, part_{to_ + ".part"}, asked_{std::move(asked)} {}
    ~copy() {
        close();
        if (made_) ::unlink(part_.c_str());
    }

    bool go_on(bool stopping) {
        auto more = stopping ? base::fail(fault_kind::unavailable, "the database is closing") : slice();
        if (more && *more) return true;
        base::result<> outcome;
        if (more)
            outcome = finish();
        else
            outcome = std::unexpected(more.error());
        answer(std::move(asked_), std::move(outcome));
        return false;
    }

private:
    base::result<bool> slice() {
        if (!running_)
            if (auto ok = begin(); !ok) return std::unexpected(ok.error());
        const int code = sqlite3_backup_step(running_, pages_at_once);
        if (code == SQLITE_DONE) return false;
        if (code == SQLITE_OK || code == SQLITE_BUSY || code == SQLITE_LOCKED) return true;
        return std::unexpected(fault_from(target_, code));
    }

    base::result<> begin() {
        if (::access(to_.c_str(), F_OK) == 0) return base::fail(fault_kind::conflict, to_ + " exists");
        const int fd = ::open(part_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (fd < 0) return std::unexpected(from_errno(part_));
        ::close(fd);
        made_ = true;
        auto from = opened_connection::open(source_, opened_connection::use::reading);
        if (!from) return std::unexpected(from.error());
        from_ = std::move(*from);
        if (auto ok = from_->execute("BEGIN; SELECT count(*) FROM sqlite_schema"); !ok) return ok;
        int code =
            sqlite3_open_v2(part_.c_str(), &target_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
        if (code == SQLITE_OK) running_ = sqlite3_backup_init(target_, "main", from_->raw(), "main");
        if (running_) return {};
        return std::unexpected(fault_from(target_, sqlite3_errcode(target_)));
    }

    base::result<> finish() {
        const int code = close();
        if (code != SQLITE_OK) return std::unexpected(fault_from(nullptr, code));
        if (::renameat2(AT_FDCWD, part_.c_str(), AT_FDCWD, to_.c_str(), RENAME_NOREPLACE) != 0)
            return std::unexpected(from_errno(to_));
        made_ = false;
        return {};
    }

    int close() {
        int code = SQLITE_OK;
        if (running_) code = sqlite3_backup_finish(std::exchange(running_, nullptr));
        if (target_) sqlite3_close_v2(std::exchange(target_, nullptr));
        from_.reset();
        return code;
    }

    options source_;
    std::string to_, part_;
    request_ptr asked_;
    std::unique_ptr<opened_connection> from_;
    sqlite3* target_ = nullptr;
    sqlite3_backup* running_ = nullptr;
    bool made_ = false;
};

}  // namespace

void start_backup(readers& on, const options& source, std::string to, request_ptr asked) {
    auto work = std::make_shared<copy>(source, std::move(to), std::move(asked));
    on.submit([work](bool stopping) { return work->go_on(stopping); });
}

}  // namespace sqlite
