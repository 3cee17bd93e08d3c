// Streams: generator<T> is what a streaming method returns, upload<T> what a method takes that a client streams to.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <optional>

namespace signalr {

// A coroutine that yields values and may await Asio's awaitables between them:
//   signalr::generator<int> count(int to) { for (int i = 0; i < to; ++i) { co_await pause(); co_yield i; } }
// Runs on the connection's loop and only as fast as the client takes its items. When the client cancels the stream or goes, what it
// awaits is cancelled and it is destroyed at its next suspension.
template <class T>
class generator;

// The items that a client sends, at most hub_options::stream_buffer_capacity of them waiting; then nothing more is read from that
// client. Loop thread only; good while the method runs.
template <class T>
class upload {
public:
    // nullopt: the client has completed the stream. Throws hub_exception with the client's text when it ended with an error, or
    // binding_error-like "Failed to bind Stream message." when an item is no T.
    boost::asio::awaitable<std::optional<T>> next();
};

}  // namespace signalr
