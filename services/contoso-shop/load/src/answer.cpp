#include "answer.hpp"

#include <charconv>

namespace load {
namespace {

constexpr std::size_t max_head = 32 * 1024;

bool same(std::string_view a, std::string_view lower) noexcept {
    if (a.size() != lower.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if ((a[i] >= 'A' && a[i] <= 'Z' ? char(a[i] + 32) : a[i]) != lower[i]) return false;
    return true;
}

std::string_view trim(std::string_view text) noexcept {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

template <class Number>
bool read_number(std::string_view text, Number& into) noexcept {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into);
    return error == std::errc{} && end == text.data() + text.size();
}

struct fields {
    std::size_t length = 0;
    bool has_length = false, good = true;
};

fields read_fields(std::string_view lines, answer& into) noexcept {
    fields out;
    while (!lines.empty()) {
        const auto end = lines.find("\r\n");
        const auto line = lines.substr(0, end);
        lines.remove_prefix(end == lines.npos ? lines.size() : end + 2);
        const auto colon = line.find(':');
        if (colon == line.npos) return out.good = false, out;
        const auto name = line.substr(0, colon), value = trim(line.substr(colon + 1));
        if (same(name, "content-length")) {
            out.has_length = true;
            out.good = out.good && read_number(value, out.length);
        } else if (same(name, "connection")) {
            into.last = into.last || same(value, "close");
        } else if (same(name, "retry-after")) {
            unsigned seconds = 0;
            if (read_number(value, seconds)) into.retry_after = seconds;
        }
    }
    return out;
}

}  // namespace

read_answer read_front(std::string_view bytes) noexcept {
    read_answer out;
    const auto end = bytes.find("\r\n\r\n");
    if (end == bytes.npos) {
        if (bytes.size() > max_head) out.what = reading::broken;
        return out;
    }
    answer& a = out.value;
    a.head = bytes.substr(0, end);
    if (!a.head.starts_with("HTTP/1.") || a.head.size() < 12 || !read_number(a.head.substr(9, 3), a.status)) {
        out.what = reading::broken;
        return out;
    }
    const auto line_end = std::min(a.head.find("\r\n"), a.head.size());
    const auto f = read_fields(a.head.substr(std::min(line_end + 2, a.head.size())), a);
    const bool bodyless = a.status == 204 || a.status == 304 || a.status < 200;
    if (!f.good || (!f.has_length && !bodyless)) {
        out.what = reading::broken;
        return out;
    }
    const auto length = bodyless ? 0 : f.length;
    if (bytes.size() - (end + 4) < length) return out;
    a.body = bytes.substr(end + 4, length);
    out.used = end + 4 + length;
    out.what = reading::done;
    return out;
}

}  // namespace load
