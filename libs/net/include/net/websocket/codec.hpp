// RFC 6455 frames: bytes in, frames out. No sockets, no handshake, no extensions. Our own (see design: a
// library stream costs ten times the memory).
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "net/websocket/utf8.hpp"

namespace net::websocket {

enum class opcode : unsigned char { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };
enum class role : unsigned char { server, client };  // a client masks what it sends, a server refuses unmasked input

// What a protocol error is answered with.
enum class violation : std::uint16_t { protocol = 1002, bad_payload = 1007, too_big = 1009 };

using mask_key = std::array<std::uint8_t, 4>;

struct frame {
    opcode op = opcode::text;  // of a continuation: the kind of the message it belongs to
    bool first = true;         // first piece of its message
    bool fin = true;           // last piece of its message
    std::string_view payload;  // unmasked in place; good until the buffer changes
};

// Reads frames from a buffer that it may change (unmasking is done in place). Control frames and data frames
// of up to `whole_up_to` bytes are handed out whole; a larger data frame comes in pieces as its bytes arrive,
// so that nobody has to keep it. A frame larger than `max_frame` is refused by its header. Text is checked to
// be UTF-8 across the pieces of a message. After a violation the decoder must not be used any more.
class decoder {
public:
    explicit decoder(role r, std::size_t max_frame = 1024 * 1024, std::size_t whole_up_to = 16 * 1024) noexcept
        : max_frame_{max_frame}, whole_up_to_{whole_up_to}, role_{r} {}

    struct step {
        std::size_t used = 0;    // bytes taken from the front; 0: need more
        frame value;             // good when used > 0
        std::size_t wanted = 0;  // when used is 0: size of the whole frame if known, else 0
    };
    // `bytes` starts where the last step ended; what was not used must be there again.
    std::expected<step, violation> next(char* bytes, std::size_t size);

private:
    struct header;
    std::expected<header, violation> read_header(const char* bytes, std::size_t size) const;
    std::expected<step, violation> hand_out(char* payload, std::size_t size, std::size_t header_size);
    std::expected<step, violation> continue_frame(char* bytes, std::size_t size);

    std::size_t max_frame_;
    std::size_t whole_up_to_;
    std::uint64_t left_ = 0;                 // payload bytes of the current frame that have not come yet
    opcode message_ = opcode::continuation;  // continuation: between messages
    mask_key mask_{};
    role role_;
    bool fin_ = true;
    bool first_ = true;
    utf8_checker text_;
};

// Appends one frame. `mask`: for the client role, four random bytes; null for a server.
void append_frame(std::string& out, opcode op, std::string_view payload, bool fin = true,
                  const mask_key* mask = nullptr);
std::size_t frame_header_size(std::size_t payload) noexcept;  // of an unmasked frame
// The reason is cut to what a control frame can hold (123 bytes), at a character's border. Code 1005: an
// empty payload.
void append_close(std::string& out, std::uint16_t code, std::string_view reason, const mask_key* mask = nullptr);

struct close_info {
    std::uint16_t code = 1005;  // 1005: the frame was empty
    std::string_view reason;
};
// An invalid close payload (one byte, a code not allowed on the wire, bad UTF-8) is a violation.
std::expected<close_info, violation> read_close(std::string_view payload);

// XORs `size` bytes with the mask, whose first byte meets the first of them.
void apply_mask(char* bytes, std::size_t size, mask_key mask) noexcept;

// Sec-WebSocket-Accept for a key; and whether a key is 16 bytes in base64.
std::string accept_value(std::string_view key);
bool valid_key(std::string_view key) noexcept;

}  // namespace net::websocket
