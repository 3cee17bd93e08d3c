// Runs one port call to its end; for tests. All calls share one loop with a thread of its own, since adapters complete
// from their threads and may still be busy with an executor when the caller has its answer: it must outlive them.
#pragma once
#include "base/result.hpp"
#include "base_testing/loop.hpp"

namespace orders::test {

inline base_testing::loop& shared_loop() {
    static base_testing::loop one;
    return one;
}

template <class T>
base::result<T> sync(base::task<T> call) {
    return shared_loop().wait([&] { return std::move(call); });
}

}  // namespace orders::test
