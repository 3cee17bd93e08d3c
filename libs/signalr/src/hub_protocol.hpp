// What a hub says and hears, apart from how it is written: JSON or MessagePack. Protocols have no state; one object
// serves all connections and threads.
#pragma once
#include <boost/json/array.hpp>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "signalr/arguments.hpp"
#include "signalr/values.hpp"

namespace signalr {

enum class message_kind : std::uint8_t {
    unknown = 0,
    invocation = 1,
    stream_item = 2,
    completion = 3,
    stream_invocation = 4,
    cancel_invocation = 5,
    ping = 6,
    close = 7,
    ack = 8,
    sequence = 9,
};

enum class completion_kind : std::uint8_t { error = 1, nothing = 2, value = 3 };

// One message from a client. Views point into the message or into `unescaped`; both must outlive it. May be used again for the next
// message, so that its memory is, too.
struct incoming {
    message_kind kind = message_kind::unknown;
    completion_kind outcome = completion_kind::nothing;  // of a completion
    bool allow_reconnect = false;
    std::uint32_t argument_count = 0;
    std::uint32_t stream_count = 0;
    std::int64_t sequence_id = 0;
    std::string_view invocation_id;  // empty: nobody waits for an answer
    std::string_view target;
    std::string_view arguments;   // the array as written: value_reader::of_arguments
    std::string_view stream_ids;  // likewise; checked to be texts. Empty: none
    std::string_view item;        // one value as written: value_reader::of_value
    std::string_view result;      // likewise
    std::string_view error;
    // Not empty: there are no arguments that a method could be given, which fails this invocation alone; with detailed errors the
    // client reads this.
    std::string_view binding_fault;
    std::string unescaped;

    void reset() noexcept;
};

// The client broke the protocol. `detail` is what a server with detailed errors says; the rest hide it.
struct protocol_fault {
    std::string detail;
};

// Where a message began that is still being written.
struct message_place {
    std::size_t at = 0;
};

class hub_protocol {
public:
    virtual ~hub_protocol() = default;
    hub_protocol(const hub_protocol&) = delete;
    hub_protocol& operator=(const hub_protocol&) = delete;

    signalr::encoding encoding() const noexcept { return encoding_; }
    std::size_t index() const noexcept {
        return encoding_ == signalr::encoding::json ? 0 : 1;
    }                                                                                     // in a per-protocol cache
    bool binary() const noexcept { return encoding_ == signalr::encoding::messagepack; }  // in binary frames
    std::string_view name() const noexcept { return binary() ? "messagepack" : "json"; }  // as in the handshake

    // Size of the first message of `bytes` with its framing; 0: not all there. The first `seen` bytes have
    // been looked at before without success.
    virtual std::expected<std::size_t, protocol_fault> frame_size(std::string_view bytes, std::size_t seen) const = 0;
    virtual bool is_ping(std::string_view framed) const noexcept = 0;  // a common ping, told without parsing
    virtual std::expected<void, protocol_fault> parse(std::string_view framed, incoming& out) const = 0;

    // Each appends one message with its framing. `invocation_id` empty: none. False: the values can't be written (NaN in JSON, raw
    // text that is no JSON); then `out` is as before.
    virtual bool write_invocation(std::string& out, std::string_view invocation_id, std::string_view target,
                                  const arguments& what) const = 0;
    virtual void write_void(std::string& out, std::string_view invocation_id) const = 0;  // completed, and no result
    virtual void write_error(std::string& out, std::string_view invocation_id, std::string_view error) const = 0;
    virtual void write_cancel(std::string& out, std::string_view invocation_id) const = 0;
    virtual void write_close(std::string& out, std::string_view error, bool allow_reconnect) const = 0;
    virtual void write_ping(std::string& out) const = 0;
    virtual void write_ack(std::string& out, std::int64_t sequence_id) const = 0;
    virtual void write_sequence(std::string& out, std::int64_t sequence_id) const = 0;

    // A completion or stream item in place: open it, append exactly one value by writer(out), close it. close_message says false, and
    // leaves `out` as it was before open_…, when the writer has failed.
    //   const auto place = p.open_result(out, id);
    //   auto to = p.writer(out);
    //   codec<T>::write(to, result);
    //   if (!p.close_message(out, place, to)) …
    virtual message_place open_result(std::string& out, std::string_view invocation_id) const = 0;
    virtual message_place open_item(std::string& out, std::string_view invocation_id) const = 0;
    value_writer writer(std::string& out) const noexcept { return {encoding_, out, names_}; }
    bool close_message(std::string& out, message_place place, const value_writer& written) const {
        if (written.failed()) return out.resize(place.at), false;
        finish(out, place);
        return true;
    }

protected:
    hub_protocol(signalr::encoding e, member_names names) noexcept : encoding_{e}, names_{names} {}
    virtual void finish(std::string& out, message_place place) const = 0;

private:
    const signalr::encoding encoding_;
    const member_names names_;
};

inline constexpr std::size_t max_protocols = 2;

const hub_protocol& json_protocol(member_names names = member_names::camel_case);
const hub_protocol& messagepack_protocol();
// Of those that are enabled, by its name in any letter case; null: none.
const hub_protocol* find_protocol(std::string_view name, const protocol_choice& enabled = {}) noexcept;
const hub_protocol& protocol_at(std::size_t index, member_names json_names = member_names::camel_case) noexcept;

// The arguments of an invocation as a tree. nullopt: they are no values that a method could be given (bad UTF-8, numbers out of range).
std::optional<boost::json::array> arguments_as_tree(signalr::encoding e, const incoming& message);

inline constexpr char record_separator = '\x1e';

}  // namespace signalr
