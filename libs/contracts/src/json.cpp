#include "contracts/json.hpp"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <charconv>
#include <limits>

namespace contracts::json {
namespace {

char fold(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

bool same_folded(std::string_view a, std::string_view b) noexcept {
    return a.size() == b.size() &&
           std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return fold(x) == fold(y); });
}

bool has_twins(const value& object, bool fold_case) {
    const auto& members = object.members;
    if (members.size() <= 16) {  // the common case, without an allocation
        for (std::size_t i = 1; i < members.size(); ++i)
            for (std::size_t j = 0; j < i; ++j)
                if (fold_case ? same_folded(members[i].name, members[j].name) : members[i].name == members[j].name)
                    return true;
        return false;
    }
    std::vector<std::string> names;
    names.reserve(members.size());
    for (const auto& each : members) {
        names.push_back(each.name);
        if (fold_case) std::transform(names.back().begin(), names.back().end(), names.back().begin(), fold);
    }
    std::sort(names.begin(), names.end());
    return std::adjacent_find(names.begin(), names.end()) != names.end();
}

// Builds the tree from the events of Boost.JSON's basic_parser. What it refuses itself it says in `refusal`.
class builder {
public:
    static constexpr std::size_t max_object_size = std::numeric_limits<std::size_t>::max();
    static constexpr std::size_t max_array_size = std::numeric_limits<std::size_t>::max();
    static constexpr std::size_t max_key_size = std::numeric_limits<std::size_t>::max();
    static constexpr std::size_t max_string_size = std::numeric_limits<std::size_t>::max();
    using error = boost::json::error_code;
    using view = boost::json::string_view;

    value root;
    const char* refusal = nullptr;
    std::size_t room = 0;  // values that may still come
    bool fold_case = false;

    bool on_document_begin(error&) { return true; }
    bool on_document_end(error&) { return true; }
    bool on_object_begin(error& ec) { return open(value::kind::object, ec); }
    bool on_array_begin(error& ec) { return open(value::kind::array, ec); }
    bool on_object_end(std::size_t, error& ec) {
        if (has_twins(open_.back().container, fold_case)) return refuse("a member stands twice in an object", ec);
        return close();
    }
    bool on_array_end(std::size_t, error&) { return close(); }

    bool on_key_part(view s, std::size_t, error&) { return gather(s); }
    bool on_key(view s, std::size_t, error&) {
        gather(s);
        open_.back().key = std::exchange(text_, {});
        return true;
    }
    bool on_string_part(view s, std::size_t, error&) { return gather(s); }
    bool on_string(view s, std::size_t, error& ec) { return text(value::kind::string, s, ec); }
    bool on_number_part(view s, error&) { return gather(s); }
    bool on_int64(std::int64_t, view s, error& ec) { return text(value::kind::number, s, ec); }
    bool on_uint64(std::uint64_t, view s, error& ec) { return text(value::kind::number, s, ec); }
    bool on_double(double, view s, error& ec) { return text(value::kind::number, s, ec); }
    bool on_bool(bool b, error& ec) {
        value v;
        v.what = value::kind::boolean;
        v.boolean = b;
        return add(std::move(v), ec);
    }
    bool on_null(error& ec) { return add({}, ec); }
    bool on_comment_part(view, error&) { return true; }
    bool on_comment(view, error&) { return true; }

private:
    struct frame {
        value container;
        std::string key;  // of the member that comes next
    };

    bool refuse(const char* why, error& ec) {
        refusal = why;
        ec = boost::json::error::extra_data;  // any error stops the parser; ours is told by `refusal`
        return false;
    }
    bool gather(view s) {
        text_.append(s.data(), s.size());
        return true;
    }
    bool text(value::kind what, view s, error& ec) {
        value v;
        v.what = what;
        if (text_.empty())
            v.text.assign(s.data(), s.size());
        else {
            gather(s);
            v.text = std::exchange(text_, {});
        }
        return add(std::move(v), ec);
    }
    bool open(value::kind what, error& ec) {
        if (room == 0) return refuse("too many values", ec);
        --room;
        auto& container = open_.emplace_back().container;
        container.what = what;
        if (what == value::kind::object) container.members.reserve(2);  // most have two or more
        return true;
    }
    bool close() {
        value done = std::move(open_.back().container);
        open_.pop_back();
        place(std::move(done));
        return true;
    }
    bool add(value&& v, error& ec) {
        if (room == 0) return refuse("too many values", ec);
        --room;
        place(std::move(v));
        return true;
    }
    void place(value&& v) {
        if (open_.empty())
            root = std::move(v);
        else if (frame& top = open_.back(); top.container.what == value::kind::array)
            top.container.items.push_back(std::move(v));
        else
            top.container.members.push_back({std::exchange(top.key, {}), std::move(v)});
    }

    std::vector<frame> open_;
    std::string text_;
};

std::string complaint(const char* what, std::size_t at) { return std::string{what} + " at byte " + std::to_string(at); }

// Boost's own words are constant too; only those a client can meet are worth better ones.
const char* words_for(const boost::json::error_code& ec) noexcept {
    using boost::json::error;
    if (ec == error::incomplete) return "the text ends too early";
    if (ec == error::extra_data) return "something follows the value";
    if (ec == error::too_deep) return "nested too deeply";
    if (ec == error::illegal_leading_surrogate || ec == error::illegal_trailing_surrogate ||
        ec == error::expected_utf16_escape)
        return "a surrogate without its other half";
    return "a syntax error, or not UTF-8,";
}

}  // namespace

const value* value::find(std::string_view name) const noexcept {
    for (const auto& each : members)
        if (each.name == name) return &each.content;
    return nullptr;
}

const value* value::find_any_case(std::string_view name) const noexcept {
    for (const auto& each : members)
        if (same_folded(each.name, name)) return &each.content;
    return nullptr;
}

std::optional<std::int64_t> value::integer() const noexcept {
    if (what != kind::number) return std::nullopt;
    std::int64_t out = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (fault != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return out;
}

base::result<value> parse(std::string_view text, const limits& l, bool fold_case) {
    if (text.size() > l.bytes) return base::fail(base::fault_kind::invalid, "the text is too long");
    boost::json::parse_options options;
    options.max_depth = l.depth;
    boost::json::basic_parser<builder> parser{options};
    auto& handler = parser.handler();
    handler.room = l.members;
    handler.fold_case = fold_case;

    boost::json::error_code ec;
    const auto used = parser.write_some(false, text.data(), text.size(), ec);
    if (handler.refusal) return base::fail(base::fault_kind::invalid, complaint(handler.refusal, used));
    if (!ec && used < text.size()) ec = boost::json::error::extra_data;
    if (ec) return base::fail(base::fault_kind::invalid, complaint(words_for(ec), used));
    return std::move(handler.root);
}

void append_string(std::string& out, std::string_view utf8) {
    constexpr char digits[] = "0123456789abcdef";
    out += '"';
    std::size_t from = 0;
    for (std::size_t i = 0; i < utf8.size(); ++i) {
        const char c = utf8[i];
        if (static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\') continue;
        out.append(utf8, from, i - from);
        from = i + 1;
        switch (c) {
            case '"':
                out += "\\\"";
                break;
            case '\\':
                out += "\\\\";
                break;
            case '\n':
                out += "\\n";
                break;
            case '\r':
                out += "\\r";
                break;
            case '\t':
                out += "\\t";
                break;
            default:
                out += "\\u00";
                out += digits[c >> 4];
                out += digits[c & 15];
        }
    }
    out.append(utf8, from);
    out += '"';
}

}  // namespace contracts::json
