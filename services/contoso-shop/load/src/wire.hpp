// One keep-alive HTTP connection that pipelines pre-rendered requests: no value types in between, since the
// client must cost less than the server that it measures.
#pragma once
#include <cstdint>
#include <deque>
#include <initializer_list>
#include <memory>
#include <string_view>

#include "answer.hpp"
#include "base/id_source.hpp"
#include "ledger.hpp"
#include "net/connection.hpp"
#include "net/listener.hpp"

namespace load {

nanos steady_nanos() noexcept;

// Delays that grow from `least` to `most`, half of each by chance, so that a thousand clients don't come back
// as one.
class backoff {
public:
    backoff(std::chrono::milliseconds least, std::chrono::milliseconds most)
        : least_{least}, most_{most}, next_{least} {}
    std::chrono::milliseconds next(base::id_source& chance);
    void reset() noexcept { next_ = least_; }

private:
    std::chrono::milliseconds least_, most_, next_;
};

class wire;

// Calls come on the loop's thread.
class wire_user {
public:
    virtual ~wire_user() = default;
    virtual void answered(std::uint64_t tag, const answer& a) = 0;
    virtual void lost(std::uint64_t tag) = 0;  // sent, and nobody will ever know
    virtual void room(wire& on) = 0;           // it was full, or away, and can send again
};

// Loop thread only. Connects by itself, again and again; a request is never sent twice.
class wire {
public:
    wire(net::loop& on, net::connect_options to, unsigned window, wire_user& user, base::id_source& chance);
    ~wire();
    wire(const wire&) = delete;
    wire& operator=(const wire&) = delete;

    void open();
    bool free() const noexcept { return connection_ && !ending_ && waiting_.size() < window_; }
    std::size_t in_flight() const noexcept { return waiting_.size(); }
    void send(std::uint64_t tag, std::initializer_list<std::string_view> pieces);  // only when free()
    void watch(nanos now);  // now and then: gives up on a server that has been silent for `patience`
    void close();           // for good

    static constexpr nanos patience = 30'000'000'000;

private:
    class rider;
    struct anchor {  // outlives the wire for as long as the connection does
        wire* up = nullptr;
    };
    std::size_t absorb(std::string_view bytes);
    void attached(net::connection& c);
    void ended();
    void come_back();

    net::loop& loop_;
    net::connect_options to_;
    std::size_t window_;
    wire_user& user_;
    base::id_source& chance_;
    backoff backoff_;
    std::shared_ptr<anchor> anchor_;
    net::connection* connection_ = nullptr;  // while it lives
    std::deque<std::uint64_t> waiting_;      // tags, oldest first
    nanos heard_ = 0;                        // when the server last answered, or the first of waiting_ was sent
    bool ending_ = false;                    // the server said `Connection: close`
    bool closed_ = false;
};

}  // namespace load
