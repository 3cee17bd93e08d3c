#include "messaging/message.hpp"

#include <charconv>

namespace messaging {

const header_value* message::find(std::string_view name) const noexcept {
    for (const auto& [key, value] : headers)
        if (key == name) return &value;
    return nullptr;
}

std::string_view message::text(std::string_view name) const noexcept {
    const auto* value = find(name);
    const auto* text = value ? std::get_if<std::string>(value) : nullptr;
    return text ? std::string_view{*text} : std::string_view{};
}

std::int32_t message::number(std::string_view name, std::int32_t otherwise) const noexcept {
    const auto* value = find(name);
    if (!value) return otherwise;
    if (const auto* number = std::get_if<std::int32_t>(value)) return *number;
    const auto& text = std::get<std::string>(*value);
    std::int32_t read = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), read);
    return error == std::errc{} && end == text.data() + text.size() ? read : otherwise;
}

void message::set(std::string_view name, header_value value) {
    for (auto& [key, old] : headers)
        if (key == name) {
            old = std::move(value);
            return;
        }
    headers.emplace_back(name, std::move(value));
}

void message::remove(std::string_view name) {
    std::erase_if(headers, [&](const auto& h) { return h.first == name; });
}

}  // namespace messaging
