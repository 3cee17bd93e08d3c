#include "file_copy.hpp"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "sqlite/file.hpp"

namespace sqlite {
namespace {

using base::fault_kind;

constexpr int pages_at_once = 256;

base::fault from_errno(const std::string& path) {
    return {errno == EEXIST ? fault_kind::conflict : fault_kind::unavailable, path + ": " + std::strerror(errno)};
}

}  // namespace

file_copy::~file_copy() {
    close();
    if (made_) ::unlink(part_.c_str());
}

base::result<bool> file_copy::slice() {
    if (!running_)
        if (auto ok = begin(); !ok) return std::unexpected(ok.error());
    const int code = sqlite3_backup_step(running_, pages_at_once);
    if (code == SQLITE_DONE) return false;
    if (code == SQLITE_OK || code == SQLITE_BUSY || code == SQLITE_LOCKED) return true;
    return std::unexpected(fault_from(target_, code));
}

base::result<> file_copy::begin() {
    if (::access(to_.c_str(), F_OK) == 0) return base::fail(fault_kind::conflict, to_ + " exists");
    const int fd = ::open(part_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) return std::unexpected(from_errno(part_));
    ::close(fd);
    made_ = true;
    auto from = opened_connection::open(source_, opened_connection::use::reading);
    if (!from) return std::unexpected(from.error());
    from_ = std::move(*from);
    if (auto ok = from_->execute("BEGIN; SELECT count(*) FROM sqlite_schema"); !ok) return ok;
    const int code = sqlite3_open_v2(part_.c_str(), &target_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
    if (code == SQLITE_OK) running_ = sqlite3_backup_init(target_, "main", from_->raw(), "main");
    if (running_) return {};
    return std::unexpected(fault_from(target_, sqlite3_errcode(target_)));
}

base::result<> file_copy::finish() {
    const int code = close();
    if (code != SQLITE_OK) return std::unexpected(fault_from(nullptr, code));
    if (::renameat2(AT_FDCWD, part_.c_str(), AT_FDCWD, to_.c_str(), RENAME_NOREPLACE) != 0)
        return std::unexpected(from_errno(to_));
    made_ = false;
    return {};
}

int file_copy::close() {
    int code = SQLITE_OK;
    if (running_) code = sqlite3_backup_finish(std::exchange(running_, nullptr));
    if (target_) sqlite3_close_v2(std::exchange(target_, nullptr));
    from_.reset();
    return code;
}

base::result<std::unique_ptr<connection>> open_for_reading(const std::string& path) {
    if (::access(path.c_str(), R_OK) != 0) return base::fail(fault_kind::invalid, path + ": " + std::strerror(errno));
    auto opened = opened_connection::open({.path = path}, opened_connection::use::reading);
    if (!opened) return std::unexpected(opened.error());
    return std::unique_ptr<connection>{std::move(*opened)};
}

base::result<> copy_file(const std::string& from, const std::string& to,
                         const std::function<void(int, int)>& progress) {
    if (::access(from.c_str(), R_OK) != 0) return base::fail(fault_kind::invalid, from + ": " + std::strerror(errno));
    file_copy work{{.path = from}, to};
    for (;;) {
        const auto more = work.slice();
        if (!more) return std::unexpected(more.error());
        if (!*more) return work.finish();
        if (progress) progress(work.pages_left(), work.pages());
    }
}

}  // namespace sqlite
