// What a connection has still to send: small pieces gathered in strings, large and shared ones referenced.
#pragma once
#include <sys/uio.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "net/connection.hpp"

namespace net {

// One thread only. Exists only while there is something to send: loops keep a few and lend them (their strings keep a
// modest capacity, so that a steady state allocates nothing).
class outbox {
public:
    static constexpr std::size_t gather_below = 4 * 1024;    // a piece so small is copied behind the one before it
    static constexpr std::size_t share_above = 512;          // shared bytes so small are cheaper copied than counted
    static constexpr std::size_t piece_size = 32 * 1024;     // a gathered piece grows to about this
    static constexpr std::size_t kept_capacity = 64 * 1024;  // of a string; given back after a peak

    void append(std::string_view bytes);
    void append(std::string&& bytes);
    void append(shared_bytes bytes);

    std::size_t size() const noexcept { return bytes_; }
    bool empty() const noexcept { return bytes_ == 0; }

    // The front, as far as `into` reaches; returns how many were filled.
    std::size_t gather(std::span<iovec> into) const noexcept;
    std::string_view front() const noexcept;  // the front piece; not when empty
    // The first `n` bytes have left.
    void consume(std::size_t n);

    // Runs `f` (see passed_marks) once everything appended so far was consumed.
    void mark(std::function<void()> f) { marks_.push_back({taken_ + bytes_, std::move(f)}); }
    std::vector<std::function<void()>> passed_marks();
    std::vector<std::function<void()>> all_marks();

    void clear();

    std::chrono::steady_clock::time_point stall_at =
        std::chrono::steady_clock::time_point::max();  // kept here because it only means something while bytes wait

private:
    struct piece {
        std::string own;
        shared_bytes shared;  // instead of own, when set
        std::string_view view() const noexcept { return shared ? std::string_view{*shared} : std::string_view{own}; }
    };
    struct marked {
        std::uint64_t at;
        std::function<void()> then;
    };

    piece& add_piece();
    void drop_front();

    std::vector<piece> pieces_;  // [first_, last_) are in use, the others keep their strings' capacity
    std::size_t first_ = 0, last_ = 0;
    std::size_t offset_ = 0;  // of the front piece, already sent
    std::size_t bytes_ = 0;
    std::uint64_t taken_ = 0;
    std::vector<marked> marks_;
};

}  // namespace net
