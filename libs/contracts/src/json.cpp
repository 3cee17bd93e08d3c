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
    const auto members = object.items();
    if (members.size() <= 16) {  // the common case, without an allocation
        for (auto one = members.begin(); one != members.end(); ++one)
            for (auto other = members.begin(); other != one; ++other)
                if (fold_case ? same_folded(one->name, other->name) : one->name == other->name) return true;
        return false;
    }
    std::vector<std::string> names;
    names.reserve(members.size());
    for (const auto& each : members) {
        auto& name = names.emplace_back(each.name);
        if (fold_case) std::transform(name.begin(), name.end(), name.begin(), fold);
    }
    std::sort(names.begin(), names.end());
    return std::adjacent_find(names.begin(), names.end()) != names.end();
}

}  // namespace

// Fills a document from the events of Boost.JSON's basic_parser. What it refuses itself it says in `refusal`.
class builder {
public:
    static constexpr std::size_t max_object_size = std::numeric_limits<std::size_t>::max();
    static constexpr std::size_t max_array_size = std::numeric_limits<std::size_t>::max();
    static constexpr std::size_t max_key_size = std::numeric_limits<std::size_t>::max();
    static constexpr std::size_t max_string_size = std::numeric_limits<std::size_t>::max();
    using error = boost::json::error_code;
    using view = boost::json::string_view;

    // Neither strings nor numbers grow by decoding: all that is kept of a text fits into its own length.
    builder(std::size_t text_size, std::size_t most_values, bool fold_case)
        : most_values_{most_values}, fold_case_{fold_case} {
        out.values_.reserve(std::min({text_size / 8 + 4, most_values, std::size_t{64}}));
        out.characters_ = std::make_unique_for_overwrite<char[]>(text_size);
        end_ = begin_ = out.characters_.get();
    }

    document out;
    const char* refusal = nullptr;

    bool on_document_begin(error&) { return true; }
    bool on_document_end(error&) { return true; }
    bool on_object_begin(error& ec) { return open(value::kind::object, ec); }
    bool on_array_begin(error& ec) { return open(value::kind::array, ec); }
    bool on_object_end(std::size_t n, error& ec) {
        auto& object = close(n);
        return !has_twins(object, fold_case_) || refuse("a member stands twice in an object", ec);
    }
    bool on_array_end(std::size_t n, error&) {
        close(n);
        return true;
    }

    bool on_key_part(view s, std::size_t, error&) { return gather(s); }
    bool on_key(view s, std::size_t, error&) {
        name_ = take(s);
        return true;
    }
    bool on_string_part(view s, std::size_t, error&) { return gather(s); }
    bool on_string(view s, std::size_t, error& ec) { return text(value::kind::string, s, ec); }
    bool on_number_part(view s, error&) { return gather(s); }
    bool on_int64(std::int64_t, view s, error& ec) { return text(value::kind::number, s, ec); }
    bool on_uint64(std::uint64_t, view s, error& ec) { return text(value::kind::number, s, ec); }
    bool on_double(double, view s, error& ec) { return text(value::kind::number, s, ec); }
    bool on_bool(bool b, error& ec) {
        auto* v = add(value::kind::boolean, ec);
        if (v) v->boolean = b;
        return v != nullptr;
    }
    bool on_null(error& ec) { return add(value::kind::null, ec) != nullptr; }
    bool on_comment_part(view, error&) { return true; }
    bool on_comment(view, error&) { return true; }

private:
    bool refuse(const char* why, error& ec) {
        refusal = why;
        ec = boost::json::error::extra_data;  // any error stops the parser; ours is told by `refusal`
        return false;
    }
    bool gather(view s) {
        end_ = std::copy(s.begin(), s.end(), end_);
        return true;
    }
    std::string_view take(view last_part) {
        gather(last_part);
        return {std::exchange(begin_, end_), end_};
    }
    value* add(value::kind what, error& ec) {
        auto& all = out.values_;
        if (all.size() == most_values_) return refuse("too many values", ec), nullptr;
        auto& v = all.emplace_back();
        v.what = what;
        v.name = std::exchange(name_, {});
        return &v;
    }
    bool text(value::kind what, view s, error& ec) {
        auto* v = add(what, ec);
        if (v) v->text = take(s);
        return v != nullptr;
    }
    // While a container is open its span is not known yet, and the place holds the container around it instead.
    bool open(value::kind what, error& ec) {
        auto* v = add(what, ec);
        if (v) v->span_ = std::exchange(innermost_, static_cast<std::uint32_t>(out.values_.size() - 1));
        return v != nullptr;
    }
    value& close(std::size_t items) {
        const auto at = innermost_;
        auto& v = out.values_[at];
        innermost_ = v.span_;
        v.span_ = static_cast<std::uint32_t>(out.values_.size()) - at;
        v.count_ = static_cast<std::uint32_t>(items);
        return v;
    }

    const std::size_t most_values_;
    const bool fold_case_;
    std::uint32_t innermost_ = 0;  // the open container
    std::string_view name_;        // of the member that comes next
    char *begin_, *end_;           // of the characters of the text that is being taken
};

namespace {

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

const value* value::find(std::string_view member) const noexcept {
    if (what != kind::object) return nullptr;
    for (const auto& each : items())
        if (each.name == member) return &each;
    return nullptr;
}

const value* value::find_any_case(std::string_view member) const noexcept {
    if (what != kind::object) return nullptr;
    for (const auto& each : items())
        if (same_folded(each.name, member)) return &each;
    return nullptr;
}

std::optional<std::int64_t> value::integer() const noexcept {
    if (what != kind::number) return std::nullopt;
    std::int64_t out = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (fault != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return out;
}

base::result<document> parse(std::string_view text, const limits& l, bool fold_case) {
    if (text.size() > l.bytes) return base::fail(base::fault_kind::invalid, "the text is too long");
    boost::json::parse_options options;
    options.max_depth = l.depth;
    boost::json::basic_parser<builder> parser{options, text.size(), l.members, fold_case};
    auto& handler = parser.handler();

    boost::json::error_code ec;
    const auto used = parser.write_some(false, text.data(), text.size(), ec);
    if (handler.refusal) return base::fail(base::fault_kind::invalid, complaint(handler.refusal, used));
    if (!ec && used < text.size()) ec = boost::json::error::extra_data;
    if (ec) return base::fail(base::fault_kind::invalid, complaint(words_for(ec), used));
    return std::move(handler.out);
}

}  // namespace contracts::json
