#include "call.hpp"

#include <boost/core/demangle.hpp>
#include <typeinfo>

#include "hub_connection.hpp"

namespace signalr {
namespace {

constexpr std::size_t kept_capacity = 64 * 1024;  // of the thread's buffer, after a peak

struct lendable {
    std::string text;
    bool lent = false;
};
thread_local lendable thread_buffer;

}  // namespace

answer_buffer::answer_buffer() : text_{thread_buffer.lent ? &own_ : &thread_buffer.text} { thread_buffer.lent = true; }

answer_buffer::~answer_buffer() {
    if (text_ == &own_) return;
    thread_buffer.lent = false;
    if (text_->capacity() > kept_capacity)
        std::string{}.swap(*text_);
    else
        text_->clear();
}

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

std::string binding_failure(const hub_method& method, bool detailed) {
    std::string text = "Failed to invoke '" + method.name + "' due to an error on the server.";
    if (detailed) text.append(" ").append(does_not_fit);
    return text;
}

std::string call_failure(const hub_method& method, std::exception_ptr trouble, bool detailed) {
    try {
        std::rethrow_exception(trouble);
    } catch (const binding_error&) {
        return binding_failure(method, detailed);
    } catch (const unauthorized_error&) {
        return "Failed to invoke '" + method.name + "' because user is unauthorized";
    } catch (...) {
        return "An unexpected error occurred invoking '" + method.name + "' on the server." +
               describe(trouble, detailed);
    }
}

// --- the caller

void call::close_uploads() {
    if (std::exchange(uploads_, false)) owner_.close_uploads(*this);
}

std::string_view call::connection_id() const noexcept { return owner_.id().text(); }
const std::optional<std::string>& call::user() const noexcept { return owner_.user(); }
connection_items& call::items() { return owner_.busy().items; }
std::string_view call::parting_error() const noexcept { return owner_.parting_error(); }
void call::abort() { owner_.abort_by_hub(); }
bool call::detailed() const noexcept { return owner_.core().options.enable_detailed_errors; }

const base::log_scope& call::log() const noexcept {
    if (!log_) log_ = owner_.log();
    return *log_;
}

void call::clients_of_caller::send(const recipients& to, std::string_view target, const signalr::arguments& what) {
    by_.owner_.core().lifetime.send(to, target, what);
}

boost::asio::awaitable<client_answer> call::clients_of_caller::ask(std::string connection_id, std::string target,
                                                                   const signalr::arguments& what,
                                                                   std::chrono::milliseconds limit) {
    by_.before_asking();
    return by_.owner_.core().lifetime.ask(std::move(connection_id), std::move(target), what, limit);
}

// --- the call

void call::attach(std::shared_ptr<detail::upload_port> next) {
    std::string_view id;
    std::string scratch;
    if (!stream_ids_->next_element() || !stream_ids_->text(id, scratch)) throw binding_error{};
    uploads_ = true;
    owner_.open_upload(id, std::move(next), *this);
}

void call::bound() {
    for (const auto& filter : owner_.core().filters) {
        filter->before(*this, method_->name);
        ++filtered_;
    }
}

value_writer* call::open_result() {
    if (id_.empty()) return nullptr;
    answer_.emplace();
    const hub_protocol& protocol = owner_.protocol();
    place_ = protocol.open_result(answer_->text(), id_);
    return &writer_.emplace(protocol.writer(answer_->text()));
}

void call::close_result() { unwritable_ = !owner_.protocol().close_message(answer_->text(), place_, *writer_); }

void call::heard_by_filters(std::exception_ptr& trouble) noexcept {
    const auto& filters = owner_.core().filters;
    while (filtered_ > 0) {
        try {
            filters[--filtered_]->after(*this, method_->name, trouble);
        } catch (...) {
            trouble = std::current_exception();
        }
    }
}

void call::report(std::exception_ptr trouble) const {
    try {
        std::rethrow_exception(trouble);
    } catch (const hub_exception& e) {  // meant for the client
        if (log().enabled(base::log_level::debug))
            log().debug("hub method refused", {{"Method", method_->name}, {"Error", e.what()}});
    } catch (const unauthorized_error&) {
        log().info("hub method refused: unauthorized", {{"Method", method_->name}});
    } catch (const binding_error&) {
        log().debug("hub method could not be bound", {{"Method", method_->name}});
    } catch (...) {
        log().warn("hub method failed", {{"Method", method_->name}, {"Error", describe(trouble, true)}});
    }
}

void call::answer(std::exception_ptr trouble) {
    if (trouble) {
        report(trouble);
        answer_.reset();
        if (!id_.empty()) owner_.complete_with_error(id_, call_failure(*method_, trouble, detailed()));
    } else if (unwritable_) {
        log().error("a hub method's result can't be written", {{"Method", method_->name}});
        owner_.unwritable();
    } else if (answer_) {
        owner_.answer(answer_->text());
    }
    answer_.reset();
}

// --- methods that answer at once

namespace {

class immediate_call final : public call {
public:
    immediate_call(hub_connection& owner, const hub_method& method, std::string_view id) noexcept
        : call{owner, &method, id} {}

    bool run(const incoming& message) {
        auto arguments = value_reader::of_arguments(owner_.protocol().encoding(), message.arguments);
        read_from(&arguments, nullptr);
        std::exception_ptr trouble;
        try {
            if (!method_->body->run(*this)) return false;
        } catch (...) {
            trouble = std::current_exception();
        }
        heard_by_filters(trouble);
        answer(std::move(trouble));
        return true;
    }
};

}  // namespace

bool run_now(hub_connection& owner, const hub_method& method, const incoming& message) {
    return immediate_call{owner, method, message.invocation_id}.run(message);
}

bool fits(const hub_connection& owner, const hub_method& method, const incoming& message) {
    auto arguments = value_reader::of_arguments(owner.protocol().encoding(), message.arguments);
    return method.body->fits(arguments);
}

}  // namespace signalr
