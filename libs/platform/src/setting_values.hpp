// What the text of a setting means.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "platform/settings.hpp"

namespace platform {

std::optional<std::int64_t> read_integer(std::string_view text);
std::optional<bool> read_boolean(std::string_view text);
std::optional<std::chrono::milliseconds> read_duration(std::string_view text);

// Empty when `value` will do, else what is expected instead: "an integer from 1 to 100".
std::string expectation_missed(const setting& about, std::string_view value);
std::string expectation(const setting& about);
std::string type_name(setting::type what);

}  // namespace platform
