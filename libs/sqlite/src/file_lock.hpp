// One process per data file, for as long as it lives: two writers would each believe their own caches.
#pragma once
#include <string>

#include "base/result.hpp"

namespace sqlite {

class file_lock {
public:
    // `invalid` and the holder's pid when somebody has it.
    static base::result<file_lock> take(const std::string& path);
    file_lock(file_lock&& other) noexcept;
    file_lock& operator=(file_lock&&) = delete;
    ~file_lock();

private:
    explicit file_lock(int fd) noexcept : fd_{fd} {}
    int fd_;
};

}  // namespace sqlite
