#include "claims.hpp"

#include <algorithm>
#include <array>
#include <boost/json/object.hpp>
#include <cmath>

#include "base/text.hpp"
#include "strict_json.hpp"
#include "text.hpp"

namespace platform {
namespace {

namespace json = boost::json;

constexpr std::size_t deepest = 8;
constexpr double year_9999 = 253'402'300'799;

std::optional<json::object> read_object(std::string_view text) {
    auto read = read_strict_json(text, deepest);
    if (!read.value || !read.value->is_object()) return std::nullopt;
    return std::move(read.value->get_object());
}

std::optional<double> time_of(const json::value& v) {
    if (!v.is_number()) return std::nullopt;
    const double seconds = v.is_int64()    ? static_cast<double>(v.get_int64())
                           : v.is_uint64() ? static_cast<double>(v.get_uint64())
                                           : v.get_double();
    if (!std::isfinite(seconds) || seconds < 0 || seconds > year_9999) return std::nullopt;
    return seconds;
}

// A text, or an array of texts; false for anything else.
bool read_texts(const json::value& v, std::vector<std::string>& out) {
    if (v.is_string()) {
        out.emplace_back(v.get_string());
        return true;
    }
    if (!v.is_array()) return false;
    for (const auto& item : v.get_array()) {
        if (!item.is_string()) return false;
        out.emplace_back(item.get_string());
    }
    return true;
}

bool read_times(const json::object& o, claims& c) {
    const auto* exp = o.if_contains("exp");
    const auto expires = exp ? time_of(*exp) : std::nullopt;
    if (!expires) return false;
    c.expires = *expires;
    if (const auto* nbf = o.if_contains("nbf"); nbf && !(c.not_before = time_of(*nbf))) return false;
    if (const auto* iat = o.if_contains("iat"); iat && !(c.issued_at = time_of(*iat))) return false;
    return true;
}

bool read_parties(const json::object& o, claims& c) {
    if (const auto* iss = o.if_contains("iss")) {
        if (!iss->is_string()) return false;
        c.issuer.emplace(iss->get_string());
    }
    const auto* aud = o.if_contains("aud");
    return !aud || read_texts(*aud, c.audience);
}

// The first of these that is there says who it is (contracts §1). An empty one is a fault, and no reason to look on
// (ADR 0006): who may set a later claim must not become somebody else by emptying an earlier one.
bool read_user(const json::object& o, claims& c) {
    constexpr std::array names{"sub", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier",
                               "nameidentifier", "nameid", "oid"};
    for (const auto* name : names) {
        const auto* v = o.if_contains(name);
        if (!v) continue;
        if (!v->is_string()) return false;
        c.user = v->get_string();
        return good_user_id(c.user);
    }
    return true;
}

bool read_roles(const json::object& o, claims& c) {
    for (const auto* name : {"role", "roles", "http://schemas.microsoft.com/ws/2008/06/identity/claims/role"})
        if (const auto* v = o.if_contains(name); v && !read_texts(*v, c.roles)) return false;
    return true;
}

// Unicode's White_Space at the start or end; controls are refused everywhere anyway.
bool is_space(std::string_view sequence) {
    constexpr std::array spaces{" ",      "\u00A0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003",
                                "\u2004", "\u2005", "\u2006", "\u2007", "\u2008", "\u2009", "\u200A",
                                "\u2028", "\u2029", "\u202F", "\u205F", "\u3000"};
    return std::find(spaces.begin(), spaces.end(), sequence) != spaces.end();
}

bool is_control(std::string_view sequence) {
    const auto first = static_cast<unsigned char>(sequence[0]);
    if (sequence.size() == 1) return first < 0x20 || first == 0x7F;
    return sequence.size() == 2 && first == 0xC2 && static_cast<unsigned char>(sequence[1]) < 0xA0;
}

}  // namespace

bool good_user_id(std::string_view text) noexcept {
    std::size_t count = 0;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = base::utf8_end(text, at);
        if (end == at || ++count > 64) return false;
        const auto sequence = text.substr(at, end - at);
        if (is_control(sequence)) return false;
        if ((at == 0 || end == text.size()) && is_space(sequence)) return false;
        at = end;
    }
    return count > 0;
}

bool header_acceptable(std::string_view text) {
    const auto header = read_object(text);
    if (!header || header->contains("crit")) return false;
    const auto* alg = header->if_contains("alg");
    if (!alg || !alg->is_string() || alg->get_string() != "HS256") return false;
    const auto* typ = header->if_contains("typ");
    if (!typ) return true;
    return typ->is_string() && (same_text(typ->get_string(), "JWT") || same_text(typ->get_string(), "at+jwt"));
}

std::optional<claims> read_claims(std::string_view text) {
    const auto payload = read_object(text);
    claims out;
    if (!payload || !read_times(*payload, out) || !read_parties(*payload, out) || !read_user(*payload, out) ||
        !read_roles(*payload, out))
        return std::nullopt;
    return out;
}

}  // namespace platform
