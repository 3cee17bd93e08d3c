// Ids and fingerprints as the blobs that they are in a row.
#pragma once
#include <cstring>
#include <string_view>

#include "contracts/identity.hpp"
#include "contracts/ids.hpp"

namespace orders {

// A view of the argument, good for as long as it is.
template <std::size_t N>
std::string_view bytes_of(const std::array<std::uint8_t, N>& a) noexcept {
    return {reinterpret_cast<const char*>(a.data()), a.size()};
}
inline std::string_view bytes_of(const contracts::correlation_id& id) noexcept { return bytes_of(id.data()); }

template <std::size_t N>
std::array<std::uint8_t, N> array_of(std::string_view blob) noexcept {
    std::array<std::uint8_t, N> out{};
    std::memcpy(out.data(), blob.data(), blob.size() < N ? blob.size() : N);
    return out;
}
inline contracts::correlation_id id_of(std::string_view blob) noexcept {
    return contracts::correlation_id{array_of<16>(blob)};
}
inline contracts::fingerprint fingerprint_in(std::string_view blob) noexcept { return array_of<32>(blob); }

}  // namespace orders
