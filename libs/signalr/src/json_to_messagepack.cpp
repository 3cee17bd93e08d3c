#include "json_to_messagepack.hpp"

#include <array>

#include "json_scanner.hpp"
#include "messagepack_head.hpp"
#include "signalr/json.hpp"
#include "signalr/values.hpp"
#include "text_blocks.hpp"

namespace signalr {
namespace {

// Writes one value of `from` anew, keeping its own stack, since the text may nest 64 deep.
class rewriter {
public:
    rewriter(std::string& out, value_reader& from) : out_{out}, from_{from} {}

    bool run() {
        do {
            if (!value() || !to_next_value()) return false;
        } while (open_ > 0);
        return !from_.failed();
    }

private:
    struct container {
        std::size_t at = 0;  // where its head stands, one byte until it is known how many elements there are
        std::uint32_t count = 0;
        bool object = false;
    };

    bool value() {
        switch (from_.peek()) {
            case value_kind::array:
                return enter(false);
            case value_kind::object:
                return enter(true);
            case value_kind::text: {
                std::string_view text;
                if (!from_.text(text, scratch_)) return false;
                messagepack::append_text(out_, text);
                return true;
            }
            case value_kind::integer:
            case value_kind::floating:
                return number();
            case value_kind::boolean: {
                bool b = false;
                if (!from_.boolean(b)) return false;
                messagepack::append_byte(out_, b ? 0xc3 : 0xc2);
                return true;
            }
            case value_kind::nil:
                messagepack::append_byte(out_, 0xc0);
                return from_.nil();
            default:
                return from_.fail();
        }
    }

    bool number() {
        std::string_view text;
        if (!from_.raw(text)) return false;
        value_writer to{encoding::messagepack, out_};
        std::int64_t whole = 0;
        std::uint64_t large = 0;
        double any = 0;
        if (text != "-0" && value_reader::of_value(encoding::json, text).integer(whole))
            to.integer(whole);
        else if (value_reader::of_value(encoding::json, text).unsigned_integer(large))
            to.unsigned_integer(large);
        else if (value_reader::of_value(encoding::json, text).floating(any))
            to.floating(any);
        else
            return from_.fail();
        return true;
    }

    bool enter(bool object) {
        if (open_ == stack_.size() || !(object ? from_.enter_object() : from_.enter_array())) return from_.fail();
        stack_[open_++] = {out_.size(), 0, object};
        out_ += '\0';
        return true;
    }

    // Leaves what ends here, and stops before the next value; with nothing open at the end.
    bool to_next_value() {
        while (open_ > 0) {
            container& inner = stack_[open_ - 1];
            std::string_view name;
            if (inner.object ? from_.next_member(name, scratch_) : from_.next_element()) {
                ++inner.count;
                if (inner.object) messagepack::append_text(out_, name);
                return true;
            }
            if (from_.failed()) return false;
            put_head(inner);
            --open_;
        }
        return true;
    }

    void put_head(const container& c) {
        std::string head;
        c.object ? messagepack::append_map_head(head, c.count) : messagepack::append_array_head(head, c.count);
        out_[c.at] = head.front();
        if (head.size() > 1) out_.insert(c.at + 1, head, 1);
    }

    std::string& out_;
    value_reader& from_;
    std::string scratch_;
    std::array<container, value_reader::max_json_depth> stack_;
    std::size_t open_ = 0;
};

}  // namespace

bool append_checked_json(std::string& out, std::string_view value) {
    auto from = value_reader::of_value(encoding::json, value);
    std::string_view text;
    if (!from.raw(text) || !from.at_end()) return false;
    if (!valid_utf8(text)) return false;
    out += text;
    return true;
}

bool append_as_messagepack(std::string& out, std::string_view value) {
    auto from = value_reader::of_value(encoding::json, value);
    return rewriter{out, from}.run() && from.at_end();
}

void append_messagepack_text(std::string& out, std::string_view text) {
    if (valid_utf8(text)) return messagepack::append_text(out, text);
    messagepack::append_text(out, with_replacements(text));
}

}  // namespace signalr
