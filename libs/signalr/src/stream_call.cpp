#include "stream_call.hpp"

#include <boost/asio/post.hpp>

#include "hub_connection.hpp"

namespace signalr {
namespace {

namespace asio = boost::asio;

constexpr int items_per_turn = 64;  // then the loop's other connections have their turn

}  // namespace

stream_call::stream_call(hub_connection& owner, const hub_method& method, std::string_view invocation_id)
    : call{owner, &method, {}}, own_id_{invocation_id} {
    id_ = own_id_;
}

void stream_call::open(const incoming& message) {
    const auto self = shared_from_this();
    const auto encoding = owner_.protocol().encoding();
    auto arguments = value_reader::of_arguments(encoding, message.arguments);
    auto stream_ids = value_reader::of_arguments(encoding, message.stream_ids);
    read_from(&arguments, &stream_ids);
    std::exception_ptr trouble;
    try {
        items_ = method_->body->open(*this);
    } catch (...) {
        trouble = std::current_exception();
    }
    read_from(nullptr, nullptr);
    if (items_) {
        owner_.began(self);
        return pump();
    }
    over_ = true;
    heard_by_filters(trouble);
    if (trouble) return answer(std::move(trouble));
    owner_.complete_with_error(id_, "The value returned by the streaming method '" + method_->name +
                                        "' is not a ChannelReader<> or IAsyncEnumerable<>.");
}

void stream_call::pump() {
    const auto self = shared_from_this();
    if (pumping_ || cancel_ || over_) return;
    pumping_ = true;
    for (int left = items_per_turn; step(); --left) {
        if (left > 0 || cancelled_) continue;
        pump_later();
        break;
    }
    pumping_ = false;
}

// One item. False: no more of them for now.
bool stream_call::step() {
    if (!cancelled_ && !owner_.has_room()) return false;
    const auto stop = items_->resume(*this);
    if (stop == detail::generator_stop::ended) return finish(items_->trouble()), false;
    if (stop == detail::generator_stop::waiting && cancel_) return false;
    if (cancelled_) return finish(nullptr), false;  // its last suspension
    return give_item();
}

bool stream_call::give_item() {
    answer_buffer buffer;
    const hub_protocol& protocol = owner_.protocol();
    const auto place = protocol.open_item(buffer.text(), id_);
    auto to = protocol.writer(buffer.text());
    items_->write(to);
    if (protocol.close_message(buffer.text(), place, to)) return owner_.answer(buffer.text()), true;
    log().error("an item of a stream can't be written", {{"Method", method_->name}});
    owner_.unwritable();
    return false;
}

void stream_call::finish(std::exception_ptr trouble) {
    over_ = true;
    if (cancelled_) trouble = nullptr;  // it was asked to stop
    items_.reset();                     // may say a last word
    heard_by_filters(trouble);
    if (trouble) {
        report(trouble);
        owner_.complete_with_error(
            id_, "An error occurred on the server while streaming results." + describe(trouble, detailed()));
    } else {
        answer_buffer buffer;
        owner_.protocol().write_void(buffer.text(), id_);
        owner_.answer(buffer.text());
    }
    close_uploads();
    owner_.ended(*this);
}

void stream_call::pump_later() {
    asio::post(executor(), [self = weak_from_this(), owner = owner_.shared_from_this()] {
        if (const auto still = self.lock()) still->pump();
    });
}

void stream_call::cancel() {
    if (std::exchange(cancelled_, true) || over_) return;
    items_->cancel();
    if (!cancel_) return pump();
    // In a later turn, with the signal kept: work may end within emit().
    asio::post(executor(), [running = cancel_] { running->emit(asio::cancellation_type::terminal); });
}

asio::any_io_executor stream_call::executor() const { return owner_.room().home().context().get_executor(); }

bool stream_call::await(asio::awaitable<void> work) {
    cancel_ = std::make_shared<asio::cancellation_signal>();
    beginning_ = true;
    start(run(shared_from_this(), owner_.shared_from_this(), std::move(work), cancel_), executor(), cancel_->slot());
    beginning_ = false;
    return !cancel_;
}

startable stream_call::run(std::shared_ptr<stream_call> self, std::shared_ptr<hub_connection>,
                           asio::awaitable<void> work, signal) {
    co_await std::move(work);  // lets nothing out
    self->cancel_.reset();
    if (!self->beginning_) self->pump();
}

}  // namespace signalr
