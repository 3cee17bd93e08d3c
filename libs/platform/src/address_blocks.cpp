#include "address_blocks.hpp"

#include <charconv>
#include <stdexcept>

#include "text.hpp"

namespace platform {
namespace {

namespace ip = boost::asio::ip;

ip::address_v6 wide(const address& a) { return a.is_v4() ? ip::make_address_v6(ip::v4_mapped, a.to_v4()) : a.to_v6(); }

std::optional<address> read_address(std::string_view text) {
    boost::system::error_code ec;
    const auto out = ip::make_address(std::string{text}, ec);
    if (ec || text.find('%') != std::string_view::npos) return std::nullopt;  // no scoped addresses
    return out;
}

// 10.0.0.1, 10.0.0.1:5678, 2001:db8::1, [2001:db8::1], [2001:db8::1]:443
std::optional<address> read_forwarded(std::string_view text) {
    text = trimmed(text);
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        if (end == std::string_view::npos) return std::nullopt;
        return read_address(text.substr(1, end - 1));
    }
    if (const auto colon = text.find(':');
        colon != std::string_view::npos && text.find(':', colon + 1) == std::string_view::npos)
        text = text.substr(0, colon);
    return read_address(text);
}

}  // namespace

address plain(const address& a) {
    if (a.is_v6() && a.to_v6().is_v4_mapped()) return ip::make_address_v4(ip::v4_mapped, a.to_v6());
    return a;
}

std::optional<address_blocks::block> address_blocks::read(std::string_view text) noexcept try {
    text = trimmed(text);
    const auto slash = text.find('/');
    const auto base = read_address(text.substr(0, slash));
    if (!base) return std::nullopt;
    const unsigned whole = base->is_v4() ? 32 : 128;
    unsigned bits = whole;
    if (slash != std::string_view::npos) {
        const auto number = text.substr(slash + 1);
        const auto [end, ec] = std::from_chars(number.data(), number.data() + number.size(), bits);
        if (ec != std::errc{} || end != number.data() + number.size() || bits > whole) return std::nullopt;
    }
    return block{wide(*base), bits + (128 - whole)};
} catch (...) {
    return std::nullopt;
}

address_blocks::address_blocks(std::span<const std::string> texts) {
    for (const auto& text : texts) {
        const auto b = read(text);
        if (!b) throw std::invalid_argument{"no address and no CIDR block: " + text};
        blocks_.push_back(*b);
    }
}

bool address_blocks::holds(const address& a) const noexcept {
    if (blocks_.empty()) return false;
    const auto bytes = wide(a).to_bytes();
    for (const auto& b : blocks_) {
        const auto network = b.network.to_bytes();
        bool same = true;
        for (unsigned bit = 0; same && bit < b.bits; bit += 8) {
            const unsigned left = b.bits - bit;
            const auto mask = left >= 8 ? 0xFFu : 0xFF00u >> left & 0xFFu;
            same = ((bytes[bit / 8] ^ network[bit / 8]) & mask) == 0;
        }
        if (same) return true;
    }
    return false;
}

bool good_address_block(std::string_view text) noexcept { return address_blocks::read(text).has_value(); }

address client_behind(const address& peer, std::span<const std::string_view> lists, const address_blocks& proxies) {
    address client = plain(peer);
    for (auto list = lists.rbegin(); list != lists.rend(); ++list) {
        const auto entries = split(*list, ",");
        for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
            if (!proxies.holds(client)) return client;
            const auto next = read_forwarded(*entry);
            if (!next) return client;
            client = plain(*next);
        }
    }
    return client;
}

}  // namespace platform
