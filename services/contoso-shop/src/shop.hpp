// The composition root of the single program: the one place that names concrete parts (contracts §6).
#pragma once
#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "base/metrics.hpp"
#include "base/result.hpp"
#include "platform/settings.hpp"

namespace shop {

// The folders beside the program that are served: the page, the documentation.
struct web_folders {
    std::string page, docs, openapi;
};

// Threads: one per loop, one for SQLite's writer, a few for its readers. All calls from the main thread.
class shop {
public:
    virtual ~shop() = default;

    // Opens the data directory, migrates, seeds, refills the workflow state, starts the consumers, then listens. Ready
    // when it returns. A fault: what is wrong and what to do, for the operator.
    virtual base::result<> start() = 0;
    virtual std::vector<std::string> urls() const = 0;

    // In order (contracts §2): not ready → lame duck → stop consuming → finish what is in hand → goodbye to hubs. Blocks.
    virtual void stop() = 0;

    // False: the database met an error after which nothing may go on; the process must end and start again.
    virtual bool healthy() const = 0;
};

std::unique_ptr<shop> make_shop(const platform::settings& s, std::string data_directory, web_folders folders,
                                base::log_scope log);

}  // namespace shop
