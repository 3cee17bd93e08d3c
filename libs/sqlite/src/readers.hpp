// The threads that read: each has a connection of its own and takes the next request of one queue.
#pragma once
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "opened_connection.hpp"
#include "request.hpp"

namespace sqlite {

class readers {
public:
    readers(const options& o, std::vector<std::unique_ptr<opened_connection>> connections, base::log_scope log);
    ~readers();  // finishes reads under way; what waits is answered unavailable

    void submit(request_ptr read);

    // Something long that is done in slices between reads; called again until it says that it has finished.
    // It must answer its caller itself; `stopping` asks it to do so now.
    using slice = std::function<bool(bool stopping)>;  // true: call again
    void submit(slice work);

private:
    void loop(opened_connection& db);
    base::result<> run(opened_connection& db, request& r);

    options options_;
    const base::clock& time_;
    base::log_scope log_;
    std::vector<std::unique_ptr<opened_connection>> connections_;
    std::mutex guard_;
    std::condition_variable bell_;
    bool stopping_ = false;
    std::deque<request_ptr> waiting_;
    std::deque<slice> slices_;
    std::vector<std::jthread> threads_;
};

}  // namespace sqlite
