// Commands, encoded where they are made (RESP arrays of bulk strings; any bytes may be in an argument).
#pragma once
#include <charconv>
#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace redis {

// A Lua script with its SHA-1, computed once; cheap to copy.
class script {
public:
    explicit script(std::string source);
    const std::string& source() const noexcept { return body_->source; }
    const std::string& sha() const noexcept { return body_->sha; }  // 40 lower-case hex digits

private:
    struct body {
        std::string source, sha;
    };
    std::shared_ptr<const body> body_;
};

template <class T>
concept argument = std::convertible_to<const T&, std::string_view> || (std::integral<T> && !std::same_as<T, bool>);

void append_array_head(std::string& out, std::size_t count);
void append_argument(std::string& out, std::string_view bytes);
template <std::integral T>
void append_argument(std::string& out, T value) {
    char digits[24];
    const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    append_argument(out, std::string_view{digits, static_cast<std::size_t>(end - digits)});
}

using arguments = std::span<const std::string_view>;

// Commands that leave in one write and are answered together. Not a transaction.
class batch {
public:
    struct script_use {
        std::size_t index;           // of the command
        script what;                 //
        std::size_t head;            // how many elements its array has
        std::size_t rest, rest_end;  // where its keys and arguments stand in bytes()
    };

    template <argument... Args>
        requires(sizeof...(Args) > 0)
    batch& add(const Args&... args) {
        append_array_head(bytes_, sizeof...(Args));
        (append_argument(bytes_, args), ...);
        ++count_;
        return *this;
    }
    batch& add(arguments args);  // the command first
    batch& add_script(const script& what, arguments keys, arguments args);
    batch& add_script(const script& what, std::initializer_list<std::string_view> keys,
                      std::initializer_list<std::string_view> args) {
        return add_script(what, arguments{keys.begin(), keys.size()}, arguments{args.begin(), args.size()});
    }

    std::size_t size() const noexcept { return count_; }
    bool empty() const noexcept { return count_ == 0; }
    const std::string& bytes() const noexcept { return bytes_; }
    std::string take_bytes() && { return std::move(bytes_); }
    std::span<const script_use> scripts() const noexcept { return scripts_; }

    // What is left to do when the answers at `missing` (indexes into scripts()) were NOSCRIPT: those once more, each
    // script by its source the first time.
    batch with_sources(std::span<const std::size_t> missing) const;

private:
    std::string bytes_;
    std::size_t count_ = 0;
    std::vector<script_use> scripts_;
};

}  // namespace redis
