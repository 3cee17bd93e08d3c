// A broker on a file of its own.
#pragma once
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <memory>
#include <string>

#include "messaging/embedded/broker.hpp"

namespace embedded_test {

class temporary_directory {
public:
    temporary_directory() {
        std::string name = (std::filesystem::temp_directory_path() / "contoso-XXXXXX").string();
        path_ = ::mkdtemp(name.data());
    }
    ~temporary_directory() { std::filesystem::remove_all(path_); }
    std::string file(const std::string& name) const { return (path_ / name).string(); }

private:
    std::filesystem::path path_;
};

template <class Made>
auto unwrapped(Made made) {
    if (!made) throw std::runtime_error{made.error().message};
    return std::move(*made);
}

inline std::unique_ptr<sqlite::database> open(const temporary_directory& in, const base::clock& time,
                                              sqlite::options o = {}) {
    o.path = in.file("shop.db");
    o.readers = 1;
    o.time = &time;
    return unwrapped(sqlite::open(std::move(o), {}));
}

inline std::unique_ptr<messaging::embedded_broker> make(sqlite::database& db, const base::clock& time,
                                                        messaging::embedded_options o = {}) {
    return unwrapped(messaging::make_embedded_broker(db, std::move(o), time, base::system_ids(), {}));
}

}  // namespace embedded_test
