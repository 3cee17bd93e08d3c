#include "net/websocket/codec.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <cstring>

namespace net::websocket {
namespace {

constexpr std::size_t max_control = 125;

bool is_control(opcode op) noexcept { return static_cast<unsigned>(op) >= 8; }

bool is_known(unsigned op) noexcept { return op <= 2 || (op >= 8 && op <= 10); }

std::uint64_t big_endian(const char* bytes, std::size_t count) noexcept {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < count; ++i) value = value << 8 | static_cast<unsigned char>(bytes[i]);
    return value;
}

void append_big_endian(std::string& out, std::uint64_t value, std::size_t count) {
    while (count > 0) out.push_back(static_cast<char>(value >> 8 * --count & 0xff));
}

// What the mask looks like for a byte at `offset`.
mask_key rotated(mask_key mask, std::size_t offset) noexcept {
    std::rotate(mask.begin(), mask.begin() + static_cast<std::ptrdiff_t>(offset % 4), mask.end());
    return mask;
}

bool allowed_on_the_wire(unsigned code) noexcept {
    if (code >= 3000 && code <= 4999) return true;
    return code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006;
}

bool base64_digit(char c) noexcept {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
}

}  // namespace

void apply_mask(char* bytes, std::size_t size, mask_key mask) noexcept {
    std::uint32_t word = 0;
    std::memcpy(&word, mask.data(), 4);
    const std::uint64_t wide = static_cast<std::uint64_t>(word) << 32 | word;
    std::size_t i = 0;
    for (; i + 8 <= size; i += 8) {
        std::uint64_t chunk = 0;
        std::memcpy(&chunk, bytes + i, 8);
        chunk ^= wide;
        std::memcpy(bytes + i, &chunk, 8);
    }
    for (; i < size; ++i) bytes[i] = static_cast<char>(static_cast<unsigned char>(bytes[i]) ^ mask[i % 4]);
}

struct decoder::header {
    std::size_t size = 0;  // 0: not all there yet
    std::uint64_t payload = 0;
    opcode op = opcode::text;
    bool fin = true;
    mask_key mask{};
};

std::expected<decoder::header, violation> decoder::read_header(const char* bytes, std::size_t size) const {
    header found;
    if (size < 1) return found;
    const auto first = static_cast<unsigned char>(bytes[0]);
    if ((first & 0x70) != 0 || !is_known(first & 0x0f)) return std::unexpected(violation::protocol);
    found.op = static_cast<opcode>(first & 0x0f);
    found.fin = (first & 0x80) != 0;
    const bool inside_message = message_ != opcode::continuation;
    if (is_control(found.op) ? !found.fin : inside_message != (found.op == opcode::continuation))
        return std::unexpected(violation::protocol);

    if (size < 2) return found;
    const auto second = static_cast<unsigned char>(bytes[1]);
    const bool masked = (second & 0x80) != 0;
    if (masked != (role_ == role::server)) return std::unexpected(violation::protocol);
    found.payload = second & 0x7f;
    if (is_control(found.op) && found.payload > max_control) return std::unexpected(violation::protocol);

    const std::size_t wide = found.payload == 126 ? 2 : found.payload == 127 ? 8 : 0;
    if (size < 2 + wide) return found;
    if (wide > 0) {
        found.payload = big_endian(bytes + 2, wide);
        const std::uint64_t shorter_form = wide == 2 ? 125 : 0xffff;
        if (found.payload <= shorter_form || found.payload >> 63 != 0) return std::unexpected(violation::protocol);
    }
    if (found.payload > max_frame_ && !is_control(found.op)) return std::unexpected(violation::too_big);

    const std::size_t all = 2 + wide + (masked ? 4 : 0);
    if (size < all) return found;
    if (masked) std::memcpy(found.mask.data(), bytes + 2 + wide, 4);
    found.size = all;
    return found;
}

std::expected<decoder::step, violation> decoder::next(char* bytes, std::size_t size) {
    if (left_ > 0) return continue_frame(bytes, size);
    const auto header = read_header(bytes, size);
    if (!header) return std::unexpected(header.error());
    step waiting;
    if (header->size == 0) return waiting;

    const std::size_t available = size - header->size;
    const std::uint64_t needed = is_control(header->op) || header->payload <= whole_up_to_ ? header->payload : 1;
    if (available < needed) {
        waiting.wanted = header->size + static_cast<std::size_t>(header->payload);
        return waiting;
    }

    char* const payload = bytes + header->size;
    if (is_control(header->op)) {
        const auto length = static_cast<std::size_t>(header->payload);
        if (role_ == role::server) apply_mask(payload, length, header->mask);
        return step{header->size + length, frame{header->op, true, true, {payload, length}}, 0};
    }
    if (header->op != opcode::continuation) message_ = header->op;
    first_ = header->op != opcode::continuation;
    fin_ = header->fin;
    mask_ = header->mask;
    left_ = header->payload;
    return hand_out(payload, available, header->size);
}

std::expected<decoder::step, violation> decoder::continue_frame(char* bytes, std::size_t size) {
    if (size == 0) return step{};
    return hand_out(bytes, size, 0);
}

std::expected<decoder::step, violation> decoder::hand_out(char* payload, std::size_t size, std::size_t header_size) {
    const auto length = static_cast<std::size_t>(std::min<std::uint64_t>(left_, size));
    if (role_ == role::server) {
        apply_mask(payload, length, mask_);
        mask_ = rotated(mask_, length);
    }
    left_ -= length;
    const bool last = fin_ && left_ == 0;
    const std::string_view piece{payload, length};
    if (message_ == opcode::text && (!text_.feed(piece) || (last && !text_.between_characters())))
        return std::unexpected(violation::bad_payload);
    const step done{header_size + length, frame{message_, first_, last, piece}, 0};
    first_ = false;
    if (last) message_ = opcode::continuation;
    return done;
}

std::size_t frame_header_size(std::size_t payload) noexcept { return payload <= 125 ? 2 : payload <= 0xffff ? 4 : 10; }

void append_frame(std::string& out, opcode op, std::string_view payload, bool fin, const mask_key* mask) {
    const unsigned masked = mask ? 0x80 : 0;
    out.push_back(static_cast<char>((fin ? 0x80U : 0U) | static_cast<unsigned>(op)));
    if (payload.size() <= 125) {
        out.push_back(static_cast<char>(masked | payload.size()));
    } else if (payload.size() <= 0xffff) {
        out.push_back(static_cast<char>(masked | 126));
        append_big_endian(out, payload.size(), 2);
    } else {
        out.push_back(static_cast<char>(masked | 127));
        append_big_endian(out, payload.size(), 8);
    }
    if (mask) out.append(reinterpret_cast<const char*>(mask->data()), mask->size());
    const std::size_t start = out.size();
    out.append(payload);
    if (mask) apply_mask(out.data() + start, payload.size(), *mask);
}

void append_close(std::string& out, std::uint16_t code, std::string_view reason, const mask_key* mask) {
    std::string payload;
    if (code != 1005) {
        append_big_endian(payload, code, 2);
        std::size_t length = std::min(reason.size(), max_control - 2);
        while (length > 0 && length < reason.size() && (static_cast<unsigned char>(reason[length]) & 0xc0) == 0x80)
            --length;
        payload.append(reason.substr(0, length));
    }
    append_frame(out, opcode::close, payload, true, mask);
}

std::expected<close_info, violation> read_close(std::string_view payload) {
    if (payload.empty()) return close_info{};
    if (payload.size() == 1) return std::unexpected(violation::protocol);
    const auto code = static_cast<std::uint16_t>(big_endian(payload.data(), 2));
    const std::string_view reason = payload.substr(2);
    // Not 1007: the reference server answers a bad reason with 1002, and the standard leaves it open.
    if (!allowed_on_the_wire(code) || !is_utf8(reason)) return std::unexpected(violation::protocol);
    return close_info{code, reason};
}

std::string accept_value(std::string_view key) {
    std::string text{key};
    text += "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    std::array<unsigned char, 20> digest{};
    EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha1(), nullptr);
    std::array<unsigned char, 29> encoded{};  // 28 digits and the NUL that OpenSSL adds
    EVP_EncodeBlock(encoded.data(), digest.data(), static_cast<int>(digest.size()));
    return {reinterpret_cast<const char*>(encoded.data()), 28};
}

bool valid_key(std::string_view key) noexcept {
    return key.size() == 24 && key.ends_with("==") && std::ranges::all_of(key.substr(0, 22), base64_digit);
}

}  // namespace net::websocket
