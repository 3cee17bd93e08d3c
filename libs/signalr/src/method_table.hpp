// The methods of a hub by name. Filled before the first connection, only read afterwards.
#pragma once
#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "letter_case.hpp"
#include "signalr/hub.hpp"

namespace signalr {

struct hub_method {
    std::string name;  // as registered: what error texts say
    std::unique_ptr<const detail::method_body> body;
};

class method_table {
public:
    void add(std::string name, std::unique_ptr<const detail::method_body> body) {
        if (name.empty() || name.size() > longest) throw std::logic_error("a hub method's name has 1 to 128 bytes");
        auto key = lowered(name);
        methods_.insert_or_assign(std::move(key), hub_method{std::move(name), std::move(body)});
    }
    const hub_method* find(std::string_view name) const noexcept {
        if (name.size() > longest) return nullptr;
        std::array<char, longest> folded;
        std::ranges::transform(name, folded.begin(), lower);
        const auto at = methods_.find(std::string_view{folded.data(), name.size()});
        return at == methods_.end() ? nullptr : &at->second;
    }

private:
    static constexpr std::size_t longest = 128;
    struct hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view s) const noexcept { return std::hash<std::string_view>{}(s); }
    };
    std::unordered_map<std::string, hub_method, hash, std::equal_to<>> methods_;
};

}  // namespace signalr
