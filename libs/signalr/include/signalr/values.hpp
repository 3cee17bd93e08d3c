// Values as the hub protocols write them: read in place and written without a tree in between.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace signalr {

struct json_value;
namespace messagepack {
struct head;
}

enum class encoding : unsigned char { json, messagepack };

// How the members of described structs are named: JSON in camelCase unless a hub says otherwise; MessagePack always as declared.
enum class member_names : unsigned char { camel_case, as_declared };

// Which protocols a hub offers, and how.
struct protocol_choice {
    bool json = true;
    bool messagepack = false;
    member_names json_names = member_names::camel_case;
};

enum class value_kind : unsigned char { none, nil, boolean, integer, floating, text, binary, array, object, extension };

// A cursor over encoded values. Reads in place; allocates only into what the caller hands in, never by a length that the bytes merely
// claim. What does not fit, is malformed or nests deeper than the limit makes the call return false, and every later one. One thread
// at a time; about 2 KiB, meant for the stack.
//   auto from = value_reader::of_arguments(e, bytes);      auto from = value_reader::of_value(e, bytes);
//   while (from.next_element()) codec<T>::read(from, x);   codec<T>::read(from, x);
class value_reader {
public:
    static constexpr unsigned max_json_depth = 64;
    static constexpr unsigned max_messagepack_depth = 500;  // as the official server

    static value_reader of_value(encoding e, std::string_view bytes) noexcept { return {e, bytes}; }
    // Stands before the first element of the array: next_element() leads to it, and from each to the next.
    static value_reader of_arguments(encoding e, std::string_view array) noexcept { return {e, array, true}; }

    value_reader(const value_reader&) = delete;
    value_reader& operator=(const value_reader&) = delete;

    encoding written_in() const noexcept { return encoding_; }
    value_kind peek() noexcept;  // none: nothing left, or failed

    bool nil() noexcept;  // true: it was nil, and is consumed; false: it is something else (no failure)
    bool boolean(bool& out) noexcept;
    bool integer(std::int64_t& out) noexcept;            // JSON: neither fraction nor exponent; no float in MessagePack
    bool unsigned_integer(std::uint64_t& out) noexcept;  // likewise
    bool floating(double& out) noexcept;                 // integers too
    // What is not UTF-8 fails in JSON, and becomes U+FFFD in MessagePack, as with the official server.
    bool text(std::string& out);                             // replaces what `out` holds
    bool text(std::string_view& out, std::string& scratch);  // in place where nothing is escaped, else in `scratch`
    bool binary(std::string& out);  // MessagePack: bin, text, or array of integers; JSON: base64 text
    bool timestamp(std::int64_t& seconds,
                   std::uint32_t& nanoseconds);  // UTC. JSON: ISO 8601; MessagePack: extension -1
    bool extension(std::int8_t& type, std::string_view& bytes) noexcept;  // MessagePack only

    bool enter_array() noexcept;
    bool next_element() noexcept;  // true: another stands here; false: the array's end was consumed, or failure
    bool enter_object() noexcept;
    bool next_member(std::string_view& name, std::string& scratch);  // likewise; the value follows
    bool skip() noexcept;                                            // one value of any kind, without recursion
    bool raw(std::string_view& encoded) noexcept;                    // the same, and its bytes

    bool fail() noexcept {
        failed_ = true;
        return false;
    }
    bool failed() const noexcept { return failed_; }
    bool at_end() noexcept;  // nothing is left, and nothing was wrong

private:
    value_reader(encoding e, std::string_view bytes, bool enter = false) noexcept;
    bool scan(json_value& out) noexcept;
    bool take_head(messagepack::head& out) noexcept;
    bool enter() noexcept;
    bool separate(char close) noexcept;
    void skip_blanks() noexcept;

    const char* at_;
    const char* end_;
    encoding encoding_;
    bool failed_ = false;
    bool fresh_ = false;  // JSON: nothing of the container was read yet
    std::uint16_t depth_ = 0;
    // MessagePack: what is left of each container that was entered. Not initialised: only what is below depth_ is looked at.
    std::array<std::uint32_t, max_messagepack_depth> left_;
};

// Appends encoded values to a string. Counts of arrays and objects are said beforehand, since MessagePack needs them. Several
// values one after the other are elements of an array that is somebody else's matter. One thread at a time.
class value_writer {
public:
    value_writer(encoding e, std::string& out, member_names names = member_names::camel_case) noexcept
        : out_{out}, encoding_{e}, names_{names} {}

    encoding writes() const noexcept { return encoding_; }
    void nil();
    void boolean(bool v);
    void integer(std::int64_t v);  // MessagePack: the shortest form, non-negative ones unsigned
    void unsigned_integer(std::uint64_t v);
    void floating(double v);  // JSON: as .NET writes it (1, 0.1, 1E+21); NaN and infinity can't be: failed()
    void floating(float v);
    void text(std::string_view v);    // JSON: escaped as the official server escapes
    void binary(std::string_view v);  // JSON: base64
    // UTC. JSON: ISO 8601 with Z, to 100 ns, years 1 to 9999 or failed(); MessagePack: extension -1
    void timestamp(std::int64_t seconds, std::uint32_t nanoseconds);

    void begin_array(std::size_t count);
    void end_array();
    void begin_object(std::size_t count);
    void member(std::string_view declared_name);  // of a described struct: named by the policy
    void key(std::string_view name);              // of a dictionary: as it is
    void end_object();

    // JSON text of one value; in MessagePack it is written anew. Not JSON: failed().
    void json(std::string_view value);

    bool fail() noexcept {
        failed_ = true;
        return false;
    }
    bool failed() const noexcept { return failed_; }

private:
    void separate();

    std::string& out_;
    encoding encoding_;
    member_names names_;
    bool failed_ = false;
    bool fresh_ = true;  // JSON: no comma before the next value
};

}  // namespace signalr
