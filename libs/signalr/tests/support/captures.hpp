// Reading what was captured from the reference servers.
#pragma once
#include <boost/json/parse.hpp>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>

namespace signalr::testing {

inline boost::json::value read_capture(const std::string& name) {
    std::ifstream file{FIXTURES "/" + name};
    if (!file) throw std::runtime_error{"no capture " + name};
    return boost::json::parse(std::string{std::istreambuf_iterator<char>{file}, {}});
}

inline std::string member_text(const boost::json::value& v, std::string_view key) {
    const auto* found = v.as_object().if_contains(key);
    return found && found->is_string() ? std::string{found->as_string()} : "";
}

inline std::string bytes_of_hex(std::string_view hex) {
    std::string out;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
        out += static_cast<char>(std::stoi(std::string{hex.substr(i, 2)}, nullptr, 16));
    return out;
}

}  // namespace signalr::testing
