#include "head_fields.hpp"
#include "head_parser.hpp"
#include "text.hpp"

namespace net::http {
namespace {

// What is known of a response's framing so far. Fields that contradict each other are refused.
struct response_framing {
    std::optional<std::uint64_t> length;
    bool chunked = false;
    connection_options connection;

    bool take(const field& f);

private:
    bool take_lengths(std::string_view value);
    bool take_codings(std::string_view value);
};

bool response_framing::take(const field& f) {
    switch (f.known) {
        case known_field::connection:
            return read_connection(f.value, connection);
        case known_field::content_length:
            return !chunked && take_lengths(f.value);
        case known_field::transfer_encoding:
            return !chunked && !length && take_codings(f.value);
        case known_field::expect:
        case known_field::host:
        case known_field::other:
            break;
    }
    return true;
}

// Said more than once it must always say the same (RFC 9112 §6.3).
bool response_framing::take_lengths(std::string_view value) {
    for (bool more = true; more;) {
        const auto comma = value.find(',');
        const auto n = read_number(trimmed(value.substr(0, comma)));
        if (!n || (length && *length != *n)) return false;
        length = n;
        more = comma != std::string_view::npos;
        if (more) value.remove_prefix(comma + 1);
    }
    return true;
}

// Chunked when that is the last coding, and applied once. Other codings are left to whoever reads the body.
bool response_framing::take_codings(std::string_view value) {
    unsigned times = 0;
    bool last = false, well = true;
    each_element(value, [&](std::string_view coding) {
        last = same_text(coding, "chunked");
        times += last;
        return well = token_bytes.has_all(coding);
    });
    chunked = last && times == 1;
    return well;
}

std::expected<void, refusal> plan_body(const response_framing& f, const client_response& r, response_head& into) {
    if (f.chunked) {
        into.plan.how = body_plan::framing::chunked;
    } else if (f.length) {
        into.plan.length = *f.length;
        if (*f.length > 0) into.plan.how = body_plan::framing::length;
    } else {
        if (!r.get("Transfer-Encoding").empty()) return refuse_head(502, "transfer coding not supported");
        into.plan.how = body_plan::framing::until_close;
        into.keep_alive = false;
    }
    return {};
}

}  // namespace

std::expected<response_head, refusal> parse_response_head(std::string_view head, const line_ends& ends,
                                                          bool answers_head, client_response& into) {
    head_lines lines{head, ends};
    const auto start = read_status_line(lines.next());
    if (!start) return refuse_head(502, "malformed answer");
    into.status = start->status;
    response_framing found;
    for (auto line = lines.next(); !line.empty(); line = lines.next()) {
        const auto f = read_field(line);
        if (!f || !found.take(*f)) return refuse_head(502, "malformed answer");
        into.headers.emplace_back(f->name, f->value);
    }
    response_head h;
    h.keep_alive = start->minor >= 1 ? !found.connection.close : found.connection.keep_alive;
    const bool bodiless = answers_head || into.status < 200 || into.status == 204 || into.status == 304;
    if (bodiless) return h;
    if (auto ok = plan_body(found, into, h); !ok) return std::unexpected(ok.error());
    return h;
}

}  // namespace net::http
