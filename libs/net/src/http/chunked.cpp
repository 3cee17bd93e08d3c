#include "chunked.hpp"

#include <algorithm>
#include <charconv>

#include "controls.hpp"
#include "text.hpp"

namespace net::http {
namespace {

int hex_value(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    const char low = lower(c);
    return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

}  // namespace

std::size_t chunked_reader::take(std::string_view bytes, std::string& body) {
    std::size_t used = 0;
    while (used < bytes.size() && fault_ == 0 && at_ != part::done) {
        if (at_ != part::data) {
            step(bytes[used++]);
            continue;
        }
        const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size() - used));
        body.append(bytes.substr(used, n));
        used += n;
        left_ -= n;
        if (left_ == 0) at_ = part::data_cr;
    }
    return used;
}

void chunked_reader::step(char c) {
    switch (at_) {
        case part::size_first:
            left_ = 0;
            digits_ = 0;
            at_ = part::size;
            [[fallthrough]];
        case part::size:
            return size_digit(c);
        case part::extension:
            if (c == '\r')
                at_ = part::size_lf;
            else
                extra(c);
            return;
        case part::size_lf:
            if (c != '\n') {
                fault_ = 400;
            } else if (left_ == 0) {
                at_ = part::trailer_first;
            } else {
                body_ += static_cast<std::size_t>(left_);
                if (body_ > most_body_) fault_ = 413;
                at_ = part::data;
            }
            return;
        case part::data_cr:
            return expect(c, '\r', part::data_lf);
        case part::data_lf:
            return expect(c, '\n', part::size_first);
        case part::trailer_first:
            if (c == '\r') {
                at_ = part::last_lf;
            } else if (is_token(c)) {
                at_ = part::trailer;
                extra(c);
            } else {
                fault_ = 400;
            }
            return;
        case part::trailer:
            if (c == '\r')
                at_ = part::trailer_lf;
            else
                extra(c);
            return;
        case part::trailer_lf:
            return expect(c, '\n', part::trailer_first);
        case part::last_lf:
            return expect(c, '\n', part::done);
        case part::data:
        case part::done:
            return;
    }
}

void chunked_reader::size_digit(char c) {
    if (const int value = hex_value(c); value >= 0) {
        // Fifteen digits can't overflow; a longer size is nonsense, or leading zeros without end.
        if (++digits_ > 15) fault_ = 400;
        left_ = left_ * 16 + static_cast<unsigned>(value);
    } else if (digits_ == 0) {
        fault_ = 400;
    } else if (c == '\r') {
        at_ = part::size_lf;
    } else if (c == ';') {
        at_ = part::extension;
        extra(c);
    } else {
        fault_ = 400;
    }
    if (left_ > most_body_ && fault_ == 0) fault_ = 413;
}

void chunked_reader::extra(char c) {
    if (is_control(c) || ++extra_ > most_extra_) fault_ = 400;
}

void chunked_reader::expect(char c, char wanted, part next) {
    if (c == wanted)
        at_ = next;
    else
        fault_ = 400;
}

void append_chunk(std::string& out, std::string_view piece) {
    if (piece.empty()) return;
    char size[16];
    const auto end = std::to_chars(size, size + sizeof size, piece.size(), 16).ptr;
    out.append(size, end).append("\r\n").append(piece).append("\r\n");
}

}  // namespace net::http
