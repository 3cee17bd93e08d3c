// Entries of a settings table by their kind, for common_settings() and for a program's own.
#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "platform/settings.hpp"

namespace platform::kinds {

inline setting text(std::string name, std::string fallback, std::string help) {
    return {.name = std::move(name), .fallback = std::move(fallback), .help = std::move(help)};
}

inline setting secret(std::string name, std::string help) {
    return {.name = std::move(name), .fallback = {}, .help = std::move(help), .secret = true};
}

inline setting integer(std::string name, std::string fallback, std::string help, std::int64_t least,
                       std::int64_t most) {
    return {.name = std::move(name),
            .what = setting::type::integer,
            .fallback = std::move(fallback),
            .help = std::move(help),
            .least = least,
            .most = most};
}

inline setting boolean(std::string name, std::string fallback, std::string help) {
    return {.name = std::move(name),
            .what = setting::type::boolean,
            .fallback = std::move(fallback),
            .help = std::move(help)};
}

inline setting duration(std::string name, std::string fallback, std::string help, std::int64_t least_ms = 0) {
    return {.name = std::move(name),
            .what = setting::type::duration,
            .fallback = std::move(fallback),
            .help = std::move(help),
            .least = least_ms};
}

inline setting list(std::string name, std::string fallback, std::string help) {
    return {
        .name = std::move(name), .what = setting::type::list, .fallback = std::move(fallback), .help = std::move(help)};
}

inline setting choice(std::string name, std::vector<std::string> choices, std::string help) {
    auto first = choices.front();
    return {.name = std::move(name),
            .what = setting::type::choice,
            .fallback = std::move(first),
            .help = std::move(help),
            .choices = std::move(choices)};
}

inline setting also(setting s, std::vector<std::string> aliases) {
    s.aliases = std::move(aliases);
    return s;
}

}  // namespace platform::kinds
