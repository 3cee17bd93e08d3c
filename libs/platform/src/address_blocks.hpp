// Addresses and CIDR blocks as settings name them: who is believed, who may read /metrics.
#pragma once
#include <boost/asio/ip/address.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace platform {

using address = boost::asio::ip::address;

// An IPv4 address in IPv6 clothes (::ffff:10.0.0.1) is the IPv4 address.
address plain(const address& a);

class address_blocks {
public:
    address_blocks() = default;
    // Throws std::invalid_argument for what is no address and no block: settings were checked before.
    explicit address_blocks(std::span<const std::string> texts);

    bool holds(const address& a) const noexcept;
    bool empty() const noexcept { return blocks_.empty(); }

private:
    struct block {
        boost::asio::ip::address_v6 network;  // IPv4 as ::ffff:a.b.c.d
        unsigned bits = 128;
    };
    friend bool good_address_block(std::string_view text) noexcept;
    static std::optional<block> read(std::string_view text) noexcept;

    std::vector<block> blocks_;
};

bool good_address_block(std::string_view text) noexcept;

// The client behind proxies: the right-most entry of X-Forwarded-For that is none of `proxies`. `lists` are the header's
// values in order. An unreadable entry ends the walk: what stands left of it could be anything.
address client_behind(const address& peer, std::span<const std::string_view> lists, const address_blocks& proxies);

}  // namespace platform
