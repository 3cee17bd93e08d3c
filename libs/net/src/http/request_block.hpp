// The memory behind a request, used again for the next: a request with a body costs no allocation in a steady state.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "net/http/message.hpp"

namespace net::http {

struct request::block {
    std::string head;  // request line and fields as received
    std::string body;
    std::vector<header> headers;  // lent to request::headers while the request lives

    static std::unique_ptr<block> take();
    static void give_back(std::unique_ptr<block> b, std::vector<header> headers) noexcept;
};

// Where the bytes of a request's body are kept.
inline std::string& request_body(request& r) noexcept { return r.storage->body; }

}  // namespace net::http
