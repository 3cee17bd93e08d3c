// Chunked bodies (RFC 9112 §7.1), read strictly: extensions and trailers are thrown away, but counted.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace net::http {

class chunked_reader {
public:
    // `most_extra`: bytes of extensions and trailers in one message.
    chunked_reader(std::size_t most_body, std::size_t most_extra) noexcept
        : most_body_{most_body}, most_extra_{most_extra} {}

    // Takes what it can from the front of `bytes`, appends the data to `body`, says how much it took.
    std::size_t take(std::string_view bytes, std::string& body);
    bool done() const noexcept { return at_ == part::done; }
    // 0 while it is well; 400 malformed, 413 the body is too large.
    unsigned fault() const noexcept { return fault_; }

private:
    enum class part : unsigned char {
        size_first,
        size,
        extension,
        size_lf,
        data,
        data_cr,
        data_lf,
        trailer_first,
        trailer,
        trailer_lf,
        last_lf,
        done
    };

    void step(char c);
    void size_digit(char c);
    void extra(char c);
    void expect(char c, char wanted, part next);

    std::size_t most_body_, most_extra_;
    std::uint64_t left_ = 0;  // of this chunk
    std::size_t extra_ = 0;
    std::size_t body_ = 0;
    unsigned fault_ = 0;
    unsigned char digits_ = 0;
    part at_ = part::size_first;
};

// One chunk as it goes on the wire; nothing for an empty piece, which would end the body.
void append_chunk(std::string& out, std::string_view piece);

}  // namespace net::http
