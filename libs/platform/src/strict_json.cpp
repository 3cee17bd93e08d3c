#include "strict_json.hpp"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>
#include <vector>

#include "text.hpp"

namespace platform {
namespace {

namespace json = boost::json;

// Builds values as Boost's own handler does, and keeps the names of every open object to see twins.
class builder {
public:
    static constexpr std::size_t max_object_size = json::object::max_size();
    static constexpr std::size_t max_array_size = json::array::max_size();
    static constexpr std::size_t max_key_size = json::string::max_size();
    static constexpr std::size_t max_string_size = json::string::max_size();
    using code = json::error_code;

    explicit builder(bool fold_case) : fold_case_{fold_case} { stack_.reset({}); }

    bool on_document_begin(code&) { return true; }
    bool on_document_end(code&) { return true; }
    bool on_object_begin(code&) {
        open_.emplace_back();
        return true;
    }
    bool on_object_end(std::size_t n, code& ec) {
        auto names = std::move(open_.back());
        open_.pop_back();
        std::sort(names.begin(), names.end());
        if (const auto twin = std::adjacent_find(names.begin(), names.end()); twin != names.end()) {
            twin_ = *twin;
            ec = json::error::syntax;
            return false;
        }
        stack_.push_object(n);
        return true;
    }
    bool on_array_begin(code&) { return true; }
    bool on_array_end(std::size_t n, code&) {
        stack_.push_array(n);
        return true;
    }
    bool on_key_part(json::string_view part, std::size_t, code&) {
        stack_.push_chars(part);
        key_.append(part.data(), part.size());
        return true;
    }
    bool on_key(json::string_view part, std::size_t, code&) {
        stack_.push_key(part);
        key_.append(part.data(), part.size());
        open_.back().push_back(fold_case_ ? to_lower(key_) : key_);
        key_.clear();
        return true;
    }
    bool on_string_part(json::string_view part, std::size_t, code&) {
        stack_.push_chars(part);
        return true;
    }
    bool on_string(json::string_view part, std::size_t, code&) {
        stack_.push_string(part);
        return true;
    }
    bool on_number_part(json::string_view, code&) { return true; }
    bool on_int64(std::int64_t v, json::string_view, code&) {
        stack_.push_int64(v);
        return true;
    }
    bool on_uint64(std::uint64_t v, json::string_view, code&) {
        stack_.push_uint64(v);
        return true;
    }
    bool on_double(double v, json::string_view, code&) {
        stack_.push_double(v);
        return true;
    }
    bool on_bool(bool v, code&) {
        stack_.push_bool(v);
        return true;
    }
    bool on_null(code&) {
        stack_.push_null();
        return true;
    }
    bool on_comment_part(json::string_view, code&) { return true; }
    bool on_comment(json::string_view, code&) { return true; }

    json::value release() { return stack_.release(); }
    const std::string& twin() const { return twin_; }

private:
    bool fold_case_;
    json::value_stack stack_;
    std::vector<std::vector<std::string>> open_;
    std::string key_, twin_;
};

}  // namespace

strict_json read_strict_json(std::string_view text, std::size_t max_depth, bool fold_case) {
    json::parse_options options;
    options.max_depth = max_depth;
    json::basic_parser<builder> parser{options, fold_case};
    json::error_code ec;
    const auto used = parser.write_some(false, text.data(), text.size(), ec);
    if (!ec && used < text.size()) ec = json::error::extra_data;
    if (!ec) return {parser.handler().release(), {}, 0};
    const auto& twin = parser.handler().twin();
    return {std::nullopt, twin.empty() ? ec.message() : "member \"" + twin + "\" stands there twice", used};
}

}  // namespace platform
