#include "text.hpp"

namespace platform {

std::vector<std::string> split(std::string_view text, std::string_view separators) {
    std::vector<std::string> out;
    while (!text.empty()) {
        const auto end = text.find_first_of(separators);
        if (const auto piece = trimmed(text.substr(0, end)); !piece.empty()) out.emplace_back(piece);
        if (end == std::string_view::npos) break;
        text.remove_prefix(end + 1);
    }
    return out;
}

}  // namespace platform
