// Methods as C++ declares them, bound to what clients send: how hub::on() takes a function, a lambda or a member function.
//
// Parameters: optionally `caller_context&` first; then what codec<T> can read, by value or const reference, and upload<T>. A
// std::string_view lies in the client's message, or beside the call where that suspends; what parameters refer to is good until the
// method has ended. Results: void, what codec<T> can write, boost::asio::awaitable<…> of either, or generator<T>. A method that is no
// coroutine is answered on the spot, without any.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "signalr/caller.hpp"
#include "signalr/codec.hpp"
#include "signalr/errors.hpp"
#include "signalr/stream.hpp"

namespace signalr::detail {

struct method_shape {
    enum class answer : unsigned char { now, later, stream };
    std::size_t arity = 0;  // without the caller and uploads
    std::size_t uploads = 0;
    answer gives = answer::now;
};

// One call, as a method body sees it. Good while the body runs.
class call_site {
public:
    virtual caller_context& caller() noexcept = 0;
    virtual value_reader& arguments() noexcept = 0;              // before the first; only until the body suspends
    virtual void attach(std::shared_ptr<upload_port> next) = 0;  // once for each upload of the shape, in order
    virtual void bound() = 0;                                    // the arguments are there; throws what filters throw
    // The place of the result. Null: nobody waits for one. What was opened is closed before anything else happens.
    virtual value_writer* open_result() = 0;
    virtual void close_result() = 0;

protected:
    ~call_site() = default;
};

// A generator and what its parameters refer to, its type forgotten.
class item_source {
public:
    virtual ~item_source() = default;
    virtual generator_stop resume(generator_host& host) = 0;
    virtual void write(value_writer& to) const = 0;  // the item
    virtual std::exception_ptr trouble() const noexcept = 0;
    virtual void cancel() noexcept = 0;
};

// What is called. Of the three ways the one that the shape names. Any thread; lives as long as the hub's last connection.
class method_body {
public:
    explicit method_body(method_shape s) noexcept : shape{s} {}
    virtual ~method_body() = default;
    method_body(const method_body&) = delete;
    method_body& operator=(const method_body&) = delete;

    virtual bool fits(value_reader& arguments) const = 0;
    virtual bool run(call_site&) const {
        throw std::logic_error{"a method that answers later"};
    }  // false: does not fit
    virtual boost::asio::awaitable<void> run_later(call_site&) const { throw std::logic_error{"answers at once"}; }
    virtual std::unique_ptr<item_source> open(call_site&) const { throw std::logic_error{"no stream"}; }  // null: none

    const method_shape shape;
};

// --- signatures

template <class... P>
struct types {};

template <class F>
struct signature : signature<decltype(&F::operator())> {};
template <class R, class... P>
struct signature<R (*)(P...)> {
    using result = R;
    using parameters = types<P...>;
};
template <class R, class... P>
struct signature<R (*)(P...) noexcept> : signature<R (*)(P...)> {};
template <class C, class R, class... P>
struct signature<R (C::*)(P...) const> : signature<R (*)(P...)> {};
template <class C, class R, class... P>
struct signature<R (C::*)(P...) const noexcept> : signature<R (*)(P...)> {};

template <class T>
struct awaitable_of : std::false_type {
    using result = T;
};
template <class T>
struct awaitable_of<boost::asio::awaitable<T>> : std::true_type {
    using result = T;
};
template <class T>
struct generator_of : std::false_type {};
template <class T>
struct generator_of<generator<T>> : std::true_type {};

// --- parameters: what is kept of each between reading it and the method's end

template <class T, bool Suspends>
struct kept {
    static constexpr bool is_upload = false;
    T value{};
    bool read(value_reader& from) { return from.next_element() && codec<T>::read(from, value); }
    void attach(call_site&) {}
    template <class P>
    P pass() {
        if constexpr (std::is_lvalue_reference_v<P>)
            return value;
        else
            return static_cast<P>(std::move(value));
    }
};

template <>
struct kept<std::string_view, false> {
    static constexpr bool is_upload = false;
    std::string_view value;
    std::string scratch;
    bool read(value_reader& from) { return from.next_element() && from.text(value, scratch); }
    void attach(call_site&) {}
    template <class P>
    std::string_view pass() {
        return value;
    }
};

template <>
struct kept<std::string_view, true> {
    static constexpr bool is_upload = false;
    std::string value;
    bool read(value_reader& from) { return from.next_element() && from.text(value); }
    void attach(call_site&) {}
    template <class P>
    std::string_view pass() {
        return value;
    }
};

template <class T, bool Suspends>
struct kept<upload<T>, Suspends> {
    static_assert(Suspends, "only a method that returns awaitable<…> or generator<…> can read an upload");
    static constexpr bool is_upload = true;
    std::shared_ptr<upload_queue<T>> queue;
    bool read(value_reader&) { return true; }
    void attach(call_site& at) {
        queue = std::make_shared<upload_queue<T>>();
        at.attach(queue);
    }
    template <class P>
    upload<T> pass() {
        static_assert(!std::is_reference_v<P>, "an upload is taken by value");
        return upload<T>{queue};
    }
};

template <bool Suspends, class... P>
class kept_arguments {
    static_assert((!std::is_pointer_v<std::decay_t<P>> && ...), "hub methods take no pointers");
    static_assert(((!std::is_lvalue_reference_v<P> || std::is_const_v<std::remove_reference_t<P>>) && ...),
                  "hub methods take their arguments by value or const reference");

    template <class T>
    using keeps = kept<std::remove_cvref_t<T>, Suspends>;

public:
    static constexpr std::size_t uploads = (std::size_t{0} + ... + (keeps<P>::is_upload ? 1 : 0));
    static constexpr std::size_t arity = sizeof...(P) - uploads;

    bool read(value_reader& from) {
        return std::apply([&](auto&... each) { return (each.read(from) && ...); }, all_);
    }
    void attach(call_site& at) {
        std::apply([&](auto&... each) { (each.attach(at), ...); }, all_);
    }
    template <class F, class... Before>
    decltype(auto) pass_to(const F& f, Before&... before) {
        return std::apply([&](auto&... each) -> decltype(auto) { return f(before..., each.template pass<P>()...); },
                          all_);
    }

private:
    std::tuple<keeps<P>...> all_;
};

// --- bodies

// `Caller`: the method's first parameter is the caller.
template <class F, bool Caller, bool Suspends, class... P>
class bound {
public:
    using kept_type = kept_arguments<Suspends, P...>;
    static constexpr method_shape shape(method_shape::answer gives) noexcept {
        return {kept_type::arity, kept_type::uploads, gives};
    }

    explicit bound(F f) : f_{std::move(f)} {}
    bool fits(value_reader& arguments) const {
        kept_type forgotten;
        return forgotten.read(arguments);
    }
    // False: the arguments do not fit.
    bool bind(kept_type& to, call_site& at) const {
        if (!to.read(at.arguments())) return false;
        to.attach(at);
        at.bound();
        return true;
    }
    decltype(auto) call(kept_type& with, call_site& at) const {
        if constexpr (Caller)
            return with.pass_to(f_, at.caller());
        else
            return with.pass_to(f_);
    }

private:
    F f_;
};

template <class R>
void give(call_site& at, const R& result) {
    if (value_writer* to = at.open_result()) {
        codec<R>::write(*to, result);
        at.close_result();
    }
}

inline void give_nothing(call_site& at) {
    if (value_writer* to = at.open_result()) {
        to->nil();
        at.close_result();
    }
}

template <class R, class F, bool Caller, class... P>
class immediate_method final : public method_body {
    using how = bound<F, Caller, false, P...>;

public:
    explicit immediate_method(F f) : method_body{how::shape(method_shape::answer::now)}, how_{std::move(f)} {}
    bool fits(value_reader& arguments) const override { return how_.fits(arguments); }
    bool run(call_site& at) const override {
        typename how::kept_type arguments;
        if (!how_.bind(arguments, at)) return false;
        if constexpr (std::is_void_v<R>) {
            how_.call(arguments, at);
            give_nothing(at);
        } else {
            give<std::remove_cvref_t<R>>(at, how_.call(arguments, at));
        }
        return true;
    }

private:
    how how_;
};

template <class R, class F, bool Caller, class... P>
class suspending_method final : public method_body {
    using how = bound<F, Caller, true, P...>;

public:
    explicit suspending_method(F f) : method_body{how::shape(method_shape::answer::later)}, how_{std::move(f)} {}
    bool fits(value_reader& arguments) const override { return how_.fits(arguments); }
    boost::asio::awaitable<void> run_later(call_site& at) const override {
        typename how::kept_type arguments;
        if (!how_.bind(arguments, at)) throw binding_error{};
        if constexpr (std::is_void_v<R>) {
            co_await how_.call(arguments, at);
            give_nothing(at);
        } else {
            give<R>(at, co_await how_.call(arguments, at));
        }
    }

private:
    how how_;
};

template <class T, class Kept>
class generated final : public item_source {
public:
    generator_stop resume(generator_host& host) override { return items.resume(host); }
    void write(value_writer& to) const override { codec<T>::write(to, items.item()); }
    std::exception_ptr trouble() const noexcept override { return items.trouble(); }
    void cancel() noexcept override { items.cancel(); }

    Kept arguments;
    generator<T> items;  // goes before what it may refer to
};

template <class R, class F, bool Caller, class... P>
class streaming_method final : public method_body {
    using how = bound<F, Caller, true, P...>;

public:
    explicit streaming_method(F f) : method_body{how::shape(method_shape::answer::stream)}, how_{std::move(f)} {}
    bool fits(value_reader& arguments) const override { return how_.fits(arguments); }
    std::unique_ptr<item_source> open(call_site& at) const override {
        auto made = std::make_unique<generated<typename R::value_type, typename how::kept_type>>();
        if (!how_.bind(made->arguments, at)) throw binding_error{};
        made->items = how_.call(made->arguments, at);
        if (!made->items) return nullptr;
        return made;
    }

private:
    how how_;
};

template <class R, bool Caller, class F, class... P>
std::unique_ptr<method_body> make_body(F f, types<P...>) {
    if constexpr (generator_of<R>::value)
        return std::make_unique<streaming_method<R, F, Caller, P...>>(std::move(f));
    else if constexpr (awaitable_of<R>::value)
        return std::make_unique<suspending_method<typename awaitable_of<R>::result, F, Caller, P...>>(std::move(f));
    else
        return std::make_unique<immediate_method<R, F, Caller, P...>>(std::move(f));
}

template <class R, class F, class... P>
std::unique_ptr<method_body> choose_body(F f, types<caller_context&, P...>) {
    return make_body<R, true>(std::move(f), types<P...>{});
}
template <class R, class F, class... P>
std::unique_ptr<method_body> choose_body(F f, types<P...> parameters) {
    return make_body<R, false>(std::move(f), parameters);
}

// `f`: a function, or an object with one const operator(); it is called on all loops.
template <class F>
std::unique_ptr<method_body> bind(F f) {
    using what = signature<F>;
    return choose_body<typename what::result>(std::move(f), typename what::parameters{});
}

// A member function and where it is to be called: `at` is what * gives the object of, kept with it.
template <class Pointer, class R, class C, class... P>
std::unique_ptr<method_body> bind_member(Pointer at, R (C::*method)(P...)) {
    return bind(
        [at = std::move(at), method](P... arguments) -> R { return ((*at).*method)(std::forward<P>(arguments)...); });
}
template <class Pointer, class R, class C, class... P>
std::unique_ptr<method_body> bind_member(Pointer at, R (C::*method)(P...) const) {
    return bind(
        [at = std::move(at), method](P... arguments) -> R { return ((*at).*method)(std::forward<P>(arguments)...); });
}

}  // namespace signalr::detail
