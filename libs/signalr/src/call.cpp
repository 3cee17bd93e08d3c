#include "call.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/core/demangle.hpp>
#include <typeinfo>

namespace signalr {
namespace {

namespace asio = boost::asio;

std::string failure(const hub_method& m, std::exception_ptr trouble, bool detailed) {
    try {
        std::rethrow_exception(trouble);
    } catch (const binding_error&) {
        std::string text = "Failed to invoke '" + m.name + "' due to an error on the server.";
        if (detailed)
            text +=
                " InvalidDataException: Error binding arguments. Make sure that the types of the provided "
                "values "
                "match the types of the hub method being invoked.";
        return text;
    } catch (...) {
        return "An unexpected error occurred invoking '" + m.name + "' on the server." + describe(trouble, detailed);
    }
}

// False: the method's answer is no JSON.
bool write_result(const hub_protocol& protocol, std::string& out, std::string_view id, std::string_view result_json) {
    const auto place = protocol.open_result(out, id);
    auto to = protocol.writer(out);
    to.json(result_json.empty() ? "null" : result_json);
    if (!protocol.close_message(out, place, to)) return false;
    if (id.empty()) out.clear();  // nobody waits for it
    return true;
}

}  // namespace

std::string describe(std::exception_ptr trouble, bool detailed) {
    try {
        std::rethrow_exception(trouble);
    } catch (const hub_exception& e) {
        return std::string{" "} + e.type_name() + ": " + e.what();
    } catch (const described_error& e) {
        return detailed ? " " + e.type_name() + ": " + e.what() : "";
    } catch (const std::exception& e) {
        return detailed ? " " + boost::core::demangle(typeid(e).name()) + ": " + e.what() : "";
    } catch (...) {
        return "";
    }
}

void call::run_method() {
    auto& context = owner_->room().home().context();
    asio::co_spawn(
        context, [self = shared_from_this()]() -> asio::awaitable<void> { co_await self->work(); },
        asio::bind_cancellation_slot(cancel_.slot(),
                                     [self = shared_from_this()](std::exception_ptr) { self->done_ = true; }));
}

asio::awaitable<void> call::work() {
    const bool detailed = owner_->core().options.enable_detailed_errors;
    const hub_protocol& protocol = owner_->protocol();
    std::string answer, result;
    std::exception_ptr trouble;
    try {
        result = co_await method_->run(*this, arguments_);
    } catch (...) {
        trouble = std::current_exception();
    }
    if (trouble) {
        report(trouble);
        if (!id_.empty()) protocol.write_error(answer, id_, failure(*method_, trouble, detailed));
    } else if (!write_result(protocol, answer, id_, result)) {
        done_ = true;
        co_return owner_->unserializable(*this);
    }
    done_ = true;
    owner_->finished(*this, std::move(answer));
}

void call::report(std::exception_ptr trouble) const {
    const std::string why = describe(trouble, true);
    try {
        std::rethrow_exception(trouble);
    } catch (const hub_exception&) {  // meant for the client
        log().debug("hub method refused", {{"Method", method_->name}, {"Error", why}});
    } catch (const binding_error&) {
        log().debug("hub method could not be bound", {{"Method", method_->name}});
    } catch (...) {
        log().warn("hub method failed", {{"Method", method_->name}, {"Error", why}});
    }
}

void call::run_hook(const hook& what, std::function<void(std::exception_ptr)> done) {
    asio::co_spawn(
        owner_->room().home().context(),
        [self = shared_from_this(), &what]() -> asio::awaitable<void> { co_await what(*self); },
        [self = shared_from_this(), done = std::move(done)](std::exception_ptr trouble) { done(trouble); });
}

void call::cancel() {
    // From within the loop: there the signal takes effect before emit() returns, and so before this can be destroyed.
    asio::post(owner_->room().home().context(), [self = shared_from_this()] {
        if (!self->done_) self->cancel_.emit(asio::cancellation_type::terminal);
    });
}

}  // namespace signalr
