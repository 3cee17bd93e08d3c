// Walks over the members of one JSON object without building anything: strict grammar, depth limit, no
// allocation, no recursion. What it hands out are views into the text.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace signalr {

enum class json_kind : unsigned char { null, boolean, number, string, array, object };

struct json_value {
    json_kind kind = json_kind::null;
    bool escaped = false;     // string: holds a backslash
    bool ascii = true;        // string: no byte above 0x7f
    std::uint32_t items = 0;  // array: how many elements
    std::string_view text;    // as written; of a string without its quotes
};

struct json_member {
    std::string_view name;  // as written, without quotes
    bool name_escaped = false;
    json_value value;
};

class json_scanner {
public:
    static constexpr unsigned max_depth = 64;  // the outermost object counts

    // `depth`: of the container that the text stands in.
    explicit json_scanner(std::string_view text, unsigned depth = 0) noexcept
        : at_{text.data()}, end_{text.data() + text.size()}, depth_{depth} {}

    enum class trouble : unsigned char { none, malformed, cut_short };

    // The kind of the value that comes first; blanks are skipped. nullopt-like: trouble() tells.
    bool peek(json_kind& kind) noexcept;
    // One value of any kind, checked to its end.
    bool read_value(json_value& out) noexcept;

    bool enter_object() noexcept;
    // The next member; false at the object's end and on trouble. What stands behind the object is not looked
    // at.
    bool next_member(json_member& out) noexcept;
    bool enter_array() noexcept;
    bool next_element(json_value& out) noexcept;

    trouble what() const noexcept { return trouble_; }
    std::string_view rest() const noexcept { return {at_, end_}; }

private:
    bool fail() noexcept;
    void skip_blanks() noexcept;
    bool take(char c) noexcept;
    bool string(std::string_view& text, bool& escaped, bool& ascii) noexcept;
    bool name(std::string_view& text, bool& escaped) noexcept;  // and its colon
    bool escape() noexcept;
    bool number() noexcept;
    bool digits() noexcept;
    bool word(std::string_view text) noexcept;
    bool scalar(json_value& out) noexcept;
    bool nested(std::uint32_t& items) noexcept;
    bool separator(char close, bool& ended) noexcept;

    const char* at_;
    const char* end_;
    unsigned depth_;
    bool fresh_ = true;  // no member or element read yet
    trouble trouble_ = trouble::none;
};

// Appends what a JSON string stands for. False: a lone surrogate or bytes that are not UTF-8.
bool append_unescaped(std::string& out, std::string_view text);

}  // namespace signalr
