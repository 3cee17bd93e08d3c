// RFC 6455 frames: bytes in, frames out. No sockets, no handshake, no extensions. Our own (see design: a library stream
// costs ten times the memory).
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace net::websocket {

enum class opcode : unsigned char { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };
enum class role : unsigned char { server, client };  // a client masks what it sends, a server refuses unmasked input

// What a protocol error is answered with.
enum class violation : std::uint16_t { protocol = 1002, bad_payload = 1007, too_big = 1009 };

struct frame {
    opcode op = opcode::text;  // of a continuation: the kind of the message it belongs to
    bool first = true;         // first frame of its message
    bool fin = true;           // last frame of its message
    std::string_view payload;  // unmasked in place; good until the buffer changes
};

// Reads frames from a buffer that it may change (unmasking is done in place). Data frames are handed out whole; a frame
// larger than `max_frame` is refused by its header. Text is checked to be UTF-8 across the frames of a message.
class decoder {
public:
    explicit decoder(role r, std::size_t max_frame = 1024 * 1024) noexcept : role_{r}, max_frame_{max_frame} {}

    struct step {
        std::size_t used = 0;  // bytes taken from the front; 0: need more
        frame value;           // good when used > 0
        std::size_t wanted = 0;  // when used is 0: size of the whole frame if known, else 0
    };
    std::expected<step, violation> next(char* bytes, std::size_t size);

private:
    role role_;
    std::size_t max_frame_;
    opcode message_ = opcode::continuation;  // continuation: between messages
    std::uint8_t utf8_state_ = 0;
};

// Appends one frame. `mask`: for the client role, four random bytes; null for a server.
void append_frame(std::string& out, opcode op, std::string_view payload, bool fin = true, const std::array<std::uint8_t, 4>* mask = nullptr);
std::size_t frame_header_size(std::size_t payload) noexcept;  // of an unmasked frame
void append_close(std::string& out, std::uint16_t code, std::string_view reason, const std::array<std::uint8_t, 4>* mask = nullptr);

struct close_info {
    std::uint16_t code = 1005;  // 1005: the frame was empty
    std::string_view reason;
};
// nullopt-like: an invalid close payload (one byte, code not allowed on the wire, bad UTF-8) is a violation.
std::expected<close_info, violation> read_close(std::string_view payload);

// Sec-WebSocket-Accept for a key; and whether a key is 16 bytes in base64.
std::string accept_value(std::string_view key);
bool valid_key(std::string_view key) noexcept;

}  // namespace net::websocket
