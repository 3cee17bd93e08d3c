// Is it UTF-8? Checked piece by piece, so that a text cut anywhere needs no copy.
#pragma once
#include <cstdint>
#include <string_view>

namespace net::websocket {

class utf8_checker {
public:
    // False: the bytes so far can't be the start of well-formed UTF-8. Stays false until reset.
    bool feed(std::string_view bytes) noexcept;
    bool between_characters() const noexcept { return state_ == 0; }
    void reset() noexcept { state_ = 0; }

private:
    std::uint8_t state_ = 0;
};

inline bool is_utf8(std::string_view text) noexcept {
    utf8_checker check;
    return check.feed(text) && check.between_characters();
}

}  // namespace net::websocket
