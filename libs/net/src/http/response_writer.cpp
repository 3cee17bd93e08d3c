#include "response_writer.hpp"

#include <time.h>

#include <charconv>

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

void append_number(std::string& out, std::uint64_t n) {
    char digits[20];
    out.append(digits, std::to_chars(digits, digits + sizeof digits, n).ptr);
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

// A line break in a value would let whoever wrote it write the rest of the head.
void append_value(std::string& out, std::string_view value) {
    const auto from = out.size();
    out.append(value);
    const auto is_break = [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\t'; };
    unsigned breaks = 0;
    for (const char c : value) breaks += is_break(c);  // without a branch per byte; there are none in practice
    if (breaks > 0) std::replace_if(out.begin() + static_cast<std::ptrdiff_t>(from), out.end(), is_break, ' ');
}

void append_fields(std::string& out, const response& r) {
    for (const auto& [name, value] : r.headers) {
        if (is_ours(name) && !(r.status == 101 && same_text(name, "Connection"))) continue;
        append_value(out, name);
        out.append(": ");
        append_value(out, value);
        out.append("\r\n");
    }
}

}  // namespace

void append_head(std::string& out, const response& r, const answer_form& form, body_form body, std::uint64_t length) {
    out.append("HTTP/1.1 ");
    append_number(out, r.status);
    out.push_back(' ');
    append_value(out, r.reason.empty() ? reason_phrase(r.status) : std::string_view{r.reason});
    out.append("\r\n");
    append_fields(out, r);
    if (body == body_form::known) {
        out.append("Content-Length: ");
        append_number(out, length);
        out.append("\r\n");
    } else if (body == body_form::chunked) {
        out.append("Transfer-Encoding: chunked\r\n");
    }
    if (r.status != 101) {
        if (!form.keep_alive)
            out.append("Connection: close\r\n");
        else if (form.minor_version == 0)
            out.append("Connection: keep-alive\r\n");
        out.append(date_line());
    }
    out.append("\r\n");
}

}  // namespace net::http
