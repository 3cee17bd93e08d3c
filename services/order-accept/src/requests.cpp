#include "requests.hpp"

#include <charconv>

#include "contracts/identity.hpp"

namespace order_accept {
namespace {

constexpr std::size_t longest_filter = 200;

bool same(std::string_view a, std::string_view lower_case) noexcept {
    return std::equal(a.begin(), a.end(), lower_case.begin(), lower_case.end(), [](char x, char y) {
        return (x >= 'A' && x <= 'Z' ? static_cast<char>(x + ('a' - 'A')) : x) == y;
    });
}

std::string_view trim(std::string_view text) noexcept {
    const auto from = text.find_first_not_of(" \t");
    return from == text.npos ? std::string_view{} : text.substr(from, text.find_last_not_of(" \t") - from + 1);
}

std::optional<std::int64_t> read_number(std::string_view text) noexcept {
    std::int64_t value = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (fault != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

// charset=utf-8, quoted or not; other parameters don't matter.
bool good_parameters(std::string_view parameters) noexcept {
    while (!parameters.empty()) {
        const auto end = parameters.find(';');
        const auto one = trim(parameters.substr(0, end));
        if (const auto equals = one.find('='); equals != one.npos && same(trim(one.substr(0, equals)), "charset")) {
            auto charset = trim(one.substr(equals + 1));
            if (charset.size() >= 2 && charset.front() == '"' && charset.back() == '"')
                charset = charset.substr(1, charset.size() - 2);
            if (!same(charset, "utf-8") && !same(charset, "utf8")) return false;
        }
        parameters = end == parameters.npos ? std::string_view{} : parameters.substr(end + 1);
    }
    return true;
}

}  // namespace

checked<page_query> read_page_query(std::string_view query, std::int64_t default_size) {
    checked<page_query> out;
    out.value.size = default_size;
    if (const auto text = net::http::query_value(query, "offset", true)) {
        const auto number = read_number(*text);
        if (!number || *number < 0) out.errors.push_back({"offset", "Offset must be a whole number of at least 0."});
        out.value.offset = number.value_or(0);
    }
    if (const auto text = net::http::query_value(query, "size", true)) {
        const auto number = read_number(*text);
        if (!number || *number < 1 || *number > 100)
            out.errors.push_back({"size", "Size must be a whole number from 1 to 100."});
        out.value.size = number.value_or(default_size);
    }
    return out;
}

checked<product_query> read_product_query(std::string_view query) {
    checked<product_query> out;
    if (query.empty()) return out;
    auto page = read_page_query(query, out.value.size);
    out.errors = std::move(page.errors);
    out.value.offset = page.value.offset;
    out.value.size = page.value.size;
    const auto filter = [&](const char* name, std::string& into) {
        if (auto text = net::http::query_value(query, name, true)) into = std::move(*text);
        if (into.size() > longest_filter || !contracts::count_code_points(into))
            out.errors.push_back({name, "The text is too long, or not UTF-8."});
    };
    filter("q", out.value.q);
    filter("vendor", out.value.vendor);
    filter("category", out.value.category);
    if (const auto text = net::http::query_value(query, "sort", true)) {
        const auto sort = read_sort_order(*text);
        if (!sort) out.errors.push_back({"sort", "Sort must be position, name, price, -price or discount."});
        out.value.sort = sort.value_or(sort_order::position);
    }
    return out;
}

bool is_json(std::string_view content_type) {
    if (content_type == "application/json") return true;  // as nearly everybody writes it
    const auto end = content_type.find(';');
    const auto type = trim(content_type.substr(0, end));
    const bool json = same(type, "application/json") ||
                      (type.size() > 5 && type.find('/') != type.npos && same(type.substr(type.size() - 5), "+json"));
    return json && (end == content_type.npos || good_parameters(content_type.substr(end + 1)));
}

order_fields read_order_fields(const net::http::request& r) noexcept {
    order_fields out;
    for (const auto& [name, value] : r.headers) {
        switch (name.size()) {  // most fields are none of these; their length alone says so
            case 12:
                if (!out.content_type.data() && same(name, "content-type")) out.content_type = value;
                break;
            case 15:
                if (same(name, "idempotency-key") && out.keys++ == 0) out.key = value;
                break;
            case 16:
                if (!out.content_encoding.data() && same(name, "content-encoding")) out.content_encoding = value;
                break;
            default:
                break;
        }
    }
    return out;
}

void judge_key(const order_fields& fields, std::vector<contracts::validation_error>& errors) {
    if (fields.keys > 1)
        errors.push_back({"Idempotency-Key", "Only one Idempotency-Key is allowed."});
    else if (fields.keys == 1 && !contracts::valid_idempotency_key(fields.key))
        errors.push_back({"Idempotency-Key", "The key must be 1 to 255 visible ASCII characters."});
}

std::optional<contracts::order_id> read_order_id(std::string_view text) noexcept {
    const auto number = read_number(text);
    if (!number || *number < 1) return std::nullopt;
    return number;
}

std::string unknown_products(const std::vector<contracts::product_id>& ids) {
    std::string out = "Unknown or inactive products: ";
    for (const auto& id : ids) {
        if (&id != ids.data()) out += ", ";
        out += id.str();
    }
    out += '.';
    return out;
}

}  // namespace order_accept
