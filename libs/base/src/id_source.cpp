#include "base/id_source.hpp"

#include <openssl/rand.h>

#include <cstring>
#include <new>

namespace base {
namespace {

// 4 KiB drawn at once; what was handed out is wiped so that it can't be read back from memory.
struct pool {
    std::uint8_t bytes[4096];
    std::size_t left = 0;
};

class os_ids final : public id_source {
public:
    void fill(std::span<std::uint8_t> out) override {
        thread_local pool p;
        if (out.size() > sizeof p.bytes) return draw(out.data(), out.size());
        if (p.left < out.size()) {
            draw(p.bytes, sizeof p.bytes);
            p.left = sizeof p.bytes;
        }
        std::uint8_t* from = p.bytes + (sizeof p.bytes - p.left);
        std::memcpy(out.data(), from, out.size());
        std::memset(from, 0, out.size());
        p.left -= out.size();
    }

private:
    static void draw(std::uint8_t* at, std::size_t n) {
        if (RAND_bytes(at, static_cast<int>(n)) != 1) throw std::bad_alloc{};  // no randomness: nothing may go on
    }
};

}  // namespace

id_source& system_ids() {
    static os_ids it;
    return it;
}

void seeded_ids::fill(std::span<std::uint8_t> out) {
    for (std::size_t i = 0; i < out.size(); i += 8) {
        std::uint64_t z = (state_ += 0x9E3779B97F4A7C15ull);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
        z ^= z >> 31;
        std::memcpy(out.data() + i, &z, std::min<std::size_t>(8, out.size() - i));
    }
}

}  // namespace base
