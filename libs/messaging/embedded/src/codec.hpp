// How a message's properties and headers stand in their column: a version byte, then strings and numbers with
// variable-length sizes (LEB128).
#pragma once
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "messaging/message.hpp"

namespace messaging::embedded {

std::string encode_properties(const message& m);
// Fills everything but the body. `internal` when the bytes are none of ours.
base::result<> decode_properties(std::string_view bytes, message& into);

}  // namespace messaging::embedded
