// What a hub says and hears, apart from how it is written: JSON today, MessagePack beside it later. Protocols
// have no state; one object serves all connections and threads.
#pragma once
#include <boost/json/array.hpp>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

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

// One message from a client. Views point into the message or into `unescaped`; both must outlive it.
struct incoming {
    message_kind kind = message_kind::unknown;
    bool allow_reconnect = false;
    std::uint32_t argument_count = 0;
    std::uint32_t stream_count = 0;
    std::string_view invocation_id;  // empty: nobody waits for an answer
    std::string_view target;
    std::string_view arguments;  // as written, see hub_protocol::read_arguments
    std::string_view item, result;
    std::string_view error;
    std::int64_t sequence_id = 0;
    std::string unescaped;
};

// The client broke the protocol. `detail` is what a server with detailed errors says; the rest hide it.
struct protocol_fault {
    std::string detail;
};

class hub_protocol {
public:
    virtual ~hub_protocol() = default;
    virtual std::string_view name() const noexcept = 0;  // as in the handshake
    virtual std::size_t index() const noexcept = 0;      // place in a per-protocol cache, below max_protocols
    virtual bool binary() const noexcept = 0;            // in binary frames

    // Size of the first message of `bytes` with its framing; 0: not all there. The first `seen` bytes have
    // been looked at before without success.
    virtual std::expected<std::size_t, protocol_fault> frame_size(std::string_view bytes, std::size_t seen) const = 0;
    virtual bool is_ping(std::string_view framed) const noexcept = 0;  // a common ping, told without parsing
    virtual std::expected<void, protocol_fault> parse(std::string_view framed, incoming& out) const = 0;
    // nullopt: they are no values that a method could be given (bad UTF-8, numbers out of range).
    virtual std::optional<boost::json::array> read_arguments(const incoming& message) const = 0;

    // Each appends one message with its framing. JSON texts go out as they are.
    virtual void write_invocation(std::string& out, std::string_view target, std::string_view arguments_json) const = 0;
    virtual void write_result(std::string& out, std::string_view invocation_id, std::string_view result_json) const = 0;
    virtual void write_error(std::string& out, std::string_view invocation_id, std::string_view error) const = 0;
    virtual void write_close(std::string& out, std::string_view error, bool allow_reconnect) const = 0;
    virtual void write_ping(std::string& out) const = 0;
};

inline constexpr std::size_t max_protocols = 2;

const hub_protocol& json_protocol();
// Of those that are enabled, by its name in any letter case; null: none.
const hub_protocol* find_protocol(std::string_view name) noexcept;
const hub_protocol& protocol_at(std::size_t index) noexcept;

inline constexpr char record_separator = '\x1e';

}  // namespace signalr
