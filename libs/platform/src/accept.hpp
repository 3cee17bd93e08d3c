// What a client's Accept-* and If-None-Match fields say.
#pragma once
#include <string_view>

namespace platform {

struct encodings {
    double brotli = 0, gzip = 0;  // quality; 0: not wanted
};
encodings accepted_encodings(std::string_view accept_encoding);

// Navigations of browsers name text/html; `*/*` alone (fetch, curl) does not count.
bool accepts_html(std::string_view accept);

// Weak comparison, `*` matches.
bool names_etag(std::string_view if_none_match, std::string_view etag);

}  // namespace platform
