// What a message to clients carries, before it is known which protocols it will be written in.
#pragma once
#include <cstddef>
#include <string_view>
#include <tuple>

#include "signalr/codec.hpp"

namespace signalr {

// Refers to values of the caller; good during the call it is handed to.
class arguments {
public:
    virtual ~arguments() = default;
    virtual std::size_t count() const noexcept = 0;
    virtual void write(
        value_writer& to) const = 0;  // `count` values one after the other; what can't be written fails `to`
};

template <class... A>
class typed_arguments final : public arguments {
public:
    explicit typed_arguments(const A&... values) : values_{values...} {}
    std::size_t count() const noexcept override { return sizeof...(A); }
    void write(value_writer& to) const override {
        std::apply([&](const A&... each) { (codec<A>::write(to, each), ...); }, values_);
    }

private:
    std::tuple<const A&...> values_;
};

// The text of a JSON array whose elements are the arguments. Text that is no such array can't be written.
class json_arguments final : public arguments {
public:
    explicit json_arguments(std::string_view array) noexcept;
    std::size_t count() const noexcept override { return count_; }
    void write(value_writer& to) const override;

private:
    std::string_view array_;
    std::size_t count_ = 0;
    bool good_ = false;
};

}  // namespace signalr
