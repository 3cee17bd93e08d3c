#pragma once
#include <string_view>

#include "platform/web.hpp"

namespace platform {

// The answer for a problem at `path` (as sent).
net::http::response problem_response(const problem& p, std::string_view path, const base::trace_context& trace);

}  // namespace platform
