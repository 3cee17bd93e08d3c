#include "backplane_payload.hpp"

#include <limits>

#include "messagepack_bytes.hpp"
#include "messagepack_head.hpp"

namespace signalr::backplane_payload {
namespace {

namespace mp = messagepack;

void append_binary(std::string& out, std::string_view bytes) {
    mp::append_binary_head(out, bytes.size());
    out += bytes;
}

class cursor {
public:
    explicit cursor(std::string_view bytes) : at_{bytes.data()}, end_{at_ + bytes.size()} {}

    bool head(value_kind kind, std::uint32_t& size) {
        mp::head h;
        if (!mp::read_head(at_, end_, h) || h.kind != kind) return false;
        size = h.size;
        return true;
    }
    bool array(std::uint32_t at_least, std::uint32_t& size) {
        return head(value_kind::array, size) && size >= at_least;
    }
    bool array(std::uint32_t at_least) {
        std::uint32_t size = 0;
        return array(at_least, size);
    }
    bool text(std::string_view& out) { return payload(value_kind::text, out); }
    bool binary(std::string_view& out) { return payload(value_kind::binary, out); }
    bool integer(std::int32_t& out) {
        mp::head h;
        if (!mp::read_head(at_, end_, h) || h.kind != value_kind::integer) return false;
        const auto value = static_cast<std::int64_t>(h.bits);
        if (value > std::numeric_limits<std::int32_t>::max() || value < std::numeric_limits<std::int32_t>::min() ||
            (value < 0) != h.negative)
            return false;
        out = static_cast<std::int32_t>(value);
        return true;
    }

private:
    bool payload(value_kind kind, std::string_view& out) {
        std::uint32_t size = 0;
        if (!head(kind, size) || size > static_cast<std::size_t>(end_ - at_)) return false;
        out = {at_, size};
        at_ += size;
        return true;
    }

    const char* at_;
    const char* end_;
};

bool read_messages(cursor& from, invocation& out) {
    std::uint32_t count = 0;
    if (!from.head(value_kind::object, count)) return false;
    for (; count > 0; --count) {
        std::string_view protocol, message;
        if (!from.text(protocol) || !from.binary(message)) return false;
        for (std::size_t i = 0; i < max_protocols; ++i)
            if (protocol_at(i).name() == protocol) out.messages[i] = message;
    }
    return true;
}

}  // namespace

std::string write(const invocation& v) {
    const bool asks = !v.invocation_id.empty();
    std::string out;
    std::size_t size = 32 + v.invocation_id.size() + v.return_channel.size();
    for (const auto message : v.messages) size += message.size() + 20;
    for (const auto id : v.excluded) size += id.size() + 5;
    out.reserve(size);
    mp::append_array_head(out, asks ? 4 : 2);
    mp::append_array_head(out, v.excluded.size());
    for (const auto id : v.excluded) mp::append_text(out, id);
    std::size_t count = 0;
    for (const auto message : v.messages) count += message.empty() ? 0 : 1;
    mp::append_map_head(out, count);
    for (std::size_t i = 0; i < max_protocols; ++i) {
        if (v.messages[i].empty()) continue;
        mp::append_text(out, protocol_at(i).name());
        append_binary(out, v.messages[i]);
    }
    if (asks) {
        mp::append_text(out, v.invocation_id);
        mp::append_text(out, v.return_channel);
    }
    return out;
}

std::string write(const group_command& v) {
    std::string out;
    mp::append_array_head(out, 5);
    mp::append_integer(out, v.id);
    mp::append_text(out, v.server);
    mp::append_unsigned(out, static_cast<std::uint64_t>(v.what));
    mp::append_text(out, v.group);
    mp::append_text(out, v.connection);
    return out;
}

std::string write(const completion& v) {
    std::string out;
    mp::append_array_head(out, 2);
    mp::append_text(out, v.protocol);
    append_binary(out, v.message);
    return out;
}

std::string write(const abort_command& v) {
    std::string out;
    mp::append_array_head(out, 2);
    mp::append_unsigned(out, static_cast<std::uint64_t>(v.what));
    mp::append_text(out, v.name);
    return out;
}

std::string write_ack(std::int32_t id) {
    std::string out;
    mp::append_array_head(out, 1);
    mp::append_integer(out, id);
    return out;
}

bool read(std::string_view payload, invocation& out) {
    cursor from{payload};
    std::uint32_t items = 0, excluded = 0;
    if (!from.array(2, items) || !from.head(value_kind::array, excluded)) return false;
    for (; excluded > 0; --excluded) {
        std::string_view id;
        if (!from.text(id)) return false;
        out.excluded.push_back(id);
    }
    if (!read_messages(from, out)) return false;
    return items < 4 || (from.text(out.invocation_id) && from.text(out.return_channel));
}

bool read(std::string_view payload, group_command& out) {
    cursor from{payload};
    std::int32_t action = 0;
    if (!from.array(5) || !from.integer(out.id) || !from.text(out.server) || !from.integer(action) ||
        !from.text(out.group) || !from.text(out.connection))
        return false;
    if (action != 1 && action != 2) return false;
    out.what = static_cast<group_command::action>(action);
    return true;
}

bool read(std::string_view payload, completion& out) {
    cursor from{payload};
    return from.array(2) && from.text(out.protocol) && from.binary(out.message);
}

bool read(std::string_view payload, abort_command& out) {
    cursor from{payload};
    std::int32_t what = 0;
    if (!from.array(2) || !from.integer(what) || !from.text(out.name) || (what != 1 && what != 2)) return false;
    out.what = static_cast<abort_command::target>(what);
    return true;
}

bool read_ack(std::string_view payload, std::int32_t& id) {
    cursor from{payload};
    return from.array(1) && from.integer(id);
}

}  // namespace signalr::backplane_payload
