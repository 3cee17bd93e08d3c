// RESP2 from bytes, however they are cut: hiredis' reader, with limits of our own and replies built in place.
#pragma once
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "redis/reply.hpp"

namespace redis {

// One thread. Once broken it stays so: a stream that was misread once can't be trusted again.
class reply_reader {
public:
    static constexpr std::size_t longest_line = 64 * 1024;  // of what has no length in front: status, error, integer

    explicit reply_reader(std::size_t max_reply_bytes);
    ~reply_reader();
    reply_reader(const reply_reader&) = delete;
    reply_reader& operator=(const reply_reader&) = delete;

    // Calls `take` for every reply that is whole now; when it gives false the rest of `bytes` is dropped. False: what came
    // is not RESP2 or too large, see failure().
    bool feed(std::string_view bytes, const std::function<bool(reply)>& take);
    const std::string& failure() const noexcept { return failure_; }

private:
    struct inside;
    bool broken(std::string why);
    bool within_limits();
    bool take_ready(const std::function<bool(reply)>& take, bool& go_on);

    std::unique_ptr<inside> inside_;
    std::string failure_;
};

}  // namespace redis
