// Heads of responses as bytes.
#pragma once
#include <string>

#include "net/http/message.hpp"

namespace net::http {

// What the request decides about its answer.
struct answer_form {
    unsigned minor_version = 1;
    bool to_head = false;  // the request was HEAD: no body follows
    bool keep_alive = true;
};

enum class body_form : unsigned char { none, known, chunked, until_close };

// Appends status line, fields and the empty line. Content-Length, Transfer-Encoding, Connection and Date are ours: what
// the response says of them is left out (but Connection of a 101).
void append_head(std::string& out, const response& r, const answer_form& form, body_form body, std::uint64_t length);

}  // namespace net::http
