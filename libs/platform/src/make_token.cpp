#include <algorithm>
#include <array>
#include <set>

#include "base/text.hpp"
#include "base64url.hpp"
#include "hmac.hpp"
#include "platform/auth.hpp"
#include "text.hpp"

namespace platform {
namespace {

void member(std::string& out, std::string_view name, std::string_view value) {
    if (value.empty()) return;
    if (out.size() > 1) out += ',';
    base::append_json_string(out, name);
    out += ':';
    base::append_json_string(out, value);
}

void append_roles(std::string& out, const std::vector<std::string>& roles) {
    if (roles.empty()) return;
    out += ",\"roles\":[";
    for (std::size_t i = 0; i < roles.size(); ++i) {
        if (i) out += ',';
        base::append_json_string(out, roles[i]);
    }
    out += ']';
}

void append_part(std::string& out, std::string_view bytes) {
    append_base64url(out, {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

}  // namespace

made_token make_token(const token_request& r, const base::clock& time) {
    const auto now = time.now() / 1'000'000;
    const auto expires = now + r.lifetime.count();
    std::string payload = "{";
    member(payload, "sub", r.user);
    member(payload, "iss", r.issuer);
    member(payload, "aud", r.audience);
    if (payload.size() > 1) payload += ',';
    payload +=
        "\"iat\":" + std::to_string(now) + ",\"nbf\":" + std::to_string(now) + ",\"exp\":" + std::to_string(expires);
    append_roles(payload, r.roles);
    payload += '}';

    made_token out;
    out.expires = expires * 1'000'000;
    append_part(out.text, R"({"alg":"HS256","typ":"JWT"})");
    out.text += '.';
    append_part(out.text, payload);
    const auto signature = hmac_sha256{r.secret}.sign(out.text);
    out.text += '.';
    append_base64url(out.text, signature);
    return out;
}

std::string weakness_of_key(std::string_view secret) {
    constexpr std::array placeholders{"change",
                                      "placeholder",
                                      "example",
                                      "your-",
                                      "your_",
                                      "secret-key",
                                      "secret_key",
                                      "supersecret",
                                      "super-secret",
                                      "replace",
                                      "insecure",
                                      "default",
                                      "password",
                                      "dev-only",
                                      "development",
                                      "test-key",

                                      "0123456789abcdef0123456789abcdef",
                                      "contoso"};
    if (secret.empty()) return "it is empty";
    if (secret.size() < 32) return "it is shorter than 32 bytes";
    const auto text = to_lower(secret);
    for (const auto* word : placeholders)
        if (text.find(word) != std::string::npos) return "it looks like a placeholder (\"" + std::string{word} + "\")";
    if (std::set<char>(text.begin(), text.end()).size() < 8) return "it repeats a few characters";
    return {};
}

}  // namespace platform
