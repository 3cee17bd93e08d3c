// What a call that may fail gives back: a value, or a fault that says what may be done about it.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <expected>
#include <string>
#include <utility>

namespace base {

// The kinds that business code tells apart. Anything finer is text for the log.
enum class fault_kind : unsigned char {
    unavailable,  // a dependency is away, or full; nothing was done; the same call may work later
    timeout,      // the deadline passed; for a call that writes: nothing is known to be done
    unconfirmed,  // a write was sent and its outcome is not known: it may have happened
    invalid,      // the input breaks the contract; the same call will fail again
    conflict,     // it clashes with what is there already
    internal,     // a bug or a broken environment
};

struct fault {
    fault_kind kind = fault_kind::internal;
    std::string message;  // for the log and the operator, never for a client
};

// A dependency is away (contracts §3): back off and try again, this is nobody's attempt.
inline bool is_away(const fault& f) noexcept {
    return f.kind == fault_kind::unavailable || f.kind == fault_kind::timeout || f.kind == fault_kind::unconfirmed;
}

const char* to_string(fault_kind kind) noexcept;

template <class T = void>
using result = std::expected<T, fault>;

inline std::unexpected<fault> fail(fault_kind kind, std::string message) {
    return std::unexpected(fault{kind, std::move(message)});
}

// A coroutine that may fail. It resumes on the executor that it was started on.
template <class T = void>
using task = boost::asio::awaitable<result<T>>;

}  // namespace base
