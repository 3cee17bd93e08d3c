// A broker on a file of its own.
#pragma once
#include <memory>
#include <string>

#include "base_testing/temporary_directory.hpp"
#include "messaging/embedded/broker.hpp"

namespace embedded_test {

using base_testing::temporary_directory;

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
