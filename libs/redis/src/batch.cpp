#include "redis/batch.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>

namespace redis {
namespace {

std::string sha1_hex(std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
    unsigned size = 0;
    EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr);
    static constexpr char hex[] = "0123456789abcdef";
    std::string out;
    for (unsigned i = 0; i < size; ++i) {
        out.push_back(hex[digest[i] >> 4]);
        out.push_back(hex[digest[i] & 15]);
    }
    return out;
}

void append_number(std::string& out, char mark, std::size_t n) {
    char digits[24];
    const auto end = std::to_chars(digits, digits + sizeof digits, n).ptr;
    out.push_back(mark);
    out.append(digits, end);
    out.append("\r\n");
}

}  // namespace

script::script(std::string source) {
    auto sha = sha1_hex(source);
    body_ = std::make_shared<const body>(body{std::move(source), std::move(sha)});
}

void append_array_head(std::string& out, std::size_t count) { append_number(out, '*', count); }

void append_argument(std::string& out, std::string_view bytes) {
    append_number(out, '$', bytes.size());
    out.append(bytes);
    out.append("\r\n");
}

batch& batch::add(arguments args) {
    if (args.empty()) return *this;
    append_array_head(bytes_, args.size());
    for (const auto a : args) append_argument(bytes_, a);
    ++count_;
    return *this;
}

batch& batch::add_script(const script& what, arguments keys, arguments args) {
    const auto head = 3 + keys.size() + args.size();
    append_array_head(bytes_, head);
    append_argument(bytes_, "EVALSHA");
    append_argument(bytes_, what.sha());
    const auto rest = bytes_.size();
    append_argument(bytes_, keys.size());
    for (const auto k : keys) append_argument(bytes_, k);
    for (const auto a : args) append_argument(bytes_, a);
    scripts_.push_back({count_, what, head, rest, bytes_.size()});
    ++count_;
    return *this;
}

batch batch::with_sources(std::span<const std::size_t> missing) const {
    batch again;
    std::vector<std::string_view> loaded;
    for (const auto m : missing) {
        const auto& use = scripts_[m];
        const bool known = std::ranges::find(loaded, use.what.sha()) != loaded.end();
        append_array_head(again.bytes_, use.head);
        append_argument(again.bytes_, std::string_view{known ? "EVALSHA" : "EVAL"});
        append_argument(again.bytes_, known ? use.what.sha() : use.what.source());
        again.bytes_.append(bytes_, use.rest, use.rest_end - use.rest);
        ++again.count_;
        if (!known) loaded.push_back(use.what.sha());
    }
    return again;
}

}  // namespace redis
