// Ids and randomness are handed in like time.
#pragma once
#include <cstdint>
#include <span>

#include "base/clock.hpp"
#include "base/uuid.hpp"

namespace base {

// Safe from any thread.
class id_source {
public:
    virtual ~id_source() = default;
    virtual void fill(std::span<std::uint8_t> out) = 0;  // cryptographically random in production

    uuid make_v7(const clock& time) { return make_v7(time.now()); }
    uuid make_v7(unix_micros at) {
        uuid::bytes random;
        fill(random);
        return uuid::v7(at / 1000, random);
    }
    std::uint64_t next_u64() {
        std::uint64_t value = 0;
        fill({reinterpret_cast<std::uint8_t*>(&value), sizeof value});
        return value;
    }
};

// The operating system's generator, buffered per thread: a call costs no system call most of the time.
id_source& system_ids();

// The same numbers for the same seed (splitmix64); for tests and replays, never for secrets.
class seeded_ids final : public id_source {
public:
    explicit seeded_ids(std::uint64_t seed) : state_{seed} {}
    void fill(std::span<std::uint8_t> out) override;

private:
    std::uint64_t state_;
};

}  // namespace base
