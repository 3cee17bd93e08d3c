#pragma once
#include <initializer_list>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/log.hpp"

namespace platform {

void append_log_line(std::string& out, base::unix_micros at, base::log_level level, std::string_view message,
                     std::initializer_list<base::log_field> fields, const base::log_link* scope);

// `text` with what looks like a secret taken out. Most texts come back as they are, without a copy being made.
bool holds_secret(std::string_view text) noexcept;
std::string masked(std::string_view text);
bool is_secret_name(std::string_view name) noexcept;

}  // namespace platform
