// Event loops: one io_context and one thread each. A connection lives and dies on its loop.
#pragma once
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

namespace net {

class loop {
public:
    virtual ~loop() = default;
    virtual boost::asio::io_context& context() noexcept = 0;
    virtual bool in_this_thread() const noexcept = 0;
    // Runs `f` on the loop's thread in a later turn. Safe from any thread.
    virtual void post(std::function<void()> f) = 0;
    // Runs `f` at the end of the current turn, before the outboxes are flushed. Loop thread only.
    virtual void at_turn_end(std::function<void()> f) = 0;
    // Calls `tick` every `period` on the loop's thread until the handle is dropped. Loop thread only.
    virtual std::shared_ptr<void> every(std::chrono::milliseconds period, std::function<void()> tick) = 0;
    // Cheap and good enough for deadlines: a few milliseconds behind the clock at most.
    virtual std::chrono::steady_clock::time_point now() const noexcept = 0;
    virtual std::size_t connections() const noexcept = 0;  // how many live here; safe from any thread
};

// The loops of a process. Started once; stop() ends the threads after what is posted has run.
class loops {
public:
    explicit loops(std::size_t count = 1);  // 0: one per core
    ~loops();                               // stops
    loops(const loops&) = delete;
    loops& operator=(const loops&) = delete;

    void start();
    void stop();
    std::size_t size() const noexcept;
    loop& at(std::size_t i) noexcept;
    loop& next() noexcept;            // round robin; safe from any thread
    static loop* current() noexcept;  // the loop whose thread this is, or null

private:
    struct inside;
    std::unique_ptr<inside> inside_;
};

}  // namespace net
