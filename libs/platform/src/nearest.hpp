// "Did you mean …": the known name that is nearest to a mistyped one.
#pragma once
#include <span>
#include <string>
#include <string_view>

namespace platform {

std::size_t edit_distance(std::string_view a, std::string_view b);  // letter case aside

// Empty when nothing is near enough: at most a third of the letters, and never more than four, may differ.
std::string nearest_name(std::string_view wrong, std::span<const std::string> known);

}  // namespace platform
