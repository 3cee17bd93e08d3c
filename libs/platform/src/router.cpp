#include "router.hpp"

#include <span>
#include <stdexcept>

namespace platform {
namespace {

using net::http::method;

constexpr std::size_t deepest = 16;  // segments; no route of ours comes near

struct segments {
    std::array<std::string_view, deepest> pieces;  // decoded
    std::string decoded;                           // the bytes of those that had a %; never grows once reserved
    std::size_t count = 0;
    bool too_many = false, undecodable = false;

    // `rest`: how long what is still to be cut is; decoding only shortens, so views into `decoded` stay good.
    std::string_view decode(std::string_view piece, std::size_t rest) {
        const auto text = net::http::percent_decode(piece);
        if (!text) {
            undecodable = true;
            return {};
        }
        if (decoded.empty()) decoded.reserve(rest);
        const auto at = decoded.size();
        decoded += *text;
        return std::string_view{decoded}.substr(at);
    }
};

// One slash at the end is forgiven, as the .NET services did.
void cut(std::string_view path, segments& out) {
    if (path.starts_with('/')) path.remove_prefix(1);
    if (path.ends_with('/')) path.remove_suffix(1);
    while (!out.too_many) {
        if (out.count == deepest) {
            out.too_many = true;
            return;
        }
        const auto end = path.find('/');
        const auto piece = path.substr(0, end);
        out.pieces[out.count++] = piece.find('%') == std::string_view::npos ? piece : out.decode(piece, path.size());
        if (end == std::string_view::npos) return;
        path.remove_prefix(end + 1);
    }
}

using taken = std::array<std::size_t, deepest>;  // which segments are captures

const router::node* walk(const router::node& n, const segments& path, std::size_t depth, taken& captured,
                         std::size_t& count) {
    if (depth == path.count) return n.allow.empty() ? nullptr : &n;
    const auto piece = path.pieces[depth];
    for (const auto& [name, next] : n.literals)
        if (name == piece)
            if (const auto* found = walk(*next, path, depth + 1, captured, count)) return found;
    if (!n.capture || piece.empty()) return nullptr;
    captured[count++] = depth;
    const auto* found = walk(*n.capture, path, depth + 1, captured, count);
    if (!found) --count;
    return found;
}

router::node& child(router::node& n, std::string_view piece, const std::string& pattern) {
    if (piece.starts_with('{') && piece.ends_with('}')) {
        if (!n.capture) n.capture = std::make_unique<router::node>();
        return *n.capture;
    }
    if (piece.find_first_of("{}%?#") != std::string_view::npos)
        throw std::logic_error{"malformed route pattern: " + pattern};
    for (auto& [name, next] : n.literals)
        if (name == piece) return *next;
    return *n.literals.emplace_back(piece, std::make_unique<router::node>()).second;
}

std::string allow_of(const router::node& n) {
    std::string out;
    for (const auto verb : {method::get, method::head, method::post, method::put, method::patch, method::delete_})
        if (n.find(verb)) out += std::string{net::http::to_string(verb)} + ", ";
    return out + "OPTIONS";
}

}  // namespace

const route* router::node::find(method verb) const noexcept {
    const auto* own = verbs[static_cast<std::size_t>(verb)].get();
    return own || verb != method::head ? own : verbs[static_cast<std::size_t>(method::get)].get();
}

void router::add(method verb, route r) {
    if (!r.pattern.starts_with('/') || r.pattern.find('%') != std::string::npos)
        throw std::logic_error{"a route pattern starts with / and is not percent-encoded: " + r.pattern};
    segments pieces;
    cut(r.pattern, pieces);
    if (pieces.too_many) throw std::logic_error{"route pattern too deep: " + r.pattern};
    node* n = &root_;
    for (std::size_t i = 0; i < pieces.count; ++i) n = &child(*n, pieces.pieces[i], r.pattern);
    auto& place = n->verbs[static_cast<std::size_t>(verb)];
    if (place) throw std::logic_error{"two routes for " + std::string{net::http::to_string(verb)} + ' ' + r.pattern};
    place = std::make_unique<route>(std::move(r));
    n->allow = allow_of(*n);
}

router::match router::find(std::string_view path) const {
    segments pieces;
    match out;
    cut(path, pieces);
    out.undecodable = pieces.undecodable;
    if (pieces.too_many || pieces.undecodable) return out;
    taken captured{};
    std::size_t count = 0;
    out.at = walk(root_, pieces, 0, captured, count);
    for (std::size_t i = 0; i < count; ++i) out.captures.emplace_back(pieces.pieces[captured[i]]);
    return out;
}

}  // namespace platform
