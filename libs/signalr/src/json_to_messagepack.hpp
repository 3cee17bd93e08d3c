// Ready JSON text put into a message: as it is into JSON, and written anew into MessagePack.
#pragma once
#include <string>
#include <string_view>

namespace signalr {

// Both take the text of exactly one value, blanks around it allowed. False: it is something else, nests deeper than JSON messages
// may, or its texts are no Unicode; then `out` has got something, and is to be thrown away.
bool append_checked_json(std::string& out, std::string_view value);
// Numbers without fraction and exponent become integers if they fit into 64 bits, all others doubles.
bool append_as_messagepack(std::string& out, std::string_view value);

// What is not UTF-8 becomes U+FFFD, as append_json_string does it.
void append_messagepack_text(std::string& out, std::string_view text);

}  // namespace signalr
