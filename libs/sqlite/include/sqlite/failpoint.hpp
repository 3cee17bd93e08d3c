// Places where a test build can be made to die or to fail: `name:hit:action`, several parted by commas; from
// options or the environment's CONTOSO_FAILPOINT. Built without CONTOSO_FAILPOINTS there is nothing here but
// empty functions.
//
// `hit` counts from 1; `*` means every time. Actions: `kill` (SIGKILL to this process) and `fail` (the place
// fails). Places of this room: before-commit, after-commit (durable, nobody was told yet), checkpoint.
#pragma once
#include <atomic>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

namespace sqlite {

#ifdef CONTOSO_FAILPOINTS

// Safe from any thread. Throws std::invalid_argument on a list that can't be read.
class failpoints {
public:
    explicit failpoints(std::string_view list = {});
    bool hit(std::string_view place);  // true: the place should fail; does not return when it is told to kill
    bool knows(std::string_view place) const noexcept;

private:
    struct point {
        std::string place;
        std::uint64_t at = 0;  // 0: every time
        bool kill = false;
        std::atomic<std::uint64_t> seen{0};
    };
    void read(std::string_view list);
    std::deque<point> points_;
};

#else

class failpoints {
public:
    explicit failpoints(std::string_view = {}) {}
    bool hit(std::string_view) { return false; }
    bool knows(std::string_view) const noexcept { return false; }
};

#endif

}  // namespace sqlite
