// Reads HTTP/1.1 answers off the front of a buffer: as much as a client of our own servers needs, without
// allocation.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace load {

struct answer {
    unsigned status = 0;
    std::string_view head, body;          // good until the buffer changes
    std::optional<unsigned> retry_after;  // seconds
    bool last = false;                    // the server ends the connection after it
};

enum class reading : unsigned char { more, done, broken };

struct read_answer {
    reading what = reading::more;
    std::size_t used = 0;  // when done
    answer value;
};
// An answer without Content-Length (and not 204 or 304) is broken: our servers always send one here.
read_answer read_front(std::string_view bytes) noexcept;

}  // namespace load
