#include "codec.hpp"

namespace messaging::embedded {
namespace {

constexpr char version = 1;
constexpr char text_header = 'S', number_header = 'I';

void put_number(std::string& out, std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>(value | 0x80));
    out.push_back(static_cast<char>(value));
}

void put_text(std::string& out, std::string_view text) {
    put_number(out, text.size());
    out += text;
}

// Reads from the front; once something is wrong everything after reads as empty.
struct reader {
    std::string_view rest;
    bool ok = true;

    std::uint64_t number() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            const auto byte = static_cast<unsigned char>(one());
            value |= std::uint64_t{byte & 0x7fu} << shift;
            if (byte < 0x80) return value;
        }
        ok = false;
        return 0;
    }
    std::string text() {
        const auto size = number();
        if (size > rest.size()) ok = false;
        if (!ok) return {};
        std::string read{rest.substr(0, size)};
        rest.remove_prefix(size);
        return read;
    }
    char one() {
        if (rest.empty()) {
            ok = false;
            return 0;
        }
        const char c = rest.front();
        rest.remove_prefix(1);
        return c;
    }
};

std::size_t roughly(const message& m) {
    auto size = m.message_id.size() + m.correlation_id.size() + m.content_type.size() + 16;
    for (const auto& [name, value] : m.headers) {
        const auto* text = std::get_if<std::string>(&value);
        size += name.size() + 8 + (text ? text->size() : 0);
    }
    return size;
}

header_value read_value(reader& from) {
    const char kind = from.one();
    if (kind == text_header) return from.text();
    if (kind != number_header) from.ok = false;
    return static_cast<std::int32_t>(static_cast<std::uint32_t>(from.number()));
}

}  // namespace

std::string encode_properties(const message& m) {
    std::string out;
    out.reserve(roughly(m));
    out.push_back(version);
    put_text(out, m.message_id);
    put_text(out, m.correlation_id);
    put_text(out, m.content_type);
    put_number(out, m.headers.size());
    for (const auto& [name, value] : m.headers) {
        put_text(out, name);
        if (const auto* text = std::get_if<std::string>(&value)) {
            out.push_back(text_header);
            put_text(out, *text);
        } else {
            out.push_back(number_header);
            put_number(out, static_cast<std::uint32_t>(std::get<std::int32_t>(value)));
        }
    }
    return out;
}

base::result<> decode_properties(std::string_view bytes, message& into) {
    reader from{bytes};
    from.ok = from.one() == version;
    into.message_id = from.text();
    into.correlation_id = from.text();
    into.content_type = from.text();
    const auto headers = from.number();
    for (std::uint64_t i = 0; i < headers && from.ok; ++i) {
        auto name = from.text();
        into.headers.emplace_back(std::move(name), read_value(from));
    }
    if (from.ok && from.rest.empty()) return {};
    return base::fail(base::fault_kind::internal, "a stored message's properties can't be read");
}

}  // namespace messaging::embedded
