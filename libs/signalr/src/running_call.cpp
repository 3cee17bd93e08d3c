#include "running_call.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/recycling_allocator.hpp>

#include "hub_connection.hpp"

namespace signalr {

namespace asio = boost::asio;

running_call::running_call(std::shared_ptr<hub_connection> owner, const hub_method* method,
                           std::string_view invocation_id)
    : call{*owner, method, {}}, keep_{std::move(owner)}, own_id_{invocation_id} {
    id_ = own_id_;
}

// Here, while the connection is still kept.
running_call::~running_call() {
    close_uploads();
    if (is_linked()) unlink();
}

std::shared_ptr<running_call> running_call::make(std::shared_ptr<hub_connection> owner, const hub_method* method,
                                                 std::string_view invocation_id) {
    return std::allocate_shared<running_call>(asio::recycling_allocator<running_call>{}, std::move(owner), method,
                                              invocation_id);
}

void running_call::run_method(const incoming& message, bool takes_slot) {
    const auto self = shared_from_this();
    const auto encoding = owner_.protocol().encoding();
    auto arguments = value_reader::of_arguments(encoding, message.arguments);
    auto stream_ids = value_reader::of_arguments(encoding, message.stream_ids);
    has_slot_ = takes_slot;
    owner_.began(*this, takes_slot);
    read_from(&arguments, &stream_ids);
    start(work(self), owner_.room().home().context().get_executor(), cancel_.slot());
    read_from(nullptr, nullptr);
}

startable running_call::work(std::shared_ptr<running_call> self) {
    std::exception_ptr trouble;
    try {
        co_await self->method_->body->run_later(*self);
    } catch (...) {
        trouble = std::current_exception();
    }
    self->done_ = true;
    self->heard_by_filters(trouble);
    self->answer(std::move(trouble));
    self->close_uploads();
    self->give_slot_back();
    self->owner_.ended(*self);
}

void running_call::give_slot_back() {
    if (std::exchange(has_slot_, false)) owner_.slot_is_free();
}

// The client's answer comes behind what it has sent already: that must be read now, though not from within this call.
void running_call::before_asking() {
    if (connecting_)
        throw described_error{"InvalidOperationException",
                              "Client results inside OnConnectedAsync Hub methods are not allowed."};
    if (std::exchange(has_slot_, false))
        asio::post(owner_.room().home().context(), [owner = keep_] { owner->slot_is_free(); });
}

void running_call::run_hook(const hook& what, bool connecting, std::function<void(std::exception_ptr)> done) {
    connecting_ = connecting;
    start(work_hook(shared_from_this(), what, connecting, std::move(done)),
          owner_.room().home().context().get_executor(), cancel_.slot());
}

startable running_call::work_hook(std::shared_ptr<running_call> self, const hook& what, bool connecting,
                                  std::function<void(std::exception_ptr)> done) {
    const auto& filters = self->owner_.core().filters;
    std::exception_ptr trouble;
    try {
        if (connecting)
            for (const auto& f : filters) f->connecting(*self);
        if (what) co_await what(*self);
        if (!connecting)
            for (auto f = filters.rbegin(); f != filters.rend(); ++f) (*f)->disconnected(*self);
    } catch (...) {
        trouble = std::current_exception();
    }
    self->done_ = true;
    done(trouble);
}

void running_call::cancel() {
    if (!done_) cancel_.emit(asio::cancellation_type::terminal);
}

}  // namespace signalr
