// RFC 4180 as far as the seed needs it: quoted fields, doubled quotes, LF or CRLF.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace orders {

using csv_record = std::vector<std::string>;

// The records after the header, each as long as it. `invalid`, naming `file` and the line, where the header
// is not `header` or something can't be read.
base::result<std::vector<csv_record>> read_csv(std::string_view file, std::string_view text, std::string_view header);

}  // namespace orders
