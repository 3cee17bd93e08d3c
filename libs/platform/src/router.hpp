// Paths to routes: a small trie of segments, no expressions. Filled before serving, then only read.
#pragma once
#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/web.hpp"
#include "route_metrics.hpp"

namespace platform {

struct route {
    std::string pattern;
    access who = access::open;
    endpoint run;  // one of the two
    quick_endpoint run_quick;
    std::unique_ptr<route_metrics> counted;
};

class router {
public:
    struct node {
        std::vector<std::pair<std::string, std::unique_ptr<node>>> literals;
        std::unique_ptr<node> capture;
        std::array<std::unique_ptr<route>, 10> verbs;  // by method
        std::string allow;                             // value of Allow; empty: no route ends here

        const route* find(net::http::method verb) const noexcept;  // HEAD finds GET's
    };
    struct match {
        const node* at = nullptr;           // null: no such path
        bool undecodable = false;           // a segment with a broken percent escape
        std::vector<std::string> captures;  // decoded
    };

    // Throws std::logic_error when the pattern is malformed or the pair is there already.
    void add(net::http::method verb, route r);
    match find(std::string_view path) const;

private:
    node root_;
};

}  // namespace platform
