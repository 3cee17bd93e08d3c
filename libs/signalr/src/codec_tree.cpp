// boost::json::value as a codec: trees are built without recursion, and no count is believed.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value_stack.hpp>

#include "dotnet_text.hpp"
#include "hub_protocol.hpp"
#include "signalr/codec.hpp"

namespace signalr {
namespace {

class tree_builder {
public:
    explicit tree_builder(value_reader& from) : from_{from} { tree_.reset(); }

    bool build(boost::json::value& to) {
        do {
            if (!value() || !to_next_value()) return false;
        } while (open_ > 0);
        if (from_.failed()) return false;
        to = tree_.release();
        return true;
    }

private:
    struct container {
        std::uint32_t count = 0;
        bool object = false;
    };

    bool value() {
        switch (from_.peek()) {
            case value_kind::nil:
                tree_.push_null();
                return from_.nil();
            case value_kind::boolean: {
                bool b = false;
                if (!from_.boolean(b)) return false;
                tree_.push_bool(b);
                return true;
            }
            case value_kind::integer:
                return integer();
            case value_kind::floating: {
                double d = 0;
                if (!from_.floating(d)) return false;
                tree_.push_double(d);
                return true;
            }
            case value_kind::array:
                return enter(false);
            case value_kind::object:
                return enter(true);
            case value_kind::none:
                return from_.fail();
            default:
                return text();
        }
    }

    bool integer() {
        std::string_view written;
        if (!from_.raw(written)) return false;
        std::int64_t whole = 0;
        std::uint64_t large = 0;
        double any = 0;
        if (written == "-0")
            tree_.push_double(-0.0);
        else if (value_reader::of_value(from_.written_in(), written).integer(whole))
            tree_.push_int64(whole);
        else if (value_reader::of_value(from_.written_in(), written).unsigned_integer(large))
            tree_.push_uint64(large);
        else if (value_reader::of_value(from_.written_in(), written).floating(any))
            tree_.push_double(any);
        else
            return from_.fail();
        return true;
    }

    // Text, and what JSON has no other form for.
    bool text() {
        std::string_view plain;
        scratch_.clear();
        if (from_.peek() == value_kind::text) {
            if (!from_.text(plain, scratch_)) return false;
            tree_.push_string(plain);
            return true;
        }
        if (from_.peek() == value_kind::binary) {
            std::string binary;
            if (!from_.binary(binary)) return false;
            append_base64(scratch_, binary);
        } else {
            timestamp t;
            if (!from_.timestamp(t.seconds, t.nanoseconds) || !append_iso_time(scratch_, t.seconds, t.nanoseconds))
                return from_.fail();
        }
        tree_.push_string(scratch_);
        return true;
    }

    bool enter(bool object) {
        if (!(object ? from_.enter_object() : from_.enter_array())) return false;
        if (open_ == stack_.size()) return from_.fail();
        stack_[open_++] = {0, object};
        return true;
    }

    bool to_next_value() {
        while (open_ > 0) {
            container& inner = stack_[open_ - 1];
            std::string_view name;
            if (inner.object ? from_.next_member(name, scratch_) : from_.next_element()) {
                ++inner.count;
                if (inner.object) tree_.push_key(name);
                return true;
            }
            if (from_.failed()) return false;
            inner.object ? tree_.push_object(inner.count) : tree_.push_array(inner.count);
            --open_;
        }
        return true;
    }

    value_reader& from_;
    boost::json::value_stack tree_;
    std::string scratch_;
    std::array<container, value_reader::max_messagepack_depth> stack_;
    std::size_t open_ = 0;
};

void write_tree(value_writer& to, const boost::json::array& from) {
    to.begin_array(from.size());
    for (const auto& element : from) codec<boost::json::value>::write(to, element);
    to.end_array();
}

void write_tree(value_writer& to, const boost::json::object& from) {
    to.begin_object(from.size());
    for (const auto& [key, value] : from) {
        to.key({key.data(), key.size()});
        codec<boost::json::value>::write(to, value);
    }
    to.end_object();
}

}  // namespace

bool codec<boost::json::value>::read(value_reader& from, boost::json::value& to) {
    return tree_builder{from}.build(to);
}

void codec<boost::json::value>::write(value_writer& to, const boost::json::value& from) {
    switch (from.kind()) {
        case boost::json::kind::null:
            return to.nil();
        case boost::json::kind::bool_:
            return to.boolean(from.get_bool());
        case boost::json::kind::int64:
            return to.integer(from.get_int64());
        case boost::json::kind::uint64:
            return to.unsigned_integer(from.get_uint64());
        case boost::json::kind::double_:
            return to.floating(from.get_double());
        case boost::json::kind::string:
            return to.text({from.get_string().data(), from.get_string().size()});
        case boost::json::kind::array:
            return write_tree(to, from.get_array());
        case boost::json::kind::object:
            return write_tree(to, from.get_object());
    }
}

std::optional<boost::json::array> arguments_as_tree(encoding e, const incoming& message) {
    if (!message.binding_fault.empty()) return std::nullopt;
    auto from = value_reader::of_value(e, message.arguments);
    boost::json::value tree;
    if (!codec<boost::json::value>::read(from, tree) || !tree.is_array()) return std::nullopt;
    return std::move(tree.get_array());
}

}  // namespace signalr
