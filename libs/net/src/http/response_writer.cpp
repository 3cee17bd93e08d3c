#include "response_writer.hpp"

#include <time.h>

#include <charconv>
#include <cstring>

#include "controls.hpp"
#include "text.hpp"

namespace net::http {
namespace {

// `Date: …\r\n`, made once per second and thread.
std::string_view date_line() {
    struct cached {
        time_t second = 0;
        char text[48] = {};
        std::size_t size = 0;
    };
    thread_local cached line;
    timespec now{};
    clock_gettime(CLOCK_REALTIME_COARSE, &now);
    if (now.tv_sec != line.second) {
        tm parts{};
        gmtime_r(&now.tv_sec, &parts);
        line.size = strftime(line.text, sizeof line.text, "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &parts);
        line.second = now.tv_sec;
    }
    return {line.text, line.size};
}

bool is_ours(std::string_view name) noexcept {
    switch (name.size()) {
        case 4:
            return same_text(name, "Date");
        case 10:
            return same_text(name, "Connection");
        case 14:
            return same_text(name, "Content-Length");
        case 17:
            return same_text(name, "Transfer-Encoding");
        default:
            return false;
    }
}

// Room that was made before: every piece is one copy, without asking for its place.
class line_writer {
public:
    explicit line_writer(char* at) noexcept : at_{at} {}
    void put(std::string_view text) noexcept {
        std::memcpy(at_, text.data(), text.size());
        at_ += text.size();
    }
    template <std::size_t N>
    void put(const char (&text)[N]) noexcept {
        std::memcpy(at_, text, N - 1);
        at_ += N - 1;
    }
    void put_number(std::uint64_t n) noexcept { at_ = std::to_chars(at_, at_ + most_digits, n).ptr; }
    // A line break in a value would let whoever wrote it write the rest of the head.
    void put_value(std::string_view value) noexcept {
        const auto from = at_;
        put(value);
        if (may_hold_control(value)) std::replace_if(from, at_, is_break, ' ');
    }
    char* end() const noexcept { return at_; }

    static constexpr std::size_t most_digits = 20;

private:
    static bool is_break(char c) noexcept { return static_cast<unsigned char>(c) < 0x20 && c != '\t'; }

    char* at_;
};

// Without the body's length, status and lines of our own, which need less than `own_lines`.
std::size_t most_size(const response& r, std::string_view reason) noexcept {
    constexpr std::size_t own_lines = 256;
    std::size_t size = own_lines + reason.size();
    for (const auto& [name, value] : r.headers) size += name.size() + value.size() + 4;
    return size;
}

void put_fields(line_writer& to, const response& r) noexcept {
    for (const auto& [name, value] : r.headers) {
        if (is_ours(name) && !(r.status == 101 && same_text(name, "Connection"))) continue;
        to.put_value(name);
        to.put(": ");
        to.put_value(value);
        to.put("\r\n");
    }
}

void put_own(line_writer& to, const response& r, const answer_form& form, body_form body,
             std::uint64_t length) noexcept {
    if (body == body_form::known) {
        to.put("Content-Length: ");
        to.put_number(length);
        to.put("\r\n");
    } else if (body == body_form::chunked) {
        to.put("Transfer-Encoding: chunked\r\n");
    }
    if (r.status != 101) {
        if (!form.keep_alive)
            to.put("Connection: close\r\n");
        else if (form.minor_version == 0)
            to.put("Connection: keep-alive\r\n");
        to.put(date_line());
    }
    to.put("\r\n");
}

}  // namespace

void append_head(std::string& out, const response& r, const answer_form& form, body_form body, std::uint64_t length) {
    const auto reason = r.reason.empty() ? reason_phrase(r.status) : std::string_view{r.reason};
    const auto before = out.size();
    out.resize_and_overwrite(before + most_size(r, reason), [&](char* bytes, std::size_t) noexcept {
        line_writer to{bytes + before};
        to.put("HTTP/1.1 ");
        to.put_number(r.status);
        to.put(" ");
        to.put_value(reason);
        to.put("\r\n");
        put_fields(to, r);
        put_own(to, r, form, body, length);
        return static_cast<std::size_t>(to.end() - bytes);
    });
}

}  // namespace net::http
