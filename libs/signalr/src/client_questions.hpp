// Questions to clients that have not been answered yet: those of this process, and those that it passes on for other servers.
// Safe from any thread.
#pragma once
#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "hub_protocol.hpp"

namespace signalr {

// What became of a message of type 3 that belongs to no upload.
enum class answer_fate : unsigned char {
    taken,
    unknown,           // nobody asked, or the answer is late: to be passed over
    wrong_connection,  // another connection was asked: a broken protocol, and the question stays open
};

class client_questions {
public:
    struct outcome {
        completion_kind kind = completion_kind::error;
        encoding written_in = encoding::json;
        std::string text;      // the encoded value, or the error
        bool gone = false;     // the connection is; no text
        bool unknown = false;  // no server has such a connection; no text
    };
    // Called once, on whatever thread the outcome is known. Without a lock held.
    using waiter = std::function<void(outcome)>;

    explicit client_questions(std::size_t limit) : limit_{limit} {}

    using steady_time = std::chrono::steady_clock::time_point;

    // False: too many are open, or the id is in use. `until`: whoever asked may have given up by then, and nobody else takes it back;
    // it fails when another question comes after that. For those that somebody withdraws: max().
    bool put(std::string id, std::string connection, waiter who, steady_time now, steady_time until);
    void withdraw(std::string_view id);
    bool settle(std::string_view id, outcome what);  // whoever was asked
    answer_fate answer(std::string_view connection, encoding e, const incoming& completion);
    void connection_gone(std::string_view connection);

    std::size_t open() const noexcept { return open_.load(std::memory_order_relaxed); }

private:
    struct hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view s) const noexcept { return std::hash<std::string_view>{}(s); }
    };
    template <class T>
    using by_name = std::unordered_map<std::string, T, hash, std::equal_to<>>;
    struct question {
        std::string connection;
        waiter who;
    };
    bool enter(std::string id, std::string connection, waiter who, steady_time until);
    waiter take(by_name<question>::iterator at);
    std::vector<waiter> take_old(steady_time now);

    const std::size_t limit_;
    std::mutex guard_;
    std::deque<std::pair<steady_time, std::string>> ageing_;  // ids by their `until`, some of them answered
    by_name<question> questions_;                             // by id
    by_name<std::vector<std::string>> asked_of_;              // ids by connection
    std::atomic<std::size_t> open_{0};
};

}  // namespace signalr
