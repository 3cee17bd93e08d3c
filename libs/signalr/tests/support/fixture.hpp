// Lines of the captures, and their bytes.
#pragma once
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace signalr::testing {

inline std::vector<boost::json::value> fixture_lines(const std::string& name) {
    std::ifstream file{FIXTURES "/" + name};
    if (!file) throw std::runtime_error{"no fixture " + name};
    std::vector<boost::json::value> lines;
    for (std::string line; std::getline(file, line);) lines.push_back(boost::json::parse(line));
    return lines;
}

inline std::string fixture_text(const boost::json::value& line, std::string_view key) {
    const auto* found = line.as_object().if_contains(key);
    return found && found->is_string() ? std::string{found->as_string()} : "";
}

// Blanks between the digits are passed over.
inline std::string bytes_of_hex(std::string_view hex) {
    std::string out, digits;
    for (const char c : hex) {
        if (c == ' ') continue;
        digits += c;
        if (digits.size() < 2) continue;
        out += static_cast<char>(std::stoi(digits, nullptr, 16));
        digits.clear();
    }
    return out;
}

inline std::string hex_of_bytes(std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (const char c : bytes) {
        out += digits[static_cast<unsigned char>(c) >> 4];
        out += digits[static_cast<unsigned char>(c) & 15];
    }
    return out;
}

// `runs`: strings as they are, [x, n] for n times x.
inline std::string expanded(const boost::json::array& runs) {
    std::string out;
    for (const auto& run : runs) {
        if (run.is_string()) {
            out += run.get_string();
            continue;
        }
        for (std::int64_t i = 0; i < run.at(1).as_int64(); ++i) out += run.at(0).as_string();
    }
    return out;
}

// What stands under `frame`, `hex`, `frame_runs` or `hex_runs`, as bytes.
inline std::string fixture_bytes(const boost::json::value& line) {
    const auto& members = line.as_object();
    if (const auto* runs = members.if_contains("frame_runs")) return expanded(runs->as_array());
    if (const auto* runs = members.if_contains("hex_runs")) return bytes_of_hex(expanded(runs->as_array()));
    const auto frame = fixture_text(line, "frame");
    return frame.empty() ? bytes_of_hex(fixture_text(line, "hex")) : frame;
}

}  // namespace signalr::testing
